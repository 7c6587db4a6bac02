"""The shape of the site file: which fields there are, and of what kind (docs/site-file.md says what they mean).

Nothing is required here, so that the wizard can read a half-answered document; `REQUIRED` lists what a whole file must have.
"""

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, field

Platform = Literal["linux", "windows", "macos", "android", "ios"]
ProtocolWord = Literal["tcp", "udp"]
OpensWord = Literal["points", "site", "both"]
RouteWord = Literal["none", "router", "dhcp", "hosts"]
StrategyWord = Literal["auto", "masquerade", "forward", "masquerade+forward", "gateway", "gateway+forward"]

Text: TypeAlias = str | UnsetType
Flag: TypeAlias = bool | UnsetType
Number: TypeAlias = int | UnsetType


class _Part(Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    pass


class NetworkPart(_Part):
    """A network at the site."""

    cidr: Annotated[str, Meta(description="The network, as 192.168.1.0/24.")] | UnsetType = UNSET
    name: Annotated[str, Meta(description="What the tables and the rights call it.")] | UnsetType = UNSET


class SiteHostPart(_Part):
    """A named computer at the site."""

    name: Annotated[str, Meta(description="What the tables and the rights call it.")] | UnsetType = UNSET
    addresses: Annotated[list[str], Meta(description="Its addresses at the site.")] = field(default_factory=list)


class DnsPart(_Part):
    """The site's resolvers and search domains, for the points."""

    servers: list[str] = field(default_factory=list)
    search: list[str] = field(default_factory=list)


class SitePart(_Part):
    """Site B: what the points may reach."""

    networks: list[str | NetworkPart] = field(default_factory=list)
    hosts: list[SiteHostPart] = field(default_factory=list)
    router: list[str] = field(default_factory=list)
    routes: RouteWord | list[RouteWord] | UnsetType = UNSET
    router_kind: Text = UNSET
    router_drops_invalid: Flag = UNSET
    cloud: Literal["none", "aws", "gcp", "azure"] | UnsetType = UNSET
    dns: DnsPart = field(default_factory=DnsPart)


class ServicePart(_Part):
    """A service: on a point for the site to open, or one of Host β's own."""

    name: Annotated[str, Meta(description="What the tables and the rules call it.")] | UnsetType = UNSET
    protocol: Annotated[ProtocolWord, Meta(description="What it speaks.")] | UnsetType = UNSET
    port: Annotated[int, Meta(description="The port on which it listens.")] | UnsetType = UNSET
    published_port: Annotated[int, Meta(description="The port of Host β that leads to it; the same as port when absent.")] | UnsetType = (
        UNSET
    )


class HostPart(_Part):
    """Host β, the site's WireGuard host."""

    name: Text = UNSET
    addresses: list[str] = field(default_factory=list)
    interface: str | list[str] | UnsetType = UNSET
    default_gateway: Flag = UNSET
    endpoint: str | UnsetType | None = UNSET
    ssh: Text = UNSET
    keys: Literal["host", "here"] | UnsetType = UNSET
    services: list[ServicePart] = field(default_factory=list)


class TunnelPart(_Part):
    """The tunnel as it is on Host β."""

    interface: Text = UNSET
    networks: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    port: Number = UNSET
    mtu: Number = UNSET


class RightPart(_Part):
    """Something that a point may reach."""

    to: Annotated[str, Meta(description="A computer's or network's name, an address, a CIDR, host or internet.")] | UnsetType = UNSET
    protocol: Annotated[ProtocolWord, Meta(description="Every protocol when absent.")] | UnsetType = UNSET
    ports: Annotated[list[int | str], Meta(description="Ports and ranges as 8000-8010; every port when absent.")] = field(
        default_factory=list
    )


class PointPart(_Part):
    """A remote WireGuard endpoint."""

    name: Text = UNSET
    addresses: list[str] = field(default_factory=list)
    public_key: Text = UNSET
    preshared_key: Flag = UNSET
    behind_nat: Flag = UNSET
    endpoint: Text = UNSET
    platform: Platform | UnsetType = UNSET
    home_networks: list[str] = field(default_factory=list)
    opens: OpensWord | UnsetType = UNSET
    services: list[ServicePart] = field(default_factory=list)
    may_reach: list[RightPart] | UnsetType = UNSET


class NeedsPart(_Part):
    """What the people want."""

    opens: OpensWord | UnsetType = UNSET
    tell_points_apart: Flag = UNSET
    site_clients_seen_as_host: Flag = UNSET


class SiteFile(_Part):
    """A wgwizard site file."""

    version: Annotated[int, Meta(description="The version of this format: 1.")] | UnsetType = UNSET
    name: Text = UNSET
    site: SitePart = field(default_factory=SitePart)
    host: HostPart = field(default_factory=HostPart)
    tunnel: TunnelPart = field(default_factory=TunnelPart)
    points: list[PointPart] = field(default_factory=list)
    needs: NeedsPart = field(default_factory=NeedsPart)
    strategy: StrategyWord | UnsetType = UNSET


REQUIRED: dict[type[Struct], tuple[str, ...]] = {
    SiteFile: ("version", "name", "site", "host", "points"),
    SitePart: ("networks",),
    HostPart: ("addresses",),
    NetworkPart: ("cidr",),
    SiteHostPart: ("name",),
    ServicePart: ("name", "protocol", "port"),
    RightPart: ("to",),
    PointPart: ("name",),
}

# Fields of the format that this version does not act on: refused as such, never ignored.
NOT_SUPPORTED_YET: dict[type[Struct], frozenset[str]] = {
    NetworkPart: frozenset({"strategy", "routes", "mapped_to"}),
    PointPart: frozenset({"networks"}),
}
ROUTER_KINDS = ("linux", "openwrt", "opnsense", "pfsense", "routeros", "vyos", "edgeos", "unifi", "fritzbox", "cisco")
COMPUTER_KINDS = ("windows", "macos")  # words of the format that are no routers here
