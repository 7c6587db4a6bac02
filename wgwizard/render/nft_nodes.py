"""The parts of an nftables ruleset as typed nodes; each renders itself (nft(8) has the grammar).

Texts inside matches come from validated addresses, numbers and interface names; nothing that a person named stands in a ruleset.
"""

from collections.abc import Sequence

from msgspec import Struct

INDENT = "\t"


class Rule(Struct, frozen=True):
    """One rule: all of `matches` must hold, then `statement` is done; `why` becomes the comment line above it."""

    matches: tuple[str, ...]
    statement: str
    why: str = ""

    def render(self) -> list[str]:
        """The lines of the rule, indented for a chain."""
        comment = [f"{INDENT * 2}# {self.why}"] if self.why else []
        return [*comment, INDENT * 2 + " ".join((*self.matches, self.statement))]


class Chain(Struct, frozen=True):
    """A chain; `base` is the line that hangs it on a hook, empty for one that is only jumped to."""

    name: str
    rules: tuple[Rule, ...]
    base: str = ""

    def render(self) -> list[str]:
        """The lines of the chain, indented for a table; none where it has no rules."""
        if not self.rules:
            return []
        lines = [f"{INDENT}chain {self.name} {{"]
        if self.base:
            lines.append(f"{INDENT * 2}{self.base}; policy accept;")
        for rule in self.rules:
            lines.extend(rule.render())
        return [*lines, f"{INDENT}}}"]


class Set(Struct, frozen=True):
    """A named set: a hash set of exact elements with room for as many again, or an interval set for ranges and networks.

    Hash sets cost the same at any size; interval sets grow dearer with theirs (docs/strategies.md, Rule shapes).
    """

    name: str
    key: str
    elements: Sequence[str]
    interval: bool = False
    why: str = ""

    def render(self) -> list[str]:
        """The lines of the set, indented for a table; none where it is empty."""
        kind = [f"{INDENT * 2}flags interval;"] if self.interval else [f"{INDENT * 2}size {_room(len(self.elements))};"]
        return _container("set", self.name, self.why, self.key, kind, self.elements)


class Map(Struct, frozen=True):
    """A named hash map; `elements` are "key : value"."""

    name: str
    key: str
    value: str
    elements: Sequence[str]
    why: str = ""

    def render(self) -> list[str]:
        """The lines of the map, indented for a table; none where it is empty."""
        size = [f"{INDENT * 2}size {_room(len(self.elements))};"]
        return _container("map", self.name, self.why, f"{self.key} : {self.value}", size, self.elements)


def _room(count: int) -> int:
    """Room to add single elements later without a reload of the table."""
    return max(64, 2 * count)


def _container(word: str, name: str, why: str, key: str, kind: list[str], elements: Sequence[str]) -> list[str]:
    if not elements:
        return []
    comment = [f"{INDENT}# {why}"] if why else []
    inside = f",\n{INDENT * 3}".join(elements)
    return [
        *comment,
        f"{INDENT}{word} {name} {{",
        f"{INDENT * 2}type {key};",
        *kind,
        f"{INDENT * 2}elements = {{\n{INDENT * 3}{inside}\n{INDENT * 2}}}",
        f"{INDENT}}}",
    ]


class Table(Struct, frozen=True):
    """One table of family inet, replaced whole and in one transaction by the file that it renders to."""

    name: str
    sets: tuple[Set | Map, ...]
    chains: tuple[Chain, ...]

    def render(self) -> list[str]:
        """The lines of the file: the first line makes the second one work where the table is not there yet."""
        lines = [f"table inet {self.name}", f"delete table inet {self.name}", f"table inet {self.name} {{"]
        for node in (*self.sets, *self.chains):
            body = node.render()
            if body:
                lines.extend([*body, ""])
        return [*(lines[:-1] if lines[-1] == "" else lines), "}"]


def one_of(values: Sequence[str]) -> str:
    """A single value, or an anonymous set of several."""
    return values[0] if len(values) == 1 else "{ " + ", ".join(values) + " }"
