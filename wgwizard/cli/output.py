"""What the command line prints: JSON as docs/commands.md promises it, and text for people. Pure: values in, text out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import asdict

from wgwizard.errors import WgwizardError
from wgwizard.following.rows import Told, told
from wgwizard.owners import LINUX, form_steps, owner_steps
from wgwizard.pipeline import Result
from wgwizard.problems import Problem
from wgwizard.recommend import TITLES, Ranked, Recommendation, Verdict
from wgwizard.render.artefact import Artefact
from wgwizard.render.forms import Form
from wgwizard.render.text import address_text
from wgwizard.site import Site
from wgwizard.trace import Hop, Reach

if TYPE_CHECKING:
    from wgwizard.applying import Change, Event, Outcome

# Stand for a point's name and its address in a row's text; neither can be those of a point.
_ANY_NAME, _ANY_ADDRESS = "\ue000", IPv6Address((1 << 128) - 1)

_NOT_KNOWN = "Not known yet (in the site file, yes is true and no is false)\n"
_SIGNS = {Verdict.FITS: "✓", Verdict.UNSURE: "?", Verdict.UNFIT: "×"}


def to_json(document: Mapping[str, Any]) -> str:
    """One JSON document, readable by people too."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def to_json_line(document: Mapping[str, Any]) -> str:
    """One JSON object on one line."""
    return msgspec.json.encode(document).decode()


# --- JSON ------------------------------------------------------------------------------------------------------------------


def plan_json(found: Result, recommendation: Recommendation, warnings: Iterable[Problem], *, reveal: bool) -> Iterator[str]:
    """The object of `plan --json` in pieces, for it may be long; keys read "(hidden)" unless `reveal`."""
    document = {
        "strategy": found.plan.strategy.value,
        "recommendation": recommendation_document(recommendation),
        "artefacts": [artefact_document(artefact, reveal=reveal) for artefact in found.bundle.artefacts],
        "reachability": [],
        "warnings": [problem_document(problem) for problem in warnings],
    }
    before, here, after = to_json(document).partition('\n  "reachability": [')
    yield before + here
    separator = "\n    "
    for text in _reach_texts(found.reaches):
        yield separator + text
        separator = ",\n    "
    yield ("\n  " if found.reaches else "") + after


def _reach_texts(reaches: Iterable[Reach]) -> Iterator[str]:
    """The JSON of each row, indented as inside `plan --json`; what only name and address tell apart is made once."""
    known: dict[tuple[int, bool], str] = {}
    name, address, own = None, None, {"name": "", "address": ""}
    for reach in reaches:
        if reach.point != name or reach.address is not address:
            name, address = reach.point, reach.address
            own = {"name": msgspec.json.encode(name).decode()[1:-1], "address": "" if address is None else address_text(address)}
        kind = (reach.shape, address is None)
        if kind not in known:
            known[kind] = _reach_template(reach)
        yield known[kind] % own


def _reach_template(reach: Reach) -> str:
    """The JSON of a row for any point of its kind, to be filled in by `%`."""
    text = to_json(reach_document(reach.of_point(_ANY_NAME, None if reach.address is None else _ANY_ADDRESS)))
    safe = text.replace("\n", "\n    ").replace("%", "%%")
    return safe.replace(_ANY_NAME, "%(name)s").replace(str(_ANY_ADDRESS), "%(address)s")


def recommendation_document(recommendation: Recommendation) -> dict[str, Any]:
    """The object of `recommend --json`."""
    document: dict[str, Any] = msgspec.to_builtins(recommendation)
    return document


def artefact_document(artefact: Artefact, *, reveal: bool) -> dict[str, Any]:
    """One file; its text is masked unless `reveal`."""
    return {
        "node": artefact.node,
        "path": artefact.path,
        "mode": artefact.mode,
        "text": artefact.content() if reveal else artefact.text,
        "secret": artefact.secret,
        "complete": artefact.complete,
        "missing": list(artefact.missing),
    }


def reach_document(reach: Reach) -> dict[str, Any]:
    """One row of who reaches whom; `port` is a number, a text for ranges, or null for all; `via` are the nodes on the way."""
    return {
        "from": reach.origin,
        "to": reach.target,
        "family": reach.family,
        "protocol": reach.protocol,
        "port": int(reach.ports) if reach.ports.isdecimal() else reach.ports or None,
        "reachable": reach.reachable,
        "published": reach.published,
        "via": [hop.node for hop in reach.hops],
        "source_seen": None if reach.source_seen is None else str(reach.source_seen),
        "why": reach.why,
        "hops": [_hop_document(hop) for hop in reach.hops],
    }


def rehearsal_document(rows: Iterable[tuple[Reach, Reach, bool]]) -> dict[str, Any]:
    """The object of `rehearse --json`, from (predicted, measured, whether they agree)."""
    findings = [{"predicted": reach_document(said), "measured": reach_document(got), "agrees": agrees} for said, got, agrees in rows]
    return {"agrees": all(finding["agrees"] for finding in findings), "findings": findings}


def _hop_document(hop: Hop) -> dict[str, Any]:
    return {
        "node": hop.node,
        "source": None if hop.source is None else str(hop.source),
        "destination": None if hop.destination is None else str(hop.destination),
        "action": hop.action,
        "rule": hop.rule,
    }


def problem_document(problem: Problem) -> dict[str, Any]:
    """One problem."""
    return asdict(problem)


def error_document(problem: WgwizardError, refused: Iterable[Problem]) -> dict[str, Any]:
    """What ended a verb: its message, what to do, and every problem of a refused site."""
    return {"error": problem.message, "hint": problem.hint, "problems": [problem_document(one) for one in refused]}


def event_document(event: "Event") -> dict[str, Any]:
    """One event of an apply."""
    return asdict(event)


def outcome_document(outcome: "Outcome") -> dict[str, Any]:
    """How an apply ended: the last line."""
    return {"outcome": asdict(outcome)}


# --- text ------------------------------------------------------------------------------------------------------------------


def problem_text(problem: Problem) -> str:
    """A problem on its lines: where, what, and what to do."""
    field = f"{problem.field}: " if problem.field else ""
    hint = f"\n    {problem.hint}" if problem.hint else ""
    return f"{'×' if problem.is_error else '!'} {field}{problem.message}{hint}"


def recommendation_text(recommendation: Recommendation) -> str:
    """The recommendation as in the wizard."""
    blocks = [_chosen_text(recommendation)]
    blocks.extend(_ranked_text(ranked) for ranked in recommendation.ranked)
    if recommendation.would_change:
        blocks.append("What would change this\n" + "\n".join(f"  {one.question}: {one.text}" for one in recommendation.would_change))
    if recommendation.find_out:
        blocks.append(_NOT_KNOWN + "\n".join(f"  {one.question}: {one.text}" for one in recommendation.find_out))
    if recommendation.problems:
        blocks.append("\n".join(problem_text(problem) for problem in recommendation.problems))
    return "\n\n".join(blocks)


def _chosen_text(recommendation: Recommendation) -> str:
    """The first line: what is recommended, or written by hand against it."""
    if recommendation.chosen is None:
        return "No strategy fits"
    into_tunnel = " with masquerade into the tunnel" if recommendation.masquerade_into_tunnel else ""
    chosen = f"{TITLES[recommendation.chosen]}{into_tunnel}"
    if not recommendation.overruled:
        return f"Recommended: {chosen}"
    rather = TITLES[recommendation.recommended] if recommendation.recommended is not None else "none"
    return f"Chosen: {chosen} (written by hand; recommended: {rather})"


def _ranked_text(ranked: Ranked) -> str:
    """One strategy with its reasons."""
    lines = [f"{_SIGNS[ranked.verdict]} {TITLES[ranked.strategy]} ({ranked.strategy}): {ranked.headline}"]
    lines += [f"    ✓ {reason.text} [{reason.question}]" for reason in ranked.why]
    lines += [f"    × {reason.text} [{reason.question}]" for reason in ranked.why_not]
    if ranked.verdict is not Verdict.UNFIT:
        lines += [f"    ! it costs: {cost}" for cost in ranked.costs]
    return "\n".join(lines)


def plan_text(found: Result, recommendation: Recommendation, warnings: Iterable[Problem], *, reveal: bool, picture: str) -> str:
    """The picture of the network, every file under its node's heading, who reaches whom, and the warnings."""
    blocks = [_chosen_text(recommendation), picture]
    node = None
    for artefact in found.bundle.artefacts:
        if artefact.node != node:
            node = artefact.node
            blocks.append(f"━━ {node} ━━")
        blocks.append(_artefact_text(artefact, reveal=reveal))
    blocks.append("━━ who reaches whom ━━\n" + reach_table(found.reaches))
    said = [problem_text(problem) for problem in warnings]
    if said:
        blocks.append("━━ warnings ━━\n" + "\n".join(said))
    return "\n\n".join(blocks)


def _artefact_text(artefact: Artefact, *, reveal: bool) -> str:
    """A file under its path; one that is not complete says what it lacks."""
    lacks = "" if artefact.complete else f", not complete: {', '.join(artefact.missing)} not known yet"
    body = artefact.content() if reveal else artefact.text
    return f"── {artefact.path} (mode {artefact.mode}{lacks})\n{body.rstrip()}"


REACH_HEAD = ("from", "to", "", "port", "works", "seen as", "why")


def reach_table(reaches: Iterable[Reach]) -> str:
    """Who reaches whom, as aligned columns."""
    rows = [REACH_HEAD]
    rows += [reach_row(one) for one in told(reaches)]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:6], widths, strict=True)]
        lines.append("  ".join([*cells, row[6]]).rstrip())
    return "\n".join(lines)


def reach_row(row: Told) -> tuple[str, str, str, str, str, str, str]:
    """Who reaches whom, a cell for each column."""
    reach = row.reach
    port = f"{reach.protocol or 'any'} {reach.ports}".strip() + (" of β" if reach.published else "")
    return row.origin, row.target, f"IPv{reach.family}", port, "✓" if reach.reachable else "×", row.seen, reach.why


_DOES = {"create": "+ create", "change": "~ change", "remove": "- remove", "run": "» run"}
# What stands in a file of ours, by its name (host.layout).
_HOLDS = (
    (re.compile(r"^/etc/wgwizard/.*\.nft$"), "the rules"),
    (re.compile(r"^/etc/systemd/system/wgwizard-tunnel@.*"), "no tunnel without its rules"),
    (re.compile(r"^/etc/systemd/system/wgwizard-.*\.service$"), "loads the rules at every start"),
    (re.compile(r"^/etc/systemd/system/wg-quick@.*"), "no tunnel without its rules"),
    (re.compile(r"^/etc/wgwizard/.*\.start$"), "starts rules and tunnel, when the host's own start-up calls it"),
    (re.compile(r"^/etc/init\.d/wgwizard-"), "calls the start script at every start"),
    (re.compile(r"^/etc/(?:wireguard|NetworkManager)/"), "the tunnel, its addresses, keys and points"),
    (re.compile(r"^/etc/systemd/network/.*\.netdev$"), "the tunnel, its keys and points"),
    (re.compile(r"^/etc/systemd/network/.*\.network$"), "its addresses"),
    (re.compile(r"^/etc/sysctl\.d/"), "forwarding, also after a restart"),
    (re.compile(r"^/etc/wgwizard/.*\.sysctls$"), "forwarding, for the start script"),
)


def change_line(change: "Change") -> str:
    """One change in plain words: what is done, what for, and to what."""
    if change.kind == "run":
        words = ", ".join(line.lstrip("+- ") for line in change.diff.splitlines()[:3])
    else:
        words = next((words for pattern, words in _HOLDS if pattern.search(change.path)), "")
    return f"{_DOES.get(change.kind, change.kind):<9} {words + ': ' if words else ''}{change.path}"


def changes_list(changes: Iterable["Change"]) -> str:
    """Every change in plain words, one a line."""
    return "\n".join(map(change_line, changes))


def changes_text(changes: Iterable["Change"]) -> str:
    """The differences between the host and the plan, as unified diffs."""
    return "\n".join(f"{change.kind} {change.path}\n{change.diff}".rstrip() for change in changes)


def event_text(event: "Event") -> str:
    """One event on one line."""
    sign = {"running": "●", "done": "✓", "failed": "×", "skipped": "○"}[event.state.value]
    undo = f"   (undo in {event.undo_in:.0f} s)" if event.undo_in is not None else ""
    return f"{sign} {event.step.value}: {event.text}{undo}"


def owners_text(site: Site) -> str:
    """What is left to the owners of the points, each with their steps."""
    return "\n".join("\n".join([f"{point.name}:", *(f"  {step}" for step in owner_steps(site, point))]) for point in site.points)


def form_text(site: Site, form: Form) -> str:
    """What the owners of Linux points do with files in this form."""
    steps = {point.name: form_steps(site, point, form) for point in site.points if point.platform == LINUX}
    return "\n".join("\n".join([f"{name}:", *(f"  {step}" for step in lines)]) for name, lines in steps.items())
