"""What a trace says of one pair and direction."""

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.site import Address, Family
from wgwizard.trace.ways import POINT, Placeholder, Way


class Hop(Struct, frozen=True):
    """A packet at one node.

    Its addresses when it leaves there, and what was done to it: "routed", "masquerade", "port forward", "port forward and
    masquerade", "accepted" at its end, or "dropped". An address is `None` where it is any computer of a site network; that
    network's CIDR is then the node's name.
    """

    node: str
    source: Address | None
    destination: Address | None
    action: str
    rule: str = ""


class Row(Struct, frozen=True):
    """What all points that are treated alike have in common in one row; `POINT` stands for each one's own name and address."""

    origin: str | Placeholder
    target: str | Placeholder
    family: Family
    protocol: str | None
    ports: str
    published: bool
    way: Way


class Reach(Struct, frozen=True):
    """Whether `origin` can open a connection to `target`.

    It is made of what points with equal rights share, so that a hundred thousand of them stay cheap; ask its properties. `point` and
    `address` are those of the point at one of its ends.
    """

    _row: Row
    point: str
    address: Address | None

    @property
    def origin(self) -> str:
        """Who opens: a point's name, or a site network's name or CIDR."""
        return self.point if self._row.origin is POINT else self._row.origin

    @property
    def target(self) -> str:
        """Where to: a point, a site network or host by its name or CIDR, "host" or "points"."""
        return self.point if self._row.target is POINT else self._row.target

    @property
    def family(self) -> Family:
        """4 or 6."""
        return self._row.family

    @property
    def protocol(self) -> str | None:
        """The protocol "tcp", "udp", "icmp" for ping, `None` where every protocol is meant."""
        return self._row.protocol

    @property
    def ports(self) -> str:
        """Ports and ranges as "80,8000-8010", empty where every port is meant."""
        return self._row.ports

    @property
    def published(self) -> bool:
        """Whether the connection is opened to a port of β that leads on to the point; the port is then β's."""
        return self._row.published

    @property
    def reachable(self) -> bool:
        """Whether the packet arrives and its answer comes back."""
        return self._row.way.reachable

    @property
    def why(self) -> str:
        """Why it is so, in plain words."""
        return self._row.way.why

    @property
    def source_seen(self) -> Address | str | None:
        """The source that the far side sees.

        `CLIENTS_OWN` where each computer of a site network is seen with its own address, `None` where nothing gets through and back.
        """
        seen = self._row.way.seen
        return self.address if seen is POINT else seen

    @property
    def hops(self) -> tuple[Hop, ...]:
        """The nodes that the packet passes, the last one where it is accepted or dropped."""
        return tuple(
            Hop(
                self.point if step.node is POINT else step.node,
                self.address if step.source is POINT else step.source,
                self.address if step.destination is POINT else step.destination,
                step.action,
                step.rule,
            )
            for step in self._row.way.steps
        )

    @property
    def shape(self) -> int:
        """The same for connections that only their point's name and address tell apart."""
        return id(self._row)

    def of_point(self, name: str, address: Address | None) -> "Reach":
        """The connection of the same shape for another point."""
        return replace(self, point=name, address=address)

    def as_found(self, *, reachable: bool, source_seen: Address | str | None, why: str) -> "Reach":
        """The same connection as it was found elsewhere, by a measurement: without hops."""
        return replace(self, _row=replace(self._row, way=Way(reachable, (), source_seen, why)))
