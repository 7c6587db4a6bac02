"""The routes that the site needs, and what β itself must forward."""

from typing import TYPE_CHECKING

from wgwizard.plan.model import FAMILIES, Forwarding, RouteNeeded, lan_address
from wgwizard.site import Family, Network, RoutesAt, Site, Strategy, of_family
from wgwizard.siteroutes import is_default_gateway, way_back

if TYPE_CHECKING:
    from wgwizard.host.facts import Facts


def routes_needed(site: Site, strategy: Strategy) -> tuple[RouteNeeded, ...]:
    """The routes to the tunnel networks, at as few places as do the whole work; none where β is the default gateway.

    Computers take the address of β that is in their own network as the next hop, so β's every such address has its route.
    Where nothing is known of the site's routes none is planned: the warning `no-way-back` says which one would serve, and where to look.
    """
    if not strategy.routes or is_default_gateway(site):
        return ()
    found: dict[RouteNeeded, None] = {}
    for network in site.tunnel.networks:
        family: Family = 4 if network.version == 4 else 6
        for place in (RoutesAt.ROUTER, RoutesAt.DHCP, RoutesAt.HOSTS):
            for told in _told(site, family, place):
                via = lan_address(site, told)
                if via is not None:
                    found.setdefault(RouteNeeded(network, via, place))
    return tuple(found)


def _told(site: Site, family: Family, place: RoutesAt) -> tuple[Network, ...]:
    """The site networks that are told at a place; one is enough for the router, which takes a single next hop."""
    networks = of_family((item.cidr for item in site.networks), family)
    told = tuple(network for network in networks if way_back(site, network).at is place)
    return told[:1] if place is RoutesAt.ROUTER else told


def forwarding(site: Site, facts: "Facts | None") -> Forwarding:
    """What β must forward: the families that both the tunnel and the site have."""
    used = {
        family: any(network.version == family for network in site.tunnel.networks)
        and any(item.cidr.version == family for item in site.networks)
        for family in FAMILIES
    }
    # A default gateway that nobody has looked at forwards already.
    gateway = bool(is_default_gateway(site))
    interfaces = lan_interfaces(site, facts)
    learned = facts.ra_default_interfaces if facts is not None and used[6] else ()
    return Forwarding(
        ipv4=used[4],
        ipv6=used[6],
        interfaces=interfaces,
        drop_foreign_ipv4=used[4] and not (_forwarded_ipv4(facts, interfaces) if facts is not None else gateway),
        drop_foreign_ipv6=used[6] and not (facts.ipv6_forwarding if facts is not None else gateway),
        accept_ra_interfaces=learned,
    )


def _forwarded_ipv4(facts: "Facts", interfaces: tuple[str, ...]) -> bool:
    """Whether what comes in on β's LAN interfaces was forwarded without us."""
    return facts.ipv4_forwarding or (bool(interfaces) and facts.ipv4_forwarders.issuperset(interfaces))


def lan_interfaces(site: Site, facts: "Facts | None") -> tuple[str, ...]:
    """β's LAN interfaces: those that the site names, else those that carry β's LAN addresses."""
    if site.host.interfaces or facts is None:
        return site.host.interfaces
    own = {address.ip for address in site.host.addresses}
    return tuple(name for name, addresses in facts.interfaces.items() if any(address.ip in own for address in addresses))
