"""What has been read of a site so far: every good value beside its field, for the checks that look at several at once."""

from typing import TypeAlias, TypeVar

from msgspec import Struct, field

from wgwizard.problems import Problem
from wgwizard.site import Address, InterfaceAddress, Network, Point, Right, Service, Site, SiteNetwork

T = TypeVar("T")
Located: TypeAlias = list[tuple[str, T]]


class Draft(Struct):
    """Values by kind as (field, value); `site` holds the same values put together, with gaps where something is wrong.

    `services` and `rights` also carry the point's own field and value. `names` are those that `to:` and nodes share.
    """

    problems: list[Problem] = field(default_factory=list)
    site_networks: Located[SiteNetwork] = field(default_factory=list)
    site_hosts: Located[Address] = field(default_factory=list)
    routers: Located[Address] = field(default_factory=list)
    host_addresses: Located[InterfaceAddress] = field(default_factory=list)
    tunnel_networks: Located[Network] = field(default_factory=list)
    tunnel_addresses: Located[Address] = field(default_factory=list)
    points: Located[Point] = field(default_factory=list)
    point_addresses: Located[Address] = field(default_factory=list)
    home_networks: Located[Network] = field(default_factory=list)
    host_services: Located[Service] = field(default_factory=list)
    services: list[tuple[str, Service, Point]] = field(default_factory=list)
    rights: list[tuple[str, Right, Point]] = field(default_factory=list)
    names: Located[str] = field(default_factory=list)
    public_keys: Located[str] = field(default_factory=list)
    dns_servers: Located[Address] = field(default_factory=list)
    site: Site | None = None
