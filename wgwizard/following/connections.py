"""What can be followed: the rows of a trace, also with the named computers of the site in place of its networks; pure."""

from collections.abc import Iterator

from msgspec import Struct

from wgwizard.plan.model import HOST, Plan
from wgwizard.site import Address, Network, SiteHost
from wgwizard.trace import POINTS, Reach


class Connection(Struct, frozen=True):
    """A row of the trace, with one named computer of the site in place of its whole network where `computer` is given."""

    reach: Reach
    computer: SiteHost | None = None

    @property
    def who(self) -> str:
        """As "laptop → nas"."""
        reach = self.reach
        at_site = self.computer.name if self.computer is not None else None
        origin = at_site if at_site and reach.origin != reach.point else reach.origin
        target = at_site if at_site and origin is not at_site else reach.target
        return f"{shown(origin)} → {shown(target)}"

    @property
    def what(self) -> str:
        """As "tcp 445", "everything", "tcp port 8081 of Host β"."""
        return f"{opened(self.reach)}, IPv6" if self.reach.family == 6 else opened(self.reach)


def opened(reach: Reach) -> str:
    """What is opened, as "tcp 445", "everything", "tcp port 8081 of Host β"."""
    protocol = "ping" if reach.protocol == "icmp" else reach.protocol or ""
    words = [protocol, "port" if reach.published else "", reach.ports, "of Host β" if reach.published else ""]
    return " ".join(word for word in words if word) or "everything"


def shown(name: str) -> str:
    """What a node is called to people."""
    return {HOST: "Host β", POINTS: "other points"}.get(name, name)


def connections(plan: Plan, reaches: tuple[Reach, ...]) -> Iterator[Connection]:
    """Every row of the trace; a network that has named computers also as each of these, but what is refused not where a right names one."""
    named: dict[tuple[str, int], tuple[SiteHost, ...]] = {}
    for item in plan.site.networks:
        inside = tuple(host for host in plan.site.hosts if any(_in(address, item.cidr) for address in host.addresses))
        key = (item.name or str(item.cidr), item.cidr.version)
        named[key] = (*named.get(key, ()), *inside)
    by_right = {(reach.point, reach.target, reach.family) for reach in reaches if reach.origin == reach.point}
    for reach in reaches:
        network = reach.target if reach.origin == reach.point else reach.origin
        for host in named.get((network, reach.family), ()):
            if reach.reachable or reach.origin != reach.point or (reach.point, host.name, reach.family) not in by_right:
                yield Connection(reach, host)
        yield Connection(reach)


def _in(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network
