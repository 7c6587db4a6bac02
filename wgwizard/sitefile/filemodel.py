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

    cidr: Text = UNSET
    name: Text = UNSET


class SiteHostPart(_Part):
    """A named computer at the site."""

    name: Text = UNSET
    addresses: list[str] = field(default_factory=list)


class DnsPart(_Part):
    """The site's resolvers and search domains, for the points."""

    servers: list[str] = field(default_factory=list)
    search: list[str] = field(default_factory=list)


class SitePart(_Part):
    """Site B: what the points may reach."""

    networks: Annotated[list[str | NetworkPart], Meta(description="Networks at the site that the points may reach.")] = field(
        default_factory=list
    )
    hosts: Annotated[list[SiteHostPart], Meta(description="Named computers at the site.")] = field(default_factory=list)
    router: Annotated[list[str], Meta(description="The site's default gateway, one address a family.")] = field(default_factory=list)
    routes: Annotated[RouteWord | list[RouteWord], Meta(description="Where a route to the tunnel can be added.")] | UnsetType = UNSET
    router_kind: Text = UNSET
    router_drops_invalid: Annotated[bool, Meta(description="It drops connections of which it sees only half.")] | UnsetType = UNSET
    cloud: Literal["none", "aws", "gcp", "azure"] | UnsetType = UNSET
    dns: DnsPart = field(default_factory=DnsPart)


class ServicePart(_Part):
    """A service: on a point for the site to open, or one of Host β's own."""

    name: Text = UNSET
    protocol: ProtocolWord | UnsetType = UNSET
    port: Number = UNSET
    published_port: Annotated[int, Meta(description="The port of Host β that leads to it; the same as port when absent.")] | UnsetType = (
        UNSET
    )


class HostPart(_Part):
    """Host β, the site's WireGuard host."""

    name: Text = UNSET
    addresses: Annotated[list[str], Meta(description="Its LAN addresses; the prefix says what is on-link.")] = field(default_factory=list)
    interface: Annotated[str | list[str], Meta(description="Its LAN interface; found by the probe when absent.")] | UnsetType = UNSET
    default_gateway: Flag = UNSET
    endpoint: Annotated[str | None, Meta(description="How the points dial it, host:port; null: it cannot be dialled.")] | UnsetType = UNSET
    ssh: Annotated[str, Meta(description="[user@]host[:port], or a name from ssh's configuration.")] | UnsetType = UNSET
    keys: Annotated[Literal["host", "here"], Meta(description="Where its private key is made.")] | UnsetType = UNSET
    services: list[ServicePart] = field(default_factory=list)


class TunnelPart(_Part):
    """The tunnel as it is on Host β."""

    interface: Text = UNSET
    networks: list[str] = field(default_factory=list)
    addresses: Annotated[list[str], Meta(description="Host β's own addresses in the tunnel.")] = field(default_factory=list)
    port: Number = UNSET
    mtu: Number = UNSET


class RightPart(_Part):
    """Something that a point may reach."""

    to: Text = UNSET
    protocol: ProtocolWord | UnsetType = UNSET
    ports: list[int | str] = field(default_factory=list)


class PointPart(_Part):
    """A remote WireGuard endpoint."""

    name: Text = UNSET
    addresses: list[str] = field(default_factory=list)
    public_key: Text = UNSET
    preshared_key: Flag = UNSET
    behind_nat: Flag = UNSET
    endpoint: Annotated[str, Meta(description="How Host β dials this point, host:port.")] | UnsetType = UNSET
    platform: Platform | UnsetType = UNSET
    home_networks: Annotated[list[str], Meta(description="Its own LAN, only to find overlaps.")] = field(default_factory=list)
    opens: OpensWord | UnsetType = UNSET
    services: Annotated[list[ServicePart], Meta(description="What the site may open on this point.")] = field(default_factory=list)
    may_reach: Annotated[list[RightPart], Meta(description="What it may reach; every site network when absent.")] | UnsetType = UNSET


class NeedsPart(_Part):
    """What the people want."""

    opens: Annotated[OpensWord, Meta(description="Who opens connections.")] | UnsetType = UNSET
    tell_points_apart: Annotated[bool, Meta(description="Must the site see each point's own address?")] | UnsetType = UNSET
    site_clients_seen_as_host: Annotated[bool, Meta(description="Points see Host β instead of the site's computers.")] | UnsetType = UNSET


class SiteFile(_Part):
    """A wgwizard site file."""

    version: Annotated[int, Meta(description="The version of this format: 1.")] | UnsetType = UNSET
    name: Annotated[str, Meta(description="The site's name.")] | UnsetType = UNSET
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
    SiteHostPart: ("name", "addresses"),
    ServicePart: ("name", "protocol", "port"),
    RightPart: ("to",),
    PointPart: ("name",),
}

# Fields of the format that this version does not act on: refused as such, never ignored.
NOT_SUPPORTED_YET: dict[type[Struct], frozenset[str]] = {
    NetworkPart: frozenset({"strategy", "routes", "mapped_to"}),
    PointPart: frozenset({"networks"}),
}
ROUTER_KINDS = ("linux", "openwrt", "opnsense", "pfsense", "routeros", "vyos", "edgeos", "unifi", "fritzbox", "cisco", "windows", "macos")
