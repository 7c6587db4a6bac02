"""The picture in frames from left to right, for a whole page: points, the way through the internet and the tunnel, β, site."""

from textwrap import wrap

from wgwizard.picture.canvas import Canvas, Charset, Line, Style, cut, words
from wgwizard.picture.layout_flat import flat
from wgwizard.picture.parts import HOST, few, lan_arrow, named_lines, tunnel_line, underlay_arrow, who_opens
from wgwizard.picture.scene import Named, Scene

NARROWEST = 72  # below that the flat picture says as much
_GAP = 6  # the arrow from β to the site
_ROWS = 9
_LEAST = 17  # the tunnel with its name
_ROUTER, _TUNNEL_ROW = 1, 5  # rows of the two lines that lead to the site


def boxes(scene: Scene, width: int, height: int, charset: Charset) -> tuple[Line, ...]:
    """At most `height` lines; in a narrow page the flat picture."""
    if width < NARROWEST:
        return flat(scene, width, min(height, 5), charset)
    notes = _notes(scene, width, charset)
    rows = max(min(height - len(notes) - 3, _ROWS), 6)
    middle = _host(scene)
    whole = _points(scene, rows, width, charset), middle, _site(scene, rows, width, charset)
    sizes = _sizes(width, *whole, charset)
    left, right = _points(scene, rows, sizes[0] - 4, charset), _site(scene, rows, sizes[2] - 4, charset)
    tall = max(len(left), len(middle) + 4, len(right)) + 2
    canvas = Canvas(width, min(tall + 1 + len(notes), height), charset)
    _draw(canvas, scene, (left, middle, right), sizes, tall)
    for place, (text, style) in enumerate(notes):
        canvas.put(1, tall + 1 + place, text, style)
    return canvas.lines()


def _points(scene: Scene, rows: int, room: int, charset: Charset) -> tuple[str, ...]:
    """The points with all their addresses where there are few, else with one."""
    every = [Named("" if place else point.name, (text,)) for point in scene.points for place, text in enumerate(point.addresses)]
    longest = max((len(point.name) for point in scene.points), default=0)
    fits = len(every) <= rows and all(longest + 1 + len(str(line).strip()) <= room + len(line.name) for line in every)
    fits = fits and all(point.addresses for point in scene.points)
    return named_lines(tuple(every) if fits else scene.points, rows, room, charset)


def _host(scene: Scene) -> tuple[str, ...]:
    lan = few(scene.host_lan, 3) or ("not known yet",)
    parts = ((scene.interface, few(scene.host_tunnel, 2)), ("LAN", lan))
    width = max(len(name) for name, _ in parts)
    return tuple(f"{'' if place else name:{width}} {address}" for name, addresses in parts for place, address in enumerate(addresses))


def _site(scene: Scene, rows: int, room: int, charset: Charset) -> tuple[str, ...]:
    networks = few(scene.networks, max(rows // 2, 1)) or ("not known yet",)
    return (*networks, *named_lines(scene.computers, max(rows - len(networks), 1), room, charset))


def _sizes(width: int, left: tuple[str, ...], middle: tuple[str, ...], right: tuple[str, ...], charset: Charset) -> tuple[int, int, int]:
    """The widths of the three columns; the longest gives way first."""
    wanted = [max((len(words(text, charset)) for text in column), default=8) + 4 for column in (left, middle, right)]
    wanted = [max(size, least) for size, least in zip(wanted, (12, 16, 12), strict=True)]
    while sum(wanted) > width - _GAP - _LEAST:
        wanted[wanted.index(max(wanted))] -= 1
    return wanted[0], wanted[1], wanted[2]


def _draw(canvas: Canvas, scene: Scene, columns: tuple[tuple[str, ...], ...], sizes: tuple[int, int, int], tall: int) -> None:
    at_host, at_site = canvas.width - sizes[2] - _GAP - sizes[1], canvas.width - sizes[2]
    _column(canvas, 0, 0, sizes[0], tall, "points", columns[0], known=bool(scene.points))
    _column(canvas, at_site, 0, sizes[2], tall, "site", columns[2], known=bool(scene.networks))
    title = words(HOST, canvas.charset)
    if scene.is_router:
        _column(canvas, at_host, 0, sizes[1], tall, f"{title} = router", ("", "", "", "", *columns[1]), known=bool(scene.host_lan))
    else:
        router = scene.router[:1] or ("",)
        _column(canvas, at_host, 0, sizes[1], 3, "router", router, known=scene.dials is not None)
        _column(canvas, at_host, 4, sizes[1], tall - 4, title, columns[1], known=bool(scene.host_lan))
        link = "┬│┴" if scene.host_lan else "╌╎╌"
        for y, sign in zip((2, 3, 4), link, strict=True):
            canvas.put(at_host + sizes[1] - 4, y, sign, Style.DIM if scene.host_lan else Style.OPEN)
        canvas.across(at_host + sizes[1], at_site, _ROUTER, "─" if scene.networks else "╌", Style.DIM)
    underlay_arrow(canvas, scene, sizes[0], at_host, _ROUTER)
    _label(canvas, sizes[0], at_host, _ROUTER + 1, scene.endpoint or ("" if scene.dials else "not known yet"))
    tunnel_line(canvas, scene, sizes[0], at_host, _TUNNEL_ROW, corner=False)
    _label(canvas, sizes[0], at_host, _TUNNEL_ROW + 1, ", ".join(scene.tunnels[:1]))
    lan_arrow(canvas, scene, at_host + sizes[1], at_site, min(_TUNNEL_ROW + len(scene.host_tunnel[:2]), tall - 2))


def _column(canvas: Canvas, x: int, y: int, width: int, height: int, title: str, inside: tuple[str, ...], *, known: bool) -> None:
    canvas.box(x, y, width, height, Style.DIM if known else Style.OPEN, dotted=not known)
    canvas.put(x + 2, y, cut(f" {title} ", width - 4, canvas.charset), Style.NAME if known else Style.OPEN)
    for place, text in enumerate(inside[: height - 2]):
        canvas.put(x + 2, y + 1 + place, cut(words(text, canvas.charset), width - 4, canvas.charset), Style.PLAIN if known else Style.OPEN)


def _label(canvas: Canvas, x: int, end: int, y: int, text: str) -> None:
    if text:
        shown = cut(text, end - x - 2, canvas.charset)
        canvas.put((x + end - len(shown)) // 2, y, shown, Style.DIM)


def _notes(scene: Scene, width: int, charset: Charset) -> list[tuple[str, Style]]:
    """Below the frames: the strategy and each thing that it does, and who opens connections."""
    lines = [(who_opens(scene), Style.OPEN if scene.opens is None else Style.PLAIN)]
    if scene.strategy:
        head = f"{scene.strategy}: "
        said = [f"{head if place == 0 else ' ' * len(head)}{note}" for place, note in enumerate(few(scene.notes, 5))] or [scene.strategy]
        lines += [
            (line, Style.NOTE)
            for text in said
            for line in wrap(text, width - 2, subsequent_indent=" " * (len(head) + 2), drop_whitespace=True)
        ]
    return [(cut(words(text, charset), width - 2, charset), style) for text, style in lines]
