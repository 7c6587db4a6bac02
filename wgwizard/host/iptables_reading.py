"""What `iptables -S` prints -> the same tables, chains and words as nft's (iptables(8), iptables-extensions(8)); pure."""

import shlex
from collections.abc import Collection

from wgwizard.host.nft_reading import Hook, ReadChain, ReadTable

_HOOKS = {"INPUT": "input", "FORWARD": "forward", "OUTPUT": "output"}
_FIELDS = {
    "-i": ("iifname",),
    "-o": ("oifname",),
    "-p": ("meta", "l4proto"),
    "--dport": ("th", "dport"),
    "--dports": ("th", "dport"),
    "--dst-type": ("fib", "daddr", "type"),
    "--ctstate": ("ct", "state"),
    "--state": ("ct", "state"),
}
_VERDICTS = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "reject", "RETURN": "return", "QUEUE": "queue", "NFQUEUE": "queue"}
# Matches that match nothing by themselves, but by their options; --comment matches nothing at all.
_PLAIN_MATCHES = frozenset({"tcp", "udp", "icmp", "icmp6", "conntrack", "state", "multiport", "addrtype", "comment"})
_UNKNOWN = ("?",)


def read_iptables(text: str, family: str, program: str) -> ReadTable:
    """The filter table, named after the program that lists it; a match that is not understood is one that nobody can judge."""
    policies: dict[str, str] = {}
    rules: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        words = _split(line)
        if len(words) > 1 and words[0] in ("-P", "-N", "-A"):
            rules.setdefault(words[1], [])
            if words[0] == "-P":
                policies[words[1]] = words[2].lower() if len(words) > 2 else "accept"
            elif words[0] == "-A":
                rules[words[1]].append(words[2:])
    return ReadTable(
        family,
        program,
        {
            name: ReadChain(
                name,
                Hook("filter", _HOOKS[name], "filter", policies.get(name, "accept")) if name in _HOOKS else None,
                tuple(_rule(words, family, rules) for words in found),
            )
            for name, found in rules.items()
        },
    )


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # a quotation without an end
        return []


def _rule(words: list[str], family: str, chains: Collection[str]) -> tuple[str, ...]:
    """A rule's matches and its verdict in nft's words."""
    found: list[str] = []
    while words:
        negated = words[0] == "!"
        option, *rest = words[negated:] or [""]
        if option in ("-j", "-g"):
            return (*found, *_verdict(option, rest, chains))
        count = 1 if option == "--comment" else next((place for place, word in enumerate(rest) if _begins_match(word)), len(rest))
        found += _match(option, rest[:count], negated, family)
        words = rest[count:]
    return tuple(found)


def _begins_match(word: str) -> bool:
    return word.startswith("-") or word == "!"


def _verdict(option: str, rest: list[str], chains: Collection[str]) -> tuple[str, ...]:
    """What the rule does; a target that only notes or marks something does nothing here."""
    target = rest[0] if rest else ""
    if target in chains:
        return ("goto" if option == "-g" else "jump", target)
    return (_VERDICTS[target],) if target in _VERDICTS else ()


def _match(option: str, values: list[str], negated: bool, family: str) -> tuple[str, ...]:
    value = values[0] if values else ""
    if option == "--comment" or (option == "-m" and value in _PLAIN_MATCHES):
        return ()
    if option in ("-s", "-d"):
        field: tuple[str, ...] = (family, "saddr" if option == "-s" else "daddr")
    elif option in _FIELDS and len(values) == 1:
        field = _FIELDS[option]
    else:
        return _UNKNOWN
    if field == ("ct", "state") and "DNAT" in value:
        field, value = (("ct", "status"), "dnat") if value == "DNAT" else (_UNKNOWN, "?")
    return (*field, *(("!=",) if negated else ()), _operand(option, value))


def _operand(option: str, value: str) -> str:
    """As nft writes it: "eth*" for "eth+", "1-9" for "1:9", a set for several."""
    if option in ("-i", "-o"):
        return value.removesuffix("+") + "*" if value.endswith("+") else value
    if option in ("--dport", "--dports"):
        ports = value.replace(":", "-")
        return f"{{ {ports.replace(',', ', ')} }}" if "," in ports else ports
    return value if option in ("-s", "-d") else value.lower()
