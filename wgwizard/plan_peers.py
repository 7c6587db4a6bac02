"""The WireGuard interfaces of a plan: who is a peer of whom, with which AllowedIPs, endpoint and keepalive."""

from collections.abc import Mapping
from ipaddress import ip_interface, ip_network

from wgwizard.plan_model import HOST, InterfacePlan, PeerPlan, tunnel_network_prefix
from wgwizard.plan_rights import Rights, is_opened_by_site, opens_to_site
from wgwizard.site import Address, Dns, Network, Point, Site, Strategy

# Seconds; short enough for the mappings of common NATs (wg(8), PersistentKeepalive).
KEEPALIVE = 25


def host_interface(site: Site, keys: Mapping[str, str]) -> InterfacePlan:
    """β's interface: a peer for each point, with that point's own addresses and nothing else.

    The site's networks never stand here: wg-quick would replace β's own LAN route by one into the tunnel.
    """
    tunnel = site.tunnel
    return InterfacePlan(
        node=HOST,
        interface=tunnel.interface,
        addresses=tuple(ip_interface(f"{address}/{tunnel_network_prefix(site, address)}") for address in tunnel.addresses),
        peers=tuple(_peer_on_host(site, point, keys) for point in site.points),
        listen_port=tunnel.port,
        mtu=tunnel.mtu,
        private_key_here=not site.host.keys_on_host,
    )


def _peer_on_host(site: Site, point: Point, keys: Mapping[str, str]) -> PeerPlan:
    # β keeps the session open only where it alone can dial: then the points' packets come back through its own NAT.
    alone = point.endpoint is not None and site.host.endpoint is None
    return PeerPlan(
        node=point.name,
        public_key=point.public_key or keys.get(point.name),
        preshared=point.preshared_key,
        allowed_ips=_single(point.addresses),
        endpoint=point.endpoint,
        keepalive=KEEPALIVE if alone else None,
    )


def point_interface(
    site: Site, point: Point, strategy: Strategy, rights: Rights, keys: Mapping[str, str], *, into_tunnel: bool
) -> InterfacePlan:
    """A point's interface, with β as its only peer.

    A point behind NAT sends a keepalive: without it the NAT forgets the session, and neither the site's packets nor β can find
    a silent point. β's own keepalive cannot replace it, because β does not know where the point is until it has spoken.
    """
    endpoint = site.host.endpoint
    peer = PeerPlan(
        node=HOST,
        public_key=keys.get(HOST),
        preshared=point.preshared_key,
        allowed_ips=_single(site.tunnel.addresses) + _site_networks(site, point, strategy, into_tunnel=into_tunnel),
        endpoint=endpoint,
        keepalive=KEEPALIVE if point.behind_nat and endpoint is not None else None,
    )
    return InterfacePlan(
        node=point.name,
        interface=site.tunnel.interface,
        addresses=tuple(ip_interface(network) for network in _single(point.addresses)),
        peers=(peer,),
        listen_port=point.endpoint.port if point.endpoint is not None else None,
        mtu=site.tunnel.mtu,
        dns=_dns(site, point, strategy, rights),
        private_key_here=point.public_key is None,
    )


def _single(addresses: tuple[Address, ...]) -> tuple[Network, ...]:
    """Each address as a /32 or /128."""
    return tuple(ip_network(address) for address in addresses)


def _site_networks(site: Site, point: Point, strategy: Strategy, *, into_tunnel: bool) -> tuple[Network, ...]:
    """The site's networks that a point's AllowedIPs must hold, beside β's tunnel addresses (docs/strategies.md, AllowedIPs).

    WireGuard sends only to AllowedIPs and takes in only from them, so they count in both directions: the networks that the
    point opens to, those that reach it by route, and the clients of a port forward, whose own addresses the point sees unless
    β masquerades them. Whole networks, so that the file stays the same when rights change.
    """
    reached = is_opened_by_site(site, point) and (strategy.routes or (strategy.forwards and not into_tunnel))
    if not reached and not opens_to_site(site, point, strategy):
        return ()
    families = {address.version for address in point.addresses}
    return tuple(item.cidr for item in site.networks if item.cidr.version in families)


def _dns(site: Site, point: Point, strategy: Strategy, rights: Rights) -> Dns | None:
    """The site's resolvers that the point may ask; a resolver that does not answer would take the point's own away."""
    servers = tuple(server for server in site.dns.servers if rights.may_ask(point, server, strategy))
    return Dns(servers, site.dns.search) if servers else None
