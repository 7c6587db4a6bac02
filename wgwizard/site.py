"""The site as the person described it: typed and frozen; absent (`None`) means "not known".

The names are those of the site file (docs/site-file.md). `derive.complete` fills what may be derived; `sitefile` reads and
writes the YAML form.
"""

from collections.abc import Iterable
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network, ip_network
from typing import Literal, TypeVar

from msgspec import Struct, field

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
InterfaceAddress = IPv4Interface | IPv6Interface
Family = Literal[4, 6]
Protocol = Literal["tcp", "udp"]

_Versioned = TypeVar("_Versioned", IPv4Address | IPv6Address, IPv4Network | IPv6Network, IPv4Interface | IPv6Interface)

DEFAULT_PORT = 51820
DEFAULT_INTERFACE = "wg0"
LOCAL = "local"  # host.ssh where the wizard runs on Host β itself
DEFAULT_HOST_NAME = "beta"
RESERVED_NAMES = frozenset({"site", "host", "router", "points", "internet"})


class Opens(StrEnum):
    """Who opens connections."""

    POINTS = "points"
    SITE = "site"
    BOTH = "both"

    @property
    def by_points(self) -> bool:
        """Whether the points open connections."""
        return self is not Opens.SITE

    @property
    def by_site(self) -> bool:
        """Whether the site opens connections."""
        return self is not Opens.POINTS


class RoutesAt(StrEnum):
    """Where at the site a route to the tunnel network can be added."""

    ROUTER = "router"
    DHCP = "dhcp"
    HOSTS = "hosts"


class Cloud(StrEnum):
    """Whose virtual network the site is."""

    NONE = "none"
    AWS = "aws"
    GCP = "gcp"
    AZURE = "azure"


class Strategy(StrEnum):
    """How Host β lets the points reach the site, and the site the points (docs/strategies.md)."""

    MASQUERADE = "masquerade"
    FORWARD = "forward"
    MASQUERADE_FORWARD = "masquerade+forward"
    GATEWAY = "gateway"
    GATEWAY_FORWARD = "gateway+forward"

    @property
    def masquerades(self) -> bool:
        """Whether the points' packets leave β with β's own LAN address (SNAT)."""
        return self in (Strategy.MASQUERADE, Strategy.MASQUERADE_FORWARD)

    @property
    def forwards(self) -> bool:
        """Whether ports of β lead to services on the points (DNAT)."""
        return self in (Strategy.FORWARD, Strategy.MASQUERADE_FORWARD, Strategy.GATEWAY_FORWARD)

    @property
    def routes(self) -> bool:
        """Whether the site must know a route to the tunnel networks (no NAT)."""
        return self in (Strategy.GATEWAY, Strategy.GATEWAY_FORWARD)


class Endpoint(Struct, frozen=True):
    """Where WireGuard is dialled: a host name or address, and a UDP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class PortRange(Struct, frozen=True, order=True):
    """Ports from `first` to `last`, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def is_single(self) -> bool:
        """Whether this is one port."""
        return self.first == self.last


class SiteNetwork(Struct, frozen=True):
    """A network at the site that points may reach."""

    cidr: Network
    name: str | None = None


class SiteHost(Struct, frozen=True):
    """A named computer at the site."""

    name: str
    addresses: tuple[Address, ...]


class Service(Struct, frozen=True):
    """A service on a point that the site may open, or one of β's own that points may use.

    `published_port` is the port of β that leads to it (port forward); `None`: the same as `port`.
    """

    name: str
    protocol: Protocol
    port: int
    published_port: int | None = None

    @property
    def port_on_host(self) -> int:
        """The port of β that leads to this service."""
        return self.published_port if self.published_port is not None else self.port


class Right(Struct, frozen=True):
    """Something that a point may reach.

    `to` is a site host's name, a network's name, "site", "host" (β's own services), or the text of an address or CIDR inside
    the site's networks;
    without `protocol` every protocol, without `ports` every port.
    """

    to: str
    protocol: Protocol | None = None
    ports: tuple[PortRange, ...] = ()


class Dns(Struct, frozen=True):
    """The site's resolvers and search domains, for the points."""

    servers: tuple[Address, ...] = ()
    search: tuple[str, ...] = ()


class Host(Struct, frozen=True):
    """Host β, the site's WireGuard host; `cannot_be_dialled` is said outright, an `endpoint` of `None` alone is "not known"."""

    name: str = DEFAULT_HOST_NAME
    addresses: tuple[InterfaceAddress, ...] = ()
    interfaces: tuple[str, ...] = ()
    default_gateway: bool | None = None
    endpoint: Endpoint | None = None
    ssh: str | None = None
    keys_on_host: bool = False
    services: tuple[Service, ...] = ()
    cannot_be_dialled: bool = False


class Tunnel(Struct, frozen=True):
    """The tunnel as it is on β; `addresses` are β's own in it."""

    interface: str = DEFAULT_INTERFACE
    networks: tuple[Network, ...] = ()
    addresses: tuple[Address, ...] = ()
    port: int = DEFAULT_PORT
    mtu: int | None = None


class Point(Struct, frozen=True):
    """A remote WireGuard endpoint; `may_reach` `None` means every site network."""

    name: str
    addresses: tuple[Address, ...] = ()
    public_key: str | None = None
    preshared_key: bool = True
    behind_nat: bool = True
    endpoint: Endpoint | None = None
    platform: str = "linux"
    home_networks: tuple[Network, ...] = ()
    opens: Opens | None = None
    services: tuple[Service, ...] = ()
    may_reach: tuple[Right, ...] | None = None


class Needs(Struct, frozen=True):
    """What the people want; `None` is "not known"."""

    opens: Opens | None = None
    tell_points_apart: bool | None = None
    site_clients_seen_as_host: bool = False


class Site(Struct, frozen=True):
    """Everything that the person described; `strategy` `None` is "auto", `routes_at` `None` is "not known"."""

    name: str
    networks: tuple[SiteNetwork, ...]
    host: Host
    points: tuple[Point, ...]
    hosts: tuple[SiteHost, ...] = ()
    router: tuple[Address, ...] = ()
    routes_at: frozenset[RoutesAt] | None = None
    router_kind: str | None = None
    router_drops_invalid: bool | None = None
    cloud: Cloud | None = None
    dns: Dns = field(default_factory=Dns)
    tunnel: Tunnel = field(default_factory=Tunnel)
    needs: Needs = field(default_factory=Needs)
    strategy: Strategy | None = None


def of_family(values: Iterable[_Versioned], family: Family) -> tuple[_Versioned, ...]:
    """Those of `values` that are of one IP version, in their order."""
    return tuple(value for value in values if value.version == family)


def usual_network(address: Address) -> Network:
    """The /24 or /64 in which the address most likely lies."""
    return ip_network((address, 24 if address.version == 4 else 64), strict=False)


def opens_of(site: Site, point: Point) -> Opens | None:
    """Who opens connections with this point: its own word, else the site's needs."""
    return point.opens if point.opens is not None else site.needs.opens
