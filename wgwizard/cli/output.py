"""What the command line prints: JSON as docs/commands.md promises it, and text for people. Pure: values in, text out."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from wgwizard.errors import WgwizardError
from wgwizard.problems import Problem
from wgwizard.recommend import TITLES, Ranked, Recommendation, Verdict
from wgwizard.render.artefact import Artefact
from wgwizard.trace import Hop, Reach

if TYPE_CHECKING:
    from wgwizard.applying import Event, Outcome

_NOT_KNOWN = "Not known yet (in the site file, yes is true and no is false)\n"
_SIGNS = {Verdict.FITS: "✓", Verdict.UNSURE: "?", Verdict.UNFIT: "×"}


def to_json(document: Mapping[str, Any]) -> str:
    """One JSON document, readable by people too."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def to_json_line(document: Mapping[str, Any]) -> str:
    """One JSON object on one line."""
    return msgspec.json.encode(document).decode()


# --- JSON ------------------------------------------------------------------------------------------------------------------


def recommendation_document(recommendation: Recommendation) -> dict[str, Any]:
    """The object of `recommend --json`."""
    document: dict[str, Any] = msgspec.to_builtins(recommendation)
    return document


class ArtefactDocument(Struct):
    """One file, in the order in which its fields are written: of these there are as many as points."""

    node: str
    path: str
    mode: str
    text: str
    secret: bool
    complete: bool
    missing: tuple[str, ...]


def artefact_document(artefact: Artefact, *, reveal: bool) -> ArtefactDocument:
    """One file; its text is masked unless `reveal`."""
    text = artefact.content() if reveal else artefact.text
    missing = artefact.missing
    return ArtefactDocument(artefact.node, artefact.path, artefact.mode, text, artefact.secret, not missing, missing)


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
    blocks = [chosen_text(recommendation)]
    blocks.extend(_ranked_text(ranked) for ranked in recommendation.ranked)
    if recommendation.would_change:
        blocks.append("What would change this\n" + "\n".join(f"  {one.question}: {one.text}" for one in recommendation.would_change))
    if recommendation.find_out:
        blocks.append(_NOT_KNOWN + "\n".join(f"  {one.question}: {one.text}" for one in recommendation.find_out))
    if recommendation.problems:
        blocks.append("\n".join(problem_text(problem) for problem in recommendation.problems))
    return "\n\n".join(blocks)


def chosen_text(recommendation: Recommendation) -> str:
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
