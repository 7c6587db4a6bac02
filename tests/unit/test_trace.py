"""The truth table of docs/strategies.md, cell by cell, and what breaks a way when the plan is changed."""

from dataclasses import dataclass
from ipaddress import ip_interface, ip_network

import pytest
from msgspec.structs import replace

from tests.unit.article import KEYS, article, completed
from wgwizard.plan import Plan, make_plan, plan_warnings
from wgwizard.plan.model import InterfacePlan
from wgwizard.site import Cloud, Needs, Opens, Point, PortRange, Right, RoutesAt, Service, Site, Strategy
from wgwizard.siteroutes import way_back
from wgwizard.trace import CLIENTS_OWN, Reach, trace

LAN = {4: "lan", 6: "lan6"}
VLAN = {4: "cameras", 6: "cameras6"}
POINT = {4: "10.0.0.1", 6: "fd00:10::1"}
HOST_LAN = {4: "192.168.200.2", 6: "fd00:200::2"}
HOST_TUNNEL = {4: "10.0.0.2", 6: "fd00:10::2"}
ALL = frozenset(RoutesAt)
FAMILIES = pytest.mark.parametrize("family", [4, 6])


def planned(site: Site, strategy: Strategy, *, into_tunnel: bool = False) -> Plan:
    return make_plan(completed(site), strategy, masquerade_into_tunnel=into_tunnel, public_keys=KEYS)


def seen(rows: tuple[Reach, ...], origin: str, target: str, family: int, *, published: bool = False) -> str | None:
    """The source that the far side sees on the first way that works, `None` where none does; the rows must exist."""
    found = [row for row in rows if (row.origin, row.target, row.family, row.published) == (origin, target, family, published)]
    assert found, f"no row {origin} -> {target} IPv{family}"
    return next((str(row.source_seen) for row in found if row.reachable), None)


@dataclass(frozen=True)
class Cells:
    """One line of the table: the source seen, or `None` for no way."""

    a_to_b: str | None
    b_to_a: str | None
    b_to_port: str | None
    a_to_c: str | None
    c_to_a: str | None
    c_to_port: str | None


def cells(plan: Plan, family: int) -> Cells:
    rows = trace(plan)
    return Cells(
        seen(rows, "endpoint-a", LAN[family], family),
        seen(rows, LAN[family], "endpoint-a", family),
        seen(rows, LAN[family], "endpoint-a", family, published=True),
        seen(rows, "endpoint-a", VLAN[family], family),
        seen(rows, VLAN[family], "endpoint-a", family),
        seen(rows, VLAN[family], "endpoint-a", family, published=True),
    )


@FAMILIES
def test_1_masquerade(family: int) -> None:
    own = HOST_LAN[family]
    assert cells(planned(article(), Strategy.MASQUERADE), family) == Cells(own, None, None, own, None, None)


@FAMILIES
def test_2_port_forward(family: int) -> None:
    assert cells(planned(article(), Strategy.FORWARD), family) == Cells(None, None, CLIENTS_OWN, None, None, CLIENTS_OWN)


@FAMILIES
def test_2m_port_forward_and_masquerade_into_the_tunnel(family: int) -> None:
    own = HOST_TUNNEL[family]
    assert cells(planned(article(), Strategy.FORWARD, into_tunnel=True), family) == Cells(None, None, own, None, None, own)


@FAMILIES
def test_3_gateway_with_routes_on_the_hosts(family: int) -> None:
    plan = planned(article(routes_at=frozenset({RoutesAt.HOSTS})), Strategy.GATEWAY)
    assert cells(plan, family) == Cells(POINT[family], CLIENTS_OWN, None, None, None, None)


@FAMILIES
@pytest.mark.parametrize("drops", [True, False, None])
def test_3_gateway_with_the_route_on_the_router(family: int, drops: bool | None) -> None:
    """The asymmetry: only computers on β's own link suffer from a router that drops what it sees half of."""
    plan = planned(article(routes_at=frozenset({RoutesAt.ROUTER}), router_drops_invalid=drops), Strategy.GATEWAY)
    near = (POINT[family], CLIENTS_OWN) if drops is False else (None, None)
    assert cells(plan, family) == Cells(*near, None, POINT[family], CLIENTS_OWN, None)


@FAMILIES
def test_3_gateway_with_dhcp_heals_ipv4_only(family: int) -> None:
    plan = planned(article(routes_at=frozenset({RoutesAt.ROUTER, RoutesAt.DHCP})), Strategy.GATEWAY)
    near = (POINT[family], CLIENTS_OWN) if family == 4 else (None, None)
    assert cells(plan, family) == Cells(*near, None, POINT[family], CLIENTS_OWN, None)


@FAMILIES
def test_3_gateway_with_routes_everywhere_reaches_everything(family: int) -> None:
    plan = planned(article(routes_at=ALL, router_drops_invalid=True), Strategy.GATEWAY)
    assert cells(plan, family) == Cells(POINT[family], CLIENTS_OWN, None, POINT[family], CLIENTS_OWN, None)


@FAMILIES
@pytest.mark.parametrize("where", [frozenset(), frozenset({RoutesAt.DHCP})])
def test_3_gateway_without_any_route_of_use(family: int, where: frozenset[RoutesAt]) -> None:
    plan = planned(article(routes_at=where), Strategy.GATEWAY)
    by_dhcp = (POINT[4], CLIENTS_OWN) if where and family == 4 else (None, None)
    assert cells(plan, family) == Cells(*by_dhcp, None, None, None, None)


@FAMILIES
def test_4_masquerade_and_port_forward(family: int) -> None:
    own = HOST_LAN[family]
    assert cells(planned(article(), Strategy.MASQUERADE_FORWARD), family) == Cells(own, None, CLIENTS_OWN, own, None, CLIENTS_OWN)


@FAMILIES
def test_5_gateway_and_port_forward(family: int) -> None:
    plan = planned(article(routes_at=frozenset({RoutesAt.HOSTS})), Strategy.GATEWAY_FORWARD)
    assert cells(plan, family) == Cells(POINT[family], CLIENTS_OWN, CLIENTS_OWN, None, None, CLIENTS_OWN)


@FAMILIES
@pytest.mark.parametrize("strategy", [Strategy.GATEWAY, Strategy.GATEWAY_FORWARD])
def test_a_host_that_is_the_default_gateway_needs_no_route(family: int, strategy: Strategy) -> None:
    site = article(routes_at=frozenset())
    plan = planned(replace(site, host=replace(site.host, default_gateway=True)), strategy)
    port = CLIENTS_OWN if strategy.forwards else None
    assert plan.routes == ()
    assert cells(plan, family) == Cells(POINT[family], CLIENTS_OWN, port, POINT[family], CLIENTS_OWN, port)


@FAMILIES
def test_in_a_cloud_the_route_table_is_enough(family: int) -> None:
    site = article(routes_at=frozenset({RoutesAt.ROUTER}), router_drops_invalid=True, cloud=Cloud.AWS)
    assert cells(planned(site, Strategy.GATEWAY), family) == Cells(POINT[family], CLIENTS_OWN, None, POINT[family], CLIENTS_OWN, None)
    by_hosts = planned(replace(site, routes_at=frozenset({RoutesAt.HOSTS})), Strategy.GATEWAY)
    assert cells(by_hosts, family) == Cells(None, None, None, None, None, None)


@FAMILIES
@pytest.mark.parametrize(
    ("where", "unknown"),
    [
        (None, "where at the site a route to the tunnel can be added (site.routes)"),
        (frozenset({RoutesAt.ROUTER}), "whether the router drops connections of which it sees only half (site.router_drops_invalid)"),
    ],
)
def test_what_hangs_on_an_unknown_is_not_promised(family: int, where: frozenset[RoutesAt] | None, unknown: str) -> None:
    """Both ways, the gateway is told as not reachable, for the reason that siteroutes.way_back is not sure of it."""
    site = completed(article(routes_at=where, router_drops_invalid=None))
    network = next(item for item in site.networks if item.name == LAN[family])
    assert way_back(site, network.cidr).works is None
    plan = planned(site, Strategy.GATEWAY)
    rows = [row for row in trace(plan) if LAN[family] in (row.origin, row.target) and not row.published]
    assert {row.origin for row in rows} == {"endpoint-a", LAN[family]}
    for row in rows:
        assert not row.reachable
        assert row.why.startswith(f"not known: {unknown}"), row.why


def test_no_route_is_planned_where_nobody_said_that_one_can_be_added() -> None:
    plan = planned(article(routes_at=None), Strategy.GATEWAY)
    assert plan.routes == ()
    told = next(problem for problem in plan_warnings(plan) if problem.code == "no-way-back")
    assert told.message.startswith("not known: ")
    assert "10.0.0.0/24 via 192.168.200.2 and fd00:10::/64 via fd00:200::2" in told.hint


@FAMILIES
def test_0_forwarding_only(family: int) -> None:
    """A masquerade plan without its masquerade: packets arrive, and no answer comes back."""
    plan = replace(planned(article(), Strategy.MASQUERADE), masquerades=())
    assert cells(plan, family) == Cells(None, None, None, None, None, None)
    row = next(row for row in trace(plan) if (row.origin, row.target) == ("endpoint-a", LAN[family]))
    assert "answer is lost" in row.why
    assert [hop.action for hop in row.hops] == ["routed", "routed", "dropped"]


# --- the points tell each other apart ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("strategy", "distinct"), [(Strategy.MASQUERADE, 1), (Strategy.MASQUERADE_FORWARD, 1), (Strategy.GATEWAY, 2)])
def test_points_are_told_apart_only_without_masquerade(strategy: Strategy, distinct: int) -> None:
    rows = trace(planned(article(second=True), strategy))
    assert len({seen(rows, name, "lan", 4) for name in ("endpoint-a", "endpoint-a2")}) == distinct


# --- what breaks a way ------------------------------------------------------------------------------------------------------


def with_allowed(plan: Plan, *networks: str) -> Plan:
    """The plan with other AllowedIPs on its first point."""
    interface = plan.points[0]
    peer = replace(interface.peers[0], allowed_ips=tuple(ip_network(text) for text in networks))
    return replace(plan, points=(replace(interface, peers=(peer,)), *plan.points[1:]))


def why(plan: Plan, origin: str, target: str, *, published: bool = False) -> str:
    rows = [r for r in trace(plan) if (r.origin, r.target, r.family, r.published) == (origin, target, 4, published)]
    assert not any(row.reachable for row in rows)
    return rows[0].why


def test_too_narrow_allowed_ips_stop_the_point_before_it_sends() -> None:
    plan = with_allowed(planned(article(), Strategy.MASQUERADE), "10.0.0.2/32")
    assert "AllowedIPs of the point" in why(plan, "endpoint-a", "lan")


def test_too_narrow_allowed_ips_drop_forwarded_clients_of_the_other_vlan_only() -> None:
    plan = with_allowed(planned(article(), Strategy.FORWARD), "10.0.0.2/32", "192.168.200.0/24")
    assert seen(trace(plan), "lan", "endpoint-a", 4, published=True) == CLIENTS_OWN
    assert "WireGuard drops it" in why(plan, "cameras", "endpoint-a", published=True)


def test_everything_in_allowed_ips_works_in_every_strategy() -> None:
    for strategy in Strategy:
        plan = planned(article(), strategy)
        assert cells(with_allowed(plan, "0.0.0.0/0"), 4) == cells(plan, 4)


def test_a_point_whose_address_the_host_does_not_accept_reaches_nothing() -> None:
    plan = planned(article(), Strategy.MASQUERADE)
    peers = tuple(replace(peer, allowed_ips=()) for peer in plan.host.peers)
    dead = replace(plan, host=replace(plan.host, peers=peers))
    assert not any(row.reachable for row in trace(dead))


def test_points_do_not_reach_each_other_even_with_wide_allowed_ips() -> None:
    plan = with_allowed(planned(article(), Strategy.GATEWAY), "0.0.0.0/0")
    assert "points do not reach each other" in why(plan, "endpoint-a", "points")


def test_without_forwarding_nothing_passes_the_host_but_the_host_itself_answers() -> None:
    plan = planned(article(), Strategy.GATEWAY)
    deaf = replace(plan, forwarding=replace(plan.forwarding, ipv4=False))
    rows = trace(deaf)
    assert seen(rows, "endpoint-a", "lan", 4) is None
    assert seen(rows, "lan", "endpoint-a", 4) is None
    assert seen(rows, "endpoint-a", "host", 4) == POINT[4]


# --- rights -----------------------------------------------------------------------------------------------------------------


def site_with_rights(*rights: Right) -> Site:
    site = article()
    host = replace(site.host, services=(Service("dns", "udp", 53), Service("ssh", "tcp", 22)))
    return replace(site, host=host, points=(replace(site.points[0], may_reach=rights),))


def said(plan: Plan, origin: str = "endpoint-a") -> set[tuple[str, int, str | None, str]]:
    """What works: target, family, protocol and ports."""
    return {(r.target, r.family, r.protocol, r.ports) for r in trace(plan) if r.reachable and r.origin == origin}


PINGS = {("host", 4, "icmp", ""), ("host", 6, "icmp", "")}


def test_rights_name_hosts_networks_addresses_and_ports() -> None:
    rights = (
        Right("endpoint-b", "tcp", (PortRange(80, 80), PortRange(8000, 8010))),
        Right("cameras", "udp"),
        Right("192.168.200.9"),
        Right("fd00:201::/80"),
    )
    assert said(planned(site_with_rights(*rights), Strategy.MASQUERADE)) == PINGS | {
        ("endpoint-b", 4, "tcp", "80,8000-8010"),
        ("endpoint-b", 6, "tcp", "80,8000-8010"),
        ("cameras", 4, "udp", ""),
        ("192.168.200.9", 4, None, ""),
        ("fd00:201::/80", 6, None, ""),
    }


def test_the_hosts_services_need_a_right_once_rights_are_named() -> None:
    assert said(planned(site_with_rights(Right("lan")), Strategy.MASQUERADE)) == PINGS | {("lan", 4, None, "")}
    with_host = planned(site_with_rights(Right("host", "udp")), Strategy.MASQUERADE)
    assert said(with_host) == PINGS | {("host", 4, "udp", "53"), ("host", 6, "udp", "53")}


def test_no_rights_at_all_leave_only_ping_to_the_host() -> None:
    assert said(planned(site_with_rights(), Strategy.GATEWAY)) == PINGS


@pytest.mark.parametrize(("opens", "out", "back"), [(Opens.POINTS, True, False), (Opens.SITE, False, True), (Opens.BOTH, True, True)])
def test_opens_is_the_outer_limit(opens: Opens, out: bool, back: bool) -> None:
    site = article(needs=Needs(opens=opens))
    rows = trace(planned(replace(site, points=(replace(site.points[0], services=()),)), Strategy.GATEWAY))
    assert (seen(rows, "endpoint-a", "lan", 4) is not None, seen(rows, "lan", "endpoint-a", 4) is not None) == (out, back)


def test_services_restrict_what_the_site_may_open() -> None:
    rows = [r for r in trace(planned(article(), Strategy.GATEWAY)) if (r.origin, r.family, r.published) == ("lan", 4, False)]
    assert [(row.protocol, row.ports, row.reachable) for row in rows] == [(None, "", False), ("tcp", "8000", True)]


# --- one family -------------------------------------------------------------------------------------------------------------


def test_a_host_without_ipv6_at_the_site_is_no_way_for_ipv6() -> None:
    site = article()
    plan = planned(replace(site, host=replace(site.host, addresses=(ip_interface("192.168.200.2/24"),))), Strategy.MASQUERADE_FORWARD)
    rows = trace(plan)
    assert seen(rows, "endpoint-a", "lan6", 6) is None
    assert seen(rows, "lan6", "endpoint-a", 6, published=True) is None
    assert seen(rows, "endpoint-a", "lan", 4) == HOST_LAN[4]


def test_a_point_without_ipv6_reaches_ipv4_only() -> None:
    site = article()
    only4 = replace(site, points=(replace(site.points[0], addresses=site.points[0].addresses[:1]),))
    rows = trace(planned(only4, Strategy.GATEWAY))
    assert (seen(rows, "endpoint-a", "lan", 4), seen(rows, "endpoint-a", "lan6", 6)) == ("10.0.0.1", None)


# --- hops -------------------------------------------------------------------------------------------------------------------


def test_hops_show_each_rewriting() -> None:
    rows = trace(planned(article(), Strategy.FORWARD, into_tunnel=True))
    row = next(row for row in rows if row.origin == "cameras" and row.reachable)
    assert [(hop.node, str(hop.source), str(hop.destination), hop.action) for hop in row.hops] == [
        ("192.168.201.0/24", "None", "192.168.200.2", "routed"),
        ("router", "None", "192.168.200.2", "routed"),
        ("host", "10.0.0.2", "10.0.0.1", "port forward and masquerade"),
        ("endpoint-a", "10.0.0.2", "10.0.0.1", "accepted"),
    ]


def test_points_with_equal_rights_keep_their_own_names_and_addresses() -> None:
    rows = trace(planned(article(second=True), Strategy.GATEWAY))
    assert {seen(rows, name, "lan", 4) for name in ("endpoint-a", "endpoint-a2")} == {"10.0.0.1", "10.0.0.3"}
    assert {row.hops[0].node for row in rows if row.origin == "endpoint-a2"} == {"endpoint-a2"}


def test_an_interface_of_nobody_is_refused() -> None:
    plan = planned(article(), Strategy.GATEWAY)
    stray = InterfacePlan("nobody", "wg0", (), ())
    with pytest.raises(ValueError, match="argument"):
        trace(replace(plan, points=(*plan.points, stray)))


def test_a_point_that_only_the_article_knows_is_not_needed() -> None:
    """A site with a single bare point has rows for it in both directions."""
    site = article(points=(Point("laptop"),), needs=Needs())
    rows = trace(planned(site, Strategy.MASQUERADE))
    assert seen(rows, "laptop", "lan", 4) == HOST_LAN[4]
    assert seen(rows, "lan", "laptop", 4) is None
