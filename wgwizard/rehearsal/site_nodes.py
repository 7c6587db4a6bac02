"""The site's part of the replica: its router or routers, β, and the computers on each link; pure."""

from collections.abc import Iterable, Mapping, Sequence

from wgwizard.plan import HOST, ROUTER, Plan, RouteNeeded
from wgwizard.rehearsal.addressing import INTERNET, Segment, Wan, free_address, holds
from wgwizard.rehearsal.nodes import DEFAULT_ROUTES, LAN_INTERFACE, WAN_INTERFACE, Kind, Link, Node, Route, default_routes
from wgwizard.rehearsal.routers import host_as_router_rules, site_router_rules
from wgwizard.site import Address, InterfaceAddress, Network, RoutesAt, Site


def site_nodes(plan: Plan, segments: Sequence[Segment], wan: Wan, *, beta_is_router: bool) -> list[Node]:
    """The nodes of the site, the one with the public address first; `segments` begin with β's own.

    Where β is the site's default gateway it has the addresses that the site file gives it and no others, so that networks on
    other links lie behind one more router, which knows nothing but β.
    """
    beta = _beta_link(plan.site, segments[0])
    lans = {segment.label: _router_link(plan.site, segment, index) for index, segment in enumerate(segments)}
    gateways = dict(lans)
    if beta_is_router:
        gateways[segments[0].label] = beta
        nodes = [_beta_as_router(plan, beta, lans, segments, wan)]
        if len(segments) > 1:
            inner = default_routes(lans[beta.segment], beta)
            nodes.append(Node(ROUTER, Kind.ROUTER, tuple(lans.values()), inner, forwards=True))
    else:
        nodes = [_router(plan, lans, wan), Node(HOST, Kind.HOST, (beta,), default_routes(beta, gateways[beta.segment]))]
    for segment in segments:
        routers = {address for node in nodes for address in node.addresses}
        nodes += _site_hosts(plan, segment, gateways[segment.label], segment.used(plan.site) | routers)
    return nodes


def to_internet(wan: Wan) -> tuple[Route, ...]:
    """The default routes of whoever has a public address."""
    return tuple(Route(default, WAN_INTERFACE, wan.gateway(default)) for default in DEFAULT_ROUTES)


def _beta_link(site: Site, segment: Segment) -> Link:
    return Link((site.host.interfaces or (LAN_INTERFACE,))[0], segment.label, site.host.addresses)


def _router_link(site: Site, segment: Segment, index: int) -> Link:
    """A router's link into a segment, at the addresses that the site file gives it, else at free ones."""
    own = {address.ip for address in site.host.addresses}
    addresses: list[InterfaceAddress] = []
    for prefix in segment.prefixes:
        known = next((address for address in site.router if holds(prefix, address) and address not in own), None)
        address = known or free_address(prefix, segment.used(site))
        if address is not None and not any(other.version == prefix.version for other in addresses):
            addresses.append(segment.interface(address))
    return Link(f"lan{index}", segment.label, tuple(addresses))


def _router(plan: Plan, lans: Mapping[str, Link], wan: Wan) -> Node:
    """The site's default gateway: NAT to the internet, the port forward to β, and the plan's routes that are told there."""
    outside = Link(WAN_INTERFACE, INTERNET, wan.addresses(plan.site.host.endpoint))
    rules = site_router_rules(plan, tuple(link.interface for link in lans.values()), WAN_INTERFACE)
    needed = tuple(
        Route(route.network, link.interface, route.via)
        for route in plan.routes
        if route.at is RoutesAt.ROUTER and (link := _link_towards(lans.values(), route)) is not None
    )
    return Node(ROUTER, Kind.ROUTER, (*lans.values(), outside), (*to_internet(wan), *needed), forwards=True, rules=rules)


def _link_towards(links: Iterable[Link], route: RouteNeeded) -> Link | None:
    return next((link for link in links if any(holds(address.network, route.via) for address in link.addresses)), None)


def _beta_as_router(plan: Plan, beta: Link, lans: Mapping[str, Link], segments: Sequence[Segment], wan: Wan) -> Node:
    """β as the site's default gateway: a public address, NAT for the LANs, routes to the networks behind the inner router."""
    outside = Link(WAN_INTERFACE, INTERNET, wan.addresses(plan.site.host.endpoint))
    inner = {address.version: address.ip for address in lans[beta.segment].addresses}
    prefixes = (prefix for segment in segments[1:] for prefix in segment.prefixes if prefix.version in inner)
    behind = tuple(Route(prefix, beta.interface, inner[prefix.version]) for prefix in prefixes)
    rules = host_as_router_rules(WAN_INTERFACE)
    return Node(HOST, Kind.HOST, (beta, outside), (*to_internet(wan), *behind), forwards=True, rules=rules)


def _site_hosts(plan: Plan, segment: Segment, gateway: Link, used: set[Address]) -> list[Node]:
    """The computers of a segment: those with names, one for whatever a right names by its address or CIDR, and one for the rest.

    The last has an address in each of the segment's networks, outside every part that some right names.
    """
    taken = _own_addresses(plan.site)
    people = {host.name: tuple(a for a in host.addresses if segment.contains(a) and a not in taken) for host in plan.site.hosts}
    named = {place for permit in plan.from_points for place in permit.destinations}
    parts = [place for place in named if isinstance(place, Network) and place not in segment.networks and _is_part(place, segment)]
    for part in sorted(parts, key=str):
        own = free_address(part, used)
        people[str(part)] = (own,) if own is not None else ()
        used |= set(people[str(part)])
    bare = {place for place in named if not isinstance(place, Network) and segment.contains(place)} - segment.used(plan.site)
    people |= {str(address): (address,) for address in bare}
    used |= bare
    rest = (free_address(segment.on_link(network), used, parts) for network in segment.networks)
    people[f"another host in {segment.label}"] = tuple(address for address in rest if address is not None)
    return [_site_host(plan, name, segment, addresses, gateway) for name, addresses in people.items() if addresses]


def _is_part(place: Network, segment: Segment) -> bool:
    """Whether a CIDR is inside one of the segment's networks."""
    return any(holds(network, place.network_address) and place.prefixlen > network.prefixlen for network in segment.networks)


def _site_host(plan: Plan, name: str, segment: Segment, addresses: Sequence[Address], gateway: Link) -> Node:
    link = Link(LAN_INTERFACE, segment.label, tuple(segment.interface(address) for address in addresses))
    return Node(name, Kind.SITE_HOST, (link,), (*default_routes(link, gateway), *_told_to_hosts(plan, segment, link)))


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
