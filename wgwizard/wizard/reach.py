"""Who reaches whom, as a table of plain lines; the values are the trace's."""

from collections.abc import Iterable
from textwrap import wrap

from wgwizard.following.connections import opened
from wgwizard.following.rows import told
from wgwizard.trace import Reach
from wgwizard.wizard.words import cut

_HEAD = ("who → whom", "what", "works", "seen as", "why")


def _rows(reaches: Iterable[Reach]) -> list[tuple[str, str, str, str, str]]:
    """A row for each reach, what works first; those that differ only in the IP version are one row."""
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    for row in told(reaches):
        reach = row.reach
        key = (f"{row.origin} → {row.target}", opened(reach), "✓" if reach.reachable else "×", reach.why)
        rows.setdefault(key, []).append(row.seen)
    found = [(who, what, works, ", ".join(dict.fromkeys(seen)), why) for (who, what, works, why), seen in rows.items()]
    return sorted(found, key=lambda row: row[2] != "✓")


def table(reaches: Iterable[Reach], width: int) -> list[str]:
    """The table as lines of at most `width`; a long reason goes on below its beginning, where it is narrow below its row."""
    rows = _rows(reaches)
    if not rows:
        return ["Nobody opens anything."]
    widths = [min(max(len(row[column]) for row in (_HEAD, *rows)), limit) for column, limit in enumerate((40, 22, 5, 40))]
    room = width - sum(widths) - 2 * len(widths)
    if room < 24:
        return [line for row in rows for line in _in_two_lines(row, width)]
    return [line for row in (_HEAD, *rows) for line in _in_columns(row, widths, room)]


def _in_columns(row: tuple[str, str, str, str, str], widths: list[int], room: int) -> list[str]:
    first = "".join(f"{cut(text, size):{size}}  " for text, size in zip(row, widths, strict=False))
    return wrap(row[4], len(first) + room, initial_indent=first, subsequent_indent=" " * len(first)) or [first.rstrip()]


def _in_two_lines(row: tuple[str, str, str, str, str], width: int) -> list[str]:
    who, what, works, seen, why = row
    first = f"{works} {who}, {what}" + (f", seen as {seen}" if works == "✓" else "")
    return [*wrap(first, width, subsequent_indent="  "), *wrap(why, width, initial_indent="    ", subsequent_indent="    ")]
