"""Plan -> what the replica consists of: nodes, links, addresses, routes and the routers' own rules; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network

from wgwizard.plan import HOST, ROUTER, Plan, RouteNeeded
from wgwizard.rehearsal.addressing import INTERNET, Segment, Wan, free_address, home_network, segments_of
from wgwizard.rehearsal.routers import home_router_rules, host_as_router_rules, site_router_rules
from wgwizard.site import Address, InterfaceAddress, Network, Point, RoutesAt, Site
from wgwizard.siteroutes import is_default_gateway

LAN_INTERFACE = "eth0"
WAN_INTERFACE = "wan"
DEFAULT_ROUTES: tuple[Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))


class Kind(StrEnum):
    """What a node is."""

    INTERNET = "internet"
    ROUTER = "router"
    HOST = "host"
    SITE_HOST = "site host"
    HOME_ROUTER = "home router"
    POINT = "point"


@dataclass(frozen=True, slots=True)
class Link:
    """An interface of a node, plugged into a segment (a switch)."""

    interface: str
    segment: str
    addresses: tuple[InterfaceAddress, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a node: by `via`, or without it straight out of `interface`."""

    network: Network
    interface: str
    via: Address | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One computer of the replica; `rules` is the nftables text of its own firewall and NAT ("": none)."""

    name: str
    kind: Kind
    links: tuple[Link, ...]
    routes: tuple[Route, ...] = ()
    forwards: bool = False
    rules: str = ""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Its addresses, in the order of its links."""
        return tuple(address.ip for link in self.links for address in link.addresses)


@dataclass(frozen=True, slots=True)
class Topology:
    """The whole replica; `names` are the host names that the internet's DNS would know."""

    nodes: tuple[Node, ...]
    names: Mapping[str, Address] = field(default_factory=dict)

    def node(self, name: str) -> Node:
        """The node of this name."""
        return next(node for node in self.nodes if node.name == name)

    def of_kind(self, *kinds: Kind) -> tuple[Node, ...]:
        """The nodes of these kinds, in their order."""
        return tuple(node for node in self.nodes if node.kind in kinds)


def topology(plan: Plan) -> Topology:
    """The replica of the site of a plan, with the routes that the plan asks the site for already in place.

    Each network of the site has the hosts that the file names and one more that it does not; all that is on one link is one
    segment. β's WireGuard port is forwarded by the site's router, as the site's people have to do it.
    """
    site = plan.site
    wan = Wan(site)
    segments = segments_of(site)
    beta_is_router = bool(is_default_gateway(site))
    gateways = {segment.label: _router_link(site, segment, index, beta_is_router) for index, segment in enumerate(segments)}
    nodes = [_router(plan, gateways, wan, beta_is_router)]
    if not beta_is_router:
        nodes.append(_host(site, segments, gateways))
    nodes += [node for segment in segments for node in _site_hosts(plan, segment, gateways[segment.label])]
    for point in site.points:
        nodes += _point(plan, point, wan)
    return Topology((_internet(site, nodes), *nodes), _public_names(site, nodes))


# --- the site --------------------------------------------------------------------------------------------------------------


def _router_link(site: Site, segment: Segment, index: int, beta_is_router: bool) -> Link:
    """The link of the site's default gateway into a segment, at the addresses the site file gives it, else at free ones."""
    addresses = [address for address in site.host.addresses if beta_is_router and segment.contains(address.ip)]
    for prefix in segment.prefixes:
        if not any(address.version == prefix.version for address in addresses):
            known = next((address for address in site.router if address.version == prefix.version and address in prefix), None)
            own = known or free_address(prefix, segment.used(site))
            addresses += [segment.interface(own)] if own is not None else []
    name = (site.host.interfaces or (LAN_INTERFACE,))[0] if beta_is_router and index == 0 else f"lan{index}"
    return Link(name, segment.label, tuple(addresses))


def _router(plan: Plan, lans: Mapping[str, Link], wan: Wan, beta_is_router: bool) -> Node:
    """The site's default gateway: NAT to the internet, the port forward to β, and the plan's routes that are told there."""
    site = plan.site
    outside = Link(WAN_INTERFACE, INTERNET, wan.addresses(site.host.endpoint))
    if beta_is_router:
        rules = host_as_router_rules(WAN_INTERFACE)
        return Node(HOST, Kind.HOST, (*lans.values(), outside), _to_internet(wan), forwards=True, rules=rules)
    rules = site_router_rules(plan, tuple(link.interface for link in lans.values()), WAN_INTERFACE)
    needed = tuple(
        Route(route.network, link.interface, route.via)
        for route in plan.routes
        if route.at is RoutesAt.ROUTER and (link := _link_towards(lans.values(), route)) is not None
    )
    return Node(ROUTER, Kind.ROUTER, (*lans.values(), outside), (*_to_internet(wan), *needed), forwards=True, rules=rules)


def _link_towards(links: Iterable[Link], route: RouteNeeded) -> Link | None:
    return next(
        (link for link in links for address in link.addresses if address.version == route.via.version and route.via in address.network),
        None,
    )


def _to_internet(wan: Wan) -> tuple[Route, ...]:
    return tuple(Route(default, WAN_INTERFACE, wan.gateway(default)) for default in DEFAULT_ROUTES)


def _host(site: Site, segments: Iterable[Segment], gateways: Mapping[str, Link]) -> Node:
    """β, where it is not the router; without any of the plan's own doing."""
    segment = next(segment for segment in segments if segment.is_beta)
    link = Link((site.host.interfaces or (LAN_INTERFACE,))[0], segment.label, site.host.addresses)
    return Node(HOST, Kind.HOST, (link,), _defaults(link, gateways[segment.label]))


def _defaults(link: Link, gateway: Link) -> tuple[Route, ...]:
    """The default routes by the gateway's addresses, one a family that both have."""
    families = {address.version for address in link.addresses}
    return tuple(
        Route(default, link.interface, next(address.ip for address in gateway.addresses if address.version == default.version))
        for default in DEFAULT_ROUTES
        if default.version in families
    )


def _site_hosts(plan: Plan, segment: Segment, gateway: Link) -> list[Node]:
    """The named hosts of a segment, those that a right names by address alone, and one more with an address in each network."""
    used = segment.used(plan.site) | {address.ip for address in gateway.addresses}
    taken = _own_addresses(plan.site)
    people = {host.name: tuple(a for a in host.addresses if segment.contains(a) and a not in taken) for host in plan.site.hosts}
    known = {address for addresses in people.values() for address in addresses} | taken
    places = (place for permit in plan.from_points for place in permit.destinations if not isinstance(place, Network))
    bare = {str(place): (place,) for place in places if segment.contains(place) and place not in known}
    used |= {addresses[0] for addresses in bare.values()}
    spare = tuple(address for network in segment.networks if (address := free_address(segment.on_link(network), used)) is not None)
    nodes = []
    for name, addresses in {**people, **bare, f"another host in {segment.label}": spare}.items():
        if addresses:
            link = Link(LAN_INTERFACE, segment.label, tuple(segment.interface(address) for address in addresses))
            told = _told_to_hosts(plan, segment, link)
            nodes.append(Node(name, Kind.SITE_HOST, (link,), (*_defaults(link, gateway), *told)))
    return nodes


def _own_addresses(site: Site) -> set[Address]:
    return {address.ip for address in site.host.addresses} | set(site.router)


def _told_to_hosts(plan: Plan, segment: Segment, link: Link) -> tuple[Route, ...]:
    """The plan's routes that the hosts themselves have, by hand or by DHCP; only β's own link can use β as a next hop."""
    if not segment.is_beta:
        return ()
    families = {address.version for address in link.addresses}
    found = {
        route.network: Route(route.network, link.interface, route.via)
        for route in plan.routes
        if route.at in (RoutesAt.HOSTS, RoutesAt.DHCP) and route.via.version in families
    }
    return tuple(found.values())


# --- the points and the internet -------------------------------------------------------------------------------------------


def _point(plan: Plan, point: Point, wan: Wan) -> list[Node]:
    """A point: on the internet, or in its home behind its own NAT router."""
    public = wan.addresses(point.endpoint)
    if not point.behind_nat:
        link = Link(WAN_INTERFACE, INTERNET, public)
        return [Node(point.name, Kind.POINT, (link,), _to_internet(wan))]
    router, home = f"router of {point.name}", f"home of {point.name}"
    networks = home_network(plan.site, point)
    inside = Link("lan", home, tuple(ip_interface(f"{network[1]}/{network.prefixlen}") for network in networks))
    own = Link(LAN_INTERFACE, home, tuple(ip_interface(f"{network[20]}/{network.prefixlen}") for network in networks))
    rules = home_router_rules("lan", WAN_INTERFACE, _forward_home(plan, point, own))
    links = (inside, Link(WAN_INTERFACE, INTERNET, public))
    return [
        Node(router, Kind.HOME_ROUTER, links, _to_internet(wan), forwards=True, rules=rules),
        Node(point.name, Kind.POINT, (own,), _defaults(own, inside)),
    ]


def _forward_home(plan: Plan, point: Point, own: Link) -> tuple[int, Address, int] | None:
    """The port that a home router forwards, where β is to dial this point: (its port, the point's address, the point's port)."""
    interface = next(item for item in plan.points if item.node == point.name)
    if point.endpoint is None or interface.listen_port is None:
        return None
    return point.endpoint.port, own.addresses[0].ip, interface.listen_port


def _internet(site: Site, nodes: Sequence[Node]) -> Node:
    """A router that knows every public address; it is the next hop of all of them, and translates nothing.

    Where the points dial β at its own LAN address (a company's network in place of the internet), that leads to the site's router.
    """
    addresses = [address for node in nodes for address in _outside(node)]
    routes = [Route(address.network, LAN_INTERFACE) for address in addresses]
    dialled = Wan.literal(site.host.endpoint) if site.host.endpoint is not None else None
    if dialled is not None and dialled not in {address.ip for address in addresses}:
        via = next(address.ip for address in _outside(nodes[0]) if address.version == dialled.version)
        routes.append(Route(ip_network(dialled), LAN_INTERFACE, via))
    return Node(INTERNET, Kind.INTERNET, (Link(LAN_INTERFACE, INTERNET, Wan.GATEWAYS),), tuple(routes), forwards=True)


def _outside(node: Node) -> tuple[InterfaceAddress, ...]:
    """A node's public addresses."""
    return tuple(address for link in node.links if link.segment == INTERNET for address in link.addresses)


def _public_names(site: Site, nodes: Sequence[Node]) -> dict[str, Address]:
    """Host name -> IPv4 address for every endpoint that is written as a name."""
    by_name = {node.name: node for node in nodes}
    wanted = [(site.host.endpoint, nodes[0])]
    wanted += [(point.endpoint, by_name.get(f"router of {point.name}") or by_name[point.name]) for point in site.points]
    written = [(endpoint, node) for endpoint, node in wanted if endpoint is not None and Wan.literal(endpoint) is None]
    return {endpoint.host: _outside(node)[0].ip for endpoint, node in written}
