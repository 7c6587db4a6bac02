"""Who reaches whom as a table for people: one line a way, names first, the reason last."""

from collections.abc import Iterable

from wgwizard.trace import Reach

HEADINGS = ("from", "to", "what", "", "seen as", "why")


def reach_table(rows: Iterable[Reach]) -> str:
    """An aligned table with a heading; "yes" or "no" tells whether the connection works."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS) - 1)]
    lines = ["  ".join([*(text.ljust(width) for text, width in zip(line[:-1], widths, strict=True)), line[-1]]) for line in cells]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _cells(row: Reach) -> tuple[str, ...]:
    return (row.origin, row.target, what(row), "yes" if row.reachable else "no", str(row.source_seen or "-"), row.why)


def what(row: Reach) -> str:
    """What is opened: "IPv4 everything", "IPv6 tcp 80,443", "IPv4 tcp 8081 of the host"."""
    if row.protocol is None:
        return f"IPv{row.family} everything"
    protocol = "ping" if row.protocol == "icmp" else row.protocol
    words = [f"IPv{row.family}", protocol, row.ports] if row.ports or protocol == "ping" else [f"IPv{row.family}", protocol, "every port"]
    return " ".join(word for word in (*words, "of the host" if row.published else "") if word)
