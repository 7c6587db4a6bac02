"""The page of one strategy, made from the article's preset for it."""

from collections.abc import Iterable, Iterator

import presets
from tests.docs.markdown import bullets, fenced, made_from, page, table
from tests.docs.rules import explained
from tests.docs.worked import Worked, work_out
from wgwizard.cli.plan_text import REACH_HEAD, reach_row
from wgwizard.following import Followed, Stage, connections, follow
from wgwizard.following.rows import told
from wgwizard.picture.text import render_text
from wgwizard.recommend import TITLES, WouldChange
from wgwizard.site import Network, Strategy

SITE = (
    "The example is the article's site: the points endpoint-a (10.0.0.1 in the tunnel) and a2 (10.0.0.3) outside; Host β (192.168.200.2,"
    " in the tunnel 10.0.0.2), the computer endpoint-b (192.168.200.22) beside it, and another VLAN behind the site's router."
    " [The preset](../../presets/{preset}.yaml) has all answers; `wgwizard presets {preset} > site.yaml` begins with it."
)

WIDTH = 104  # of the picture


def preset_of(strategy: Strategy) -> str:
    """The article's preset for a strategy."""
    return f"article-{strategy.value.replace('+', '-')}"


def name_of(strategy: Strategy) -> str:
    """The page's file below docs/."""
    return f"strategies/{TITLES[strategy].lower().replace(' ', '-')}.md"


def strategy_page(strategy: Strategy) -> str:
    """The whole page."""
    one = work_out(preset_of(strategy), interface="eth0")
    assert one.advice.chosen is strategy
    return page(
        [
            made_from(f"presets/{one.preset.name}.yaml"),
            f"# {TITLES[strategy]}",
            *_what_it_is(one),
            SITE.format(preset=one.preset.name),
            fenced(render_text(one.result.plan, WIDTH)),
            "## When it is right",
            *_when(one, strategy),
            "## What it costs",
            bullets(_sentence(cost) for cost in one.advice.ranked[0].costs),
            "## Who reaches whom",
            *_reached(one),
            "## There and back",
            *_ways(one),
            "## AllowedIPs",
            *_allowed_ips(one),
            "## The rules of Host β, line by line",
            f"`{one.rules.path}`, whole, block by block. Host β's interface at the site is eth0 here.",
            explained(one.rules.text),
            "## What is to be done at the site",
            *_cards(one),
            "What all strategies share, and how it was measured: [strategies.md](../strategies.md).",
        ]
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _what_it_is(one: Worked) -> Iterator[str]:
    """The first paragraphs of the preset's comments."""
    for paragraph in one.paragraphs()[1:]:
        if paragraph.startswith("Recommended:"):
            return
        yield paragraph


def _when(one: Worked, strategy: Strategy) -> Iterator[str]:
    """Reasons, the scenarios that come to it, and what would lead elsewhere."""
    yield "It is recommended for the answers of the example because:"
    yield bullets(f"{reason.text} (`{reason.question}`)" for reason in one.advice.ranked[0].why)
    alike = [name for name in presets.SCENARIOS if work_out(name).advice.chosen is strategy]
    if alike:
        yield "These [scenarios](../presets.md) come to it as well:"
        yield bullets(f"{presets.load(name).title} (`{name}`)" for name in alike)
    yield "Another answer would lead elsewhere:"
    yield bullets(_change(change) for change in one.advice.would_change)


def _change(change: WouldChange) -> str:
    link = f"[{TITLES[change.strategy]}]({name_of(change.strategy).partition('/')[2]})" if change.strategy else "no strategy fits"
    return f"`{change.question}: {change.answer}`: {link}"


# --- who reaches whom ---------------------------------------------------------------------------------------------------------


def _reached(one: Worked) -> Iterator[str]:
    first = one.found.site.points[0].name
    yield f"For {first}; a2 is treated alike. “Seen as” is the source address that the far side sees."
    rows = [reach for reach in one.result.reaches if first in (reach.origin, reach.target)]
    yield table(REACH_HEAD, [reach_row(row) for row in told(rows)])


def _ways(one: Worked) -> Iterator[str]:
    """One connection in each direction, hop by hop there and back; one that works where there is one."""
    plan, point = one.result.plan, one.found.site.points[0].name
    between = [
        it for it in connections(plan, one.result.reaches) if it.reach.point == point and it.computer is not None and it.reach.family == 4
    ]
    for from_point in (True, False):
        ways = [follow(plan, connection) for connection in between if (connection.reach.origin == point) is from_point]
        yield from _way(next((way for way in ways if way.arrives), ways[0]))


def _way(way: Followed) -> Iterator[str]:
    yield f"**{way.title}**: {'it works' if way.arrives else 'it does not work'}, because {way.why}."
    if way.would_help:
        yield f"What would change that: {way.would_help}."
    rows = [("back" if stage.back else "there", stage.place, _packet(stage), _done(stage)) for stage in way.stages]
    yield table(("", "where", "the packet", "what does it"), rows)


def _packet(stage: Stage) -> str:
    """From whom to whom, before and after where something was rewritten."""
    ends = list(dict.fromkeys(f"`{packet}`" for packet in (stage.was, stage.now) if packet is not None))
    return " becomes ".join(ends)


def _done(stage: Stage) -> str:
    return "<br>".join(f"{rule.said} (`{rule.technical}`)" for rule in stage.rules) or stage.action.value


# --- AllowedIPs ---------------------------------------------------------------------------------------------------------------


def _allowed_ips(one: Worked) -> Iterator[str]:
    plan = one.result.plan
    yield "WireGuard sends to a peer only what its AllowedIPs hold, and takes in from it only what they hold."
    rows = [("Host β", peer.node, _listed(peer.allowed_ips), "the point's own addresses, and nothing else") for peer in plan.host.peers]
    rows += [(interface.node, "Host β", _listed(interface.peers[0].allowed_ips), _why_allowed(one)) for interface in plan.points]
    yield table(("in the file of", "for the peer", "AllowedIPs", "which are"), rows)


def _listed(networks: Iterable[Network]) -> str:
    return ", ".join(f"`{network}`" for network in networks)


def _why_allowed(one: Worked) -> str:
    strategy = one.advice.chosen
    assert strategy is not None
    parts = ["Host β's tunnel addresses"]
    if strategy.masquerades or strategy.routes:
        parts.append("the networks that the point opens to")
    if strategy.forwards and not one.advice.masquerade_into_tunnel:
        parts.append("the networks whose computers open its services, because it sees their own addresses")
    return "; ".join(parts)


# --- the site -----------------------------------------------------------------------------------------------------------------


def _cards(one: Worked) -> Iterator[str]:
    cards = one.result.bundle.of("router")
    if not one.advice.ranked[0].changes_needed:
        yield "Nothing has to be changed there for the strategy itself. The points must be able to dial Host β:"
    for card in cards:
        lines = card.text.splitlines()
        yield f"**{_sentence(lines[1].removeprefix('# ')).rstrip('.')}**"
        yield fenced("\n".join(lines[2:]))
