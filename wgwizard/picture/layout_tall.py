"""The picture from top to bottom, for a column at the side of a wide terminal."""

from textwrap import wrap

from wgwizard.picture.canvas import Canvas, Charset, Line, Style, cut, some, words
from wgwizard.picture.parts import CLOUD, HOST, few, named_lines, who_opens
from wgwizard.picture.scene import Named, Scene

Piece = list[tuple[str, Style]]


def tall(scene: Scene, width: int, height: int, charset: Charset) -> tuple[Line, ...]:
    """At most `height` lines: points, internet, tunnel, β in a frame, site in a frame, and what the strategy does."""
    for rows in (8, 5, 3, 2, 1):
        pieces = _pieces(scene, width, rows, charset)
        if len(pieces) <= height:
            break
    canvas = Canvas(width, min(len(pieces), height), charset)
    for y, piece in enumerate(pieces[:height]):
        x = 0
        for text, style in piece:
            x = canvas.put(x, y, cut(text, width - x, charset), style)
    return canvas.lines()


def _pieces(scene: Scene, width: int, rows: int, charset: Charset) -> list[Piece]:
    lines: list[Piece] = _list(scene.points, rows, "points", width, charset)
    lines += _way_in(scene, width, charset)
    host = [*(f"{scene.interface:6} {text}" for text in scene.host_tunnel[:2]), *(f"LAN    {text}" for text in scene.host_lan[:2])]
    lines += _frame(words(HOST, charset) + (" = router" if scene.is_router else ""), _plain(host), width, known=bool(scene.host_lan))
    beside = scene.notes[:1] if scene.notes and len(words(scene.notes[0], charset)) <= width - 6 else ()
    lines += _lan(scene, beside)
    inside = _plain([f"{text}" for text in few(scene.networks, max(rows - 1, 1))])
    inside += _list(scene.computers, rows, "", width - 4, charset)
    lines += _frame("site", inside, width, known=bool(scene.networks))
    lines.append([("", Style.PLAIN)])
    lines += _said(who_opens(scene), width, Style.OPEN if scene.opens is None else Style.PLAIN)
    for note in few(scene.notes[len(beside) :], rows):
        lines += _said(note, width, Style.NOTE)
    return lines


def _plain(texts: list[str]) -> list[Piece]:
    return [[(text, Style.PLAIN)] for text in texts]


def _said(text: str, width: int, style: Style) -> list[Piece]:
    return [[(line, style)] for line in wrap(text, max(width, 10))]


def _list(items: tuple[Named, ...], rows: int, otherwise: str, width: int, charset: Charset) -> list[Piece]:
    """Names with addresses in a column of their own; all families of a node where there are few nodes."""
    if not items:
        return [[(otherwise, Style.OPEN)]] if otherwise else []
    if sum(max(len(item.addresses), 1) for item in items) <= rows:
        longest = min(max(len(item.name) for item in items), width - 16)
        return [
            [(f"{'' if place else item.name:{longest}} ", Style.NAME), (address, Style.PLAIN)]
            for item in items
            for place, address in enumerate(item.addresses or ("",))
        ]
    return [[(line, Style.NAME)] for line in named_lines(items, rows, width, charset)]


def _way_in(scene: Scene, width: int, charset: Charset) -> list[Piece]:
    """The internet at the right of the tunnel's line, which goes down to β."""
    known = scene.tunnel_known
    sign, style = ("║", Style.TUNNEL) if known else ("╎", Style.OPEN)
    dialled = scene.dials is not None
    up, down = ("▲", "│") if scene.dials == "host" else ("│", "▼") if dialled else ("╎", "╎")
    middle = "│" if dialled else "╎"
    under = Style.DIM if dialled else Style.OPEN
    endpoint = scene.endpoint or ("dials the points" if scene.dials == "host" else "where β is dialled is not known yet")
    router = some(scene.router, 20, charset)
    door = [(f"   {down} ", under)] + (
        [("β itself is the router", Style.DIM)]
        if scene.is_router
        else [(f"router {router}".rstrip(), Style.DIM if dialled else Style.OPEN)]
    )
    name = f"{scene.interface} udp {scene.port}"
    ends = "▼" if scene.dials == "points" else sign
    return [
        [("  ", Style.PLAIN), ("▲" if scene.dials == "host" else sign, style), (f"   {up} ", under), (f"{CLOUD} internet", under)],
        [("  ", Style.PLAIN), (sign, style), (f"   {middle} ", under), (cut(endpoint, width - 8, charset), under)],
        [("  ", Style.PLAIN), (sign, style), *door],
        [("  ", Style.PLAIN), (sign, style), (f" {name}", style)],
        [("  ", Style.PLAIN), (sign, style), (f" {some(scene.tunnels, width - 5, charset) or 'the tunnel network comes later'}", style)],
        [("  ", Style.PLAIN), (ends, style)],
    ]


def _lan(scene: Scene, beside: tuple[str, ...]) -> list[Piece]:
    """The arrow between β and the site, beside it the strategy and, where there is room, what it does."""
    known, opens = scene.site_known, scene.opens
    sign, style = ("│", Style.SITE) if known else ("╎", Style.OPEN)
    up = "▲" if opens is not None and opens.by_site else sign
    down = "▼" if opens is not None and opens.by_points else sign
    return [[(f"  {up}   ", style), (scene.strategy, Style.NOTE)], [(f"  {down}   ", style), *((note, Style.NOTE) for note in beside)]]


def _frame(title: str, inside: list[Piece], width: int, *, known: bool) -> list[Piece]:
    """A frame with its title in the upper edge; dotted while what it stands for is not known."""
    across, upright, style = ("─", "│", Style.DIM) if known else ("╌", "╎", Style.OPEN)
    wide = max(width - 4, 4)
    edge = across * max(width - len(title) - 5, 0)
    lines: list[Piece] = [[(f"┌{across} ", style), (title, Style.NAME if known else Style.OPEN), (f" {edge}┐", style)]]
    for piece in inside or [[("not known yet", Style.OPEN)]]:
        text = "".join(part for part, _ in piece)
        shown = piece if len(text) <= wide else [(cut(text, wide), piece[0][1])]
        lines.append([(f"{upright} ", style), *shown, (" " * max(wide - len(text), 0), Style.PLAIN), (f" {upright}", style)])
    return [*lines, [(f"└{across * (width - 2)}┘", style)]]
