"""Site or Plan -> what the picture shows: names, addresses, who dials, who opens, what the strategy does. Pure.

A site that is not whole yet (sitefile.known) has gaps; what hangs on a gap is drawn dotted.
"""

from itertools import groupby

from msgspec import Struct

from wgwizard.plan.model import Forward, Plan, RouteNeeded, lan_address
from wgwizard.plan.rights import forwards
from wgwizard.plan.routes import routes_needed
from wgwizard.recommend import TITLES
from wgwizard.site import Address, Network, Opens, RoutesAt, Site, SiteHost, Strategy
from wgwizard.siteroutes import assumed_opens, is_default_gateway

_PLACES = {RoutesAt.ROUTER: "on the router", RoutesAt.DHCP: "by DHCP", RoutesAt.HOSTS: "on the computers"}


class Named(Struct, frozen=True):
    """A name and the addresses that belong to it, shortened where the place says the rest."""

    name: str
    addresses: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.name, *self.addresses[:1]))


class Scene(Struct, frozen=True):
    """All that the picture shows.

    `dials` is who dials the tunnel: "points", "host", `None` while not known; `endpoint` where. `opens` is who opens connections.
    `strategy` is "" while none is chosen, `notes` are what it does, most telling first.
    """

    points: tuple[Named, ...]
    dials: str | None
    endpoint: str
    router: tuple[str, ...]
    is_router: bool
    host: str
    host_tunnel: tuple[str, ...]
    host_lan: tuple[str, ...]
    interface: str
    port: int
    tunnels: tuple[str, ...]
    networks: tuple[str, ...]
    computers: tuple[Named, ...]
    opens: Opens | None
    strategy: str
    notes: tuple[str, ...]

    @property
    def tunnel_known(self) -> bool:
        """Whether both ends of the tunnel and who dials it are known."""
        return self.dials is not None and bool(self.points) and bool(self.host_lan)

    @property
    def site_known(self) -> bool:
        """Whether it is known what β leads to, and who opens it."""
        return bool(self.networks) and bool(self.host_lan) and self.opens is not None


def scene_of_plan(plan: Plan) -> Scene:
    """The picture of a plan."""
    return _scene(plan.site, plan.strategy, plan.forwards, plan.routes, into_tunnel=plan.masquerade_into_tunnel)


def scene_of_site(site: Site, strategy: Strategy | None = None, *, into_tunnel: bool = False) -> Scene:
    """The picture of a site: with a strategy of a completed one (derive.complete), without one also of one that has gaps."""
    if strategy is None:
        return _scene(site, None, (), (), into_tunnel=False)
    found = into_tunnel and strategy.forwards
    return _scene(site, strategy, forwards(site, strategy), routes_needed(site, strategy), into_tunnel=found)


def _scene(
    site: Site, strategy: Strategy | None, published: tuple[Forward, ...], routes: tuple[RouteNeeded, ...], *, into_tunnel: bool
) -> Scene:
    networks = tuple(item.cidr for item in site.networks)
    endpoint = site.host.endpoint
    is_router = bool(is_default_gateway(site))
    return Scene(
        points=tuple(Named(point.name or "a point", tuple(str(address) for address in point.addresses)) for point in site.points),
        dials=_dials(site),
        endpoint=str(endpoint) if endpoint is not None else "",
        router=tuple(short(address, networks) for address in site.router),
        is_router=is_router,
        host=site.host.name,
        host_tunnel=tuple(str(address) for address in site.tunnel.addresses),
        host_lan=tuple(short(address.ip, networks) for address in site.host.addresses),
        interface=site.tunnel.interface,
        port=site.tunnel.port,
        tunnels=tuple(str(network) for network in site.tunnel.networks),
        networks=tuple(f"{item.name} {item.cidr}" if item.name else str(item.cidr) for item in site.networks),
        computers=tuple(_computer(host, networks) for host in site.hosts),
        opens=_opens(site, strategy),
        strategy=TITLES[strategy].replace(" and ", " + ") if strategy is not None else "",
        notes=_notes(site, strategy, published, routes, into_tunnel=into_tunnel) if strategy is not None else (),
    )


def _dials(site: Site) -> str | None:
    if site.host.endpoint is not None:
        return "points"
    if site.host.cannot_be_dialled and any(point.endpoint is not None for point in site.points):
        return "host"
    return None


def _computer(host: SiteHost, networks: tuple[Network, ...]) -> Named:
    return Named(host.name or "a computer", tuple(short(address, networks) for address in host.addresses))


def _opens(site: Site, strategy: Strategy | None) -> Opens | None:
    """Who opens connections with any point: what was said, and where a strategy stands on it what is assumed."""
    said = {assumed_opens(site, point) for point in site.points} if strategy is not None else {point.opens for point in site.points}
    found = {opens if opens is not None else site.needs.opens for opens in said or {None}}
    known = {opens for opens in found if opens is not None}
    if not known:
        return None
    return known.pop() if len(known) == 1 else Opens.BOTH


def short(address: Address, networks: tuple[Network, ...]) -> str:
    """An address at the site as people say it: ".10", or ".200.10" where the IPv4 networks differ there; whole where they say less."""
    own = [network for network in networks if network.version == 4]
    if address.version != 4 or not any(network.prefixlen >= 24 and address in network for network in own):
        return str(address)
    octets = [{text[place] for text in (str(network.network_address).split(".") for network in own)} for place in range(3)]
    same = next((place for place in range(3) if len(octets[place]) > 1), 3)
    return "." + ".".join(str(address).split(".")[same:]) if same > 0 else str(address)


def _notes(
    site: Site, strategy: Strategy, published: tuple[Forward, ...], routes: tuple[RouteNeeded, ...], *, into_tunnel: bool
) -> tuple[str, ...]:
    """What the strategy does, in a few words each."""
    networks = tuple(item.cidr for item in site.networks)
    found: list[str] = []
    if strategy.masquerades:
        seen = dict.fromkeys(lan_address(site, network) for network in networks)
        found.append(f"seen as {', '.join(short(address, networks) for address in seen if address is not None)}")
    if strategy.routes:
        found += _route_notes(site, routes, networks)
    found += [_forward_note(forward) for forward in published]
    if into_tunnel:
        found.append(f"the points see β ({', '.join(str(address) for address in site.tunnel.addresses)})")
    return tuple(found)


def _forward_note(forward: Forward) -> str:
    service = forward.service
    protocol = "" if service.protocol == "tcp" else f"{service.protocol} "
    return f"{protocol}port {service.port_on_host} → {forward.point}:{service.port}"


def _route_notes(site: Site, routes: tuple[RouteNeeded, ...], networks: tuple[Network, ...]) -> list[str]:
    if is_default_gateway(site):
        return ["real addresses, no route needed: β is the router"]
    if not routes:
        return ["real addresses, if a route can be added"]
    told = groupby(routes, key=lambda route: (route.network, route.at))
    return [
        f"route {network} via {', '.join(short(route.via, networks) for route in group)} {_PLACES[place]}"
        for (network, place), group in told
    ]
