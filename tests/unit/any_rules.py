"""Sites of any rights, for the tests of rulesets (hypothesis)."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_interface, ip_network

from hypothesis import strategies as st

from wgwizard.derive import complete
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.plan import make_plan
from wgwizard.render import render
from wgwizard.site import Host, Needs, Opens, Point, PortRange, Right, Service, Site, SiteHost, SiteNetwork, Strategy

LAN4, LAN6 = ip_network("192.168.200.0/24"), ip_network("fd00:200::/64")
FOUR = st.integers(0, 255).map(lambda number: str(ip_address(f"192.168.200.{number}")))
FOUR_NETS = st.tuples(st.integers(0, 255), st.integers(24, 32)).map(
    lambda it: str(IPv4Network((f"192.168.200.{it[0]}", it[1]), strict=False))
)
SIX = st.integers(0, 65535).map(lambda number: f"fd00:200::{number:x}")
SIX_NETS = st.tuples(st.integers(0, 65535), st.integers(64, 128)).map(
    lambda it: str(IPv6Network((f"fd00:200::{it[0]:x}", it[1]), strict=False))
)
PORTS = st.tuples(st.integers(1, 65535), st.integers(0, 3000)).map(lambda it: PortRange(it[0], min(65535, it[0] + it[1])))
RIGHTS = st.builds(
    lambda to, protocol, ports: Right(to, protocol, tuple(ports) if protocol else ()),
    st.one_of(FOUR, FOUR_NETS, SIX, SIX_NETS, st.sampled_from(["site", "host", "lan", "b"])),
    st.sampled_from([None, "tcp", "udp"]),
    st.lists(PORTS, max_size=4),
)
SERVICES = st.lists(st.tuples(st.sampled_from(["tcp", "udp"]), st.integers(1, 65535)), max_size=3, unique=True)


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """A site of either or both families, with a few points of any rights; published ports are distinct, as the checks demand."""
    versions = draw(st.sampled_from([(4,), (6,), (4, 6)]))
    networks = tuple(SiteNetwork(network, "lan") for network in (LAN4, LAN6) if network.version in versions)
    more = [SiteNetwork(network) for network in (ip_network("192.168.201.0/24"), ip_network("10.1.0.0/16")) if draw(st.booleans())]
    own = tuple(address for address in (ip_interface("192.168.200.2/24"), ip_interface("fd00:200::2/64")) if address.version in versions)
    points = []
    for number in range(draw(st.integers(1, 5))):
        offered = tuple(
            Service(f"s{place}", protocol, port, 20_000 + 10 * number + place) for place, (protocol, port) in enumerate(draw(SERVICES))
        )
        rights = draw(st.one_of(st.none(), st.lists(RIGHTS, max_size=6).map(tuple)))
        points.append(Point(f"p{number}", services=offered, may_reach=rights, opens=draw(st.sampled_from([None, *Opens]))))
    services = tuple(Service(f"h{place}", protocol, port) for place, (protocol, port) in enumerate(draw(SERVICES)))
    b = tuple(ip_address(text) for text in ("192.168.200.22", "fd00:200::22") if ip_address(text).version in versions)
    return Site(
        "any",
        (*networks, *(more if 4 in versions else [])),
        Host(addresses=own, interfaces=("eth0",), services=services),
        tuple(points),
        hosts=(SiteHost("b", b),),
        needs=Needs(opens=draw(st.sampled_from(list(Opens)))),
    )


def ruleset_of(site: Site, strategy: Strategy, *, into_tunnel: bool) -> str:
    """β's ruleset for this site."""
    filled, _, problems = complete(site, Lock())
    assert problems == ()
    plan = make_plan(filled, strategy, masquerade_into_tunnel=into_tunnel, public_keys={})
    return render(plan, Keyring()).artefacts[0].text
