"""What nft rules do with a packet of which not everything is known; pure.

A match that cannot be judged is taken to hold for no drop and for an accept perhaps: so "closed" is certain, as far as the rules go.
"""

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import ip_address, ip_network

from msgspec import Struct

from wgwizard.host.nft_reading import ReadChain, ReadRules, ReadTable
from wgwizard.site import Address, Network

_FILTERS = {4: ("inet", "ip"), 6: ("inet", "ip6")}
_NUMBERS = {"icmp": "1", "tcp": "6", "udp": "17", "ipv6-icmp": "58", "ssh": "22", "domain": "53", "http": "80", "https": "443"}
_MOST_JUMPS = 16  # nft's own limit (NFT_JUMP_STACK_SIZE)
_REWRITES = ("dnat", "snat", "masquerade", "redirect")
_NEUTRAL = ("log", "counter", "comment")


class Passage(StrEnum):
    """Whether a packet gets through: `SOME` where it hangs on what cannot be judged here."""

    OPEN = "open"
    SOME = "some"
    CLOSED = "closed"


class NftPacket(Struct, frozen=True):
    """The first packet of a connection; `None` is what is not known; `dnat` says that a port forward has rewritten it."""

    family: int
    iif: str | None = None
    oif: str | None = None
    protocol: str | None = None
    port: int | None = None
    source: Address | None = None
    destination: Address | None = None
    dnat: bool = False


class Stop(Struct, frozen=True):
    """A base chain that does not let a packet through, or not always."""

    table: ReadTable
    chain: ReadChain
    passage: Passage

    @property
    def name(self) -> str:
        """As nft names it: "ip filter FORWARD"."""
        return f"{self.table.family} {self.table.name} {self.chain.name}"


def stops(rules: ReadRules, hook: str, packet: NftPacket) -> tuple[Stop, ...]:
    """Every base chain of this hook that drops the packet: an accept elsewhere cannot bring it back."""
    found: list[Stop] = []
    for table in rules.tables:
        if table.family not in _FILTERS[packet.family]:
            continue
        for chain in table.chains.values():
            if chain.hook is not None and chain.hook.hook == hook and chain.hook.kind == "filter":
                passage = _Walk(table, packet).passage(chain)
                if passage is not Passage.OPEN:
                    found.append(Stop(table, chain, passage))
    return tuple(found)


class _Walk:
    """One packet's way through the chains of a table."""

    def __init__(self, table: ReadTable, packet: NftPacket) -> None:
        self._table = table
        self._packet = packet
        self._known: dict[str, frozenset[str]] = {}

    def passage(self, chain: ReadChain) -> Passage:
        """What becomes of the packet in a base chain."""
        policy = chain.hook.policy if chain.hook else "accept"
        ends = {policy if end == "return" else end for end in self._ends(chain.name, 0)}
        if ends == {"accept"}:
            return Passage.OPEN
        return Passage.SOME if "accept" in ends else Passage.CLOSED

    def _ends(self, name: str, depth: int) -> frozenset[str]:
        """How the packet may come out of a chain: accept, drop, return."""
        chain = self._table.chains.get(name)
        if chain is None or depth > _MOST_JUMPS:
            return frozenset({"return"})
        if name not in self._known:
            self._known[name] = self._through(chain, depth)
        return self._known[name]

    def _through(self, chain: ReadChain, depth: int) -> frozenset[str]:
        found: set[str] = set()
        for rule in chain.rules:
            for holds, action, target in self._rule(rule):
                if holds is False or action == "":
                    continue
                ends = self._ends(target, depth + 1) if action in ("jump", "goto") else frozenset({action})
                goes_on = holds is None or (action == "jump" and "return" in ends)
                found |= ends - ({"drop"} if holds is None else set()) - ({"return"} if action == "jump" else set())
                if not goes_on:
                    return frozenset(found)
        return frozenset(found | {"return"})

    def _rule(self, words: tuple[str, ...]) -> Iterator[tuple[bool | None, str, str]]:
        """Whether the rule's matches hold (`None`: not known), what it then does, and where it jumps to."""
        holds: bool | None = True
        place = 0
        while place < len(words):
            action, target, length = _action(words, place)
            if action:
                yield holds, action, target
                return
            if length:
                place += length
                continue
            fields, after = _fields(words, place)
            if after < len(words) and words[after] == "vmap" and after + 1 < len(words):
                for matches, verdict, target in self._verdict_map(fields, words[after + 1]):
                    yield _both(holds, matches), verdict, target
                return
            matches, place = self._match(fields, words, after)
            holds = _both(holds, matches)
        yield holds, "", ""

    def _match(self, fields: tuple[str, ...], words: tuple[str, ...], place: int) -> tuple[bool | None, int]:
        if fields == ("?",):
            return None, place
        negated = words[place : place + 1] in (("!=",), ("==",))
        operand = words[place + negated] if place + negated < len(words) else ""
        after = place + negated + 1
        found = self._compare(fields, operand)
        implied = self._implied(fields)
        if negated and words[place] == "!=" and found is not None:
            found = not found
        return _both(implied, found), after

    def _implied(self, fields: tuple[str, ...]) -> bool | None:
        """The family and the protocol that a field belongs to."""
        holds: bool | None = True
        for field in fields:
            head = field.split(" ")[0]
            if head in ("ip", "ip6", "icmp", "icmpv6"):
                holds = _both(holds, self._packet.family == (6 if head.endswith("6") else 4))
            if head in ("tcp", "udp", "icmp", "icmpv6"):
                own = self._packet.protocol
                holds = _both(holds, None if own is None else own == ("ipv6-icmp" if head == "icmpv6" else head))
        return holds

    def _compare(self, fields: tuple[str, ...], operand: str) -> bool | None:
        values = tuple(self._value(field) for field in fields)
        if operand.startswith("@"):
            elements = self._table.sets.get(operand[1:])
            if elements is None or not elements:
                return None  # listed without its elements
        elif operand.startswith("{"):
            elements = tuple(item.strip() for item in operand.strip("{} ").split(",") if item.strip())
        else:
            elements = tuple(operand.split(","))
        found: bool | None = False
        for element in elements:
            one = _is_in(values, element.partition(" : ")[0])
            if one is True:
                return True
            if one is None:
                found = None
        return found

    def _verdict_map(self, fields: tuple[str, ...], text: str) -> Iterator[tuple[bool | None, str, str]]:
        for element in text.strip("{} ").split(","):
            key, _, verdict = element.partition(" : ")
            words = verdict.split()
            if words:
                yield self._compare(fields, key.strip()), _verdict_word(words[0]), words[1] if len(words) > 1 else ""

    def _value(self, field: str) -> "str | int | Address | None":
        packet = self._packet
        known: dict[str, str | int | Address | None] = {
            "iifname": packet.iif, "iif": packet.iif, "oifname": packet.oif, "oif": packet.oif,
            "ct state": "new", "ct status": "dnat" if packet.dnat else "",
            "meta l4proto": packet.protocol, "ip protocol": packet.protocol, "meta nfproto": "ipv6" if packet.family == 6 else "ipv4",
            "tcp dport": packet.port, "udp dport": packet.port, "th dport": packet.port,
            "ip saddr": packet.source, "ip6 saddr": packet.source, "ip daddr": packet.destination, "ip6 daddr": packet.destination,
            "icmp type": "echo-request", "icmpv6 type": "echo-request",
            "fib daddr type": "local" if packet.oif is None else "unicast",
        }  # fmt: skip
        return known.get(field)


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _verdict_word(word: str) -> str:
    return "drop" if word == "reject" else word


def _action(words: tuple[str, ...], place: int) -> tuple[str, str, int]:
    """What the rule does from here on and where it jumps to; else how many words to pass over, 0 where a match begins."""
    word = words[place]
    if word in ("accept", "drop", "reject", "return"):
        return _verdict_word(word), "", 1
    if word in ("jump", "goto"):
        return word, words[place + 1] if place + 1 < len(words) else "", 2
    if word in _REWRITES or word in ("tproxy", "queue"):
        return "accept", "", 1
    if word not in _NEUTRAL:
        return "", "", 0
    length = 1
    takes = {"comment": 1, "counter": 4 if words[place + 1 : place + 2] == ("packets",) else 0, "log": 0}[word]
    if word == "log":
        while place + length + 1 < len(words) and words[place + length] in ("prefix", "level", "group", "flags", "snaplen"):
            length += 2
    return "", "", length + takes


_TWO_WORDS = ("ip", "ip6", "tcp", "udp", "th", "ct", "meta", "icmp", "icmpv6")
_KNOWN_FIELDS = (
    "iifname", "iif", "oifname", "oif", "ct state", "meta l4proto", "ip protocol", "meta nfproto", "tcp dport", "udp dport", "th dport",
    "ip saddr", "ip6 saddr", "ip daddr", "ip6 daddr", "icmp type", "icmpv6 type", "tcp sport", "udp sport", "iifgroup", "oifgroup",
    "ct status", "meta mark", "ct mark", "fib daddr type",
)  # fmt: skip


def _fields(words: tuple[str, ...], place: int) -> tuple[tuple[str, ...], int]:
    """The fields that are compared ("ip saddr . tcp dport"), and the place behind them; ("?",) for what is not understood."""
    fields: list[str] = []
    while True:
        length = 3 if words[place] == "fib" else 2 if words[place] in _TWO_WORDS else 1
        field = " ".join(words[place : place + length])
        if field not in _KNOWN_FIELDS:
            return ("?",), place + 1
        fields.append(field)
        place += length
        if place + 1 >= len(words) or words[place] != ".":
            return tuple(fields), place
        place += 1


def _is_in(values: "tuple[str | int | Address | None, ...]", element: str) -> bool | None:
    """Whether these values are the element "a . b . c"; `None` where one of them is not known."""
    parts = [part.strip() for part in element.split(" . ")]
    if len(parts) != len(values):
        return None
    found: bool | None = True
    for value, part in zip(values, parts, strict=True):
        found = _both(found, _equals(value, part))
    return found


def _equals(value: "str | int | Address | None", part: str) -> bool | None:
    if value is None:
        return None
    bare = part.strip('"')
    if isinstance(value, int):
        first, _, last = (_NUMBERS.get(bare, bare)).partition("-")
        return int(first) <= value <= int(last or first) if first.isdecimal() and (last or "0").isdecimal() else None
    if isinstance(value, str):
        if bare.endswith("*"):
            return value.startswith(bare[:-1])
        return bare in (value, _NUMBERS.get(value, value))
    try:
        if "-" in bare:
            first, _, last = bare.partition("-")
            low, high = ip_address(first), ip_address(last)
            return low.version == value.version and int(low) <= int(value) <= int(high)
        network: Network = ip_network(bare, strict=False)
    except ValueError:
        return None
    return value.version == network.version and value in network
