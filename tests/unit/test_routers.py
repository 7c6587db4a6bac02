"""The cards for the site's router in the words of its kind: what stands in them for one site, and that any site has them."""

import difflib
import os
from ipaddress import ip_address, ip_interface
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.unit.any_rules import sites
from tests.unit.article import KEYS, article, completed
from wgwizard.plan import make_plan, plan_warnings
from wgwizard.render.artefact import Artefact
from wgwizard.render.cards import cards
from wgwizard.render.routers.kinds import ROUTERS
from wgwizard.site import Endpoint, RoutesAt, Site, Strategy
from wgwizard.sitefile.filemodel import ROUTER_KINDS

KINDS = list(ROUTERS)
FOLDER = Path(__file__).parent / "routers"
DOCS = Path(__file__).parents[2] / "docs"
AT_ROUTER = frozenset({RoutesAt.ROUTER})
BY_DHCP = frozenset({RoutesAt.DHCP})
CARD_AT = {
    RoutesAt.ROUTER: "route-on-the-router.txt",
    RoutesAt.DHCP: "route-by-dhcp.txt",
    RoutesAt.HOSTS: "route-on-the-computers.txt",
}


def cards_of(site: Site, strategy: Strategy = Strategy.GATEWAY) -> dict[str, Artefact]:
    plan = make_plan(completed(site), strategy, masquerade_into_tunnel=False, public_keys=KEYS)
    return {card.path: card for card in cards(plan)}


def lines_of(kind: str, card: str, **changes: object) -> list[str]:
    site = article(**{"routes_at": AT_ROUTER, "router_kind": kind, **changes})
    return [line.strip() for line in cards_of(site)[card].text.splitlines()]


@pytest.mark.parametrize("kind", KINDS)
def test_the_cards_of_a_kind(kind: str) -> None:
    made = cards_of(article(routes_at=AT_ROUTER, router_kind=kind))
    made["route-by-dhcp.txt"] = cards_of(article(routes_at=BY_DHCP, router_kind=kind))["route-by-dhcp.txt"]
    now = "\n".join(f"=== {name}\n{card.text}" for name, card in made.items())
    path = FOLDER / f"{kind}.txt"
    if os.environ.get("WGWIZARD_REGENERATE"):
        path.write_text(now)
    known = path.read_text()
    diff = "\n".join(difflib.unified_diff(known.splitlines(), now.splitlines(), path.name, "now", lineterm=""))
    assert known == now, f"{diff}\n(meant so? WGWIZARD_REGENERATE=1 python -m pytest tests/unit/test_routers.py)"


ROUTE = {
    "openwrt": "uci set network.wgwizard_51822_1.target=10.0.0.0/24",
    "opnsense": "System → Routes → Configuration, add: Network Address fd00:10::/64, Gateway wgwizard_51822_v6_2",
    "pfsense": "System → Routing, tab (Static) Routes, add: Destination network 10.0.0.0/24, Gateway wgwizard_51822_v4_1",
    "routeros": "/ipv6/route/add dst-address=fd00:10::/64 gateway=fd00:200::2 comment=wgwizard_51822",
    "vyos": "set protocols static route6 fd00:10::/64 next-hop fd00:200::2",
    "edgeos": "set protocols static route 10.0.0.0/24 next-hop 192.168.200.2",
    "unifi": "Create a static route: Name wgwizard_51822_1, Network 10.0.0.0/24, Distance 1,",
    "fritzbox": "Network 10.0.0.0, Subnet mask 255.255.255.0, Gateway 192.168.200.2, active",
    "cisco": "ip route 10.0.0.0 255.255.255.0 192.168.200.2",
}
HALF_SEEN = {
    "openwrt": "uci set firewall.@defaults[0].drop_invalid=0",
    "opnsense": "Firewall → Settings → Advanced, Static route filtering: switch it on",
    "pfsense": "System → Advanced, tab Firewall & NAT, Bypass firewall rules for traffic on the same interface: switch it on",
    "routeros": "/ip/firewall/filter/add chain=forward action=accept src-address-list=wgwizard_51822 dst-address-list=wgwizard_51822 "
    "comment=wgwizard_51822_passing place-before=N",
    "vyos": "set firewall ipv4 forward filter rule 1 source group network-group wgwizard_51822",
    "edgeos": "set firewall name LAN_IN rule 1 destination group network-group wgwizard_51822",
    "unifi": "Source and Destination an address group with 10.0.0.0/24, 192.168.200.0/24",
    "fritzbox": "or take a strategy that needs no route (masquerade)",
    "cisco": "zone-member: nothing either, packets that come and go in one zone are let through",
}
WAY_IN = {
    "openwrt": "uci set firewall.wgwizard_51822.src_dport=443",
    "opnsense": "Redirect Target IP 192.168.200.2, Redirect Target Port 51822,",
    "pfsense": "Destination the WAN address, Destination port range 443,",
    "routeros": "/ip/firewall/nat/add chain=dstnat in-interface-list=WAN protocol=udp dst-port=443 action=dst-nat "
    "to-addresses=192.168.200.2 to-ports=51822 comment=wgwizard_51822",
    "vyos": "set nat destination rule 100 destination port 443",
    "edgeos": "set port-forward rule 100 original-port 443",
    "unifi": "a port forward: Name wgwizard_51822, from any, Port 443, Forward IP 192.168.200.2, Forward Port 51822, UDP",
    "fritzbox": "Application WireGuard, Protocol UDP, Port to device 51822, External port 443; then Apply",
    "cisco": "ip nat inside source static udp 192.168.200.2 51822 interface GigabitEthernet0/0 443",
}
DHCP = {
    "openwrt": "uci add_list dhcp.lan.dhcp_option='121,10.0.0.0/24,192.168.200.2,0.0.0.0/0,192.168.200.1'",
    "opnsense": "Set Encoding Hex, Set Data 180a0000c0a8c80200c0a8c801",
    "pfsense": "Number 121, Type String, Value 18:0a:00:00:c0:a8:c8:02:00:c0:a8:c8:01",
    "routeros": "/ip/dhcp-server/option/add name=wgwizard_51822 code=121 value=0x180a0000c0a8c80200c0a8c801",
    "vyos": "set service dhcp-server shared-network-name LAN subnet 192.168.200.0/24 static-route 10.0.0.0/24 next-hop 192.168.200.2",
    "edgeos": "set service dhcp-server shared-network-name LAN subnet 192.168.200.0/24 subnet-parameters "
    '"option wgwizard-routes 24, 10, 0, 0, 192, 168, 200, 2, 0, 192, 168, 200, 1;"',
    "unifi": "Value 180a0000c0a8c80200c0a8c801 (hexadecimal bytes)",
    "fritzbox": "the FRITZ!Box cannot: its DHCP server takes no options of one's own; instead",
    "cisco": "option 121 hex 180a.0000.c0a8.c802.00c0.a8c8.01",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_dhcp_card_begins_with_the_words_of_the_router(kind: str) -> None:
    lines = lines_of(kind, "route-by-dhcp.txt", routes_at=BY_DHCP)
    assert DHCP[kind] in lines
    assert lines.index(DHCP[kind]) < lines.index("dnsmasq:")


def test_vyos_is_told_the_default_route_where_it_takes_it_from() -> None:
    """Its static routes are without it: it puts its default router into the option."""
    lines = lines_of("vyos", "route-by-dhcp.txt", routes_at=BY_DHCP)
    assert any("subnet 192.168.200.0/24 default-router 192.168.200.1" in line for line in lines)


@pytest.mark.parametrize("kind", KINDS)
def test_without_the_routers_address_no_option_is_shown_in_its_words(kind: str) -> None:
    """An option 121 without the default route would take the computers' way to the internet."""
    site = article(routes_at=BY_DHCP, router_kind=kind, router=())
    made = cards_of(site)["route-by-dhcp.txt"]
    assert made.missing == ("site.router",)
    assert DHCP[kind] not in made.text
    assert "once site.router is known" in made.text


def test_each_of_two_networks_is_told_its_own_next_hop_and_router() -> None:
    host = replace(article().host, addresses=(ip_interface("192.168.200.2/24"), ip_interface("192.168.201.2/24")))
    routers = (ip_address("192.168.200.1"), ip_address("192.168.201.1"))
    lines = lines_of("routeros", "route-by-dhcp.txt", routes_at=BY_DHCP, host=host, router=routers)
    assert [
        line for line in lines if line.startswith(("/ip/dhcp-server/option/add", "/ip/dhcp-server/network/set")) and '""' not in line
    ] == [
        "/ip/dhcp-server/option/add name=wgwizard_51822_1 code=121 value=0x180a0000c0a8c80200c0a8c801",
        "/ip/dhcp-server/network/set [find address=192.168.200.0/24] dhcp-option=wgwizard_51822_1",
        "/ip/dhcp-server/option/add name=wgwizard_51822_2 code=121 value=0x180a0000c0a8c90200c0a8c901",
        "/ip/dhcp-server/network/set [find address=192.168.201.0/24] dhcp-option=wgwizard_51822_2",
    ]
    assert "dhcp-option=121,10.0.0.0/24,192.168.201.2,0.0.0.0/0,192.168.201.1" in lines


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told_in_its_own_words(kind: str) -> None:
    route = lines_of(kind, "route-on-the-router.txt")
    other_port = replace(article().host, endpoint=Endpoint("vpn.b.home.arpa", 443))
    assert ROUTE[kind] in route
    assert HALF_SEEN[kind] in route
    assert WAY_IN[kind] in lines_of(kind, "port-forward.txt", host=other_port)
    assert not any("ip route add" in line or "iifname" in line for line in route)


@pytest.mark.parametrize("kind", KINDS)
def test_a_router_that_passes_what_it_half_sees_is_told_nothing_of_it(kind: str) -> None:
    assert HALF_SEEN[kind] not in lines_of(kind, "route-on-the-router.txt", router_drops_invalid=False)


@pytest.mark.parametrize(("kept", "gone"), [(4, "fd00:"), (6, "192.168.200.2")])
@pytest.mark.parametrize("kind", KINDS)
def test_a_site_of_one_family_hears_of_that_family_alone(kind: str, kept: int, gone: str) -> None:
    site = article(routes_at=AT_ROUTER, router_kind=kind)
    one = replace(
        site,
        networks=tuple(item for item in site.networks if item.cidr.version == kept),
        router=(),
        hosts=(),
        host=replace(site.host, addresses=tuple(item for item in site.host.addresses if item.version == kept)),
        tunnel=replace(
            site.tunnel,
            networks=tuple(item for item in site.tunnel.networks if item.version == kept),
            addresses=tuple(item for item in site.tunnel.addresses if item.version == kept),
        ),
        points=tuple(replace(point, addresses=tuple(item for item in point.addresses if item.version == kept)) for point in site.points),
    )
    assert all(gone not in card.text for card in cards_of(one).values())


def test_what_could_not_be_read_is_marked() -> None:
    marked = {kind: [line for line in lines_of(kind, "route-on-the-router.txt") if "not verified" in line] for kind in KINDS}
    assert {kind for kind, lines in marked.items() if any(line.startswith("Add") for line in lines)} == {"edgeos", "unifi", "fritzbox"}
    assert {kind for kind, lines in marked.items() if lines} == {"edgeos", "unifi", "fritzbox", "cisco"}
    by_dhcp = {kind: lines_of(kind, "route-by-dhcp.txt", routes_at=BY_DHCP) for kind in KINDS}
    unread = {kind for kind, lines in by_dhcp.items() if any(line.startswith("Add (not verified") for line in lines)}
    assert unread == {"pfsense", "edgeos", "unifi", "fritzbox", "cisco"}


def test_linux_and_what_nobody_named_keep_the_commands_of_linux() -> None:
    named, unnamed = (cards_of(article(routes_at=AT_ROUTER, router_kind=kind)) for kind in ("linux", None))
    assert {name: card.text for name, card in named.items()} == {name: card.text for name, card in unnamed.items()}
    assert "ip route add 10.0.0.0/24 via 192.168.200.2" in named["route-on-the-router.txt"].text
    by_dhcp = [cards_of(article(routes_at=BY_DHCP, router_kind=kind))["route-by-dhcp.txt"].text for kind in ("linux", None)]
    assert by_dhcp[0] == by_dhcp[1]
    assert "Where the router gives the addresses" not in by_dhcp[0]


def test_every_kind_can_be_written_and_looked_up() -> None:
    """The site file, the cards and the page that says where they were read know the same kinds."""
    page = (DOCS / "routers.md").read_text()
    assert set(ROUTER_KINDS) == {"linux", *KINDS}
    assert [kind for kind in KINDS if f"| `{kind}` |" not in page] == []
    assert {path.stem for path in FOLDER.iterdir()} == set(KINDS)


def test_the_warning_leads_to_the_card_where_the_router_has_words_of_its_own() -> None:
    hints = {}
    for kind in ("linux", "routeros"):
        site = completed(article(routes_at=AT_ROUTER, router_kind=kind))
        plan = make_plan(site, Strategy.GATEWAY, masquerade_into_tunnel=False, public_keys=KEYS)
        hints[kind] = next(warning.hint for warning in plan_warnings(plan) if warning.code == "asymmetry")
    assert "iifname" in hints["linux"]
    assert "iifname" not in hints["routeros"]
    assert "route-on-the-router" in hints["routeros"]


@settings(max_examples=60, deadline=None)
@given(
    sites(), st.sampled_from(KINDS), st.sampled_from(list(Strategy)), st.integers(1, 65535), st.sets(st.sampled_from(RoutesAt), min_size=1)
)
def test_any_site_has_cards_that_name_its_routes(site: Site, kind: str, strategy: Strategy, port: int, at: set[RoutesAt]) -> None:
    host = replace(site.host, endpoint=Endpoint("vpn.b.home.arpa", port), default_gateway=False)
    site = completed(replace(site, host=host, routes_at=frozenset(at), router_kind=kind))
    plan = make_plan(site, strategy, masquerade_into_tunnel=False, public_keys={})
    made = {card.path: card.text for card in cards(plan)}
    assert str(port) in made["port-forward.txt"]
    assert all(line.isprintable() for text in made.values() for line in text.splitlines())
    for route in plan.routes:
        told = made[CARD_AT[route.at]]
        assert str(route.network.network_address) in told
        assert str(route.via) in told
