"""Plan -> who reaches whom: for each pair and direction, by which hops, and the source address that the far side sees."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.plan.model import HOST, Forward, InterfacePlan, Permit, Plan
from wgwizard.site import Address, Family, Network, Point, PortRange, SiteNetwork
from wgwizard.siteroutes import assumed_opens
from wgwizard.trace.ways import CLIENTS_OWN, POINT, Place, Placeholder, PointKind, PointKinds, Walker, Way, covers

__all__ = ["CLIENTS_OWN", "POINTS", "Hop", "Reach", "trace"]

_Item = TypeVar("_Item")

POINTS = "points"
PING = "icmp"


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


class _Row(Struct, frozen=True):
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

    _row: _Row
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


def trace(plan: Plan) -> tuple[Reach, ...]:
    """Every pair and direction of a plan, point by point in the site's order.

    Each point's rows: into each site network and to whatever its rights name, to "host" (β's own services, and ping), to
    "points", then from each site network to it, and to its published services. Points that the plan treats alike are worked
    out once.
    """
    tracer = _Tracer(plan)
    found: list[Reach] = []
    for point, interface in zip(plan.site.points, plan.points, strict=True):
        addresses = {address.version: address for address in point.addresses}
        found += [Reach(row, point.name, addresses.get(row.family)) for row in tracer.rows(point, interface)]
    return tuple(found)


class _Tracer:
    """The rows of each point, shared between points that are treated alike."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.walker = Walker(plan)
        self.names = {item.cidr: _name(item) for item in plan.site.networks}
        self.peers = {peer.node: peer for peer in plan.host.peers}
        self.out = _by_point(plan.from_points, lambda permit: permit.point)
        self.host = _by_point(plan.to_host, lambda permit: permit.point)
        self.into = _by_point(plan.to_points, lambda permit: permit.point)
        self.forwards = _by_point(plan.forwards, lambda forward: forward.point)
        self._kinds = PointKinds(plan)
        self._shared: dict[tuple[object, ...], list[_Row]] = {}
        self._services: dict[tuple[object, ...], Way] = {}

    def rows(self, point: Point, interface: InterfacePlan) -> Iterable[_Row]:
        """All rows of one point."""
        kind = self._kinds.of(interface, self.peers.get(point.name))
        opens = assumed_opens(self.plan.site, point)
        out, host, into = self.out[point.name], self.host[point.name], self.into[point.name]
        # Equal rights share their tuples (plan.rights), and a kind is kept once, so identity stands for value here.
        key = (
            id(kind),
            opens,
            tuple((id(permit.destinations), permit.protocol, permit.ports) for permit in out),
            tuple(permit.target for permit in host),
            tuple((id(permit.sources), permit.protocol, permit.ports) for permit in into),
        )
        if key not in self._shared:
            self._shared[key] = [
                *self._into_site(kind, out, _no_right(self.plan, point)),
                *self._to_host(kind, host),
                *self._to_points(kind),
                *self._direct(kind, into, _not_opened(self.plan, point)),
            ]
        if not point.services:
            return self._shared[key]
        return chain(self._shared[key], self._published(kind, point))

    # --- from points ---------------------------------------------------------------------------------------------------

    def _into_site(self, kind: PointKind, permits: list[Permit], refusal: str) -> Iterable[_Row]:
        """To each site network as a whole, then to whatever the rights name more closely."""
        whole = [permit for permit in permits if permit.protocol is None and not permit.ports]
        for network, name in self.names.items():
            permitted = any(_holds(permit, network) for permit in whole)
            partly = any(_touches(permit, network) for permit in permits)
            reason = "" if permitted else ("only what its rights name is permitted there" if partly else refusal)
            yield _Row(POINT, name, _family(network), None, "", False, self.walker.into_site(kind, network, reason))
        for permit in permits:
            for place, name in self._named(permit):
                way = self.walker.into_site(kind, place, "")
                yield _Row(POINT, name, _family(place), permit.protocol, _ports(permit.ports), False, way)

    def _named(self, permit: Permit) -> Iterable[tuple[Place, str]]:
        """The places that deserve a row of their own for a permit: not those that a network's row says already."""
        everything = permit.protocol is None and not permit.ports
        for place in permit.destinations:
            if isinstance(place, Address):
                yield place, permit.target
            elif not (everything and place in self.names):
                yield place, self.names.get(place, permit.target)

    def _to_host(self, kind: PointKind, permits: list[Permit]) -> Iterable[_Row]:
        allowed = {permit.target for permit in permits}
        for family in _families(self.plan):
            yield _Row(POINT, HOST, family, PING, "", False, self.walker.to_host(kind, family, "the host answers every point's ping", ""))
            for service in self.plan.site.host.services:
                reason = "" if service.name in allowed else "this service of the host is not among the point's rights"
                way = self.walker.to_host(kind, family, "a service of the host that the point may use", reason)
                yield _Row(POINT, HOST, family, service.protocol, str(service.port), False, way)

    def _to_points(self, kind: PointKind) -> Iterable[_Row]:
        for network in self.plan.site.tunnel.networks:
            yield _Row(POINT, POINTS, _family(network), None, "", False, self.walker.to_points(kind, network))

    # --- from the site -------------------------------------------------------------------------------------------------

    def _direct(self, kind: PointKind, permits: list[Permit], refusal: str) -> Iterable[_Row]:
        """From each site network to the point itself: everything, or each service that is permitted."""
        for network, name in self.names.items():
            family = _family(network)
            own = [permit for permit in permits if covers(_networks(permit.sources), network)]
            if any(permit.protocol is None for permit in own):
                yield _Row(name, POINT, family, None, "", False, self.walker.to_point(kind, network, ""))
                continue
            reason = "only the point's services are permitted" if own else refusal
            yield _Row(name, POINT, family, None, "", False, self.walker.to_point(kind, network, reason))
            for permit in own:
                yield _Row(name, POINT, family, permit.protocol, _ports(permit.ports), False, self.walker.to_point(kind, network, ""))

    def _published(self, kind: PointKind, point: Point) -> Iterable[_Row]:
        """From each site network to each service of the point by way of β's port."""
        published = {forward.service: forward for forward in self.forwards[point.name]}
        refusal = _not_forwarded(self.plan, point)
        for service in point.services:
            forward = published.get(service)
            port = str(service.port_on_host)
            for network, name in self.names.items():
                way = self._to_service(kind, network, forward, refusal)
                yield _Row(name, POINT, _family(network), service.protocol, port, True, way)

    def _to_service(self, kind: PointKind, network: Network, forward: Forward | None, refusal: str) -> Way:
        """The way by a port forward, which is the same for every port."""
        key = (id(kind), network, id(forward.clients) if forward is not None else refusal)
        if key not in self._services:
            clients = forward.clients if forward is not None else ()
            self._services[key] = self.walker.to_service(kind, network, clients, "" if forward is not None else refusal)
        return self._services[key]


def _by_point(items: Iterable[_Item], point_of: Callable[[_Item], str]) -> dict[str, list[_Item]]:
    found: dict[str, list[_Item]] = defaultdict(list)
    for item in items:
        found[point_of(item)].append(item)
    return found


def _name(item: SiteNetwork) -> str:
    return item.name if item.name is not None else str(item.cidr)


def _family(value: Place) -> Family:
    return 4 if value.version == 4 else 6


def _families(plan: Plan) -> tuple[Family, ...]:
    return tuple(dict.fromkeys(_family(network) for network in plan.site.tunnel.networks))


def _ports(ports: tuple[PortRange, ...]) -> str:
    return ",".join(str(item) for item in ports)


def _networks(places: Iterable[Place]) -> list[Network]:
    return [place for place in places if not isinstance(place, Address)]


def _holds(permit: Permit, network: Network) -> bool:
    return covers(_networks(permit.destinations), network)


def _touches(permit: Permit, network: Network) -> bool:
    """Whether a permit leads to some part of a network."""
    return any(
        place.version == network.version and (place in network if isinstance(place, Address) else place.overlaps(network))
        for place in permit.destinations
    )


# --- why something is not permitted ------------------------------------------------------------------------------------------


def _no_right(plan: Plan, point: Point) -> str:
    if not assumed_opens(plan.site, point).by_points:
        return "only the site opens connections to this point"
    if not (plan.strategy.masquerades or plan.strategy.routes):
        return "a port forward alone leads only from the site to the points"
    return "this is not among the point's rights"


def _not_opened(plan: Plan, point: Point) -> str:
    if not assumed_opens(plan.site, point).by_site:
        return "only the point opens connections, not the site"
    return f"the strategy {plan.strategy.value} permits the site nothing by route"


def _not_forwarded(plan: Plan, point: Point) -> str:
    if not plan.strategy.forwards:
        return f"the strategy {plan.strategy.value} forwards no ports of the host"
    if not assumed_opens(plan.site, point).by_site:
        return "only the point opens connections, not the site"
    return "this service has no port of the host"
