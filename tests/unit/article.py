"""The article's site as values: Endpoint A (10.0.0.1) and A2, Host β (192.168.200.2), Endpoint B, and C in another VLAN."""

from ipaddress import ip_address, ip_interface, ip_network

from msgspec.structs import replace

from wgwizard.derive import complete
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.secret import Secret
from wgwizard.site import (
    Endpoint,
    Host,
    Needs,
    Opens,
    Point,
    RoutesAt,
    Service,
    Site,
    SiteHost,
    SiteNetwork,
    Tunnel,
)

KEYS = {
    "host": "Hn6sJgcJWAdFTlrfp6LkiI2gkXXrFVqFNRmGoHVNhyE=",
    "endpoint-a": "bTNMFFoHoqpSFeGUYlUxcpfCJxCs3DKLVJpcHQkUkX0=",
    "endpoint-a2": "fpIRAVwk+TJ4rTXOxyjjmrgGbYZuLfUaoGOGAqwdh3A=",
}


def network(text: str, name: str | None = None) -> SiteNetwork:
    return SiteNetwork(ip_network(text), name)


def article(*, second: bool = False, **changes: object) -> Site:
    """The article's site with both families; `second` adds A2. Keyword arguments replace fields of the site."""
    points = [
        Point(
            "endpoint-a",
            (ip_address("10.0.0.1"), ip_address("fd00:10::1")),
            services=(Service("web", "tcp", 8000, 8081),),
        ),
        Point("endpoint-a2", (ip_address("10.0.0.3"), ip_address("fd00:10::3")), services=(Service("web", "tcp", 8000, 8082),)),
    ]
    site = Site(
        name="site-b",
        networks=(
            network("192.168.200.0/24", "lan"),
            network("192.168.201.0/24", "cameras"),
            network("fd00:200::/64", "lan6"),
            network("fd00:201::/64", "cameras6"),
        ),
        host=Host(
            addresses=(ip_interface("192.168.200.2/24"), ip_interface("fd00:200::2/64")),
            interfaces=("eth0",),
            endpoint=Endpoint("vpn.b.home.arpa", 51822),
        ),
        points=tuple(points if second else points[:1]),
        hosts=(SiteHost("endpoint-b", (ip_address("192.168.200.22"), ip_address("fd00:200::22"))),),
        router=(ip_address("192.168.200.1"), ip_address("fd00:200::1")),
        routes_at=frozenset({RoutesAt.HOSTS}),
        tunnel=Tunnel(
            networks=(ip_network("10.0.0.0/24"), ip_network("fd00:10::/64")),
            addresses=(ip_address("10.0.0.2"), ip_address("fd00:10::2")),
            port=51822,
        ),
        needs=Needs(opens=Opens.BOTH),
    )
    return replace(site, **changes)  # type: ignore[arg-type]


def completed(site: Site) -> Site:
    filled, _, problems = complete(site, Lock())
    assert problems == ()
    return filled


def keyring(site: Site) -> Keyring:
    """Fixed private and preshared keys for every node, which are no real pairs of KEYS."""
    private = {name: Secret("0" * 42 + "A=") for name in ["host", *(point.name for point in site.points)]}
    preshared = {point.name: Secret("1" * 42 + "A=") for point in site.points if point.preshared_key}
    return Keyring(KEYS, private, preshared)
