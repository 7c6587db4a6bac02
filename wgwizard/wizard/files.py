"""The files of an outlook in a list, and the line above each. Pure."""

from itertools import groupby
from textwrap import wrap

from wgwizard.owners import Folder
from wgwizard.plan.model import ROUTER
from wgwizard.problems import Problem
from wgwizard.render.artefact import Artefact, lacks_text
from wgwizard.site import Site
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.lines import within

_NODES = {ROUTER: "card"}  # the cards hold what the router, the DHCP server or the computers are to be told
EXPLAINED_REACH = "what the plan lets through, reckoned from these files; F2 follows each connection hop by hop"


def label(artefact: Artefact, site: Site) -> str:
    """An artefact in the list: for whom, what it is on that computer, and whether something is missing."""
    marks = "".join([" (keys)" if artefact.secret else "", " ○ incomplete" if artefact.missing else ""])
    return f"{_NODES.get(artefact.node, artefact.node)}: {_place(artefact, site)}{marks}"


def _place(artefact: Artefact, site: Site) -> str:
    """Where an artefact stands on its computer; the WireGuard apps keep a tunnel without any path."""
    app = any(point.name == artefact.node and point.platform != "linux" for point in site.points)
    return f"{artefact.path.rpartition('/')[2]}, for its WireGuard app" if app else artefact.path


def heading(artefact: Artefact, site: Site) -> str:
    """The line above the preview."""
    names = [point.name for point in site.points]
    missing = f" · still missing: {lacks_text(artefact.missing, () if artefact.node in names else names)}" if artefact.missing else ""
    hidden = " · keys are hidden" if artefact.secret else ""
    if artefact.node == ROUTER:
        return f"{artefact.path}: what is to be set at the site, outside Host β{missing}"
    file, _, app = _place(artefact, site).partition(", ")
    where = f"{file} of {artefact.node}, {app}" if app else f"{file} on {artefact.node}, mode {artefact.mode}"
    return f"{where}{hidden}{missing}"


def what_is_written(draft: Draft, folder: Folder) -> str:
    """What of the answers and their files lies on disk; `folder` is the files' folder as it is now."""
    if draft.path is None:
        return "Nothing has been written yet."
    site = f"The site is saved in {draft.path}" if draft.is_saved else f"{draft.path} does not hold these answers yet"
    if not folder.is_there:
        return f"{site}; none of these files has been written yet."
    return f"{site}; the folder {folder.name} {'holds these files' if folder.is_current else 'is older than these answers'}."


def shown_text(artefact: Artefact, width: int) -> str:
    """An artefact in the preview: a file exactly as it will be, a card, which is for people, in lines of at most `width`."""
    if artefact.node != ROUTER:
        return artefact.text
    sentences = groupby(artefact.text.splitlines(), key=lambda line: line != "" and line[0] not in " #")
    return "\n".join(line for prose, lines in sentences for line in (wrap(" ".join(lines), width) if prose else within(lines, width)))


def warnings_line(warnings: tuple[Problem, ...]) -> str:
    """The line in the list that leads to the warnings, and to what stops the way."""
    if any(problem.is_error for problem in warnings):
        return "× The keys do not fit"
    return f"! Warnings: {len(warnings)}" if warnings else "✓ No warnings"
