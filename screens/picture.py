"""A small picture of the network, drawn from what is known so far; dotted where something is still open."""

from typing import Any

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from wgwizard.questions import Document
from wgwizard.questions.answers import value_at
from wgwizard.wizard.words import cut

_OPEN = "not known yet"
_WHO = {
    "points": "the points open things at the site ▶",
    "site": "◀ the site opens things on the points",
    "both": "◀ both sides open things ▶",
    None: "who opens what is not known yet",
}


def _texts(value: Any) -> list[str]:
    """The words of a list in the document, whatever a half-made document holds there."""
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [str(item.get("cidr", item.get("name", ""))) if isinstance(item, dict) else str(item) for item in items]


def _some(words: list[str], room: int) -> str:
    """As many of the words as fit, the rest counted: "laptop, phone +2"."""
    for count in range(len(words), 0, -1):
        text = ", ".join(words[:count]) + (f" +{len(words) - count}" if count < len(words) else "")
        if len(text) <= room:
            return text
    return cut(words[0], room) if words else ""


def _nodes(document: Document) -> tuple[tuple[str, list[str]], tuple[str, list[str]], tuple[str, list[str]]]:
    """For points, Host β and site: the title and what is known of it."""
    points = value_at(document, "points")
    known = [point for point in points if isinstance(point, dict)] if isinstance(points, list) else []
    addresses = [text for point in known for text in _texts(point.get("addresses"))]
    names = ", ".join(str(point.get("name", "")) for point in known) or "points"
    host = [text.split("/")[0] for text in _texts(value_at(document, "host.addresses"))]
    return (names, addresses), ("Host β", host), ("site", _texts(value_at(document, "site.networks")))


def _tunnel(document: Document) -> str:
    return f"{value_at(document, 'tunnel.interface') or 'wg0'} udp {value_at(document, 'tunnel.port') or 51820}"


def flat(document: Document, width: int) -> list[str]:
    """Three lines from left to right, points to site."""
    (names, tunnel), (host, lan), (site, networks) = _nodes(document)
    room = max((width - 36) // 3, 10)
    dialled = value_at(document, "host.endpoint") is not None
    arrow = f"══ {_tunnel(document)} ══▶" if dialled else f"╌╌ {_tunnel(document)} ╌╌▶"
    onward = " ───▶ " if networks else " ╌╌╌▶ "
    left = cut(names, room).ljust(room)
    middle = _some(lan, room) or _OPEN
    first = f"{left} {arrow} {host.ljust(len(middle))}{onward}{site}"
    beyond = len(left) + len(arrow) + 2 + len(middle) + len(onward)
    under = f"{_some(tunnel, room).ljust(len(left) + len(arrow) + 2)}{middle}".ljust(beyond)
    second = under + (_some(networks, max(width - beyond, 8)) or _OPEN)
    opens = value_at(document, "needs.opens")
    return [cut(line.rstrip(), width) for line in (first, second, _WHO.get(opens if isinstance(opens, str) else None, ""))]


def tall(document: Document, width: int) -> list[str]:
    """The same from top to bottom, for the column at the side."""
    (names, tunnel), (host, lan), (site, networks) = _nodes(document)
    endpoint = value_at(document, "host.endpoint")
    line, down = ("║", "═") if endpoint is not None else ("╎", "╌")
    opens = value_at(document, "needs.opens")
    lines = [
        names,
        *(f"  {text}" for text in tunnel),
        f"  {line}",
        f"  {line} {_tunnel(document)}",
        f"  {line} {down} {endpoint or 'endpoint not known yet'}",
        "  ▼",
        host,
        *(f"  {text}" for text in lan or [_OPEN]),
        "  │",
        "  ▼",
        site,
        *(f"  {text}" for text in networks or [_OPEN]),
        "",
        _WHO.get(opens if isinstance(opens, str) else None, ""),
    ]
    return [cut(text, width) for text in lines]


class PicturePanel(Widget):
    """The picture, below the page or, on a wide terminal, beside it."""

    document: reactive[Document] = reactive(dict)

    def render(self) -> RenderResult:
        """A title line and the picture."""
        width = self.content_size.width
        draw = tall if self.screen.has_class("-wide") else flat
        title = "─ the network so far "
        lines = draw(self.document, width - 2)
        return Content.assemble((title.ljust(width, "─"), "dim"), "\n", "\n".join(f" {line}" for line in lines))
