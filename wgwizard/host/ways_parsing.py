"""The probe's sections of ways.sh -> Ways; pure."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv6Address, ip_address, ip_network

from wgwizard.host.iptables_reading import read_iptables
from wgwizard.host.nft_reading import ReadRules, ReadTable, read_rules
from wgwizard.host.ways import MAIN, PolicyRule, TableRoute, Ways
from wgwizard.site import Address, Network

# The kernel's own, where it has no `ip rule` (CONFIG_IP_MULTIPLE_TABLES).
_USUAL_RULES = "0: from all lookup local\n32766: from all lookup main\n32767: from all lookup default\n"
_KINDS = ("unicast", "local", "broadcast", "multicast", "anycast", "unreachable", "blackhole", "prohibit", "throw", "nat")
_ACTIONS = ("unreachable", "blackhole", "prohibit", "goto", "nop")
_IPV6_METRIC = 1024


def parse_ways(parts: Mapping[str, str], own_table: str) -> Ways:
    """What these sections of the probe say; `own_table` is left out of the firewall."""
    routes = tuple(route for version in (4, 6) for line in _lines(parts, f"routes{version}") if (route := _route(line, version)))
    rules = tuple(
        rule
        for version in (4, 6)
        for line in (_lines(parts, f"rules{version}") or _USUAL_RULES.splitlines())
        if (rule := _rule(line, version))
    )
    peers = (tuple(_endpoint(word) for word in line.split()) for line in _lines(parts, "ssh_peers"))
    resolvers = (_address(line.strip().partition("%")[0]) for line in _lines(parts, "resolvers"))
    return Ways(
        routes=routes,
        rules=tuple(sorted(rules, key=lambda rule: rule.priority)),
        ssh_ports=frozenset(int(line) for line in _lines(parts, "ssh_ports") if line.isdecimal()),
        ssh_peers=tuple(dict.fromkeys((pair[1], pair[0]) for pair in peers if len(pair) == 2)),
        resolvers=tuple(dict.fromkeys(item for item in resolvers if item is not None and not item.is_loopback)),
        firewall=read_rules(parts.get("ruleset", "")).without(own_table),
        legacy=ReadRules(tuple(_legacy(parts))),
    )


def _legacy(parts: Mapping[str, str]) -> Iterator[ReadTable]:
    """The sections "legacy FAMILY PROGRAM"."""
    for title, text in parts.items():
        match title.split():
            case ["legacy", family, program]:
                yield read_iptables(text, family, program)


def _lines(parts: Mapping[str, str], name: str) -> list[str]:
    return [line for line in parts.get(name, "").splitlines() if line.strip()]


def _route(line: str, version: int) -> TableRoute | None:
    words = line.replace("\\", " ").split()
    kind = words.pop(0) if words and words[0] in _KINDS else "unicast"
    if not words or "dead" in words:
        return None
    network = _network(words[0], version)
    if network is None:
        return None
    metric = _after(words, "metric")
    usual = _IPV6_METRIC if version == 6 else 0
    return TableRoute(
        network=network,
        device=_after(words, "dev"),
        via=_address(_after(words, "via").replace("inet6", "") or _after(words, "inet6")),
        table=_after(words, "table") or (MAIN if kind not in ("local", "broadcast", "anycast") else "local"),
        kind=kind,
        metric=int(metric) if metric.isdecimal() else usual,
    )


def _after(words: list[str], name: str) -> str:
    """The word behind `name`, "" where it does not stand."""
    return words[words.index(name) + 1] if name in words[:-1] else ""


def _rule(line: str, version: int) -> PolicyRule | None:
    """From "PRIORITY: [not] from X [to Y] [fwmark M] [iif D] … lookup TABLE [suppress_prefixlength N]"."""
    head, _, rest = line.partition(":")
    words = rest.split()
    if not head.strip().isdecimal():
        return None
    negated = words[:1] == ["not"]
    action = next((word for word in words if word in _ACTIONS), "lookup")
    known = {"not", "from", "to", "lookup", "suppress_prefixlength", "fwmark", "iif", "oif", "proto", "table"}
    others = tuple(f"{word} {words[place + 1]}" for place, word in enumerate(words[:-1]) if word in _SELECTORS - known)
    # The host's own packets have no mark and no interface that they came in on; sockets bound to an interface are not SSH's.
    never = _after(words, "iif") not in ("", "lo") or _after(words, "oif") != "" or not _unmarked(_after(words, "fwmark"))
    suppress = _after(words, "suppress_prefixlength")
    return PolicyRule(
        priority=int(head),
        version=version,
        table=_after(words, "lookup") or _after(words, "table"),
        action=action,
        source=_selected(_after(words, "from"), version),
        destination=_selected(_after(words, "to"), version),
        negated=negated,
        never=never,
        suppress=int(suppress) if suppress.isdecimal() else None,
        others=others,
    )


_SELECTORS = {"tos", "dsfield", "uidrange", "ipproto", "sport", "dport", "tun_id", "l3mdev", "suppress_ifgroup"}


def _unmarked(mark: str) -> bool:
    """Whether a packet without a mark fits "fwmark VALUE/MASK"."""
    return mark == "" or re.fullmatch(r"(0x)?0+(/.*)?", mark) is not None


def _selected(word: str, version: int) -> Network | None:
    return None if word in ("", "all") else _network(word, version)


def _network(word: str, version: int) -> Network | None:
    if word == "default":
        return ip_network("::/0" if version == 6 else "0.0.0.0/0")
    try:
        return ip_network(word, strict=False)
    except ValueError:
        return None


def _address(word: str) -> Address | None:
    try:
        return ip_address(word)
    except ValueError:
        return None


def _endpoint(word: str) -> Address:
    """An address of /proc/net/tcp or tcp6, "FE01A8C0:9D2C": groups of four bytes in the host's order, which is little-endian."""
    raw = bytes.fromhex(word.partition(":")[0])
    turned = b"".join(raw[place : place + 4][::-1] for place in range(0, len(raw), 4))
    address = ip_address(turned)
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
