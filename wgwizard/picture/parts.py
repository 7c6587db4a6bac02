"""What the layouts of the picture share: how links look while they are known or open, and the words that stand beside them."""

from wgwizard.picture.canvas import Canvas, Charset, Style, cut, some, words
from wgwizard.picture.scene import Named, Scene
from wgwizard.site import Opens

_SHORTEST_NAME = 6
CLOUD = "☁"
HOST = "Host β"
_OPENS = {
    Opens.POINTS: "the points open connections",
    Opens.SITE: "the site opens connections",
    Opens.BOTH: "both sides open connections",
    None: "who opens connections is not known yet",
}


def who_opens(scene: Scene) -> str:
    """Who opens connections, in words."""
    return _OPENS[scene.opens]


def strategy_line(scene: Scene, room: int, charset: Charset) -> str:
    """The strategy with as much of what it does as fits; nothing while none is chosen."""
    if not scene.strategy:
        return ""
    rest = room - len(scene.strategy) - 2
    if rest < 12 or not scene.notes:
        return scene.strategy
    return f"{scene.strategy}: {some(scene.notes, rest, charset)}"


def named_lines(items: tuple[Named, ...], rows: int, room: int, charset: Charset) -> tuple[str, ...]:
    """The items in at most `rows` lines of at most `room`, names and addresses in columns, the rest counted on the last.

    A name gives way to its address, and where the room is very short the address to the name.
    """
    shown = items if len(items) <= rows else items[: max(rows - 1, 1)]
    left = len(items) - len(shown)
    more = f" +{left}" if left and rows == 1 else ""
    addresses = [item.addresses[0] if item.addresses else "" for item in shown]
    for_names = room - max((len(address) for address in addresses), default=0) - 1 - len(more)
    if for_names < min(_SHORTEST_NAME, max((len(item.name) for item in shown), default=0)):
        addresses, for_names = ["" for _ in shown], room - len(more)
    width = min(max((len(item.name) for item in shown), default=0), for_names)
    lines = [f"{cut(item.name, width, charset):{width}} {address}".rstrip() + more for item, address in zip(shown, addresses, strict=True)]
    return (*lines, f"+{left}") if left and rows > 1 else tuple(lines)


def few(items: tuple[str, ...], rows: int) -> tuple[str, ...]:
    """The items in at most `rows` lines, the rest counted on the last."""
    if len(items) <= rows:
        return items
    return (*items[: rows - 1], f"+{len(items) - rows + 1}") if rows > 1 else (f"{items[0]} +{len(items) - 1}",)


def arrow(canvas: Canvas, x: int, end: int, y: int, *, sign: str, style: Style, left: bool = False, right: bool = True) -> None:
    """A line from `x` to before `end` with its heads."""
    canvas.across(x, end, y, sign, style)
    if left:
        canvas.put(x, y, "◀", style)
    if right:
        canvas.put(end - 1, y, "▶", style)


def lan_arrow(canvas: Canvas, scene: Scene, x: int, end: int, y: int) -> None:
    """Between β and the site: the heads say who opens connections; dotted while that or the site is not known."""
    known = scene.site_known
    opens = scene.opens
    left, right = (opens.by_site, opens.by_points) if opens is not None else (False, False)
    sign, style = ("─", Style.SITE) if known else ("╌", Style.OPEN)
    arrow(canvas, x, end, y, sign=sign, style=style, left=left, right=right)


def underlay_arrow(canvas: Canvas, scene: Scene, x: int, end: int, y: int) -> None:
    """Between the points and the site's door to the internet: the head says who dials."""
    known = scene.dials is not None
    sign, style = ("─", Style.DIM) if known else ("╌", Style.OPEN)
    arrow(canvas, x, end, y, sign=sign, style=style, left=scene.dials == "host", right=scene.dials == "points")
    label = words(f" {CLOUD} ", canvas.charset)
    if end - x >= len(label) + 4:
        canvas.put((x + end - len(label)) // 2, y, label, style)


def tunnel_line(canvas: Canvas, scene: Scene, x: int, end: int, y: int, *, corner: bool = True) -> None:
    """The tunnel from below the points, where its corner is, to β, or from their frame; its name stands in it."""
    known = scene.tunnel_known
    sign, style = ("═", Style.TUNNEL) if known else ("╌", Style.OPEN)
    if corner:
        canvas.put(x, y, "╚" if known else "╎", style)
    arrow(canvas, x + corner, end, y, sign=sign, style=style, left=scene.dials == "host", right=scene.dials == "points")
    room = end - x - 7
    label = next((text for text in (f"{scene.interface} :{scene.port}", scene.interface) if len(text) <= room), "")
    if label:
        canvas.put(x + 1 + (end - x - 1 - len(label) - 2) // 2, y, f" {label} ", style)


def door(scene: Scene) -> tuple[str, Style]:
    """Where the internet reaches the site: its router, or β itself."""
    if scene.is_router:
        return "Host β is the router", Style.PLAIN
    if scene.router:
        return f"router {scene.router[0]}", Style.PLAIN
    return "router", Style.OPEN if scene.dials is None else Style.DIM
