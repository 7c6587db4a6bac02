"""The article's network as a site: Endpoint A and a second point behind NAT, Host β, Endpoint B beside it, and a host C in another VLAN."""

from ipaddress import ip_address, ip_interface, ip_network

from wgwizard.derive import complete
from wgwizard.lock import Lock
from wgwizard.plan import Plan, make_plan
from wgwizard.site import (
    Address,
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
    Strategy,
    Tunnel,
)

A, A2, B, C = "endpoint-a", "endpoint-a2", "endpoint-b", "camera"


def _addresses(*texts: str) -> tuple[Address, ...]:
    return tuple(ip_address(text) for text in texts)


def article_site(routes_at: RoutesAt | None = None, *, drops_invalid: bool | None = True, opens: Opens = Opens.BOTH) -> Site:
    """Site B as in the documentation, both families; `routes_at` is the one place where a route can be told."""
    web, web2 = Service("web", "tcp", 8000, 8001), Service("web", "tcp", 8000, 8002)
    return Site(
        name="site-b",
        networks=(
            SiteNetwork(ip_network("192.168.200.0/24"), "lan"),
            SiteNetwork(ip_network("fd00:200::/64"), "lan"),
            SiteNetwork(ip_network("192.168.201.0/24"), "cameras"),
            SiteNetwork(ip_network("fd00:201::/64"), "cameras"),
        ),
        hosts=(SiteHost(B, _addresses("192.168.200.22", "fd00:200::22")), SiteHost(C, _addresses("192.168.201.22", "fd00:201::22"))),
        router=_addresses("192.168.200.1", "fd00:200::1"),
        routes_at=frozenset() if routes_at is None else frozenset({routes_at}),
        router_drops_invalid=drops_invalid,
        host=Host(
            addresses=(ip_interface("192.168.200.2/24"), ip_interface("fd00:200::2/64")),
            interfaces=("eth0",),
            default_gateway=False,
            endpoint=Endpoint("vpn.example.com", 51822),
            services=(Service("dns", "tcp", 53),),
        ),
        tunnel=Tunnel(networks=(ip_network("10.0.0.0/24"), ip_network("fd00:10::/64")), addresses=_addresses("10.0.0.2", "fd00:10::2"), port=51822),
        points=(
            Point(A, _addresses("10.0.0.1", "fd00:10::1"), services=(web,)),
            Point(A2, _addresses("10.0.0.3", "fd00:10::3"), services=(web2,)),
        ),
        needs=Needs(opens=opens),
    )


def plan_of(site: Site, strategy: Strategy, *, into_tunnel: bool = False) -> Plan:
    """The plan of a site whose keys nobody knows yet."""
    completed, _, problems = complete(site, Lock())
    assert not problems
    return make_plan(completed, strategy, masquerade_into_tunnel=into_tunnel, public_keys={})
