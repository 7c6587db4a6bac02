"""nft's text -> tables, chains and sets; pure. Reads what `nft list ruleset` prints and the files that we render (nft(8))."""

import re
from collections.abc import Iterator

from msgspec import Struct, field

_TOKEN = re.compile(r'"[^"]*"|\{[^{}]*\}|[^\s;]+')
_QUOTED = re.compile(r'"[^"]*"')
# nft itself writes one behind the name of a table that a program keeps for itself, as firewalld does since 2.2: "# progname firewalld".
_COMMENT = re.compile(r'^((?:"[^"]*"|[^"#])*)#.*')
_BASE = re.compile(r"type (\w+) hook (\w+)(?: devices? (?:=\s*)?\S+)? priority ([^;]+?);(?:\s*policy (\w+);)?")
_BLOCK = re.compile(r"(table|chain|set|map) (?:(\w+) )?(\S+) \{")


class Hook(Struct, frozen=True):
    """Where a base chain hangs: `kind` is filter, nat or route, `policy` accept or drop."""

    kind: str
    hook: str
    priority: str
    policy: str = "accept"


class ReadChain(Struct, frozen=True):
    """A chain: `hook` is `None` for one that is only jumped to; each rule is its words, a set in braces being one word."""

    name: str
    hook: Hook | None = None
    rules: tuple[tuple[str, ...], ...] = ()


class ReadTable(Struct, frozen=True):
    """A table; `sets` has the elements of each named set or map as they are written, `others` the lines that are none of these."""

    family: str
    name: str
    chains: dict[str, ReadChain] = field(default_factory=dict)
    sets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    others: tuple[str, ...] = ()


class ReadRules(Struct, frozen=True):
    """Everything in a text; `others` are the lines outside of tables, such as "delete table …"."""

    tables: tuple[ReadTable, ...] = ()
    others: tuple[str, ...] = ()

    def without(self, name: str) -> "ReadRules":
        """All but the table of family inet with this name."""
        return ReadRules(tuple(table for table in self.tables if (table.family, table.name) != ("inet", name)), self.others)


def read_rules(text: str) -> ReadRules:
    """The rules in this text; what is not understood stands in `others`."""
    tables: list[ReadTable] = []
    others: list[str] = []
    lines = _statements(text)
    for line in lines:
        block = _BLOCK.fullmatch(line)
        if block is not None and block[1] == "table":
            tables.append(_table(block[2] or "ip", block[3], lines))
        else:
            others.append(line)
    return ReadRules(tuple(tables), tuple(others))


def _statements(text: str) -> Iterator[str]:
    """The lines without comments, one with an open brace inside of it joined with those up to its end."""
    joined: list[str] = []
    for raw in text.splitlines():
        line = _COMMENT.sub(r"\1", raw).strip()
        if not line:
            continue
        joined.append(line)
        whole = " ".join(joined)
        bare = _QUOTED.sub("", whole)
        if bare.count("{") <= bare.count("}") or _BLOCK.fullmatch(whole) or re.fullmatch(r"[\w ]+ \{", whole):
            yield whole
            joined = []
    if joined:
        yield " ".join(joined)


def _table(family: str, name: str, lines: Iterator[str]) -> ReadTable:
    chains: dict[str, ReadChain] = {}
    sets: dict[str, tuple[str, ...]] = {}
    others: list[str] = []
    for line in lines:
        if line == "}":
            break
        block = _BLOCK.fullmatch(line)
        if block is not None and block[1] == "chain":
            chains[block[3]] = _chain(block[3], lines)
        elif block is not None:
            sets[block[3]] = _elements(_body(lines))
        else:
            others.append(line)
            if line.endswith("{"):
                _body(lines)
    return ReadTable(family, name, chains, sets, tuple(others))


def _chain(name: str, lines: Iterator[str]) -> ReadChain:
    hook: Hook | None = None
    rules: list[tuple[str, ...]] = []
    for line in _body(lines):
        base = _BASE.match(line)
        if base is not None:
            hook = Hook(base[1], base[2], base[3].strip(), base[4] or "accept")
        elif not line.startswith("comment "):
            rules.append(words_of(line))
    return ReadChain(name, hook, tuple(rules))


def words_of(rule: str) -> tuple[str, ...]:
    """The words of a rule's line."""
    return tuple(_TOKEN.findall(rule))


def _body(lines: Iterator[str]) -> list[str]:
    """The lines up to the end of this block, with those of blocks in it."""
    found: list[str] = []
    depth = 1
    for line in lines:
        bare = _QUOTED.sub("", line)
        depth += bare.count("{") - bare.count("}")
        if depth == 0:
            break
        found.append(line)
    return found


def _elements(body: list[str]) -> tuple[str, ...]:
    match = re.search(r"elements = \{(.*)\}", " ".join(body))
    return tuple(item.strip() for item in match[1].split(",") if item.strip()) if match else ()
