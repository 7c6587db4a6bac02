"""The WireGuard interfaces of a plan: who is a peer of whom, with which AllowedIPs, endpoint and keepalive."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface, ip_interface

from wgwizard.plan.model import HOST, InterfacePlan, PeerPlan, tunnel_network_prefix
from wgwizard.plan.rights import Rights, opens_to_site
from wgwizard.site import Address, Dns, InterfaceAddress, Network, Opens, Point, Site, Strategy
from wgwizard.siteroutes import assumed_opens

# Seconds; short enough for the mappings of common NATs (wg(8), PersistentKeepalive).
KEEPALIVE = 25


def host_interface(site: Site, keys: Mapping[str, str], points: Iterable[InterfacePlan]) -> InterfacePlan:
    """β's interface: a peer for each of `points`, with that point's own addresses and nothing else.

    The site's networks never stand here: wg-quick would replace β's own LAN route by one into the tunnel.
    """
    tunnel = site.tunnel
    return InterfacePlan(
        node=HOST,
        interface=tunnel.interface,
        addresses=tuple(ip_interface(f"{address}/{tunnel_network_prefix(site, address)}") for address in tunnel.addresses),
        peers=tuple(_peer_on_host(site, point, interface, keys) for point, interface in zip(site.points, points, strict=True)),
        listen_port=tunnel.port,
        mtu=tunnel.mtu,
        private_key_here=not site.host.keys_on_host,
    )


def _peer_on_host(site: Site, point: Point, interface: InterfacePlan, keys: Mapping[str, str]) -> PeerPlan:
    # β keeps the session open only where it alone can dial: then the points' packets come back through its own NAT.
    alone = point.endpoint is not None and site.host.endpoint is None
    return PeerPlan(
        node=point.name,
        public_key=point.public_key or keys.get(point.name),
        preshared=point.preshared_key,
        allowed_ips=tuple([address.network for address in interface.addresses]),
        endpoint=point.endpoint,
        keepalive=KEEPALIVE if alone else None,
    )


class PointInterfaces:
    """The points' interfaces for one strategy; what several points have in common is made once."""

    def __init__(self, site: Site, strategy: Strategy, rights: Rights, keys: Mapping[str, str], *, into_tunnel: bool) -> None:
        self._site = site
        self._strategy = strategy
        self._rights = rights
        self._host_key = keys.get(HOST)
        self._into_tunnel = into_tunnel
        self._host_addresses: tuple[Network, ...] = tuple(single(address).network for address in site.tunnel.addresses)
        self._allowed: dict[tuple[Opens, tuple[int, ...]], tuple[Network, ...]] = {}
        self._peers: dict[tuple[int, bool, bool], PeerPlan] = {}

    def of(self, point: Point) -> InterfacePlan:
        """A point's interface, with β as its only peer.

        A point behind NAT sends a keepalive: without it the NAT forgets the session, and neither the site's packets nor β can
        find a silent point. β's own keepalive cannot replace it, because β does not know where the point is until it has spoken.
        """
        allowed = self._allowed_ips(point)
        same = (id(allowed), point.preshared_key, point.behind_nat)
        if same not in self._peers:
            self._peers[same] = self._peer(point, allowed)
        return InterfacePlan(
            node=point.name,
            interface=self._site.tunnel.interface,
            addresses=tuple([single(address) for address in point.addresses]),
            peers=(self._peers[same],),
            listen_port=point.endpoint.port if point.endpoint is not None else None,
            mtu=self._site.tunnel.mtu,
            dns=self._dns(point) if self._site.dns.servers else None,
            private_key_here=point.public_key is None,
        )

    def _peer(self, point: Point, allowed: tuple[Network, ...]) -> PeerPlan:
        endpoint = self._site.host.endpoint
        keepalive = KEEPALIVE if point.behind_nat and endpoint is not None else None
        return PeerPlan(HOST, self._host_key, point.preshared_key, allowed, endpoint, keepalive)

    def _allowed_ips(self, point: Point) -> tuple[Network, ...]:
        """β's tunnel addresses, always, and the site's networks where they must stand (docs/strategies.md, AllowedIPs).

        WireGuard sends only to AllowedIPs and takes in only from them, so they count in both directions: the networks that the
        point opens to, those that reach it by route, and the clients of a port forward, whose own addresses the point sees
        unless β masquerades them. Whole networks, so that the file stays the same when rights change.
        """
        opens, families = assumed_opens(self._site, point), tuple([address.version for address in point.addresses])
        if (opens, families) not in self._allowed:
            strategy = self._strategy
            reached = opens.by_site and (strategy.routes or (strategy.forwards and not self._into_tunnel))
            needed = reached or opens_to_site(self._site, point, strategy)
            networks = tuple(item.cidr for item in self._site.networks if needed and item.cidr.version in families)
            self._allowed[opens, families] = self._host_addresses + networks
        return self._allowed[opens, families]

    def _dns(self, point: Point) -> Dns | None:
        """The site's resolvers that the point may ask; a resolver that does not answer would take the point's own away."""
        servers = tuple(server for server in self._site.dns.servers if self._rights.may_ask(point, server, self._strategy))
        return Dns(servers, self._site.dns.search) if servers else None


def single(address: Address) -> InterfaceAddress:
    """An address with its own /32 or /128; from the number, which is three times as fast as from the text."""
    if isinstance(address, IPv4Address):
        return IPv4Interface((int(address), 32))
    return IPv6Interface((int(address), 128))
