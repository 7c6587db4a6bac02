"""What stands in a plan: the AllowedIPs table, keepalive, permits, forwards, routes and forwarding (docs/strategies.md)."""

from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

import pytest
from msgspec.structs import replace

from tests.unit.article import KEYS, article, completed
from wgwizard.host.facts import Facts
from wgwizard.plan import Plan, make_plan, plan_warnings
from wgwizard.site import Cloud, Dns, Endpoint, Needs, Opens, Point, PortRange, Right, RoutesAt, Service, Site, Strategy, Tunnel
from wgwizard.trace import trace

HOST_ADDRESSES = ("10.0.0.2/32", "fd00:10::2/128")
SITE = ("192.168.200.0/24", "192.168.201.0/24", "fd00:200::/64", "fd00:201::/64")


def planned(site: Site, strategy: Strategy, *, into_tunnel: bool = False, facts: Facts | None = None) -> Plan:
    return make_plan(completed(site), strategy, masquerade_into_tunnel=into_tunnel, public_keys=KEYS, facts=facts)


def texts(values: object) -> tuple[str, ...]:
    return tuple(str(value) for value in values)  # type: ignore[attr-defined]


def allowed(plan: Plan) -> tuple[str, ...]:
    return texts(plan.points[0].peers[0].allowed_ips)


# --- AllowedIPs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", list(Strategy))
def test_the_hosts_allowed_ips_are_each_points_own_addresses_and_nothing_else(strategy: Strategy) -> None:
    plan = planned(article(second=True), strategy)
    assert [texts(peer.allowed_ips) for peer in plan.host.peers] == [
        ("10.0.0.1/32", "fd00:10::1/128"),
        ("10.0.0.3/32", "fd00:10::3/128"),
    ]


@pytest.mark.parametrize(
    ("strategy", "opens", "networks"),
    [
        (Strategy.MASQUERADE, Opens.BOTH, SITE),
        (Strategy.MASQUERADE, Opens.POINTS, SITE),
        (Strategy.MASQUERADE, Opens.SITE, ()),
        (Strategy.FORWARD, Opens.BOTH, SITE),
        (Strategy.FORWARD, Opens.SITE, SITE),
        (Strategy.FORWARD, Opens.POINTS, ()),
        (Strategy.MASQUERADE_FORWARD, Opens.BOTH, SITE),
        (Strategy.GATEWAY, Opens.POINTS, SITE),
        (Strategy.GATEWAY, Opens.SITE, SITE),
        (Strategy.GATEWAY_FORWARD, Opens.BOTH, SITE),
    ],
)
def test_a_points_allowed_ips(strategy: Strategy, opens: Opens, networks: tuple[str, ...]) -> None:
    plan = planned(article(needs=Needs(opens=opens)), strategy)
    assert allowed(plan) == HOST_ADDRESSES + networks


@pytest.mark.parametrize(
    ("strategy", "networks"), [(Strategy.FORWARD, ()), (Strategy.MASQUERADE_FORWARD, SITE), (Strategy.GATEWAY_FORWARD, SITE)]
)
def test_with_masquerade_into_the_tunnel_the_clients_networks_are_not_needed(strategy: Strategy, networks: tuple[str, ...]) -> None:
    assert allowed(planned(article(), strategy, into_tunnel=True)) == HOST_ADDRESSES + networks


def test_rights_do_not_change_a_points_file() -> None:
    site = article()
    narrow = replace(site, points=(replace(site.points[0], may_reach=(Right("endpoint-b", "tcp", (PortRange(80, 80),)),)),))
    assert planned(narrow, Strategy.GATEWAY).points == planned(site, Strategy.GATEWAY).points


def test_a_point_without_ipv6_gets_no_ipv6_networks() -> None:
    site = article()
    only4 = replace(site, points=(replace(site.points[0], addresses=(ip_address("10.0.0.1"),)),))
    assert allowed(planned(only4, Strategy.GATEWAY)) == (*HOST_ADDRESSES, *SITE[:2])


def test_masquerade_into_the_tunnel_is_nothing_where_no_port_is_forwarded() -> None:
    assert planned(article(), Strategy.MASQUERADE, into_tunnel=True).masquerade_into_tunnel is False


# --- sessions ---------------------------------------------------------------------------------------------------------------


def keepalives(plan: Plan) -> tuple[int | None, int | None]:
    """Of the point, and of the host."""
    return plan.points[0].peers[0].keepalive, plan.host.peers[0].keepalive


def with_endpoints(*, host: bool, point: bool, behind_nat: bool) -> Site:
    site = article()
    own = Endpoint("198.51.100.9", 51820) if point else None
    beta = replace(site.host, endpoint=site.host.endpoint if host else None)
    return replace(site, host=beta, points=(replace(site.points[0], endpoint=own, behind_nat=behind_nat),))


@pytest.mark.parametrize(
    ("host", "point", "behind_nat", "expected"),
    [
        (True, False, True, (25, None)),
        (True, False, False, (None, None)),
        (True, True, False, (None, None)),
        (False, True, False, (None, 25)),
        (False, False, True, (None, None)),
    ],
)
def test_who_keeps_the_session_alive(host: bool, point: bool, behind_nat: bool, expected: tuple[int | None, int | None]) -> None:
    plan = planned(with_endpoints(host=host, point=point, behind_nat=behind_nat), Strategy.GATEWAY)
    assert keepalives(plan) == expected
    assert plan.points[0].listen_port == (51820 if point else None)


def test_public_keys_come_from_the_site_the_keyring_and_the_probe() -> None:
    site = article(points=(Point("endpoint-a", public_key="own"), Point("b"), Point("c")))
    plan = make_plan(
        completed(site), Strategy.MASQUERADE, masquerade_into_tunnel=False, public_keys={"b": "made"}, facts=Facts(public_key="probed")
    )
    assert [peer.public_key for peer in plan.host.peers] == ["own", "made", None]
    assert [interface.private_key_here for interface in plan.points] == [False, True, True]
    assert plan.points[0].peers[0].public_key == "probed"


# --- rights -----------------------------------------------------------------------------------------------------------------


def test_a_port_forward_alone_permits_the_points_nothing_at_the_site() -> None:
    plan = planned(article(), Strategy.FORWARD)
    assert (plan.from_points, plan.to_points) == ((), ())
    assert [(texts(f.listen), texts(f.targets), f.service.port_on_host) for f in plan.forwards] == [
        (("192.168.200.2", "fd00:200::2"), ("10.0.0.1", "fd00:10::1"), 8081)
    ]


def test_a_named_network_of_both_families_is_one_name() -> None:
    site = article()
    networks = tuple(replace(item, name="lan") if str(item.cidr) in (SITE[0], SITE[2]) else item for item in site.networks)
    point = replace(site.points[0], may_reach=(Right("lan"),))
    plan = planned(replace(site, networks=networks, points=(point,)), Strategy.GATEWAY)
    assert [texts(permit.destinations) for permit in plan.from_points] == [(SITE[0], SITE[2])]


def test_an_unknown_name_permits_nothing() -> None:
    site = article()
    plan = planned(replace(site, points=(replace(site.points[0], may_reach=(Right("nowhere"),)),)), Strategy.GATEWAY)
    assert plan.from_points == ()


def test_the_hosts_services_are_for_points_with_the_right() -> None:
    site = article(second=True)
    host = replace(site.host, services=(Service("dns", "udp", 53), Service("ssh", "tcp", 22)))
    limited = replace(site.points[0], may_reach=(Right("host", "tcp", (PortRange(20, 30),)),))
    plan = planned(replace(site, host=host, points=(limited, site.points[1])), Strategy.GATEWAY)
    assert [(permit.point, permit.target) for permit in plan.to_host] == [
        ("endpoint-a", "ssh"),
        ("endpoint-a2", "dns"),
        ("endpoint-a2", "ssh"),
    ]


def test_resolvers_that_a_point_may_not_ask_are_left_out() -> None:
    site = article(dns=Dns((ip_address("192.168.200.1"),), ("site-b.lan",)))
    narrow = replace(site, points=(replace(site.points[0], may_reach=(Right("endpoint-b"),)),))
    assert planned(site, Strategy.GATEWAY).points[0].dns == site.dns
    assert planned(narrow, Strategy.GATEWAY).points[0].dns is None
    assert planned(site, Strategy.FORWARD).points[0].dns is None
    assert "resolver-left-out" in codes(planned(narrow, Strategy.GATEWAY))


# --- routes and forwarding --------------------------------------------------------------------------------------------------


def test_routes_stand_where_they_do_the_whole_work() -> None:
    plan = planned(article(routes_at=frozenset(RoutesAt), router_drops_invalid=True), Strategy.GATEWAY)
    assert [(str(route.network), str(route.via), route.at) for route in plan.routes] == [
        ("10.0.0.0/24", "192.168.200.2", RoutesAt.ROUTER),
        ("10.0.0.0/24", "192.168.200.2", RoutesAt.DHCP),
        ("fd00:10::/64", "fd00:200::2", RoutesAt.ROUTER),
        ("fd00:10::/64", "fd00:200::2", RoutesAt.HOSTS),
    ]


def test_computers_take_the_address_of_the_host_in_their_own_network() -> None:
    site = article(routes_at=frozenset({RoutesAt.HOSTS}))
    both = replace(site, host=replace(site.host, addresses=(*site.host.addresses, ip_interface("192.168.201.2/24"))))
    vias = [str(route.via) for route in planned(both, Strategy.GATEWAY).routes if route.network.version == 4]
    assert vias == ["192.168.200.2", "192.168.201.2"]
    rows = trace(planned(both, Strategy.MASQUERADE))
    assert {str(r.source_seen) for r in rows if r.target == "cameras" and r.reachable} == {"192.168.201.2"}


def test_a_linux_point_that_is_told_resolvers_needs_resolvconf() -> None:
    site = article(dns=Dns((ip_address("192.168.200.1"),)))
    phone = replace(site, points=(replace(site.points[0], platform="android"),))
    assert "needs-resolvconf" in codes(planned(site, Strategy.GATEWAY))
    assert "needs-resolvconf" not in codes(planned(phone, Strategy.GATEWAY))


def test_masquerade_and_port_forward_need_no_route() -> None:
    for strategy in (Strategy.MASQUERADE, Strategy.FORWARD, Strategy.MASQUERADE_FORWARD):
        assert planned(article(), strategy).routes == ()


def test_the_probe_tells_the_interface_and_what_ipv6_needs() -> None:
    site = article()
    unnamed = replace(site, host=replace(site.host, interfaces=()))
    facts = Facts({"lo": (), "ens3": (ip_interface("192.168.200.2/24"),)}, ipv6_forwarding=False, ra_default_interfaces=("ens3",))
    found = planned(unnamed, Strategy.MASQUERADE, facts=facts).forwarding
    assert (found.interfaces, found.accept_ra_interfaces, found.drop_foreign_ipv6) == (("ens3",), ("ens3",), True)
    open_before = planned(unnamed, Strategy.MASQUERADE, facts=replace(facts, ipv6_forwarding=True)).forwarding
    assert open_before.drop_foreign_ipv6 is False


@pytest.mark.parametrize(
    ("switches", "drop"),
    [
        ({}, True),
        ({"ipv4_forwarding": True}, False),
        ({"ipv4_forwarders": frozenset({"ens3", "ens4"})}, False),
        ({"ipv4_forwarders": frozenset({"ens4"})}, True),
        ({"ipv6_forwarding": True}, True),
    ],
)
def test_ipv4_paths_are_closed_where_the_lan_interface_did_not_forward(switches: dict[str, Any], drop: bool) -> None:
    facts = Facts({"ens3": (ip_interface("192.168.200.2/24"),)}, **switches)
    site = article()
    unnamed = replace(site, host=replace(site.host, interfaces=()))
    assert planned(unnamed, Strategy.MASQUERADE, facts=facts).forwarding.drop_foreign_ipv4 is drop


def test_where_no_lan_interface_is_found_ipv4_paths_are_closed() -> None:
    site = article()
    unnamed = replace(site, host=replace(site.host, interfaces=()))
    found = planned(unnamed, Strategy.MASQUERADE, facts=Facts()).forwarding
    assert (found.interfaces, found.drop_foreign_ipv4) == ((), True)


def test_a_default_gateway_that_nobody_has_looked_at_forwards_already() -> None:
    site = article()
    gateway = planned(replace(site, host=replace(site.host, default_gateway=True)), Strategy.GATEWAY).forwarding
    assert (gateway.drop_foreign_ipv4, gateway.drop_foreign_ipv6) == (False, False)


def test_a_family_is_forwarded_only_where_tunnel_and_site_have_it() -> None:
    site = article(tunnel=Tunnel(networks=(ip_network("10.0.0.0/24"),)), points=(Point("a"),))
    plan = planned(site, Strategy.MASQUERADE)
    assert (plan.forwarding.ipv4, plan.forwarding.ipv6, plan.forwarding.drop_foreign_ipv6) == (True, False, False)
    assert "family-without-tunnel" in codes(plan)


# --- warnings ---------------------------------------------------------------------------------------------------------------


def codes(plan: Plan) -> set[str]:
    return {problem.code for problem in plan_warnings(plan)}


def test_clients_in_allowed_ips_is_said_for_port_forwards_without_masquerade_into_the_tunnel() -> None:
    assert "clients-in-allowed-ips" in codes(planned(article(), Strategy.FORWARD))
    assert "clients-in-allowed-ips" not in codes(planned(article(), Strategy.FORWARD, into_tunnel=True))
    assert "clients-in-allowed-ips" not in codes(planned(article(), Strategy.MASQUERADE))


@pytest.mark.parametrize(
    ("where", "drops", "cloud", "expected"),
    [
        ({RoutesAt.ROUTER}, True, None, {"asymmetry"}),
        ({RoutesAt.ROUTER}, None, None, {"asymmetry"}),
        ({RoutesAt.ROUTER}, False, None, set()),
        ({RoutesAt.ROUTER}, True, Cloud.AWS, {"source-destination-check"}),
        ({RoutesAt.ROUTER, RoutesAt.HOSTS}, True, None, set()),
        ({RoutesAt.HOSTS}, True, None, {"no-way-back"}),
        ({RoutesAt.ROUTER, RoutesAt.DHCP}, True, None, {"asymmetry", "option-121"}),
        (set(), None, None, {"no-way-back"}),
    ],
)
def test_what_is_said_of_routes(where: set[RoutesAt], drops: bool | None, cloud: Cloud | None, expected: set[str]) -> None:
    of_routes = {"asymmetry", "no-way-back", "option-121", "source-destination-check"}
    plan = planned(article(routes_at=frozenset(where), router_drops_invalid=drops, cloud=cloud), Strategy.GATEWAY)
    assert codes(plan) & of_routes == expected


def test_the_asymmetry_comes_with_the_rule_for_the_router() -> None:
    plan = planned(article(routes_at=frozenset({RoutesAt.ROUTER})), Strategy.GATEWAY)
    (problem,) = [problem for problem in plan_warnings(plan) if problem.code == "asymmetry"]
    both = "{ 10.0.0.0/24, 192.168.200.0/24 }"
    assert f'iifname "lan0" oifname "lan0" ip saddr {both} ip daddr {both} accept' in problem.hint
    assert "ip6 saddr { fd00:10::/64, fd00:200::/64 }" in problem.hint


def test_firewalls_of_either_side_are_named() -> None:
    assert codes(planned(article(), Strategy.MASQUERADE)) & {"site-firewalls", "point-firewalls"} == set()
    assert codes(planned(article(), Strategy.FORWARD)) & {"site-firewalls", "point-firewalls"} == {"point-firewalls"}
    assert codes(planned(article(), Strategy.GATEWAY)) & {"site-firewalls", "point-firewalls"} == {"site-firewalls", "point-firewalls"}


def test_a_silent_point_that_the_site_opens_is_named() -> None:
    assert "no-keepalive" in codes(planned(with_endpoints(host=True, point=False, behind_nat=False), Strategy.GATEWAY))
    assert "no-keepalive" not in codes(planned(with_endpoints(host=True, point=False, behind_nat=True), Strategy.GATEWAY))
    assert "no-keepalive" not in codes(planned(with_endpoints(host=True, point=False, behind_nat=False), Strategy.MASQUERADE))


def test_nobody_who_can_dial_and_nothing_to_forward_are_said() -> None:
    assert "endpoint-not-known" in codes(planned(with_endpoints(host=False, point=False, behind_nat=True), Strategy.GATEWAY))
    bare = replace(article(), points=(replace(article().points[0], services=()),))
    assert "nothing-to-forward" in codes(planned(bare, Strategy.FORWARD))
    assert "nothing-to-forward" not in codes(planned(article(), Strategy.FORWARD))


def test_many_names_are_cut() -> None:
    points = tuple(Point(f"p{number}") for number in range(20))
    site = article(points=points)
    plan = planned(replace(site, host=replace(site.host, endpoint=None)), Strategy.MASQUERADE)
    (problem,) = [problem for problem in plan_warnings(plan) if problem.code == "endpoint-not-known"]
    assert "p0, p1, p2 and 17 more" in problem.message
