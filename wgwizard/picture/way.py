"""One followed connection drawn as a row of frames, with the place of the packet marked, and what happens there in words; pure."""

from textwrap import wrap

from msgspec import Struct

from wgwizard.following import Action, Connection, Followed, Stage
from wgwizard.picture.canvas import Canvas, Charset, Line, Span, Style, cut, words
from wgwizard.picture.scene import short
from wgwizard.plan.model import HOST, ROUTER, Plan, lan_address
from wgwizard.site import Family

_LEAST_GAP = 4
_WAY_HEIGHT = 4
SIGNS = {True: "✓", False: "×"}


class Node(Struct, frozen=True):
    """A frame of the row: its key among the stages, its title, and its addresses."""

    key: str
    title: str
    inside: str


def nodes_of(plan: Plan, connection: Connection, followed: Followed) -> tuple[Node, ...]:
    """The nodes of a connection from the point at the left to the site at the right; those that it never reaches too."""
    reach = connection.reach
    from_point = reach.origin == reach.point
    keys = [reach.point, HOST]
    if any(stage.node == ROUTER for stage in followed.stages):
        keys.append(ROUTER)
    at_site = connection.computer.name if connection.computer is not None else reach.target if from_point else reach.origin
    if at_site != HOST:
        keys.append(at_site)
    address = str(reach.address) if reach.address is not None else f"no IPv{reach.family}"
    inside = {reach.point: address, HOST: _host(plan, connection), ROUTER: _router(plan, reach.family)}
    titles = {HOST: "Host β", "points": "other points"}
    return tuple(Node(key, titles.get(key, key), inside.get(key, "") or _computer(connection, followed)) for key in dict.fromkeys(keys))


def _host(plan: Plan, connection: Connection) -> str:
    networks = tuple(item.cidr for item in plan.site.networks)
    family = connection.reach.family
    tunnel = next((str(one) for one in plan.site.tunnel.addresses if one.version == family), "—")
    network = next((one for one in networks if one.version == family), None)
    lan = lan_address(plan.site, network) if network is not None else None
    return f"{tunnel} / {short(lan, networks) if lan is not None else '—'}"


def _router(plan: Plan, family: Family) -> str:
    return next((str(one) for one in plan.site.router if one.version == family), "")


def _computer(connection: Connection, followed: Followed) -> str:
    """The address at the site's end, as the packet has it."""
    from_point = connection.reach.origin == connection.reach.point
    first = next((stage.now or stage.was for stage in followed.stages), None)
    if first is None:
        return ""
    if connection.computer is None and connection.reach.published:
        return str(first.source)
    return str(first.destination if from_point else first.source)


def way(nodes: tuple[Node, ...], followed: Followed, at: int, width: int, charset: Charset, moved: float = 1.0) -> tuple[Line, ...]:
    """The row of frames with the packet at the stage `at`; `moved` below 1 puts it on its way there."""
    stage = followed.stages[at] if followed.stages else None
    place = _place(nodes, stage)
    sizes = _sizes(nodes, width)
    gap = max(min((width - sum(sizes)) // max(len(nodes) - 1, 1), 16), 1) if len(nodes) > 1 else 0
    starts = [sum(sizes[:index]) + gap * index for index in range(len(nodes))]
    canvas = Canvas(width, _WAY_HEIGHT, charset)
    for index, node in enumerate(nodes):
        _frame(
            canvas, node, starts[index], sizes[index], here=index == place and moved >= 1, reached=_is_reached(nodes, followed, at, index)
        )
        if index:
            _link(canvas, followed, at, (starts[index - 1] + sizes[index - 1], starts[index]), (nodes, index))
    if stage is None or place is None:
        return canvas.lines()
    if moved < 1 and at:
        _packet_between(canvas, starts, sizes, _place(nodes, followed.stages[at - 1]), place, moved)
        return canvas.lines()
    dies = stage.action is Action.DROPPED
    text = "× it ends here" if dies else "▲ here"
    middle = starts[place] + min(sizes[place] // 2, max(width - len(text) - starts[place], 0))
    canvas.put(min(middle, max(width - len(text), 0)), 3, text, Style.BAD if dies else Style.NOTE)
    return canvas.lines()


def _place(nodes: tuple[Node, ...], stage: Stage | None) -> int | None:
    keys = [node.key for node in nodes]
    return keys.index(stage.node) if stage is not None and stage.node in keys else None


def _sizes(nodes: tuple[Node, ...], width: int) -> list[int]:
    sizes = [max(len(node.title) + 6, len(node.inside) + 4) for node in nodes]
    while sum(sizes) > width - _LEAST_GAP * (len(nodes) - 1) and max(sizes) > 6:
        sizes[sizes.index(max(sizes))] -= 1
    return sizes


def _is_reached(nodes: tuple[Node, ...], followed: Followed, at: int, index: int) -> bool:
    return any(stage.node == nodes[index].key for stage in followed.stages[: at + 1])


def _frame(canvas: Canvas, node: Node, x: int, size: int, *, here: bool, reached: bool) -> None:
    style = Style.NAME if here else Style.DIM if reached else Style.OPEN
    canvas.box(x, 0, size, 3, style, dotted=not reached)
    title = cut(words(f" {node.title} ", canvas.charset), size - 4, canvas.charset)
    canvas.put(x + 2, 0, title, Style.HERE if here else Style.NAME if reached else Style.OPEN)
    canvas.put(x + 2, 1, cut(words(node.inside, canvas.charset), size - 4, canvas.charset), Style.PLAIN if reached else Style.OPEN)


def _link(canvas: Canvas, followed: Followed, at: int, span: tuple[int, int], end: tuple[tuple[Node, ...], int]) -> None:
    """The line between two frames: the tunnel doubled, what was not passed yet dotted, the head where the packet goes."""
    nodes, index = end
    pair = {nodes[index - 1].key, nodes[index].key}
    passed = [
        later.back
        for before, later in zip(followed.stages[:at], followed.stages[1 : at + 1], strict=True)
        if {before.node, later.node} == pair
    ]
    tunnel = index == 1
    sign, style = (("═", Style.TUNNEL) if tunnel else ("─", Style.SITE)) if passed else ("╌", Style.OPEN)
    canvas.across(span[0], span[1], 1, sign, style)
    if passed:
        to_left = passed[-1] != (followed.stages[0].node != nodes[0].key)
        canvas.put(span[0] if to_left else span[1] - 1, 1, "◀" if to_left else "▶", style)


def _packet_between(canvas: Canvas, starts: list[int], sizes: list[int], before: int | None, place: int, moved: float) -> None:
    if before is None:
        return
    left, right = sorted((before, place))
    start, end = starts[left] + sizes[left], starts[right] - 1
    share = moved if place >= before else 1 - moved
    canvas.put(start + round(max(end - start, 0) * share), 1, "●", Style.HERE)


# --- in words --------------------------------------------------------------------------------------------------------------


def stage_lines(followed: Followed, at: int, width: int, charset: Charset) -> tuple[Line, ...]:
    """What happens at a stage: where, the packet before and after, and every rule in plain words and by its technical name."""
    if not followed.stages:
        return tuple(_said("×", Style.BAD, followed.why, width, charset))
    stage = followed.stages[at]
    lines: list[Line] = [_line(("here: ", Style.DIM), (stage.place, Style.NAME), charset=charset, width=width)]
    lines += _packets(stage, width, charset)
    for rule in stage.rules:
        lines += _wrapped("· ", rule.said, Style.PLAIN, width, charset)
        lines += _wrapped("  ", rule.technical, Style.DIM, width, charset)
    if stage.action is Action.DROPPED:
        lines += _said("×", Style.BAD, followed.why, width, charset)
        if followed.would_help:
            lines += _wrapped("  what would change it: ", followed.would_help, Style.NOTE, width, charset)
    elif at == len(followed.stages) - 1:
        lines += _said("✓", Style.GOOD, followed.why, width, charset)
    return tuple(lines)


def _packets(stage: Stage, width: int, charset: Charset) -> list[Line]:
    """The packet before and after, in columns; once where nothing changed."""
    if stage.was is None or stage.now is None or stage.was == stage.now:
        packet = stage.now or stage.was
        return [] if packet is None else [_line(("packet ", Style.DIM), (str(packet), Style.PLAIN), charset=charset, width=width)]
    column = max(len(stage.was.source_text), len(stage.now.source_text))
    lines = []
    for word, packet in (("was    ", stage.was), ("now    ", stage.now)):
        other = stage.now if packet is stage.was else stage.was
        changed = [Style.HERE if packet is stage.now and one != two else Style.PLAIN for one, two in _ends(packet, other)]
        source, destination = packet.source_text, packet.destination_text
        parts = ((word, Style.DIM), (source, changed[0]), (" " * (column - len(source)) + " → ", Style.PLAIN), (destination, changed[1]))
        lines.append(_line(*parts, charset=charset, width=width))
    return lines


def _ends(one: object, other: object) -> list[tuple[str, str]]:
    return [(getattr(one, name), getattr(other, name)) for name in ("source_text", "destination_text")]


def _line(*parts: tuple[str, Style], charset: Charset, width: int) -> Line:
    spans: list[Span] = []
    for text, style in parts:
        shown = cut(words(text, charset), width - sum(len(span.text) for span in spans), charset)
        spans.append(Span(shown, style))
    return tuple(spans)


def _wrapped(lead: str, text: str, style: Style, width: int, charset: Charset) -> list[Line]:
    found = wrap(words(text, charset), max(width - len(lead), 10)) or [""]
    indent = " " * min(len(lead), 4)
    return [
        _line((words(lead, charset) if place == 0 else indent, Style.DIM), (line, style), charset=charset, width=width)
        for place, line in enumerate(found)
    ]


def _said(sign: str, look: Style, text: str, width: int, charset: Charset) -> list[Line]:
    found = wrap(words(text, charset), max(width - 2, 10)) or [""]
    return [
        _line((words(sign, charset) + " " if place == 0 else "  ", look), (line, Style.PLAIN), charset=charset, width=width)
        for place, line in enumerate(found)
    ]


def table_lines(followed: Followed, at: int, width: int, charset: Charset) -> tuple[Line, ...]:
    """Every stage on a line: there, then back; the marked one stands out."""
    lines: list[Line] = []
    for place, stage in enumerate(followed.stages):
        if stage.back and (place == 0 or not followed.stages[place - 1].back):
            lines.append(_line(("and back", Style.DIM), charset=charset, width=width))
        lines.append(_row(place, stage, here=place == at, width=width, charset=charset))
    return tuple(lines) + tuple(_said(SIGNS[followed.arrives], Style.GOOD if followed.arrives else Style.BAD, followed.why, width, charset))


def _row(place: int, stage: Stage, *, here: bool, width: int, charset: Charset) -> Line:
    node = {HOST: "Host β", ROUTER: "router"}.get(stage.node, stage.node)
    packet = stage.now or stage.was
    mark = "▶" if here else " "
    left = f"{mark} {place + 1:2} {cut(words(node, charset), 16, charset):16} {stage.action.value:11} "
    return _line(
        (left, Style.HERE if here else Style.PLAIN), (str(packet) if packet is not None else "", Style.PLAIN), charset=charset, width=width
    )
