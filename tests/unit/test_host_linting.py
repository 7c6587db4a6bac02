"""The lint of what is put on the host: every rendered ruleset passes it, and whatever could lock somebody out does not."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.unit.any_rules import ruleset_of, sites
from wgwizard.host.conf import parse_conf
from wgwizard.host.facts import Facts
from wgwizard.host.linting import forwarded_ports, lint_conf, lint_rules, lint_sysctls, strange_settings
from wgwizard.host.nft_reading import read_rules
from wgwizard.host.nft_verdicts import NftPacket, stops
from wgwizard.site import Strategy

GOLDEN = sorted((Path(__file__).parents[1] / "golden").rglob("*.nft"))
TABLE = "wgwizard_wg0"
RULESETS = st.builds(
    lambda site, strategy, into: ruleset_of(site, strategy, into_tunnel=into), sites(), st.sampled_from(list(Strategy)), st.booleans()
)


def found(text: str, forwarded: frozenset[int] = frozenset()) -> tuple[str, ...]:
    return lint_rules(text, TABLE, "wg0", forwarded)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.relative_to(GOLDEN[0].parents[6]).parts[0])
def test_the_reference_rulesets_lock_nobody_out(path: Path) -> None:
    text = path.read_text()
    assert found(text) == ()
    assert found(text.replace("icmpx type ", "icmpx ").replace(" addr . port to", " to")) == ()  # as earlier versions wrote them


# --- what it must find: each takes a ruleset and gives a harmful one, or the same where it does not apply -------------------


def in_chain(name: str, rule: str) -> Callable[[str], str]:
    """A rule at the head of a base chain."""
    return lambda text: re.sub(rf"(\tchain {name} \{{\n\t\ttype [^\n]*\n)", rf"\g<1>\t\t{rule}\n", text)


def put(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, count)


def at_end(block: str) -> Callable[[str], str]:
    """A block inside of the table, at its end."""
    return lambda text: text.rstrip().removesuffix("}") + block + "}\n"


HARM: dict[str, Callable[[str], str]] = {
    "1 input policy drop": put(
        "type filter hook input priority filter; policy accept", "type filter hook input priority filter; policy drop"
    ),
    "1 another hook's policy": put("hook forward priority mangle; policy accept", "hook forward priority mangle; policy drop"),
    "1 input drops all": in_chain("input", "drop"),
    "2 only the LAN gets in": in_chain("input", 'iifname "eth0" ip saddr != 192.168.200.0/24 drop'),
    "2 only the tunnel gets in": put('iifname "wg0" jump to_host', 'iifname != "wg0" jump to_host'),
    "2 not tied at all": put('iifname "wg0" jump to_host', "jump to_host"),
    "2 tied to the LAN": put('iifname "wg0" jump to_host', 'iifname "eth0" jump to_host'),
    "2 tied to more than ours": put('iifname "wg0" jump to_host', 'iifname "wg*" jump to_host'),
    "3 no established": put("\t\tct state established,related accept\n", "", -1),
    "3 established comes late": lambda text: re.sub(
        r"(chain to_host \{\n)(\t\t#[^\n]*\n)?(\t\tct state[^\n]*\n)((?:\t\t[^\n]*\n)+)", r"\1\4\3", text
    ),
    "3 tied, without established": put('iifname "wg0" jump to_host', 'iifname "wg0" drop'),
    "5 no neighbour discovery": in_chain("input", "icmpv6 type nd-neighbor-solicit drop"),
    "5 only known protocols": in_chain("input", "meta l4proto != { tcp, udp } drop"),
    "16 SSH redirected": in_chain("prerouting", "tcp dport 22 redirect to :2222"),
    "16 dnat for everybody": lambda text: re.sub(r'iifname != "wg0" ip6? saddr \S+ (ip6? daddr \S+ dnat)', r"\1", text),
    "16 masquerade for everything": in_chain("postrouting", "masquerade"),
    "16 masquerade by interface alone": in_chain("postrouting", 'oifname "eth0" masquerade'),
    "18 flush ruleset": lambda text: "flush ruleset\n" + text,
    "18 another table deleted": lambda text: text.replace("delete table", "delete table inet filter\ndelete table", 1),
    "18 another file": lambda text: text + 'include "/etc/nftables.conf"\n',
    "another table": lambda text: (
        text + "table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n}\n"
    ),
    "an output chain": at_end("\tchain out {\n\t\ttype filter hook output priority filter; policy accept;\n\t\tdrop\n\t}\n"),
    "a prerouting filter": at_end("\tchain raw {\n\t\ttype filter hook prerouting priority raw; policy accept;\n\t\tdrop\n\t}\n"),
    "an ingress chain": at_end('\tchain in0 {\n\t\ttype filter hook ingress device "eth0" priority 0; policy accept;\n\t\tdrop\n\t}\n'),
    "input becomes output": put("hook input", "hook output"),
    "forward becomes input": put("hook forward priority filter", "hook input priority filter", -1),
    "a jump becomes a goto": put("jump to_host", "goto to_host"),
    "a called chain leads elsewhere": put("\tchain to_host {\n", "\tchain x {\n\t\tdrop\n\t}\n\n\tchain to_host {\n\t\tjump x\n"),
    "a called chain hangs on a hook": put(
        "\tchain to_host {\n", "\tchain to_host {\n\t\ttype filter hook input priority filter; policy accept;\n"
    ),
    "forwards of others": in_chain("forward", 'iifname "eth0" oifname "eth1" drop'),
    "the exception without the tunnel": put(' oifname != "wg0" oifgroup', " oifgroup", -1),
    "the exception for both families": put("meta nfproto ipv6 iifname", "iifname"),
    "the exception without open connections": lambda text: re.sub(
        r"(chain foreign_ipv6 \{\n\t\ttype[^\n]*\n)\t\t#[^\n]*\n\t\tct state[^\n]*\n", r"\1", text
    ),
    "two statements in a line": put('iifname "wg0" jump to_host', 'iifname "wg0" jump to_host; drop'),
    "a queue that nobody reads": in_chain("input", "queue num 0"),
    "a statement nobody knows": at_end("\tsynproxy x {\n\t\tmss 1460\n\t}\n"),
}


@settings(max_examples=12, deadline=None)
@given(RULESETS)
def test_any_rendered_ruleset_passes_and_every_harmful_change_of_it_is_found(text: str) -> None:
    assert found(text) == ()
    assert {name for name, harm in HARM.items() if (harmed := harm(text)) != text and not found(harmed)} == set()


def test_every_harmful_change_applies_to_some_reference_ruleset() -> None:
    texts = [path.read_text() for path in GOLDEN]
    assert {name for name, harm in HARM.items() if all(harm(text) == text for text in texts)} == set()


def test_closing_others_forwards_is_allowed_only_where_they_were_closed_before() -> None:
    text = next(text for path in GOLDEN if "chain foreign_ipv6" in (text := path.read_text()))
    assert found(text) == ()
    assert len(found(text, frozenset({6}))) == 1


def test_the_ports_that_lead_to_points_are_read_out_of_the_rules() -> None:
    text = next(path for path in GOLDEN if "2-forward" in path.parts).read_text()
    assert forwarded_ports(text)
    assert all(re.fullmatch(r"10\.0\.0\.\d+ port \d+|fd00:10::\w+ port \d+", place) for place in forwarded_ports(text).values())
    assert forwarded_ports(text.replace("tcp dport map", "udp dport map")) == {}


WORDS = (
    "drop",
    "accept",
    "reject",
    '"eth0"',
    '"wg0"',
    "!=",
    "22",
    "input",
    "output",
    "prerouting",
    "iifname",
    "jump",
    "goto",
    "return",
    "{",
    "}",
)
EDITS = st.lists(
    st.tuples(st.sampled_from(["delete", "double", "word", "swap"]), st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(WORDS)),
    min_size=1,
    max_size=4,
)
STRANGERS = [
    NftPacket(family, iif, oif, protocol, port)
    for family in (4, 6)
    for iif, oif in (("eth0", None), (None, "eth0"), ("eth1", "eth0"))
    for protocol, port in (("tcp", 22), ("tcp", 2222), ("udp", 53), ("ipv6-icmp" if family == 6 else "icmp", None))
]


def edited(text: str, edits: list[tuple[str, int, int, str]]) -> str:
    lines = text.splitlines()
    for kind, one, other, word in edits:
        place, second = one % len(lines), other % len(lines)
        if kind == "delete":
            del lines[place]
        elif kind == "double":
            lines.insert(second, lines[place])
        elif kind == "swap":
            lines[place], lines[second] = lines[second], lines[place]
        elif lines[place].split():
            words = lines[place].split(" ")
            words[other % len(words)] = word
            lines[place] = " ".join(words)
    return "\n".join(lines) + "\n"


def dropped(text: str) -> list[str]:
    """What this ruleset drops of packets that are not the tunnel's; forwards of others belong to the exception."""
    rules = read_rules(text)
    hooks = {None: "input", "eth0": "output"}
    return [
        stop.name
        for packet in STRANGERS
        if packet.iif is None or packet.oif is None
        for hook in (hooks[packet.oif], "prerouting")
        for stop in stops(rules, hook, packet)
    ]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(RULESETS, EDITS)
def test_whatever_passes_the_lint_drops_nothing_that_is_not_the_tunnels(text: str, edits: list[tuple[str, int, int, str]]) -> None:
    assert dropped(text) == []
    harmed = edited(text, edits)
    if not found(harmed):
        assert dropped(harmed) == []


# --- the tunnel's file and forwarding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["PostUp = id", "PREDOWN = id", "SaveConfig = true", "DNS = 192.0.2.1", "FwMark = 1", "Table = 1234"])
def test_a_tunnels_file_that_does_more_than_a_tunnel_is_found(line: str) -> None:
    conf = "[Interface]\nAddress = 10.0.0.1/24\nListenPort = 1\nMTU = 1400\nTable = off\nPrivateKey = x\n"
    assert list(lint_conf(parse_conf(conf))) == []
    assert len(list(lint_conf(parse_conf(conf + line + "\n")))) == 1
    assert strange_settings(conf) == ()
    assert strange_settings(f"{conf}{line} # why\n[Peer]\n{line}\n") == (line.split()[0],)
    assert strange_settings(f"# {line}\n{conf}") == ()


@pytest.mark.parametrize(
    ("sysctls", "count"),
    [
        ({"net/ipv4/conf/eth0/forwarding": "1"}, 0),
        ({"net/ipv4/conf/eth0.5/forwarding": "1"}, 0),
        ({"net/ipv4/ip_forward": "1"}, 1),
        ({"net/ipv4/conf/all/forwarding": "1"}, 1),
        ({"net/ipv4/conf/default/forwarding": "1"}, 1),
        ({"net/ipv4/conf/eth0/forwarding": "0"}, 1),
        ({"net/ipv4/conf/all/rp_filter": "1"}, 1),
        ({"net/ipv6/conf/all/forwarding": "1"}, 1),
        ({"net/ipv6/conf/eth0/accept_ra": "2", "net/ipv6/conf/all/forwarding": "1"}, 0),
        ({"net/ipv6/conf/all/forwarding": "1", "net/ipv6/conf/eth0/accept_ra": "2"}, 1),
        ({"net/ipv6/conf/eth1/accept_ra": "2", "net/ipv6/conf/all/forwarding": "1"}, 1),
    ],
)
def test_forwarding_never_costs_a_learned_default_route_nor_changes_more_than_it_says(sysctls: dict[str, str], count: int) -> None:
    facts = Facts(ra_default_interfaces=("eth0",), sysctls={"net/ipv6/conf/eth0/accept_ra": "1"})
    assert len(list(lint_sysctls(facts, sysctls))) == count
    if "net/ipv6/conf/all/forwarding" in sysctls:
        assert list(lint_sysctls(replace(facts, sysctls={"net/ipv6/conf/eth0/accept_ra": "2"}), sysctls)) == []
