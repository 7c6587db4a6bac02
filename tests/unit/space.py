"""The space of answers on which the strategy hangs, and whether a traced plan meets what was asked for."""

from collections.abc import Iterator, Sequence
from functools import cache
from ipaddress import ip_interface, ip_network
from itertools import chain, combinations, product

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.derive import complete
from wgwizard.lock import Lock
from wgwizard.plan import make_plan
from wgwizard.site import Cloud, Endpoint, Host, Needs, Opens, Point, RoutesAt, Service, Site, SiteNetwork, Strategy
from wgwizard.siteroutes import RouteAnswers, WayBack, assumed_opens, way_back_by
from wgwizard.trace import Reach, trace

UNKNOWN_OR_NOT = (None, True, False)
PLACES = tuple(frozenset(places) for places in chain.from_iterable(combinations(RoutesAt, count) for count in range(4)))

# The dimensions in the order of the golden table, each with the word for every answer.
WORDS = {
    "opens": {"unknown": None, "points": Opens.POINTS, "site": Opens.SITE, "both": Opens.BOTH},
    "apart": {"unknown": None, "yes": True, "no": False},
    "services": {"none": 0, "some": 1, "all": 2},
    "seen_as_host": {"yes": True, "no": False},
    "families": {"4": (4,), "6": (6,), "4+6": (4, 6)},
    "networks": {"link": ("link",), "behind": ("behind",), "link+behind": ("link", "behind")},
    "routes": {"unknown": None}
    | {"+".join(place.value for place in RoutesAt if place in places) or "nowhere": places for places in PLACES},
    "drops": {"unknown": None, "yes": True, "no": False},
    "gateway": {"unknown": None, "yes": True, "no": False},
    "cloud": {"no": False, "yes": True},
}
NETWORKS = {
    ("link", 4): "192.168.200.0/24",
    ("behind", 4): "192.168.201.0/24",
    ("link", 6): "fd00:200::/64",
    ("behind", 6): "fd00:201::/64",
}
RouteState = tuple[frozenset[RoutesAt] | None, bool | None, bool | None, bool]


class Answers(Struct, frozen=True):
    """One combination of answers; the field names are those of WORDS."""

    opens: Opens | None
    apart: bool | None
    services: int
    seen_as_host: bool
    families: tuple[int, ...]
    networks: tuple[str, ...]
    routes: RouteState


def route_states() -> dict[tuple[WayBack, ...], list[RouteState]]:
    """Every (routes, drops, gateway, cloud), by what it does to a network of each family on β's link and behind the router.

    Recommendation, plan and trace see these four answers only through `way_back_by`, so that one state of each group stands for all.
    """
    groups: dict[tuple[WayBack, ...], list[RouteState]] = {}
    for places, drops, gateway, cloud in product((None, *PLACES), UNKNOWN_OR_NOT, UNKNOWN_OR_NOT, (False, True)):
        answers = RouteAnswers(gateway, cloud, places, drops)
        ways = tuple(way_back_by(answers, on_link, family) for on_link in (True, False) for family in (4, 6))
        groups.setdefault(ways, []).append((places, drops, gateway, cloud))
    return groups


def space(families: tuple[int, ...], networks: tuple[str, ...], *, whole: bool) -> Iterator[Answers]:
    """Every combination over one kind of site, one route state standing for its group; else a third, in which every three answers meet.

    The third are those whose answers' places in their lists have a sum that 3 divides: any three answers leave one free that makes it so.
    """
    states = [group[0] for group in route_states().values()]
    choices = (WORDS["opens"].values(), WORDS["apart"].values(), WORDS["services"].values(), (True, False), states)
    for places in product(*(enumerate(values) for values in choices)):
        if whole or sum(place for place, _ in places) % 3 == 0:
            opens, apart, services, seen, state = (answer for _, answer in places)
            yield Answers(opens, apart, services, seen, families, networks, state)


@cache
def ground(families: tuple[int, ...], networks: tuple[str, ...]) -> Site:
    """A completed site with two points, of which nothing that decides the strategy is said yet."""
    cidrs = [NETWORKS[place, family] for place in networks for family in families]
    own = {4: "192.168.200.2/24", 6: "fd00:200::2/64"}
    site = Site(
        name="site-b",
        networks=tuple(SiteNetwork(ip_network(cidr)) for cidr in cidrs),
        host=Host(
            addresses=tuple(ip_interface(own[family]) for family in families),
            interfaces=("lan0",),
            endpoint=Endpoint("198.51.100.2", 51820),
        ),
        points=(Point("a"), Point("a2")),
    )
    completed, _, problems = complete(site, Lock())
    assert not problems
    return completed


def site_of(answers: Answers) -> Site:
    """The site that a person with these answers describes."""
    base = ground(answers.families, answers.networks)
    places, drops, gateway, cloud = answers.routes
    points = tuple(
        replace(point, services=(Service("web", "tcp", 8000, 8001 + index),) if index < answers.services else ())
        for index, point in enumerate(base.points)
    )
    return replace(
        base,
        points=points,
        host=replace(base.host, default_gateway=gateway),
        routes_at=places,
        router_drops_invalid=drops,
        cloud=Cloud.AWS if cloud else None,
        needs=Needs(answers.opens, answers.apart, answers.seen_as_host),
    )


def traced(site: Site, strategy: Strategy, into_tunnel: bool) -> tuple[Reach, ...]:
    """Who reaches whom under a strategy."""
    return trace(make_plan(site, strategy, masquerade_into_tunnel=into_tunnel, public_keys={}))


def meets(site: Site, reaches: Sequence[Reach]) -> bool:
    """Whether what was asked for is there, read off the trace alone."""
    works = {(reach.origin, reach.target, reach.protocol, reach.ports): reach for reach in reaches if reach.reachable}
    names = [str(network.cidr) for network in site.networks]
    opening = [point for point in site.points if assumed_opens(site, point).by_points]
    opened = [point for point in site.points if assumed_opens(site, point).by_site]
    for name in names:
        ways = [works.get((point.name, name, None, "")) for point in opening]
        if not all(ways):
            return False
        own = [way.source_seen in point.addresses for way, point in zip(ways, opening, strict=True) if way is not None]
        if site.needs.tell_points_apart and not all(own):
            return False
    return all(_opened(site, works, name, point) for point in opened for name in names)


def _opened(site: Site, works: dict[tuple[str, str, str | None, str], Reach], network: str, point: Point) -> bool:
    """Whether a site network reaches a point: each service, by its port or β's, or everything where no services are listed."""
    wanted = [[("tcp", str(service.port)), ("tcp", str(service.port_on_host))] for service in point.services] or [[(None, "")]]
    for choices in wanted:
        ways = [works[key] for choice in choices if (key := (network, point.name, *choice)) in works]
        if site.needs.site_clients_seen_as_host:
            ways = [way for way in ways if way.source_seen in site.tunnel.addresses]
        if not ways:
            return False
    return True


def everything(site: Site) -> Iterator[tuple[Strategy, bool]]:
    """Every strategy, each that forwards also with masquerade into the tunnel."""
    for strategy in Strategy:
        yield strategy, False
        if strategy.forwards:
            yield strategy, True
