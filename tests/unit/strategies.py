"""Hypothesis strategies for sites: any that the rules of the site file accept."""

from base64 import b64encode
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_interface

from hypothesis import strategies as st

from wgwizard.site import (
    Cloud,
    Dns,
    Endpoint,
    Host,
    Needs,
    Opens,
    Point,
    PortRange,
    Right,
    RoutesAt,
    Service,
    Site,
    SiteHost,
    SiteNetwork,
    Strategy,
    Tunnel,
)
from wgwizard.sitefile.filemodel import ROUTER_KINDS

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
# Names that YAML would like to read as something else are among them.
_AWKWARD = st.sampled_from(
    ["no", "on", "Yes", "null", "1", "010", "0x1f", "1e5", "22", "true", "y", "a.b", "1_0", "2026-01-02", "e", "inf"]
)
NAMES = _AWKWARD | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,10}", fullmatch=True)
PORTS = st.integers(1, 65535)
ENDPOINTS = st.builds(Endpoint, st.sampled_from(["vpn.b.home.arpa", "198.51.100.9", "2001:db8::9", "a"]), PORTS)
LANS = (IPv4Network("192.168.200.0/24"), IPv4Network("172.20.0.0/16"), IPv6Network("fd00:200::/64"))
TUNNELS = (IPv4Network("10.0.0.0/24"), IPv6Network("fd00:10::/64"))


def maybe(strategy):
    return st.none() | strategy


@st.composite
def services(draw, port):
    """A service with ports of its own, so that none is published twice."""
    return Service(draw(NAMES), draw(st.sampled_from(["tcp", "udp"])), port, draw(maybe(st.just(port + 1))))


@st.composite
def rights(draw, targets):
    protocol = draw(st.sampled_from([None, "tcp", "udp"]))
    ranges = st.tuples(PORTS, PORTS).map(lambda pair: PortRange(min(pair), max(pair)))
    return Right(draw(st.sampled_from(targets)), protocol, tuple(draw(st.lists(ranges, max_size=2))) if protocol else ())


@st.composite
def points(draw, name, number, targets):
    public_key = draw(maybe(st.binary(min_size=31, max_size=31).map(lambda raw: b64encode(bytes([number + 1]) + raw).decode())))
    return Point(
        name=name,
        addresses=draw(
            st.sampled_from(
                [(), (IPv4Address("10.0.0.10") + number,), (IPv4Address("10.0.0.10") + number, IPv6Address("fd00:10::10") + number)]
            )
        ),
        public_key=public_key,
        preshared_key=draw(st.booleans()),
        behind_nat=draw(st.booleans()),
        endpoint=draw(ENDPOINTS),
        platform=draw(st.sampled_from(["linux", "windows", "macos", "android", "ios"])),
        home_networks=draw(st.sampled_from([(), (IPv4Network("192.168.1.0/24"),), (IPv6Network("fd00:1::/64"),)])),
        opens=draw(maybe(st.sampled_from(Opens))),
        services=tuple([draw(services(10_000 + 10 * number))] if draw(st.booleans()) else []),
        may_reach=draw(maybe(st.lists(rights(targets), max_size=3).map(tuple))),
    )


@st.composite
def hosts(draw):
    endpoint = draw(maybe(ENDPOINTS))
    return Host(
        name=draw(st.just("beta") | st.just("gate-1")),
        addresses=(ip_interface("192.168.200.2/24"), ip_interface("fd00:200::2/64")),
        interfaces=draw(st.sampled_from([(), ("eth0",), ("br-lan",)])),
        default_gateway=draw(st.sampled_from([None, False])),
        endpoint=endpoint,
        ssh=draw(st.sampled_from([None, "beta", "admin@192.168.200.2", "root@[fd00:200::2]:22"])),
        keys_on_host=draw(st.booleans()),
        services=tuple([draw(services(53))] if draw(st.booleans()) else []),
        cannot_be_dialled=endpoint is None and draw(st.booleans()),
    )


@st.composite
def sites(draw):
    """Any site that is accepted: distinct names, addresses inside their networks, ports of their own."""
    names = draw(
        st.lists(NAMES, min_size=6, max_size=6, unique_by=str.lower).filter(
            lambda found: not {"beta", "gate-1"} & {name.lower() for name in found}
        )
    )
    lan_name, host_name, *point_names = names
    networks = (SiteNetwork(LANS[0], lan_name), SiteNetwork(LANS[1]), SiteNetwork(LANS[2]))
    computers = (SiteHost(host_name, (IPv4Address("192.168.200.22"), IPv6Address("fd00:200::22"))),)
    targets = [lan_name, host_name, "site", "host", "192.168.200.9", "172.20.4.0/24", "fd00:200::/65"]
    return Site(
        name=draw(NAMES),
        networks=networks,
        host=draw(hosts()),
        points=tuple(draw(points(name, number, targets)) for number, name in enumerate(point_names[: draw(st.integers(1, 4))])),
        hosts=computers,
        router=draw(st.sampled_from([(), (IPv4Address("192.168.200.1"),), (IPv4Address("192.168.200.1"), IPv6Address("fd00:200::1"))])),
        routes_at=draw(maybe(st.frozensets(st.sampled_from(RoutesAt)))),
        router_kind=draw(st.sampled_from([None, *ROUTER_KINDS])),
        router_drops_invalid=draw(maybe(st.booleans())),
        cloud=draw(maybe(st.sampled_from(Cloud))),
        dns=draw(st.sampled_from([Dns(), Dns((IPv4Address("192.168.200.1"),), ("lan", "site-b.example"))])),
        tunnel=Tunnel(
            draw(st.sampled_from(["wg0", "vpn.1"])),
            draw(st.sampled_from([(), TUNNELS])),
            draw(st.sampled_from([(), (IPv4Address("10.0.0.2"), IPv6Address("fd00:10::2"))])),
            draw(st.integers(40_000, 65_535)),
            draw(maybe(st.integers(1280, 9000))),
        ),
        needs=Needs(draw(maybe(st.sampled_from(Opens))), draw(maybe(st.booleans())), draw(st.booleans())),
        strategy=draw(maybe(st.sampled_from(Strategy))),
    )
