"""Whom the host must not lose: routes and ip rules with the tunnel in them, and what is said of each who would be swallowed."""

from ipaddress import ip_address, ip_network

import pytest
from msgspec.structs import replace

from tests.unit.test_host_changes import LAYOUT, applied, conf, fresh, wanted
from wgwizard.host.facts import Facts, Route, SshPath
from wgwizard.host.safety import refusals
from wgwizard.host.simulating import today
from wgwizard.host.swallowing import bypassed, kept, swallowed
from wgwizard.host.ways import Ways
from wgwizard.host.ways_parsing import parse_ways

CLIENT, SERVER = ip_address("198.51.100.7"), ip_address("192.168.200.2")
ROUTES = "default via 192.168.200.1 dev eth0\n192.168.200.0/24 dev eth0\n198.51.100.0/24 via 192.168.200.9 dev eth0\n"


def ways(**sections: str) -> Ways:
    return parse_ways({"routes4": ROUTES, **sections}, LAYOUT.table)


def on(facts: Facts, text: str, **sections: str) -> list[str]:
    """The messages for a host with these routes and rules."""
    facts = replace(facts, ways=ways(**sections))
    return [problem.message for problem in swallowed(facts, wanted(facts, text), LAYOUT)]


def test_everybody_whom_the_host_must_not_lose_is_known_by_name() -> None:
    facts = replace(
        fresh(),
        routes=(Route(ip_network("0.0.0.0/0"), "eth0", True, ip_address("192.168.200.1")),),
        ways=ways(resolvers="9.9.9.9\n127.0.0.53\nfe80::1%eth0\n", ssh_peers="02C8A8C0:0016 096433C6:9D2C\n02C8A8C0:0016 076433C6:9D2D\n"),
    )
    assert [item.who for item in kept(facts)] == [
        "198.51.100.7, from where you are logged in",
        "198.51.100.9, from where somebody is logged in by SSH",
        "192.168.200.1, the host's default gateway",
        "192.168.200.9, the router towards 198.51.100.7",
        "9.9.9.9, the host's DNS server",
    ]


@pytest.mark.parametrize("allowed", ["198.51.100.0/25", "198.51.100.7/32", "0.0.0.0/1, 128.0.0.0/1", "0.0.0.0/0"])
def test_a_person_who_would_be_swallowed_is_named(allowed: str) -> None:
    found = on(fresh(), conf(allowed=allowed))
    if allowed in ("0.0.0.0/0", "0.0.0.0/1, 128.0.0.0/1"):
        assert found == []  # the host's own route to that network has the longer prefix
    else:
        assert found == [
            f"AllowedIPs {allowed} of a point covers 198.51.100.7, from where you are logged in: the host would send that into the tunnel."
        ]


def test_a_person_behind_the_default_route_is_swallowed_by_everything() -> None:
    far = replace(fresh(), ssh=SshPath(ip_address("203.0.113.7"), SERVER, 22))
    assert len(on(far, conf(allowed="0.0.0.0/0"))) == len(on(far, conf(allowed="0.0.0.0/1, 128.0.0.0/1"))) == 1
    assert on(far, conf(allowed="0.0.0.0/1")) == []


def test_answers_that_leave_by_a_table_of_their_own_are_not_swallowed() -> None:
    rules = f"0: from all lookup local\n100: from {SERVER} lookup 100\n32766: from all lookup main\n"
    routes = ROUTES + "default via 192.168.200.1 dev eth0 table 100\n"
    assert on(fresh(), conf(allowed="198.51.100.7/32"), routes4=routes, rules4=rules) == []
    elsewhere = rules.replace(str(SERVER), "192.168.200.3")
    assert len(on(fresh(), conf(allowed="198.51.100.7/32"), routes4=routes, rules4=elsewhere)) == 1


def test_a_rule_that_cannot_be_judged_is_read_both_ways() -> None:
    rules = "100: from all uidrange 0-0 lookup 100\n32766: from all lookup main\n"
    routes = ROUTES + "default via 192.168.200.1 dev eth0 table 100\n"
    assert len(on(fresh(), conf(allowed="198.51.100.7/32"), routes4=routes, rules4=rules)) == 1


def test_a_tunnel_address_that_is_the_persons_own_is_a_collision() -> None:
    assert on(fresh(), conf(address="198.51.100.7/32")) == [
        "The tunnel network 198.51.100.7/32 collides with 198.51.100.7, from where you are logged in: the host would lose it."
    ]


def test_somebody_who_comes_by_a_network_behind_a_point_keeps_the_way_as_long_as_the_point_keeps_the_network() -> None:
    """Lock-out 12: the jump host, which the host sees as the client, is reached only by the tunnel."""
    jump = ip_address("192.168.77.9")
    facts = replace(applied(), ssh=SshPath(jump, SERVER, 22))
    routes = ROUTES + "192.168.77.0/24 dev wg0 scope link\n10.0.0.0/24 dev wg0 scope link\n"
    assert on(facts, conf(allowed="10.0.0.1/32, 192.168.77.0/24"), routes4=routes) == []
    assert on(facts, conf(), routes4=routes) == [
        "The host would lose its way to 192.168.77.9, from where you are logged in: it leads over wg0 as that is now."
    ]


def test_what_carries_the_tunnel_does_not_go_into_it() -> None:
    text = conf(allowed="10.0.0.1/32, 203.0.113.0/24") + "Endpoint = 203.0.113.5:51820\n"
    assert "Endpoint 203.0.113.5 lies in AllowedIPs" in "".join(on(fresh(), text))
    assert on(fresh(), text.replace("203.0.113.5:", "home.example.net:")) == []
    tunnel = applied().tunnel
    assert tunnel is not None
    roaming = replace(applied(), tunnel=replace(tunnel, peers=(replace(tunnel.peers[0], endpoint="203.0.113.6:1"),)))
    assert "Endpoint 203.0.113.6 lies" in "".join(on(roaming, conf(allowed="10.0.0.1/32, 203.0.113.0/24")))


def test_a_rule_of_the_hosts_that_passes_the_tunnel_by_is_named() -> None:
    facts = replace(fresh(), ways=ways(rules4="50: from all to 10.0.0.0/8 lookup 7\n32766: from all lookup main\n"))
    assert list(bypassed(facts, wanted(facts), LAYOUT)) == []  # table 7 is empty: the next rule decides
    facts = replace(facts, ways=ways(routes4=ROUTES + "default dev eth1 table 7\n", rules4="50: from all to 10.0.0.0/8 lookup 7\n"))
    assert [problem.message for problem in refusals(facts, wanted(facts), LAYOUT)] == [
        "The host's own routing (ip rule 50, table 7) sends 10.0.0.1/32 over eth1, not into the tunnel."
    ]


def test_addresses_of_the_kernels_tcp_tables_are_read() -> None:
    four = "02C8A8C0:0016 FEC8A8C0:9D2C"
    mapped = "0000000000000000FFFF000002C8A8C0:0016 0000000000000000FFFF0000FEC8A8C0:0001"
    six = "B80D0120000000000000000001000000:0016 B80D0120000000000000000002000000:9D2C"
    assert ways(ssh_peers=f"{four}\n{mapped}\n{six}\n").ssh_peers == (
        (ip_address("192.168.200.254"), SERVER),
        (ip_address("2001:db8::2"), ip_address("2001:db8::1")),
    )


def test_rules_and_routes_of_every_kind_are_read() -> None:
    found = ways(
        routes4="unreachable 10.0.0.0/8 metric 5\nlocal 10.0.0.2 dev wg0 table local proto kernel\n10.2.0.0/16 dev e dead linkdown\nwhat\n",
        routes6="default via fe80::1 dev eth0 proto ra metric 100 pref medium\n",
        rules4="1: not from all fwmark 0xca6c lookup 51820\n2: from all iif eth1 lookup 9\n3: from 10.0.0.0/8 prohibit\nodd\n",
    )
    assert [(route.kind, str(route.network), route.table, route.metric) for route in found.routes] == [
        ("unreachable", "10.0.0.0/8", "main", 5),
        ("local", "10.0.0.2/32", "local", 0),
        ("unicast", "::/0", "main", 100),
    ]
    assert [(rule.priority, rule.negated, rule.never, rule.action) for rule in found.rules if rule.version == 4] == [
        (1, True, True, "lookup"), (2, False, True, "lookup"), (3, False, False, "prohibit"),
    ]  # fmt: skip
    assert [rule.table for rule in found.rules if rule.version == 6] == ["local", "main", "default"]
    assert today(found).hop(ip_address("10.9.9.9"), ip_address("10.0.0.2")).route is None  # type: ignore[union-attr]
