"""The host's own firewall as nft lists it: what a packet meets there, and what is said of it."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from tests.unit.test_host_changes import LAYOUT, bundle, conf, fresh, wanted
from wgwizard.host.changes import wanted_of
from wgwizard.host.facts import Facts, Route
from wgwizard.host.foreign_rules import foreign_drops
from wgwizard.host.nft_reading import read_rules
from wgwizard.host.nft_verdicts import NftPacket, Passage, stops

UDP = NftPacket(4, "eth0", None, "udp", 51820)
RULES = """table inet wgwizard_wg0 {
	chain from_points {
		ct state established,related accept
		ip saddr @full_site4 accept
		counter reject with icmpx admin-prohibited
	}
	chain to_points {
		ct state established,related accept
		counter reject with icmpx admin-prohibited
	}
}
"""


def chain(*rules: str, policy: str = "drop", more: str = "", hook: str = "input") -> str:
    lines = "".join(f"\t\t{rule}\n" for rule in rules)
    return f"table inet own {{\n\tchain c {{\n\t\ttype filter hook {hook} priority filter; policy {policy};\n{lines}\t}}\n{more}}}\n"


def passage(text: str, packet: NftPacket = UDP, hook: str = "input") -> Passage:
    found = stops(read_rules(text), hook, packet)
    return found[0].passage if found else Passage.OPEN


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), Passage.CLOSED),
        (("accept",), Passage.OPEN),
        (("udp dport 51820 accept",), Passage.OPEN),
        (("udp dport { 53, 51820 } counter packets 0 bytes 0 accept",), Passage.OPEN),
        (("udp dport 51000-52000 accept",), Passage.OPEN),
        (("tcp dport 51820 accept",), Passage.CLOSED),
        (("udp dport != 51820 accept",), Passage.CLOSED),
        (("udp dport 51821 accept",), Passage.CLOSED),
        (('iifname "eth*" udp dport 51820 accept',), Passage.OPEN),
        (('iifname != "eth0" accept',), Passage.CLOSED),
        (("ct state established,related accept", "ct state new udp dport 51820 accept"), Passage.OPEN),
        (("ct state vmap { established : accept, new : drop }", "accept"), Passage.CLOSED),
        (("ct state vmap { established : accept, invalid : drop }", "accept"), Passage.OPEN),
        (("ip saddr 192.0.2.0/24 accept",), Passage.SOME),
        (("ip saddr @blocked drop", "udp dport 51820 accept"), Passage.OPEN),
        (("limit rate 5/minute burst 3 packets accept",), Passage.SOME),
        (("meta l4proto udp jump a",), Passage.OPEN),
        (("jump b", "accept"), Passage.CLOSED),
        (("goto d", "accept"), Passage.CLOSED),
        (("jump d", "accept"), Passage.OPEN),
        (("xt match policy jump b", "udp dport 51820 accept"), Passage.OPEN),
        (("jump e", "drop"), Passage.SOME),
        (("ip6 saddr ::/0 drop", "accept"), Passage.OPEN),
        (('log prefix "drop } {" level info', 'counter comment "drop" accept'), Passage.OPEN),
        (("fib daddr type local accept",), Passage.OPEN),
        (("reject with icmpx admin-prohibited",), Passage.CLOSED),
        (("udp dport @ports accept",), Passage.OPEN),
        (("ip daddr . udp dport @pairs accept",), Passage.SOME),
    ],
)
def test_a_packet_meets_each_rule_as_in_the_kernel(rules: tuple[str, ...], expected: Passage) -> None:
    more = (
        "\tset ports {\n\t\ttype inet_service\n\t\tflags interval\n\t\telements = { 1-5, 51800-51900,\n\t\t\t     60000 }\n\t}\n"
        "\tset pairs {\n\t\ttype ipv4_addr . inet_service\n\t\telements = { 192.0.2.1 . 51820 }\n\t}\n"
        "\tset blocked {\n\t\ttype ipv4_addr\n\t}\n"
        "\tchain a {\n\t\tudp dport 51820 accept\n\t}\n\tchain b {\n\t\tdrop\n\t}\n\tchain d {\n\t\treturn\n\t}\n"
        "\tchain e {\n\t\tip saddr 10.0.0.1 return\n\t\tip saddr 10.0.0.2 accept\n\t}\n"
    )
    assert passage(chain(*rules, more=more)) is expected


def test_known_addresses_are_looked_up_in_sets_of_pairs() -> None:
    more = (
        "\tset pairs {\n\t\ttype ipv4_addr . inet_service\n\t\telements = {\n\t\t\t192.0.2.1 . 51820,\n\t\t\t192.0.2.2 . 1-9\n\t\t}\n\t}\n"
    )
    text = chain("ip saddr . udp dport @pairs accept", more=more)
    assert passage(text, replace(UDP, source=ip_address("192.0.2.1"))) is Passage.OPEN
    assert passage(text, replace(UDP, source=ip_address("192.0.2.2"))) is Passage.CLOSED
    assert passage(text, replace(UDP, source=ip_address("192.0.2.2"), port=7)) is Passage.OPEN


def test_only_chains_of_the_packets_family_and_hook_count() -> None:
    six = chain().replace("table inet", "table ip6")
    assert passage(six) is Passage.OPEN
    assert passage(six, NftPacket(6, "eth0", None, "udp", 51820)) is Passage.CLOSED
    assert passage(chain(hook="output")) is Passage.OPEN
    assert [stop.name for stop in stops(read_rules(chain() + chain().replace("own", "two")), "input", UDP)] == ["inet own c", "inet two c"]


def on(firewall: str, rules: str = RULES) -> list[str]:
    routes = (Route(ip_network("0.0.0.0/0"), "eth0", True),)
    facts: Facts = replace(fresh(), routes=routes, ways=replace(fresh().ways, firewall=read_rules(firewall)))
    return [
        f"{problem.message} {problem.hint}" for problem in foreign_drops(facts, wanted_of(bundle(conf(), rules), facts, LAYOUT), LAYOUT)
    ]


def test_a_firewall_that_stops_nothing_is_not_spoken_of() -> None:
    assert on("") == on(chain(policy="accept")) == on(chain("udp dport 51820 accept")) == []
    assert on(chain('iifname "wg0" accept', 'oifname "wg0" accept', hook="forward")) == []
    assert on(chain(hook="forward"), RULES.replace("\t\tip saddr @full_site4 accept\n", "")) == []  # nothing of ours is forwarded


def test_a_closed_port_is_named_with_the_command_that_opens_it() -> None:
    assert on(chain()) == [
        (
            "The host's own firewall (inet own c) drops UDP port 51820, on which the points reach it. Open it there: "
            "`nft insert rule inet own c udp dport 51820 accept`, and the same in the file that it is loaded from."
        )
    ]
    assert "may drop UDP port 51820" in on(chain("ip saddr 192.0.2.0/24 accept"))[0]


@pytest.mark.parametrize(
    ("firewall", "command"),
    [
        (chain(hook="forward"), "`nft insert rule inet own c iifname wg0 accept`"),
        (chain(hook="forward", more="\tchain ufw-before-forward {\n\t}\n"), "`ufw route allow in on wg0`"),
        (chain(hook="forward", more="\tchain DOCKER-USER {\n\t}\n"), "`iptables -I DOCKER-USER -i wg0 -j ACCEPT`"),
        (chain(hook="forward").replace("inet own", "inet firewalld"), "firewall-cmd --permanent --zone=wg0 --add-interface=wg0"),
    ],
)
def test_a_dropped_forward_is_named_with_its_owners_commands(firewall: str, command: str) -> None:
    (said,) = on(firewall)
    assert "drops what the points send to the site; rules of ours cannot override that" in said
    assert command in said


def test_port_forwards_alone_pass_where_rewritten_packets_do() -> None:
    forwards = (
        RULES.replace("@full_site4 accept", "@full_site4 accept", 1)
        .replace("\t\tip saddr @full_site4 accept\n", "")
        .replace(
            "\tchain to_points {\n\t\tct state established,related accept\n",
            "\tchain to_points {\n\t\tct state established,related accept\n\t\tct status dnat ip saddr 192.168.200.0/24 accept\n",
        )
    )
    assert on(chain("ct status dnat accept", hook="forward"), forwards) == []
    assert len(on(chain(hook="forward"), forwards)) == 1
    assert wanted(fresh()).tunnel.listen_port == 51820
