"""The files of an outlook in a list, and the line above each. Pure."""

from wgwizard.problems import Problem
from wgwizard.render.artefact import Artefact, lacks_text

EXPLAINED_REACH = "what the plan lets through, reckoned from these files; F2 follows each connection hop by hop"


def label(artefact: Artefact) -> str:
    """An artefact in the list: for whom, where, and whether something is missing."""
    marks = "".join([" ○" if artefact.missing else "", " keys" if artefact.secret else ""])
    return f"{artefact.node}: {artefact.path}{marks}"


def heading(artefact: Artefact) -> str:
    """The line above the preview."""
    missing = f" · still missing: {lacks_text(artefact.missing)}" if artefact.missing else ""
    hidden = " · keys are hidden" if artefact.secret else ""
    return f"{artefact.path} on {artefact.node}, mode {artefact.mode}{hidden}{missing}"


def warnings_line(warnings: tuple[Problem, ...]) -> str:
    """The line in the list that leads to the warnings, and to what stops the way."""
    if any(problem.is_error for problem in warnings):
        return "× The keys do not fit"
    return f"! Warnings: {len(warnings)}" if warnings else "✓ No warnings"
