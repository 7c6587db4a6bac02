"""The picture in three or more lines from left to right: points, internet, router and Host β, site."""

from wgwizard.picture.canvas import Canvas, Charset, Line, Style, cut, words
from wgwizard.picture.parts import HOST, door, lan_arrow, named_lines, strategy_line, tunnel_line, underlay_arrow, who_opens
from wgwizard.picture.scene import Scene

_TUNNEL = 18  # what the tunnel's line needs with its name


def flat(scene: Scene, width: int, height: int, charset: Charset) -> tuple[Line, ...]:
    """At most `height` lines, three at least; on the last the strategy and what it does."""
    above = max((height - 2) // 2, 1)
    below = max((height - 1) // 2, 1)
    networks = _site_lines(scene, above)
    computers = named_lines(scene.computers, below, width // 3, charset) or (("its computers",) if scene.networks else ())
    site = max((len(words(text, charset)) for text in (*networks, *computers)), default=0)
    named = max((len(line) for line in named_lines(scene.points, above, width, charset)), default=8)
    host = _host(scene, max(width - max(_TUNNEL, named + 8) - min(site, width // 3) - 8, 8), charset)
    site = min(site, max(width - _TUNNEL - len(host) - 7, 6))
    at_site = width - site
    at_host = max(at_site - len(host) - 8, _TUNNEL)
    left = named_lines(scene.points, above, at_host - 8, charset) or ("points",)
    canvas = Canvas(width, max(len(left), len(networks)) + max(len(computers), 1) + 1, charset)
    row = max(len(left), len(networks))
    for place, text in enumerate(left):
        canvas.put(0, place, text, Style.NAME if scene.points else Style.OPEN)
    _row_of_internet(canvas, scene, len(left[0]) + 1, at_host, at_site)
    tunnel_line(canvas, scene, 2, at_host - 1, row)
    canvas.put(at_host, row, host, Style.NAME if scene.host_lan else Style.OPEN)
    lan_arrow(canvas, scene, at_host + len(host) + 1, at_site - 1, row)
    for place, text in enumerate(networks):
        canvas.put(at_site, place, cut(text, site, charset), Style.PLAIN if scene.networks else Style.OPEN)
    for place, text in enumerate(computers):
        canvas.put(at_site, row + place, cut(text, site, charset), Style.PLAIN)
    _last(canvas, scene)
    return canvas.lines()


def _site_lines(scene: Scene, rows: int) -> tuple[str, ...]:
    if not scene.networks:
        return ("site",)
    shown = scene.networks if len(scene.networks) <= rows else scene.networks[:rows]
    left = len(scene.networks) - len(shown)
    lines = [f"{'    ' if place else 'site'} {text}" for place, text in enumerate(shown)]
    return (*lines[:-1], f"{lines[-1]}{f' +{left}' if left else ''}")


def _host(scene: Scene, room: int, charset: Charset) -> str:
    """β with its address in the tunnel and at the site, as much as fits."""
    name = words(HOST, charset)
    lan, tunnel = scene.host_lan[:1], scene.host_tunnel[:1]
    for addresses in ((*tunnel, *lan), lan):
        text = f"{name} {' / '.join(addresses)}".rstrip()
        if len(text) <= room:
            return text
    return cut(name, room, charset)


def _row_of_internet(canvas: Canvas, scene: Scene, start: int, at_host: int, at_site: int) -> None:
    text, style = door(scene)
    underlay_arrow(canvas, scene, start, at_host - 1, 0)
    canvas.put(at_host, 0, cut(text, max(at_site - at_host - 2, 0), canvas.charset), style)


def _last(canvas: Canvas, scene: Scene) -> None:
    """Who opens connections at the left, the strategy at the right; where there is no room for both, the strategy."""
    row = canvas.height - 1
    opens = words(who_opens(scene), canvas.charset)
    if not scene.strategy:
        canvas.put(2, row, cut(opens, canvas.width - 2, canvas.charset), Style.OPEN if scene.opens is None else Style.PLAIN)
        return
    alone = words(strategy_line(scene, canvas.width - 2, canvas.charset), canvas.charset)
    if len(opens) + len(alone) + 5 <= canvas.width:
        canvas.put(2, row, opens, Style.DIM)
        canvas.put(canvas.width - len(alone), row, alone, Style.NOTE)
    else:
        canvas.put(2, row, cut(alone, canvas.width - 2, canvas.charset), Style.NOTE)
