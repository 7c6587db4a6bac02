"""Who reaches whom, as a table of plain lines; the values are the trace's."""

from collections.abc import Iterable
from textwrap import wrap

from wgwizard.trace import Reach
from wgwizard.wizard.words import cut

_HEAD = ("who → whom", "what", "works", "seen as", "why")


def _what(reach: Reach) -> str:
    what = " ".join(part for part in (reach.protocol or "", reach.ports) if part) or "everything"
    return f"{what} (port of β)" if reach.published else what


def _rows(reaches: Iterable[Reach]) -> list[tuple[str, str, str, str, str]]:
    """A row for each reach, what works first; those that differ only in the IP version are one row."""
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    for reach in reaches:
        seen = str(reach.source_seen) if reach.reachable and reach.source_seen is not None else "—"
        key = (f"{reach.origin} → {reach.target}", _what(reach), "✓" if reach.reachable else "×", reach.why)
        rows.setdefault(key, []).append(seen)
    found = [(who, what, works, ", ".join(dict.fromkeys(seen)), why) for (who, what, works, why), seen in rows.items()]
    return sorted(found, key=lambda row: row[2] != "✓")


def table(reaches: Iterable[Reach], width: int) -> list[str]:
    """The table as lines of at most `width`; where it is narrow the reason stands below its row."""
    rows = _rows(reaches)
    if not rows:
        return ["Nobody opens anything."]
    widths = [min(max(len(row[column]) for row in (_HEAD, *rows)), limit) for column, limit in enumerate((34, 22, 5, 40))]
    room = width - sum(widths) - 2 * len(widths)
    if room < 24:
        return [line for row in rows for line in _in_two_lines(row, width)]
    lines = [_HEAD, *rows]
    return [
        "  ".join([*(cut(text, size).ljust(size) for text, size in zip(row, widths, strict=False)), cut(row[4], room)]) for row in lines
    ]


def _in_two_lines(row: tuple[str, str, str, str, str], width: int) -> list[str]:
    who, what, works, seen, why = row
    first = f"{works} {who}, {what}" + (f", seen as {seen}" if works == "✓" else "")
    return [cut(first, width), *wrap(why, width, initial_indent="    ", subsequent_indent="    ")]
