"""Who is logged in through the tunnel: what keeps the session alive may change, all else is refused by name."""

from ipaddress import ip_address

import pytest
from msgspec.structs import replace

from tests.unit.test_host_changes import LAYOUT, PEER, PRESHARED, PRIVATE, applied, bundle, conf, fresh
from wgwizard.host.changes import wanted_of
from wgwizard.host.facts import Facts, SshPath
from wgwizard.host.safety import refusals, warnings
from wgwizard.host.through_tunnel import is_inside, uninstall_refusals
from wgwizard.host.ways_parsing import parse_ways
from wgwizard.keys import generate_preshared, generate_private, public_of

OTHER = public_of(generate_private())
ROUTES = (
    "default via 192.168.200.1 dev eth0\n192.168.200.0/24 dev eth0\n10.0.0.0/24 dev wg0 proto kernel\nlocal 10.0.0.2 dev wg0 table local\n"
)
RULES = """table inet wgwizard_wg0
delete table inet wgwizard_wg0
table inet wgwizard_wg0 {
	set host_tcp4 {
		type ipv4_addr . inet_service;
		elements = { 10.0.0.1 . 22 }
	}
	chain input {
		type filter hook input priority filter; policy accept;
		iifname "wg0" jump to_host
	}
	chain to_host {
		ct state established,related accept
		ip saddr . tcp dport @host_tcp4 ip daddr { 10.0.0.2, 192.168.200.2 } accept
		counter reject with icmpx admin-prohibited
	}
}
"""


def inside(server: str = "10.0.0.2", peers: str = "") -> Facts:
    ways = parse_ways({"routes4": ROUTES, "ssh_ports": "22\n", "ssh_peers": peers}, LAYOUT.table)
    return replace(applied(conf(key=PRIVATE.reveal())), ssh=SshPath(ip_address("10.0.0.1"), ip_address(server), 22), ways=ways)


def said(facts: Facts, text: str | None = None, rules: str = RULES) -> list[str]:
    want = wanted_of(bundle(text or conf(key=PRIVATE.reveal()), rules), facts, LAYOUT)
    return [problem.message for problem in refusals(facts, want, LAYOUT)]


def peer(allowed: str, key: str = OTHER) -> str:
    return f"\n[Peer]\nPublicKey = {key}\nAllowedIPs = {allowed}\n"


def test_somebody_is_inside_who_comes_by_the_tunnels_address_or_its_routes() -> None:
    assert is_inside(inside(), LAYOUT)
    assert is_inside(inside("192.168.200.2"), LAYOUT)
    assert not is_inside(applied(), LAYOUT)
    assert not is_inside(fresh(), LAYOUT)


@pytest.mark.parametrize("server", ["10.0.0.2", "192.168.200.2"])
def test_points_come_and_rights_change_through_the_tunnel(server: str) -> None:
    text = conf(key=PRIVATE.reveal())
    for changed, rules in (
        (text, RULES),
        (text + peer("10.0.0.9/32"), RULES),
        (text, RULES.replace("10.0.0.1 . 22", "10.0.0.1 . 22, 10.0.0.9 . 80")),
        (text.replace("10.0.0.1/32", "10.0.0.1/32, 10.0.0.8/32"), RULES),
    ):
        assert said(inside(server), changed, rules) == []


YOURS = "You are logged in through wg0, and "


@pytest.mark.parametrize(
    ("text", "rules", "reason"),
    [
        (conf(port=51821, key=PRIVATE.reveal()), RULES, "its ListenPort changes: the session would end, and with it the way back."),
        (conf(address="10.0.0.3/24", key=PRIVATE.reveal()), RULES, "its Address changes: the session would end, and with it the way back."),
        (conf(key=generate_private().reveal()), RULES, "its key changes: the session would end, and with it the way back."),
        (
            conf(key=PRIVATE.reveal()).replace(PEER, OTHER), RULES,
            "the point from which you come (10.0.0.1) would be removed.",
        ),
        (
            conf(key=PRIVATE.reveal()).replace("10.0.0.1/32", "10.0.0.0/30") + peer("10.0.0.1/32"), RULES,
            "the point from which you come would lose its address 10.0.0.1.",
        ),
        (
            conf(key=PRIVATE.reveal()).replace(PRESHARED.reveal(), generate_preshared().reveal()), RULES,
            "the preshared key of the point from which you come (10.0.0.1) changes: the session would end when its keys are renewed.",
        ),
        (
            conf(key=PRIVATE.reveal()), RULES.replace("10.0.0.1 . 22", "10.0.0.1 . 80"),
            "the new rules would not let 10.0.0.1 open port 22 of the host (10.0.0.2) any more.",
        ),
    ],
    ids=["port", "address", "key", "removed", "moved", "preshared", "right"],
)  # fmt: skip
def test_what_would_end_the_session_is_refused_by_name(text: str, rules: str, reason: str) -> None:
    assert YOURS + reason in said(inside(), text, rules)


def test_a_tunnel_through_which_one_is_logged_in_is_not_taken_away() -> None:
    assert [problem.code for problem in uninstall_refusals(inside(), LAYOUT)] == ["ssh-through-tunnel"]
    assert uninstall_refusals(applied(), LAYOUT) == ()


def test_others_who_would_be_cut_off_in_the_tunnel_are_said_and_nothing_is_refused() -> None:
    """A point may be removed to that very end."""
    facts = replace(
        inside(peers="0200000A:0016 0100000A:9D2C\n"), ssh=SshPath(ip_address("192.168.200.9"), ip_address("192.168.200.2"), 22)
    )
    text = conf(key=PRIVATE.reveal()).replace(PEER, OTHER)
    want = wanted_of(bundle(text, RULES), facts, LAYOUT)
    assert [problem.code for problem in warnings(facts, want, LAYOUT)] == ["others-cut-off"]
    assert said(facts, text) == []
    same = wanted_of(bundle(conf(key=PRIVATE.reveal()), RULES), facts, LAYOUT)
    assert warnings(facts, same, LAYOUT) == ()
