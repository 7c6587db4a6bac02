"""The words of a plan: what will stand on every node, as frozen values without any syntax (docs/strategies.md has the facts)."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from msgspec import Struct

from wgwizard.site import (
    Address,
    Dns,
    Endpoint,
    Family,
    InterfaceAddress,
    Network,
    PortRange,
    Protocol,
    RoutesAt,
    Service,
    Site,
    Strategy,
)

HOST = "host"
ROUTER = "router"


class PeerPlan(Struct, frozen=True):
    """One `[Peer]`: `keepalive` in seconds, `public_key` `None` while it is not known."""

    node: str
    public_key: str | None
    preshared: bool
    allowed_ips: tuple[Network, ...]
    endpoint: Endpoint | None = None
    keepalive: int | None = None


class InterfacePlan(Struct, frozen=True):
    """A WireGuard interface on a node ("host", or a point's name) with its peers.

    `private_key_here` is false where the key is made and kept on the node itself.
    """

    node: str
    interface: str
    addresses: tuple[InterfaceAddress, ...]
    peers: tuple[PeerPlan, ...]
    listen_port: int | None = None
    mtu: int | None = None
    dns: Dns | None = None
    private_key_here: bool = True


class Permit(Struct, frozen=True):
    """Connections that β lets through: `protocol` `None` is every protocol, no `ports` every port.

    In `Plan.from_points` the sources are a point's addresses; in `Plan.to_points` the destinations are; in `Plan.to_host`
    the destinations are β's own.
    `target` is the name by which people know the far side ("lan", "endpoint-b", "host", a service's name).
    """

    point: str
    target: str
    sources: tuple[Address | Network, ...]
    destinations: tuple[Address | Network, ...]
    protocol: Protocol | None = None
    ports: tuple[PortRange, ...] = ()


class Forward(Struct, frozen=True):
    """A port of β (at each of `listen`) that leads `clients` to a service on a point (DNAT)."""

    point: str
    service: Service
    listen: tuple[Address, ...]
    targets: tuple[Address, ...]
    clients: tuple[Network, ...]


class Masquerade(Struct, frozen=True):
    """Packets from `sources` to `destinations` that leave β as its own (SNAT to the outgoing interface's address)."""

    sources: tuple[Network, ...]
    destinations: tuple[Network, ...]


class RouteNeeded(Struct, frozen=True):
    """A route that must be added at the site: `network` lies behind `via` (β's LAN address), told `at` one of the site's places."""

    network: Network
    via: Address
    at: RoutesAt


class Forwarding(Struct, frozen=True):
    """The families that β must forward; `interfaces` are β's LAN interfaces, empty while not known.

    `drop_foreign_ipv4`: the LAN interface's switch opens whatever comes in there, to every other interface; where it was off
    before, what is not for a tunnel is dropped. `drop_foreign_ipv6`: IPv6 has only one switch for all interfaces; where it was off
    before, forwards between interfaces that are not ours are dropped.
    `accept_ra_interfaces` learn their IPv6 default route by RA and need `accept_ra=2` first.
    """

    ipv4: bool
    ipv6: bool
    interfaces: tuple[str, ...]
    drop_foreign_ipv4: bool = False
    drop_foreign_ipv6: bool = False
    accept_ra_interfaces: tuple[str, ...] = ()


class Plan(Struct, frozen=True):
    """Everything that will stand on every node for one site and one strategy."""

    site: Site
    strategy: Strategy
    masquerade_into_tunnel: bool
    host: InterfacePlan
    points: tuple[InterfacePlan, ...]
    from_points: tuple[Permit, ...]
    to_host: tuple[Permit, ...]
    to_points: tuple[Permit, ...]
    forwards: tuple[Forward, ...]
    masquerades: tuple[Masquerade, ...]
    routes: tuple[RouteNeeded, ...]
    forwarding: Forwarding


FAMILIES: tuple[Family, Family] = (4, 6)


def lan_addresses(site: Site, family: Family) -> tuple[Address, ...]:
    """β's own addresses at the site, of one family."""
    return tuple(address.ip for address in site.host.addresses if address.version == family)


def lan_address(site: Site, network: Network) -> Address | None:
    """β's address towards a site network: the one on its link, else the first of its family."""
    own = [address for address in site.host.addresses if address.version == network.version]
    near = next((address for address in own if address.network.overlaps(network)), None)
    chosen = near or next(iter(own), None)
    return chosen.ip if chosen is not None else None


def tunnel_network_prefix(site: Site, address: Address) -> int:
    """The prefix length of the tunnel network that holds `address`; that of a single address where none does."""
    for network in site.tunnel.networks:
        if network.version == address.version and address in network:
            return network.prefixlen
    return address.max_prefixlen


def lies_in(address: Address | InterfaceAddress, networks: Iterable[Network]) -> bool:
    """Whether an address lies in one of the networks; one of the other family never does."""
    for network in networks:  # noqa: SIM110 - for every point a generator would cost more than the comparison
        if address in network:
            return True
    return False


def collapse(networks: Iterable[Network]) -> list[Network]:
    """The same addresses in as few networks as possible, none overlapping (nftables refuses overlaps in an interval set)."""
    found: list[Network] = []
    known = tuple(networks)
    found += collapse_addresses(network for network in known if isinstance(network, IPv4Network))
    found += collapse_addresses(network for network in known if isinstance(network, IPv6Network))
    return found
