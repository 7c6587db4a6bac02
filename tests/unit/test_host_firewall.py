"""The host's own firewall as nft lists it: what a packet meets there, and what is said of it."""

from ipaddress import ip_address, ip_interface, ip_network

import pytest
from msgspec.structs import replace

from tests.unit.test_host_changes import LAYOUT, bundle, conf, fresh, replaced, wanted
from wgwizard.host.changes import Wanted, wanted_of
from wgwizard.host.facts import Facts, HostFile, Route
from wgwizard.host.iptables_reading import read_iptables
from wgwizard.host.layout import Layout
from wgwizard.host.nft_reading import ReadRules, read_rules
from wgwizard.host.nft_verdicts import NftPacket, Passage, stops
from wgwizard.host.openings import kept_lines, openings_for
from wgwizard.host.rules_unit import beside_firewalld, told_again
from wgwizard.host.standing import standing
from wgwizard.host.ways_parsing import parse_ways
from wgwizard.render import Bundle

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


TOOLS = frozenset({"nft", "iptables", "ip6tables", "ufw", "firewall-cmd"})


def host_with(firewall: str, *, tools: frozenset[str] = TOOLS, **more: object) -> Facts:
    """A host with that firewall."""
    routes = (Route(ip_network("0.0.0.0/0"), "eth0", True),)
    bare = fresh()
    ways, system = replace(bare.ways, firewall=read_rules(firewall)), replace(bare.system, tools=tools)
    return replace(bare, routes=routes, ways=ways, system=system, **more)  # type: ignore[arg-type]


def beside(firewall: str, rules: str = RULES, *, tools: frozenset[str] = TOOLS, **more: object) -> Wanted:
    """What shall stand on a host with that firewall."""
    return wanted_of(bundle(conf(), rules), host_with(firewall, tools=tools, **more), LAYOUT)


def said(firewall: str, rules: str = RULES) -> list[str]:
    """What is done in other firewalls."""
    found = beside(firewall, rules)
    assert found.shut == ()
    return [line for opening in found.openings for line in opening.said]


def test_a_firewall_that_stops_nothing_is_told_nothing() -> None:
    assert said("") == said(chain(policy="accept")) == said(chain("udp dport 51820 accept")) == []
    assert said(chain('iifname "wg0" accept', 'oifname "wg0" accept', hook="forward")) == []
    assert said(chain(hook="forward"), RULES.replace("\t\tip saddr @full_site4 accept\n", "")) == []  # nothing of ours is forwarded
    assert beside("").file(LAYOUT.openings) is None


IPTABLES = {"input": chain().replace("inet own", "ip filter"), "forward": chain(hook="forward").replace("inet own", "ip filter")}


@pytest.mark.parametrize(
    ("firewall", "lines"),
    [
        (chain(), ["nft insert rule inet own c udp dport 51820 accept"]),
        (chain("ip saddr 192.0.2.0/24 accept"), ["nft insert rule inet own c udp dport 51820 accept"]),
        (chain(more="\tchain ufw-before-input {\n\t}\n"), ["ufw allow 51820/udp"]),
        (IPTABLES["input"].replace("chain c", "chain INPUT"), ["iptables -I INPUT -p udp --dport 51820 -j ACCEPT"]),
        (
            chain(hook="forward"),
            [f'nft insert rule inet own c {way}ifname "wg0" accept' for way in "io"],
        ),
        (chain(hook="forward", more="\tchain ufw-before-forward {\n\t}\n"), ["ufw route allow in on wg0", "ufw route allow out on wg0"]),
        (
            chain(hook="forward", more="\tchain DOCKER-USER {\n\t}\n").replace("inet own", "ip filter"),
            [f"iptables -I DOCKER-USER -{way} wg0 -j ACCEPT" for way in "io"],
        ),
        (
            IPTABLES["forward"].replace("chain c", "chain FORWARD"),
            [f"iptables -I FORWARD -{way} wg0 -j ACCEPT" for way in "io"],
        ),
        (
            chain(hook="forward").replace("inet own", "inet firewalld"),
            [
                "zone wgw-wg0: wg0, target ACCEPT",
                "policy wgw-wg0-to: from anywhere into that zone, target ACCEPT",
                "policy wgw-wg0-in: UDP port 51820 of the host",
                "firewall-cmd --reload",
            ],
        ),
    ],
)
def test_each_firewall_is_told_in_its_own_words(firewall: str, lines: list[str]) -> None:
    assert said(firewall) == lines


def test_one_that_cannot_be_told_is_named_with_what_its_owner_can_do() -> None:
    (shut,) = beside(chain(hook="forward", more="\tchain ufw-before-forward {\n\t}\n"), tools=frozenset({"nft"})).shut
    assert "(inet own c) drops what the points send to the site; rules of ours cannot override that" in shut.message
    assert shut.hint == (
        "The host lacks ufw; let it through there, as this would: `ufw route allow in on wg0` and `ufw route allow out on wg0`."
    )
    stop = stops(read_rules(chain().replace("inet own", "inet firewalld")), "input", UDP)[0]
    assert openings_for(stop, Layout("office-berlin-2"), 51820, forwarded=False) == ()


def test_status_says_what_to_do_about_one_that_stops_the_tunnel() -> None:
    ufw = chain(more="\tchain ufw-before-input {\n\t}\n")
    files = {LAYOUT.tunnel: HostFile(LAYOUT.tunnel, "file", "0600", "0:0", "digest", conf())}
    for tools, expected in ((TOOLS, "apply again, and it is told to let it through"), (frozenset({"nft"}), "The host lacks ufw")):
        facts = host_with(ufw, tools=tools, files=files, applied={LAYOUT.tunnel: "digest"})
        (said,) = [one.what for one in standing(facts, LAYOUT).differences if "own firewall" in one.what]
        assert f"drops UDP port 51820, on which the points reach it: {expected}" in said


LEGACY = """-P INPUT {policy}
-P FORWARD ACCEPT
-P OUTPUT ACCEPT
-N own
{rules}
"""


def legacy(*rules: str, policy: str = "DROP") -> Passage:
    text = LEGACY.format(policy=policy, rules="\n".join(rules))
    found = stops(ReadRules((read_iptables(text, "ip", "iptables-legacy"),)), "input", UDP)
    return found[0].passage if found else Passage.OPEN


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), Passage.CLOSED),
        (("-A INPUT -p udp -m udp --dport 51820 -j ACCEPT",), Passage.OPEN),
        (("-A INPUT -p udp -m multiport --dports 53,51000:52000 -j ACCEPT",), Passage.OPEN),
        (("-A INPUT -p tcp -m tcp --dport 51820 -j ACCEPT",), Passage.CLOSED),
        (("-A INPUT ! -i eth+ -j ACCEPT",), Passage.CLOSED),
        (('-A INPUT -i eth+ -m comment --comment "-j DROP it\'s" -j ACCEPT',), Passage.OPEN),
        (("-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",), Passage.CLOSED),
        (("-A INPUT -m conntrack --ctstate INVALID -j DROP", "-A INPUT -m state --state NEW -j ACCEPT"), Passage.OPEN),
        (("-A INPUT -m conntrack --ctstate DNAT -j ACCEPT",), Passage.CLOSED),
        (("-A INPUT -j own", "-A own -p udp -j RETURN", "-A own -j ACCEPT"), Passage.CLOSED),
        (('-A INPUT -j LOG --log-prefix "in: "', "-A INPUT -m addrtype --dst-type LOCAL -j ACCEPT"), Passage.OPEN),
        (("-A INPUT -m set --match-set good src -j ACCEPT",), Passage.SOME),
        (("-A INPUT -m rpfilter -j ACCEPT",), Passage.SOME),
        (("-A INPUT -s 192.0.2.0/24 -j ACCEPT",), Passage.SOME),
        (("-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN SYN -j ACCEPT",), Passage.CLOSED),
        (('-A INPUT -j "ACCEPT',), Passage.CLOSED),
    ],
)
def test_what_iptables_lists_is_followed_as_nfts_words_are(rules: tuple[str, ...], expected: Passage) -> None:
    assert legacy(*rules) == expected
    assert legacy("-A INPUT -g own", "-A INPUT -j ACCEPT", "-A own -p tcp -j ACCEPT") == Passage.CLOSED
    assert legacy(*rules, "-A INPUT -p udp -j REJECT --reject-with icmp-port-unreachable", policy="ACCEPT") == expected


def test_what_only_iptables_legacy_lists_is_named_with_its_own_commands_where_it_stops_the_tunnel() -> None:
    text = "-P INPUT ACCEPT\n-P FORWARD {}\n-A INPUT -p udp -m udp --dport 51820 -j DROP\n"
    sections = {"legacy ip iptables-legacy": text.format("DROP"), "legacy ip6 ip6tables-legacy": "-P INPUT ACCEPT\n-P FORWARD DROP\n"}
    host = replace(host_with(""), ways=parse_ways(sections, LAYOUT.table))
    (problem,) = wanted_of(bundle(conf(), RULES), host, LAYOUT).shut
    assert problem.code == "legacy-firewall"
    assert "(ip iptables-legacy INPUT) drops UDP port 51820" in problem.message
    assert "(ip iptables-legacy FORWARD) drops what the points send to the site" in problem.message
    assert "ip6" not in problem.message  # this tunnel has no IPv6
    assert problem.hint == (
        "To let it through there, also at boot: `iptables-legacy -I INPUT -p udp --dport 51820 -j ACCEPT`, "
        "`iptables-legacy -I FORWARD -i wg0 -j ACCEPT`, `iptables-legacy -I FORWARD -o wg0 -j ACCEPT`."
    )


def test_what_was_told_before_stays_told_until_the_port_changes() -> None:
    first = beside(chain() + chain(hook="forward").replace("own", "two"))
    file = first.file(LAYOUT.openings)
    assert file is not None
    there = HostFile(LAYOUT.openings, "file", file.mode, file.owner, text=file.shown)
    files, applied = {LAYOUT.openings: there}, {LAYOUT.openings: "digest"}
    again = beside("", files=files, applied=applied)
    assert again.openings == ()
    assert again.file(LAYOUT.openings) == file
    assert kept_lines(file.shown, 51821) == tuple(line for line in kept_lines(file.shown, 51820) if "dport" not in line)
    assert len(kept_lines(file.shown, 51820)) == 3


@pytest.mark.parametrize(
    "line",
    ["in_ufw allow 51820/udp", "in_firewalld wgw-wg0 wg0 51820", "in_iptables iptables INPUT -p udp --dport 51820"],
)
def test_every_call_that_names_a_port_is_known_by_it(line: str) -> None:
    assert kept_lines(f"  {line}\n", 51820) == (line,)
    assert kept_lines(f"  {line}\n", 5182) == ()


UNIT = """[Unit]
After=local-fs.target nftables.service
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service

[Service]
ExecStart=nft -f /etc/wgwizard/wg0.nft
ExecReload=nft -f /etc/wgwizard/wg0.nft
"""


def test_the_rules_unit_tells_them_again_whenever_it_loads_the_rules() -> None:
    assert told_again(UNIT, "sh x start", "").splitlines()[6:] == [
        "ExecStart=nft -f /etc/wgwizard/wg0.nft",
        "ExecStartPost=-sh x start",
        "ExecReload=nft -f /etc/wgwizard/wg0.nft",
        "ExecReload=-sh x start",
    ]
    after = told_again(UNIT, "sh x start", "netfilter-persistent.service").splitlines()[1:4]
    assert after == [f"{line} netfilter-persistent.service" for line in UNIT.splitlines()[1:4]]


@pytest.mark.parametrize(
    ("manager", "firewalld", "followed"),
    [
        ("apt-get", False, ["netfilter-persistent.service"]),
        ("dnf", False, ["iptables.service", "ip6tables.service"]),
        ("pacman", False, ["iptables.service", "ip6tables.service"]),
        ("dnf", True, []),
    ],
)
def test_where_iptables_rules_are_loaded_anew_ours_are_told_again_unless_firewalld_stops_that(
    manager: str, firewalld: bool, followed: list[str]
) -> None:
    filled = chain().replace("inet own", "ip filter").replace("chain c", "chain INPUT")
    there = filled + chain(policy="accept").replace("inet own", "inet firewalld") * firewalld
    system = replace(fresh().system, package_manager=manager, tools=frozenset({*fresh().system.tools, "iptables"}))
    facts = replace(fresh(), system=system, ways=replace(fresh().ways, firewall=read_rules(there)))
    rules = bundle(conf()).artefacts
    units = Bundle(tuple(replaced(one, UNIT) if one.path == LAYOUT.rules_unit_file else one for one in rules))
    file = wanted_of(units, facts, LAYOUT).file(LAYOUT.rules_unit_file)
    assert file is not None
    (line,) = (line for line in file.shown.splitlines() if line.startswith("After="))
    assert [name for name in line.split() if "tables.service" in name or "netfilter" in name if name != "nftables.service"] == followed


def test_beside_firewalld_the_rules_unit_does_not_follow_the_service_that_it_stops() -> None:
    assert beside_firewalld(UNIT).splitlines()[:3] == ["[Unit]", "After=local-fs.target", ""]
    rules = bundle(conf()).artefacts
    units = Bundle(tuple(replaced(one, UNIT) if one.path == LAYOUT.rules_unit_file else one for one in rules))
    firewalld, other = chain(policy="accept").replace("inet own", "inet firewalld"), chain(policy="accept")
    for firewall, beside, follows in ((firewalld, False, False), (firewalld, True, True), (other, False, True)):
        system = replace(fresh().system, nftables_beside_firewalld=beside)
        facts = replace(fresh(), system=system, ways=replace(fresh().ways, firewall=read_rules(firewall)))
        file = wanted_of(units, facts, LAYOUT).file(LAYOUT.rules_unit_file)
        assert file is not None
        assert ("PartOf=nftables.service" in file.shown) is follows


def test_a_table_that_a_program_keeps_for_itself_is_read_as_any_other_and_a_sign_in_quotes_is_none_of_a_comment() -> None:
    """As nft 1.0.6 lists what has been made by `add table inet firewalld { flags owner; }`."""
    owned = chain('iifname "#1" accept', "udp dport 51820 accept # handle 7").replace(
        "inet own {", "inet firewalld { # progname nft\n\tflags owner\n"
    )
    (table,) = read_rules(f"# all of it\n{owned}").tables
    assert (table.family, table.name, table.others) == ("inet", "firewalld", ("flags owner",))
    assert table.chains["c"].rules == (("iifname", '"#1"', "accept"), ("udp", "dport", "51820", "accept"))


def test_port_forwards_alone_pass_where_rewritten_packets_do() -> None:
    forwards = (
        RULES.replace("@full_site4 accept", "@full_site4 accept", 1)
        .replace("\t\tip saddr @full_site4 accept\n", "")
        .replace(
            "\tchain to_points {\n\t\tct state established,related accept\n",
            "\tchain to_points {\n\t\tct state established,related accept\n\t\tct status dnat ip saddr 192.168.200.0/24 accept\n",
        )
    )
    assert said(chain("ct status dnat accept", hook="forward"), forwards) == []
    assert len(said(chain(hook="forward"), forwards)) == 2
    assert wanted(fresh()).tunnel.listen_port == 51820


def test_a_router_is_asked_about_each_lan_that_the_rules_name_and_not_about_its_way_out() -> None:
    out_alone = chain('oifname "eth0" accept', 'iifname "eth0" accept', hook="forward")
    both = chain('oifname { "eth0", "lan1", "lan2" } accept', 'iifname { "eth0", "lan1", "lan2" } accept', hook="forward")
    first_alone = both.replace(', "lan2"', "")
    rules = RULES.replace("@full_site4 accept", "@full_site4 ip daddr { 10.1.0.0/24, 10.2.0.0/24 } accept")
    interfaces = {
        name: (ip_interface(text),) for name, text in (("eth0", "192.0.2.1/24"), ("lan1", "10.1.0.1/24"), ("lan2", "10.2.0.1/24"))
    }
    told = {firewall: beside(firewall, rules, interfaces=interfaces).openings for firewall in (out_alone, first_alone, both)}
    assert [bool(openings) for openings in told.values()] == [True, True, False]
