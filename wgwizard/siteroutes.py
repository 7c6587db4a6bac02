"""The way back without NAT: whether answers from a site network find the tunnel, and where the route for that is told.

The facts were measured (docs/recommendation.md, "Routes at the site"); `recommend`, `plan` and `trace` share these predicates.
"""

from enum import StrEnum

from msgspec import Struct

from wgwizard.site import Cloud, Family, Network, Opens, Point, RoutesAt, Site


class Trouble(StrEnum):
    """What stands in the way back from a site network to the tunnel."""

    NOT_KNOWN = "routes-not-known"
    NO_ROUTE = "no-route"
    CLOUD = "cloud-routes-only-in-its-table"
    BEHIND_ROUTER = "behind-the-router"
    IPV4_ONLY = "dhcp-option-121-is-ipv4-only"
    HALF_SEEN = "router-drops-what-it-half-sees"
    HALF_SEEN_MAYBE = "router-may-drop-what-it-half-sees"


class Unknown(Struct, frozen=True):
    """An answer that is missing: the site file's field, what it is about, and in plain words what is not known."""

    field: str
    about: str
    text: str

    def __str__(self) -> str:
        return f"{self.text} ({self.field})"


# What to find out where the way back hangs on an answer that is not known.
UNKNOWN = {
    Trouble.NOT_KNOWN: Unknown("site.routes", "the site's routes", "where at the site a route to the tunnel can be added"),
    Trouble.HALF_SEEN_MAYBE: Unknown(
        "site.router_drops_invalid", "the router's filter", "whether the router drops connections of which it sees only half"
    ),
}


class RouteAnswers(Struct, frozen=True):
    """The answers on which the way back hangs; `None` is "not known"."""

    default_gateway: bool | None
    cloud: bool
    routes_at: frozenset[RoutesAt] | None
    router_drops_invalid: bool | None


class WayBack(Struct, frozen=True):
    """The way back from one site network: `works` is `None` where that hangs on an answer that is not known.

    `at` is the place where the route is told, `None` where none is needed or none would help; `trouble` says what stands in the way.
    """

    works: bool | None
    at: RoutesAt | None = None
    trouble: Trouble | None = None


def assumed_opens(site: Site, point: Point) -> Opens:
    """Who opens connections with this point: as said, else the points do, and the site too where services are given."""
    said = point.opens if point.opens is not None else site.needs.opens
    if said is not None:
        return said
    return Opens.BOTH if point.services else Opens.POINTS


def in_cloud(site: Site) -> bool:
    """Whether the site is a cloud's virtual network; not known counts as no."""
    return site.cloud not in (None, Cloud.NONE)


def is_default_gateway(site: Site) -> bool | None:
    """Whether β is the site's default gateway: as said, else by comparing its addresses with the router's."""
    if site.host.default_gateway is not None:
        return site.host.default_gateway
    if not site.router:
        return None
    return any(interface.ip in site.router for interface in site.host.addresses)


def on_host_link(site: Site, network: Network) -> bool:
    """Whether a site network is on β's own link: it overlaps the network of one of β's addresses."""
    return any(interface.version == network.version and interface.network.overlaps(network) for interface in site.host.addresses)


def route_answers(site: Site) -> RouteAnswers:
    """The answers on which the way back hangs."""
    return RouteAnswers(is_default_gateway(site), in_cloud(site), site.routes_at, site.router_drops_invalid)


def way_back(site: Site, network: Network) -> WayBack:
    """How answers from this site network reach the tunnel through β, without NAT."""
    return way_back_by(route_answers(site), on_host_link(site, network), network.version)


def way_back_by(answers: RouteAnswers, on_link: bool, family: Family) -> WayBack:
    """The same from bare answers, for a network of `family` that is on β's link or behind the router."""
    if answers.default_gateway:
        return WayBack(True)
    if answers.routes_at is None:
        return WayBack(None, trouble=Trouble.NOT_KNOWN)
    if not answers.routes_at:
        return WayBack(False, trouble=Trouble.NO_ROUTE)
    if answers.cloud or not on_link:
        return _by_router(answers.routes_at, answers.cloud)
    return _on_link(answers.routes_at, answers.router_drops_invalid, family)


def _by_router(routes_at: frozenset[RoutesAt], cloud: bool) -> WayBack:
    """Hosts behind a router cannot use β as their next hop, and a cloud delivers by its own table alone."""
    if RoutesAt.ROUTER in routes_at:
        return WayBack(True, RoutesAt.ROUTER)
    return WayBack(False, trouble=Trouble.CLOUD if cloud else Trouble.BEHIND_ROUTER)


def _on_link(routes_at: frozenset[RoutesAt], drops_invalid: bool | None, family: Family) -> WayBack:
    """On β's link the router sees half of each connection; what tells the hosts themselves avoids that."""
    if RoutesAt.ROUTER in routes_at and drops_invalid is False:
        return WayBack(True, RoutesAt.ROUTER)
    if RoutesAt.DHCP in routes_at and family == 4:
        return WayBack(True, RoutesAt.DHCP)
    if RoutesAt.HOSTS in routes_at:
        return WayBack(True, RoutesAt.HOSTS)
    if RoutesAt.ROUTER not in routes_at:
        return WayBack(False, trouble=Trouble.IPV4_ONLY)
    if drops_invalid:
        return WayBack(False, RoutesAt.ROUTER, Trouble.HALF_SEEN)
    return WayBack(None, RoutesAt.ROUTER, Trouble.HALF_SEEN_MAYBE)
