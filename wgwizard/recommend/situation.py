"""A site reduced to the answers on which the strategy hangs: small however many points there are, so that it can be asked again."""

from collections import Counter
from ipaddress import ip_network

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.site import Family, Network, Opens, Point, Site
from wgwizard.siteroutes import RouteAnswers, on_host_link, route_answers


class NetworkKind(Struct, frozen=True):
    """A site network: `on_link` is on β's own link, else it lies behind the router."""

    cidr: Network
    on_link: bool

    @property
    def family(self) -> Family:
        """The IP version."""
        return self.cidr.version


class PointKind(Struct, frozen=True):
    """All points of which the same is said; `index` and `name` are those of the first, `networks` the indices of what they may reach."""

    index: int
    name: str
    count: int
    opens: Opens | None
    has_services: bool
    networks: frozenset[int]

    def opens_under(self, needs_opens: Opens | None) -> Opens:
        """Who opens connections: as said, else the points do, and the site too where services are given."""
        said = self.opens if self.opens is not None else needs_opens
        if said is not None:
            return said
        return Opens.BOTH if self.has_services else Opens.POINTS


class Situation(Struct, frozen=True):
    """The answers on which the strategy hangs; `None` is "not known"."""

    opens: Opens | None
    apart: bool | None
    seen_as_host: bool
    routes: RouteAnswers
    networks: tuple[NetworkKind, ...]
    kinds: tuple[PointKind, ...]


def situation_of(site: Site) -> Situation:
    """The site's answers, with like points put together; one pass over the points."""
    return Situation(
        opens=site.needs.opens,
        apart=site.needs.tell_points_apart,
        seen_as_host=site.needs.site_clients_seen_as_host,
        routes=route_answers(site),
        networks=tuple(NetworkKind(network.cidr, on_host_link(site, network.cidr)) for network in site.networks),
        kinds=_kinds(site),
    )


def _kinds(site: Site) -> tuple[PointKind, ...]:
    """Points of which the same is said, in the order in which they first appear."""
    found: dict[tuple[Opens | None, bool, frozenset[int]], PointKind] = {}
    counts: Counter[tuple[Opens | None, bool, frozenset[int]]] = Counter()
    known: dict[str, frozenset[int]] = {}
    everything = frozenset(range(len(site.networks)))
    for index, point in enumerate(site.points):
        networks = everything if point.may_reach is None else _reached(site, point, known)
        key = (point.opens, bool(point.services), networks)
        counts[key] += 1
        if key not in found:
            found[key] = PointKind(index, point.name, 1, *key)
    return tuple(replace(kind, count=counts[key]) for key, kind in found.items())


def _reached(site: Site, point: Point, known: dict[str, frozenset[int]]) -> frozenset[int]:
    """The indices of the site networks that a point's rights lead to; `known` remembers what each name means."""
    reached: frozenset[int] = frozenset()
    for right in point.may_reach or ():
        if right.to not in known:
            known[right.to] = _meant(site, right.to)
        reached |= known[right.to]
    return reached


def _meant(site: Site, to: str) -> frozenset[int]:
    """The site networks in which lies what a right names; β itself lies in none of them for this purpose."""
    if to in ("host", site.host.name):
        return frozenset()
    targets = _targets(site, to)
    return frozenset(
        index
        for index, network in enumerate(site.networks)
        if any(target.version == network.cidr.version and target.overlaps(network.cidr) for target in targets)
    )


def _targets(site: Site, to: str) -> list[Network]:
    """What a right names, as networks; an unknown name (which the check refuses) is taken for the whole site."""
    for host in site.hosts:
        if host.name == to:
            return [ip_network(address) for address in host.addresses]
    named = [network.cidr for network in site.networks if network.name == to]
    if named:
        return named
    try:
        return [ip_network(to, strict=False)]
    except ValueError:
        return [network.cidr for network in site.networks]
