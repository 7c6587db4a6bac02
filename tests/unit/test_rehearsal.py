"""What the replica consists of, its routers' rules, and what a row of the trace asks; the live tests build it."""

from collections import Counter
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from msgspec.structs import replace

from tests.unit.article import article, completed, network
from wgwizard.plan import HOST, ROUTER, Plan, make_plan
from wgwizard.rehearsal import echo
from wgwizard.rehearsal.addressing import INTERNET
from wgwizard.rehearsal.measure import Finding
from wgwizard.rehearsal.nodes import Kind, Node, Topology
from wgwizard.rehearsal.stand_in import stand_in
from wgwizard.rehearsal.topology import topology
from wgwizard.render import render
from wgwizard.site import Cloud, Endpoint, Network, Point, Right, RoutesAt, Site, SiteHost, Strategy
from wgwizard.trace import trace

TUNNEL = {ip_network("10.0.0.0/24"), ip_network("fd00:10::/64")}
BESIDE, BEHIND = "another host in lan", "another host in cameras"


def plan_of(site: Site, strategy: Strategy = Strategy.MASQUERADE) -> Plan:
    return make_plan(completed(site), strategy, masquerade_into_tunnel=False, public_keys={})


def replica_of(site: Site, strategy: Strategy = Strategy.MASQUERADE) -> Topology:
    return topology(plan_of(site, strategy))


def to_tunnel(node: Node) -> set[Network]:
    """The tunnel networks that a node has a route to by β."""
    beta = {ip_address("192.168.200.2"), ip_address("fd00:200::2")}
    return {route.network for route in node.routes if route.via in beta} & TUNNEL


def names(found: Topology, *kinds: Kind) -> list[str]:
    return [node.name for node in found.of_kind(*kinds)]


def test_the_article_s_site_has_every_computer_in_its_place() -> None:
    found = replica_of(article(second=True))
    assert names(found, Kind.INTERNET, Kind.ROUTER, Kind.HOST) == [INTERNET, ROUTER, HOST]
    assert names(found, Kind.SITE_HOST) == ["endpoint-b", BESIDE, BEHIND, "another host in cameras6"]
    assert names(found, Kind.POINT, Kind.HOME_ROUTER) == ["router of endpoint-a", "endpoint-a", "router of endpoint-a2", "endpoint-a2"]
    assert found.node(HOST).addresses == (ip_address("192.168.200.2"), ip_address("fd00:200::2"))
    # β's link holds both families; the two camera networks share no name and nobody's address, so each is a link of its own.
    assert {link.segment for node in found.nodes for link in node.links if node.kind is Kind.SITE_HOST} == {"lan", "cameras", "cameras6"}
    assert found.names == {"vpn.b.home.arpa": found.node(ROUTER).addresses[-2]}


def test_a_named_host_with_both_families_makes_two_networks_one_link() -> None:
    site = article()
    camera = SiteHost("camera", (ip_address("192.168.201.22"), ip_address("fd00:201::22")))
    found = replica_of(replace(site, hosts=(*site.hosts, camera)))
    assert names(found, Kind.SITE_HOST) == ["endpoint-b", BESIDE, "camera", BEHIND]
    assert {address.version for address in found.node(BEHIND).addresses} == {4, 6}


@pytest.mark.parametrize(
    ("routes_at", "on_hosts", "on_router"),
    [
        (RoutesAt.HOSTS, TUNNEL, set()),
        (RoutesAt.DHCP, {ip_network("10.0.0.0/24")}, set()),
        (RoutesAt.ROUTER, set(), TUNNEL),
        (None, set(), set()),
    ],
)
def test_the_routes_stand_where_the_plan_asks_for_them(routes_at: RoutesAt | None, on_hosts: set[Network], on_router: set[Network]) -> None:
    site = article(routes_at=frozenset() if routes_at is None else frozenset({routes_at}))
    found = replica_of(site, Strategy.GATEWAY)
    assert to_tunnel(found.node("endpoint-b")) == on_hosts
    assert to_tunnel(found.node(BESIDE)) == on_hosts
    assert to_tunnel(found.node(BEHIND)) == set()
    assert to_tunnel(found.node(ROUTER)) == on_router


@pytest.mark.parametrize(("drops", "strict"), [(True, True), (None, True), (False, False)])
def test_the_router_drops_what_it_sees_half_of_unless_it_is_known_not_to(drops: bool | None, strict: bool) -> None:
    rules = replica_of(article(router_drops_invalid=drops)).node(ROUTER).rules
    assert ("ct state invalid drop" in rules) is strict


def test_a_cloud_has_no_router_that_keeps_connections() -> None:
    rules = replica_of(article(cloud=Cloud.AWS, router_drops_invalid=True)).node(ROUTER).rules
    assert "ct state invalid drop" not in rules


def test_the_router_forwards_the_port_that_the_points_dial() -> None:
    site = article()
    site = replace(site, host=replace(site.host, endpoint=Endpoint("vpn.b.home.arpa", 443)))
    rules = replica_of(site).node(ROUTER).rules
    assert "udp dport 443 dnat ip to 192.168.200.2:51822" in rules
    assert "udp dport 443 dnat ip6 to [fd00:200::2]:51822" in rules


def test_a_host_that_is_the_default_gateway_takes_the_router_s_place() -> None:
    site = article(router=(), hosts=(), networks=article().networks[:1])
    found = replica_of(replace(site, host=replace(site.host, default_gateway=True)), Strategy.GATEWAY)
    assert names(found, Kind.ROUTER) == []
    beta = found.node(HOST)
    assert beta.forwards
    assert [link.interface for link in beta.links] == ["eth0", "wan"]
    assert {route.via for route in found.node(BESIDE).routes} == {ip_address("192.168.200.2")}


def test_networks_on_other_links_lie_behind_one_more_router_where_the_host_is_the_gateway() -> None:
    site = article(router=(), hosts=())
    found = replica_of(replace(site, host=replace(site.host, default_gateway=True)), Strategy.GATEWAY)
    beta, inner = found.node(HOST), found.node(ROUTER)
    assert beta.links[0].addresses == site.host.addresses
    assert {route.via for route in inner.routes} == {ip_address("192.168.200.2"), ip_address("fd00:200::2")}
    behind = {route.network: route.via for route in beta.routes if route.interface == "eth0"}
    assert set(behind) == {ip_network("192.168.201.0/24"), ip_network("fd00:201::/64")}
    assert set(behind.values()) <= set(inner.addresses)


def test_an_endpoint_written_as_an_address_is_the_router_s_own() -> None:
    site = article()
    found = replica_of(replace(site, host=replace(site.host, endpoint=Endpoint("203.0.113.7", 51822))))
    assert ip_address("203.0.113.7") in found.node(ROUTER).addresses
    assert ip_network("203.0.113.7/32") in {route.network for route in found.node(INTERNET).routes}
    assert found.names == {}


def test_points_that_dial_the_host_s_lan_address_are_led_there() -> None:
    site = article()
    found = replica_of(replace(site, host=replace(site.host, endpoint=Endpoint("192.168.200.2", 51822))))
    route = next(route for route in found.node(INTERNET).routes if route.network == ip_network("192.168.200.2/32"))
    assert route.via in found.node(ROUTER).addresses
    assert ip_address("192.168.200.2") not in found.node(ROUTER).addresses
    assert 'iifname "wan" ip daddr 192.168.200.2 udp dport 51822 accept' in found.node(ROUTER).rules


def test_a_point_that_can_be_dialled_behind_its_router_has_its_port_forwarded() -> None:
    point = Point("endpoint-a", endpoint=Endpoint("198.51.100.9", 4500))
    found = replica_of(article(points=(point,)))
    router, own = found.node("router of endpoint-a"), found.node("endpoint-a")
    assert ip_address("198.51.100.9") in router.addresses
    assert f"udp dport 4500 dnat ip to {own.addresses[0]}:4500" in router.rules


def test_a_point_without_nat_stands_on_the_internet() -> None:
    found = replica_of(article(points=(Point("server", behind_nat=False),)))
    assert [link.segment for link in found.node("server").links] == [INTERNET]
    assert names(found, Kind.HOME_ROUTER) == []


def test_a_home_keeps_its_own_network_and_others_avoid_the_site_s() -> None:
    home = ip_network("192.168.200.0/24")
    site = article(points=(Point("same", home_networks=(home,)), Point("other")))
    site = replace(site, networks=(*site.networks, network("192.168.178.0/24")))
    found = replica_of(site)
    assert found.node("same").addresses[0] in home
    assert found.node("other").addresses[0] in ip_network("10.231.77.0/24")


def test_what_a_right_names_by_its_address_alone_gets_a_computer() -> None:
    site = article(points=(Point("endpoint-a", may_reach=(Right("192.168.201.77", "tcp"), Right("endpoint-b"))),))
    found = replica_of(site)
    assert found.node("192.168.201.77").addresses == (ip_address("192.168.201.77"),)


def test_a_part_of_a_network_that_a_right_names_has_its_own_computer_and_the_rest_another() -> None:
    part = ip_network("192.168.200.0/25")
    found = replica_of(article(points=(Point("endpoint-a", may_reach=(Right(str(part)),)),)))
    assert all(address in part for address in found.node(str(part)).addresses)
    assert not any(address in part for address in found.node(BESIDE).addresses if address.version == 4)


def test_a_site_network_wider_than_the_host_s_link_is_entered_on_that_link() -> None:
    site = article(networks=(network("192.168.0.0/16", "all"),), hosts=(), router=())
    found = replica_of(replace(site, host=replace(site.host, addresses=(ip_interface("192.168.200.2/24"),))))
    assert found.node("another host in all").addresses[0] in ip_network("192.168.200.0/24")


def test_a_network_of_one_address_is_that_computer_and_its_router_has_room() -> None:
    site = article(networks=(*article().networks[:1], network("172.16.5.9/32", "printer")), hosts=())
    found = replica_of(site)
    assert found.node("another host in printer").addresses == (ip_address("172.16.5.9"),)
    assert any(address in ip_network("172.16.5.8/29") for address in found.node(ROUTER).addresses)


@pytest.mark.parametrize(("points", "gateway"), [(2, False), (2, True), (300, False)])
def test_no_address_has_two_owners_on_a_link_and_every_next_hop_is_somebody(points: int, gateway: bool) -> None:
    site = article(points=tuple(Point(f"point{number}", behind_nat=number % 2 == 0) for number in range(points)), hosts=())
    host = replace(site.host, default_gateway=gateway)
    found = replica_of(replace(site, host=host, tunnel=replace(site.tunnel, networks=(), addresses=())), Strategy.GATEWAY)
    owners = Counter((link.segment, address.ip) for node in found.nodes for link in node.links for address in link.addresses)
    assert set(owners.values()) == {1}
    segments = {(node.name, link.interface): link.segment for node in found.nodes for link in node.links}
    for node in found.nodes:
        for route in node.routes:
            assert route.via is None or (segments[node.name, route.interface], route.via) in owners


def test_the_rehearsed_files_are_complete_and_hold_none_of_the_true_keys() -> None:
    site = completed(article(second=True))
    site = replace(site, host=replace(site.host, interfaces=(), keys_on_host=True))
    true_keys = {"host": "H" * 42 + "A=", "endpoint-a": "A" * 42 + "Q="}
    plan, keyring = stand_in(make_plan(site, Strategy.GATEWAY_FORWARD, masquerade_into_tunnel=False, public_keys=true_keys))
    bundle = render(plan, keyring)
    files = [artefact for artefact in bundle.artefacts if artefact.path.startswith("/")]
    assert files
    assert [artefact.missing for artefact in files if not artefact.complete] == []
    assert not any(key in artefact.content() for artefact in files for key in true_keys.values())


def test_a_finding_agrees_only_when_reach_and_address_do() -> None:
    predicted = next(reach for reach in trace(plan_of(article())) if reach.reachable)
    seen = predicted.source_seen
    assert Finding(predicted, predicted.as_found(reachable=True, source_seen=seen, why="other words")).agrees
    assert not Finding(predicted, predicted.as_found(reachable=False, source_seen=seen, why="")).agrees
    assert not Finding(predicted, predicted.as_found(reachable=True, source_seen=ip_address("192.0.2.1"), why="")).agrees


def test_ping_packets_have_the_checksum_of_the_standard() -> None:
    # RFC 1071: the one's complement sum of 0x0800, 0x0001 and 0x0001 is 0x0802; its complement is 0xf7fd.
    assert echo.request(4, 1) == bytes.fromhex("0800f7fd00010001")
    assert echo.request(6, 1) == bytes.fromhex("8000000000010001")


def test_ping_answers_are_told_from_requests_and_from_other_packets() -> None:
    header = bytes([0x45]) + bytes(19)  # an IPv4 header of five words
    assert echo.requested(4, header + echo.request(4, 7)) == 7
    assert echo.replied(4, header + echo.request(4, 7)) is None
    assert echo.replied(4, header + bytes.fromhex("0000000000070001")) == 7
    assert echo.replied(6, bytes.fromhex("8100000000070001")) == 7
    assert echo.replied(4, b"") is None
    assert echo.requested(6, b"\x80") is None
