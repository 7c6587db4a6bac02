"""The routes and ip rules that are simulated before an apply, held against the kernel's own `ip route get`."""

import subprocess
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wgwizard.host.conf import WantedTunnel
from wgwizard.host.simulating import Hop, planned, today
from wgwizard.host.ways import Ways
from wgwizard.host.ways_parsing import parse_ways
from wgwizard.site import Address

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

OWN = {4: ("10.255.0.1", "10.254.0.1"), 6: ("fd00:ff::1", "fd00:fe::1")}
VIA = {4: "10.255.0.254", 6: "fd00:ff::254"}
# Networks within each other, so that the longest prefix matters.
NETWORKS = {
    4: ("default", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.128/25", "10.1.2.130/32", "198.51.100.0/24"),
    6: ("default", "fd00::/16", "fd00:1::/32", "fd00:1:2::/48", "fd00:1:2:8000::/49", "fd00:1:2:8000::2/128", "2001:db8::/32"),
}
ASKED = {
    4: (
        "10.1.2.130",
        "10.1.2.129",
        "10.1.2.5",
        "10.1.9.9",
        "10.9.9.9",
        "198.51.100.7",
        "203.0.113.1",
        "10.255.0.9",
        "10.64.0.5",
        "10.64.0.1",
    ),
    6: ("fd00:1:2:8000::2", "fd00:1:2:8000::3", "fd00:1:2::5", "fd00:1:9::9", "fd00:9::9", "2001:db8::7", "2a00::1", "fd00:ff::9"),
}
PREPARED = """
for name in eth0 eth1 wg0; do ip link add $name type veth peer name $name-far; ip link set $name-far up; ip link set $name up; done
ip address add 10.255.0.1/24 dev eth0; ip address add 10.254.0.1/24 dev eth1
ip address add fd00:ff::1/64 dev eth0 nodad; ip address add fd00:fe::1/64 dev eth1 nodad
"""
SECTIONS = """
for version in 4 6; do
  echo "= routes$version"; ip -o -$version route show table all
  echo "= rules$version"; ip -$version rule show
done
echo '= end'
"""


@st.composite
def routes(draw: st.DrawFn, version: int) -> str:
    """A route of any kind in any of three tables."""
    words = [draw(st.sampled_from(["", "", "", "", "unreachable", "throw", "blackhole"])), draw(st.sampled_from(NETWORKS[version]))]
    if not words[0]:
        words.append(draw(st.sampled_from(["dev eth0", "dev eth1", f"via {VIA[version]} dev eth0"])))
    words += [draw(st.sampled_from(["", "table 100", "table 200"])), draw(st.sampled_from(["", "", "metric 50", "metric 2000"]))]
    return f"-{version} route add " + " ".join(words)


@st.composite
def rules(draw: st.DrawFn, version: int) -> str:
    """An ip rule with any of the selectors that are simulated."""
    words = ["not"] if draw(st.booleans()) else []
    words.append("from " + draw(st.sampled_from(["all", OWN[version][0], OWN[version][1]])))
    words.append(draw(st.sampled_from(["", "", f"to {NETWORKS[version][1]}", f"to {NETWORKS[version][3]}"])))
    words.append(draw(st.sampled_from(["", "", "fwmark 0x5", "iif eth1", "iif lo"])))
    words.append(draw(st.sampled_from(["lookup 100", "lookup 200", "lookup main suppress_prefixlength 0", "prohibit"])))
    return f"-{version} rule add priority {draw(st.integers(1, 40000))} " + " ".join(words)


def either(make: "st.SearchStrategy[str]", other: "st.SearchStrategy[str]", most: int) -> "st.SearchStrategy[list[str]]":
    return st.lists(st.one_of(make, other), max_size=most)


TUNNELS = st.builds(
    lambda allowed, off: WantedTunnel(
        (ip_interface("10.64.0.1/24"),), None, {"peer": frozenset({"10.64.0.5/32", *allowed})}, ("table=off",) if off else ()
    ),
    st.sets(st.sampled_from([*NETWORKS[4][1:], *NETWORKS[6][1:]]), max_size=3),
    st.booleans(),
)


def as_wg_quick(tunnel: WantedTunnel) -> str:
    """What wg-quick does for this tunnel; it fails where a route is there already."""
    lines = [f"ip address add {address} dev wg0" for address in tunnel.addresses]
    for network in () if tunnel.makes_no_routes else sorted(tunnel.networks(), key=lambda item: -item.prefixlen):
        family = f"-{network.version}"
        lines.append(
            f'[ -n "$(ip {family} route show dev wg0 match {network})" ] || ip {family} route add {network} dev wg0 || echo "= refused"'
        )
    return "\n".join(lines)


def questions() -> list[tuple[Address, Address]]:
    return [(ip_address(to), ip_address(own)) for version in (4, 6) for to in ASKED[version] for own in OWN[version]]


def asked() -> str:
    """The kernel's answer to each question, one a line."""
    return "\n".join(f"ip -o route get {to} from {own} 2>/dev/null || echo none" for to, own in questions())


def in_kernel(script: str) -> dict[str, str]:
    done = subprocess.run(["unshare", "--net", "sh", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    parts = {title: body for part in done.stdout.split("= ")[1:] for title, _, body in [part.partition("\n")]}
    assert "end" in parts, done.stderr
    return parts


def said(hop: Hop | None) -> str:
    """As the kernel's answer is read."""
    if hop is None or hop.route is None or hop.route.kind in ("unreachable", "blackhole", "prohibit"):
        return "none"
    return f"{'local' if hop.is_local else hop.device} {hop.route.via or ''}".strip()


def read(line: str) -> str:
    words = line.split()
    if words[0] in ("none", "unreachable", "blackhole", "prohibit"):
        return "none"
    if words[0] == "local":
        return "local"
    via = words[words.index("via") + 1] if "via" in words else ""
    return f"{words[words.index('dev') + 1]} {via}".strip()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(either(routes(4), routes(6), 8), either(rules(4), rules(6), 5), TUNNELS)
def test_the_kernel_sends_each_packet_where_the_simulation_says(ways: list[str], policies: list[str], tunnel: WantedTunnel) -> None:
    """Before the tunnel comes and after, whatever routes and rules there are."""
    batch = "ip -force -batch - >/dev/null 2>&1 <<'END'\n" + "\n".join(ways + policies) + "\nEND\n"
    script = f"{PREPARED}{batch}{SECTIONS}echo '= before'\n{asked()}\n{as_wg_quick(tunnel)}\necho '= after'\n{asked()}\necho '= end'\n"
    parts = in_kernel(script)
    found: Ways = parse_ways(parts, "wgwizard_wg0")
    assert found.rules
    for title, routing in (("before", today(found)), ("after", planned(found, "wg0", tunnel))):
        if title == "after" and "refused" in parts:
            continue  # a route that is there already: wg-quick fails, and takes the tunnel away again
        answers = parts[title].splitlines()
        assert len(answers) == len(questions())
        wrong = {
            f"{to} from {own}": (said(hop), read(line))
            for (to, own), line in zip(questions(), answers, strict=True)
            if said(hop := routing.hop(to, own)).replace("local wg0", "local") != read(line)
        }
        assert wrong == {}, (
            title,
            "\n".join([*ways, *policies]),
            tunnel,
            "\n".join(parts[part] for part in ("routes4", "rules4", "routes6")),
        )


def test_a_default_route_into_the_tunnel_is_read_as_wg_quick_makes_it() -> None:
    """The table and the mark of wg-quick for AllowedIPs 0.0.0.0/0: it takes all but what has a longer prefix in the main table."""
    tunnel = WantedTunnel((ip_interface("10.64.0.1/24"),), None, {"peer": frozenset({"0.0.0.0/0"})}, ())
    quick = """ip address add 10.64.0.1/24 dev wg0
ip route add 0.0.0.0/0 dev wg0 table 51820
ip rule add not fwmark 51820 table 51820
ip rule add table main suppress_prefixlength 0
"""
    parts = in_kernel(f"{PREPARED}ip route add default via {VIA[4]}\n{SECTIONS}{quick}echo '= after'\n{asked()}\necho '= end'\n")
    routing = planned(parse_ways(parts, "wgwizard_wg0"), "wg0", tunnel)
    for (to, own), line in zip(questions(), parts["after"].splitlines(), strict=True):
        assert said(routing.hop(to, own)) == read(line), (to, own)
    assert routing.hop(ip_address("198.51.100.7")).device == "wg0"  # type: ignore[union-attr]
    assert ip_network("0.0.0.0/0") in tunnel.networks()
