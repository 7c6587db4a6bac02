"""`plan` as text for people: the picture, every file, who reaches whom. Pure."""

from collections.abc import Iterable

from wgwizard.cli.output import chosen_text, problem_text
from wgwizard.following.rows import Told, told
from wgwizard.pipeline import Result
from wgwizard.problems import Problem
from wgwizard.recommend import Recommendation
from wgwizard.render.artefact import Artefact
from wgwizard.trace import Reach

REACH_HEAD = ("from", "to", "", "port", "works", "seen as", "why")


def plan_text(found: Result, recommendation: Recommendation, warnings: Iterable[Problem], *, reveal: bool, picture: str) -> str:
    """The picture of the network, every file under its node's heading, who reaches whom, and the warnings."""
    blocks = [chosen_text(recommendation), picture]
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
