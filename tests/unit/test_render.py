"""The files: secrets masked, holes named, nothing injected, rights without overlaps, and a cost that grows with the points only."""

import re
import sys
from collections.abc import Callable
from ipaddress import IPv4Network, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.unit.article import KEYS, article, completed, keyring
from wgwizard.host.layout import Layout, table_name
from wgwizard.keys import Keyring
from wgwizard.plan import Plan, make_plan
from wgwizard.plan.model import Permit
from wgwizard.render import Artefact, Bundle, install_script, render
from wgwizard.render.nft_sets import permit_sets
from wgwizard.render.nftables import UNKNOWN_LAN
from wgwizard.render.option_121 import classless_routes
from wgwizard.secret import HIDDEN, Secret
from wgwizard.site import Dns, Endpoint, Network, Point, PortRange, Right, RoutesAt, Service, Site, SiteHost, Strategy
from wgwizard.trace import trace


def planned(site: Site, strategy: Strategy = Strategy.GATEWAY) -> Plan:
    return make_plan(completed(site), strategy, masquerade_into_tunnel=False, public_keys=KEYS)


def files(site: Site, strategy: Strategy = Strategy.GATEWAY, keys: Keyring | None = None) -> Bundle:
    return render(planned(site, strategy), keyring(site) if keys is None else keys)


def conf(bundle: Bundle, node: str) -> Artefact:
    return next(artefact for artefact in bundle.of(node) if artefact.path == "/etc/wireguard/wg0.conf")


# --- wg-quick files ---------------------------------------------------------------------------------------------------------


def test_keys_are_masked_in_the_text_and_whole_in_the_content() -> None:
    found = conf(files(article()), "endpoint-a")
    assert found.text.count(HIDDEN) == 2
    assert found.content() == found.text.replace(f"PrivateKey = {HIDDEN}", "PrivateKey = " + "0" * 42 + "A=").replace(
        f"PresharedKey = {HIDDEN}", "PresharedKey = " + "1" * 42 + "A="
    )
    assert (found.secret, found.complete, found.mode) == (True, True, "0600")


def test_no_secret_is_in_any_shown_text() -> None:
    plan = planned(article(second=True), Strategy.GATEWAY_FORWARD)
    bundle = render(plan, keyring(plan.site))
    shown = "".join(artefact.text for artefact in (*bundle.artefacts, install_script(plan, bundle)))
    assert "0" * 42 not in shown
    assert "1" * 42 not in shown
    assert "0" * 42 in install_script(plan, bundle).content()


def test_what_is_not_known_is_a_comment_and_named_as_missing() -> None:
    site = article()
    bundle = files(site, keys=Keyring())
    plan = make_plan(completed(site), Strategy.GATEWAY, masquerade_into_tunnel=False, public_keys={})
    assert conf(bundle, "host").missing == ("host.private_key", "points[0].preshared_key")
    found = conf(render(plan, keyring(site)), "endpoint-a")
    assert (found.missing, found.complete) == (("host.public_key",), False)
    assert "# PublicKey = (not known yet)" in found.text


def test_a_key_that_stays_elsewhere_is_said_in_its_place() -> None:
    site = article()
    kept = replace(site, host=replace(site.host, keys_on_host=True), points=(replace(site.points[0], public_key=KEYS["endpoint-a"]),))
    bundle = files(kept)
    assert "\n# PrivateKey = (made on beta)\n" in conf(bundle, "host").content()
    assert conf(bundle, "host").missing == ("host.private_key",)
    assert "\n# PrivateKey = (kept on endpoint-a)\n" in conf(bundle, "endpoint-a").text
    assert "PrivateKey = 0" not in conf(bundle, "endpoint-a").content()
    # Nothing more will ever be known of it here, so that it is written, for its owner to put the key in.
    assert conf(bundle, "endpoint-a").complete


def test_the_hosts_file_lets_wg_quick_add_routes_only_for_points_outside_the_tunnels_networks() -> None:
    site = article()
    outside = replace(site, points=(replace(site.points[0], addresses=(ip_address("10.99.0.1"),)),))
    assert "Table = off" in conf(files(site), "host").text
    assert "Table = off" not in conf(files(outside), "host").text


def test_ipv6_endpoints_are_in_brackets() -> None:
    site = article()
    dialled = replace(site, host=replace(site.host, endpoint=Endpoint("2001:db8::1", 51822)))
    assert "\nEndpoint = [2001:db8::1]:51822\n" in conf(files(dialled), "endpoint-a").text


# --- nothing is injected ----------------------------------------------------------------------------------------------------

HOSTILE = st.text(alphabet=st.sampled_from(list("a\n\r\"'`$(){};#\\\t\0\x1b\u2028 é")), min_size=1, max_size=12)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(name=HOSTILE, site_name=HOSTILE, service=HOSTILE, host_name=HOSTILE)
def test_no_name_adds_a_line_or_an_instruction(name: str, site_name: str, service: str, host_name: str) -> None:
    """Names stand in comments only, whatever they hold; so a hostile one changes comments and nothing else."""

    def instructions(named: tuple[str, str, str, str]) -> list[list[str]]:
        point, own, offered, beta = named
        site = article(name=own, points=(Point(point, article().points[0].addresses, services=(Service(offered, "tcp", 8000),)),))
        site = replace(site, host=replace(site.host, name=beta), hosts=(SiteHost(offered, (ip_address("192.168.200.22"),)),))
        return [code(artefact.text) for artefact in files(site, Strategy.MASQUERADE_FORWARD).artefacts]

    assert instructions((name, site_name, service, host_name)) == instructions(("a", "b", "c", "d"))


@pytest.mark.parametrize(
    "changed",
    [
        lambda site: replace(site, host=replace(site.host, endpoint=Endpoint("a\nPostUp = x", 1))),
        lambda site: replace(site, dns=Dns((ip_address("192.168.200.1"),), ("a\nPostUp = x",))),
        lambda site: replace(site, points=(replace(site.points[0], public_key="a\nPostUp = x"),)),
        lambda site: replace(site, tunnel=replace(site.tunnel, interface='wg0" accept; #')),
        lambda site: replace(site, host=replace(site.host, interfaces=("eth0\nkernel.x = 1",))),
    ],
    ids=["endpoint", "search domain", "public key", "interface", "LAN interface"],
)
def test_a_value_that_would_add_an_instruction_is_refused(changed: Callable[[Site], Site]) -> None:
    """The site file's checks refuse these long before; nothing is rendered even if one slips through."""
    with pytest.raises(ValueError, match=r"line break|interface"):
        files(changed(article()))


def code(text: str) -> list[str]:
    """The lines of a file that are no comments, as its reader splits them."""
    return [line for line in text.split("\n") if not line.lstrip().startswith("#")]


def test_rulesets_hold_no_quotes_but_those_of_interfaces() -> None:
    text = files(article(second=True), Strategy.GATEWAY_FORWARD).artefacts[0].text
    assert {part for index, part in enumerate(text.split('"')) if index % 2} == {"wg0", "eth0"}


def test_a_table_name_is_an_identifier_of_nft() -> None:
    assert [table_name(name) for name in ("wg0", "wg-home", "a.b=c+d")] == ["wgwizard_wg0", "wgwizard_wg_home", "wgwizard_a_b_c_d"]
    assert Layout("wg-home").table == table_name("wg-home")  # what the host is asked for is what is loaded


# --- permits without overlaps -----------------------------------------------------------------------------------------------

ADDRESSES = st.integers(0, 63).map(lambda number: ip_address(f"192.168.200.{number}"))
NETWORKS = st.tuples(st.integers(0, 63), st.integers(26, 31)).map(lambda it: IPv4Network((f"192.168.200.{it[0]}", it[1]), strict=False))
RANGES = st.tuples(st.integers(1, 12), st.integers(0, 6)).map(lambda it: PortRange(it[0], it[0] + it[1]))
PERMITS = st.lists(
    st.builds(
        lambda places, protocol, ports: Permit(
            "p", "x", (ip_address("10.0.0.1"),), tuple(places), protocol, tuple(ports) if protocol else ()
        ),
        st.lists(st.one_of(ADDRESSES, NETWORKS), min_size=1, max_size=3),
        st.sampled_from(["tcp", "udp", None]),
        st.lists(RANGES, max_size=3),
    ),
    min_size=1,
    max_size=6,
)


def boxes(elements: list[str]) -> list[tuple[Network, range]]:
    """Elements "source . place . ports" as destinations and ports; ports are all where there are none."""
    found = []
    for element in elements:
        _, place, *rest = element.split(" . ")
        first, _, last = rest[0].partition("-") if rest else ("0", "", "65535")
        found.append((ip_network(place), range(int(first), int(last or first) + 1)))
    return found


@settings(max_examples=200, deadline=None)
@given(PERMITS)
@pytest.mark.slow
def test_interval_sets_never_overlap_and_permit_exactly_what_was_said(permits: list[Permit]) -> None:
    sets = permit_sets(tuple(permits), (ip_network("192.168.200.0/24"),))
    whole = boxes([*sets.of(4, "permit_any"), *sets.of(4, "permit_net")])
    for protocol in ("tcp", "udp"):
        exact, ranges = boxes(list(sets.of(4, f"permit_{protocol}"))), boxes(list(sets.of(4, f"permit_{protocol}_range")))
        for index, (network, ports) in enumerate(ranges):
            for other, others in ranges[:index]:
                assert not (network.overlaps(other) and ports.start < others.stop and others.start < ports.stop)  # type: ignore[arg-type]
        for number in range(64):
            address = ip_address(f"192.168.200.{number}")
            for port in (1, 5, 9, 18, 19, 443):
                given_ = any(address in network and port in ports for network, ports in [*exact, *ranges, *whole])
                assert given_ == said(permits, address, protocol, port), f"{address} {protocol} {port}"


def said(permits: list[Permit], address: object, protocol: str, port: int) -> bool:
    return any(
        permit.protocol in (None, protocol)
        and (not permit.ports or any(ports.first <= port <= ports.last for ports in permit.ports))
        and any(address in place if isinstance(place, IPv4Network) else address == place for place in permit.destinations)
        for permit in permits
    )


@pytest.mark.parametrize("strategy", list(Strategy))
def test_every_set_is_used_and_every_used_set_is_there(strategy: Strategy) -> None:
    """Also where the site, the tunnel or β has one family only."""
    site = article(second=True)
    four = replace(site, networks=site.networks[:2])
    deaf = replace(site, host=replace(site.host, addresses=site.host.addresses[:1], services=(Service("dns", "udp", 53),)))
    for described in (site, four, deaf):
        rules = files(described, strategy).artefacts[0].text
        assert set(re.findall(r"@(\w+)", rules)) == set(re.findall(r"^\t(?:set|map) (\w+)", rules, re.MULTILINE))


def test_whole_site_permits_are_one_exact_set() -> None:
    text = files(article(second=True)).artefacts[0].text
    assert "ip saddr @full_site4 ip daddr 192.168.200.0/23 accept" in text
    assert "flags interval" not in text


# --- cards and the install script -------------------------------------------------------------------------------------------


def test_option_121_has_the_bytes_of_rfc_3442() -> None:
    routes = [(IPv4Network("10.0.0.0/24"), ip_address("192.168.200.2")), (IPv4Network("0.0.0.0/0"), ip_address("192.168.200.1"))]
    assert classless_routes(routes).hex() == "180a0000c0a8c80200c0a8c801"
    assert classless_routes([(IPv4Network("10.128.0.0/9"), ip_address("192.168.200.2"))]).hex() == "090a80c0a8c802"


def cards(site: Site, strategy: Strategy = Strategy.GATEWAY) -> dict[str, Artefact]:
    return {artefact.path: artefact for artefact in files(site, strategy).of("router")}


def test_the_option_121_card_needs_the_router_for_the_default_route() -> None:
    site = article(routes_at=frozenset({RoutesAt.DHCP}))
    assert cards(site)["route-by-dhcp.txt"].complete
    assert cards(replace(site, router=()))["route-by-dhcp.txt"].missing == ("site.router",)


def test_the_port_card_is_only_for_a_router_that_must_forward() -> None:
    site = article()
    own = replace(site, host=replace(site.host, endpoint=Endpoint("192.168.200.2", 51822)))
    hidden = replace(site, host=replace(site.host, endpoint=None))
    gateway = replace(site, host=replace(site.host, default_gateway=True))
    assert "port-forward.txt" in cards(site)
    assert all("port-forward.txt" not in cards(other) for other in (own, hidden, gateway))


def test_no_card_is_needed_for_masquerade_but_the_port() -> None:
    assert set(cards(article(), Strategy.MASQUERADE)) == {"port-forward.txt"}


def test_the_install_script_is_incomplete_where_the_hosts_files_are() -> None:
    plan = planned(article())
    script = install_script(plan, render(plan, Keyring()))
    assert script.missing == ("points[0].preshared_key",)
    whole = install_script(plan, render(plan, keyring(plan.site)))
    assert (whole.complete, whole.path, whole.mode) == (True, "install.sh", "0700")


def test_rules_that_wait_for_the_lan_interface_are_not_complete() -> None:
    """Nobody may load them by hand and leave a path open; the install script finds the interface on the host."""
    site = article()
    unseen = planned(replace(site, host=replace(site.host, interfaces=())))
    bundle = render(unseen, keyring(unseen.site))
    assert bundle.artefacts[0].missing == ("host.interface",)
    assert UNKNOWN_LAN in bundle.artefacts[0].text
    assert install_script(unseen, bundle).complete
    gateway = replace(unseen, forwarding=replace(unseen.forwarding, drop_foreign_ipv4=False))
    assert render(gateway, keyring(unseen.site)).artefacts[0].complete


# --- cost -------------------------------------------------------------------------------------------------------------------


def many(count: int) -> Plan:
    right = Right("endpoint-b", "tcp", (PortRange(80, 80), PortRange(8000, 8010)))
    points = tuple(
        Point(f"p{number}", services=(Service("web", "tcp", 80, 10_000 + number),), may_reach=(right,) if number % 2 else None)
        for number in range(count)
    )
    site = article(points=points, tunnel=replace(article().tunnel, networks=(), addresses=()))
    return make_plan(completed(site), Strategy.GATEWAY_FORWARD, masquerade_into_tunnel=False, public_keys=KEYS)


def steps(work: Callable[[], object]) -> int:
    """How many calls a piece of work makes: its cost, the same on every machine however busy."""
    count = 0

    def one_more(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(one_more)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("work", [lambda plan: render(plan, Keyring()), trace], ids=["render", "trace"])
def test_the_cost_grows_with_the_points_and_no_faster(work: Callable[[Plan], object]) -> None:
    """Sixteen times the points cost at most sixteen times as much."""
    few, lots = many(100), many(1600)
    assert steps(lambda: work(lots)) <= 16 * steps(lambda: work(few))


def test_a_secret_is_only_in_whole() -> None:
    found = conf(files(article()), "host")
    assert isinstance(found.whole, Secret)
    assert "0" * 42 not in repr(found)
