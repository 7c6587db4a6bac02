"""The routes that the site needs, and what β itself must forward."""

from wgwizard.host.facts import Facts
from wgwizard.plan_model import FAMILIES, Forwarding, RouteNeeded, is_on_link, lan_addresses
from wgwizard.site import Cloud, Family, Network, RoutesAt, Site, Strategy, of_family


def routes_needed(site: Site, strategy: Strategy) -> tuple[RouteNeeded, ...]:
    """The routes to the tunnel networks, at the places where they can be added; none where β is the default gateway."""
    if not strategy.routes or site.host.default_gateway:
        return ()
    found: list[RouteNeeded] = []
    for network in site.tunnel.networks:
        via = lan_addresses(site, _family(network))
        if via:
            found.extend(RouteNeeded(network, via[0], place) for place in route_places(site, _family(network)))
    return tuple(found)


def _family(network: Network) -> Family:
    return 4 if network.version == 4 else 6


def is_cloud(site: Site) -> bool:
    """Whether the site is a cloud's virtual network, where only its route table counts."""
    return site.cloud not in (None, Cloud.NONE)


def route_places(site: Site, family: Family) -> tuple[RoutesAt, ...]:
    """Where to add the route: as few places as do the whole work, in the order in which they are done.

    The router alone will do unless it drops what it sees only half of and β shares a link with computers of the site: those
    then need the route themselves, by DHCP option 121 (IPv4 only) or by hand. Other networks always need the router's.
    """
    offered = site.routes_at if site.routes_at is not None else frozenset({RoutesAt.ROUTER})
    if is_cloud(site):
        return (RoutesAt.ROUTER,) if RoutesAt.ROUTER in offered else ()
    networks = of_family((item.cidr for item in site.networks), family)
    near = [network for network in networks if is_on_link(site, network)]
    router = RoutesAt.ROUTER in offered
    if router and (not near or site.router_drops_invalid is False):
        return (RoutesAt.ROUTER,)
    places = [RoutesAt.ROUTER] if router and (len(near) < len(networks) or offered == {RoutesAt.ROUTER}) else []
    if RoutesAt.DHCP in offered and family == 4 and near:
        places.append(RoutesAt.DHCP)
    elif RoutesAt.HOSTS in offered and near:
        places.append(RoutesAt.HOSTS)
    elif router and not places:
        places.append(RoutesAt.ROUTER)
    return tuple(places)


def forwarding(site: Site, facts: Facts | None) -> Forwarding:
    """What β must forward: the families that both the tunnel and the site have."""
    used = {
        family: any(network.version == family for network in site.tunnel.networks)
        and any(item.cidr.version == family for item in site.networks)
        for family in FAMILIES
    }
    learned = facts.ra_default_interfaces if facts is not None and used[6] else ()
    return Forwarding(
        ipv4=used[4],
        ipv6=used[6],
        interfaces=lan_interfaces(site, facts),
        drop_foreign_ipv6=used[6] and not (facts.ipv6_forwarding if facts is not None else bool(site.host.default_gateway)),
        accept_ra_interfaces=learned,
    )


def lan_interfaces(site: Site, facts: Facts | None) -> tuple[str, ...]:
    """β's LAN interfaces: those that the site names, else those that carry β's LAN addresses."""
    if site.host.interfaces or facts is None:
        return site.host.interfaces
    own = {address.ip for address in site.host.addresses}
    return tuple(name for name, addresses in facts.interfaces.items() if any(address.ip in own for address in addresses))
