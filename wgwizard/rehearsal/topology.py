"""Plan -> what the replica consists of: nodes, links, addresses, routes and the routers' own rules; pure."""

from collections.abc import Sequence
from ipaddress import ip_interface, ip_network

from wgwizard.plan import Plan
from wgwizard.rehearsal.addressing import INTERNET, Wan, home_network, segments_of
from wgwizard.rehearsal.nodes import LAN_INTERFACE, WAN_INTERFACE, Kind, Link, Node, Route, Topology, default_routes
from wgwizard.rehearsal.routers import home_router_rules
from wgwizard.rehearsal.site_nodes import site_nodes, to_internet
from wgwizard.site import Address, InterfaceAddress, Point, Site
from wgwizard.siteroutes import is_default_gateway


def topology(plan: Plan) -> Topology:
    """The replica of the site of a plan, with the routes that the plan asks the site for already in place.

    Each network of the site has the hosts that the file names and one more that it does not; all that is on one link is one
    segment. β's WireGuard port is forwarded by the site's router, as the site's people have to do it.
    """
    site = plan.site
    wan = Wan(site)
    nodes = site_nodes(plan, segments_of(site), wan, beta_is_router=bool(is_default_gateway(site)))
    for point in site.points:
        nodes += _point(plan, point, wan)
    return Topology((_internet(site, nodes), *nodes), _public_names(site, nodes))


def _point(plan: Plan, point: Point, wan: Wan) -> list[Node]:
    """A point: on the internet, or in its home behind its own NAT router."""
    public = wan.addresses(point.endpoint)
    if not point.behind_nat:
        link = Link(WAN_INTERFACE, INTERNET, public)
        return [Node(point.name, Kind.POINT, (link,), to_internet(wan))]
    router, home = f"router of {point.name}", f"home of {point.name}"
    networks = home_network(plan.site, point)
    inside = Link("lan", home, tuple(ip_interface(f"{network[1]}/{network.prefixlen}") for network in networks))
    own = Link(LAN_INTERFACE, home, tuple(ip_interface(f"{network[20]}/{network.prefixlen}") for network in networks))
    rules = home_router_rules("lan", WAN_INTERFACE, _forward_home(plan, point, own))
    links = (inside, Link(WAN_INTERFACE, INTERNET, public))
    return [
        Node(router, Kind.HOME_ROUTER, links, to_internet(wan), forwards=True, rules=rules),
        Node(point.name, Kind.POINT, (own,), default_routes(own, inside)),
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
