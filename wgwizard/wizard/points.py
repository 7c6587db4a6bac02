"""The points of a draft: which there are, each in one line, and how the list changes. Pure."""

from typing import Any

from msgspec.structs import replace

from wgwizard.problems import Problem
from wgwizard.questions import POINT, Document, Kind
from wgwizard.questions.answers import steps_of, text_of, value_at, with_value
from wgwizard.questions.examples import FROM_PRESET, OWN, example_points
from wgwizard.questions.naming import point_name
from wgwizard.questions.when import only_opened_by_site
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.words import sign

_BY_KIND = {question.kind: question for question in POINT.questions}
EXAMPLE = "○"
EXAMPLES = "○ as in the scenario: are they yours, by name, system and rights?"
REMOVED = "Its address stays reserved, so that nobody else is renumbered or mistaken for it."


def removed_text(draft: Draft, place: int) -> str:
    """What becomes of the address of a point that is to go; nothing where it was given none yet."""
    return REMOVED if points_of(draft)[place].get("name") in draft.lock.addresses else ""


def points_of(draft: Draft) -> list[dict[str, Any]]:
    """The points of the document."""
    points = value_at(draft.document, "points")
    return [point for point in points if isinstance(point, dict)] if isinstance(points, list) else []


def described(draft: Draft, place: int) -> str:
    """A point in one line: its name, what runs on it, and who opens what."""
    point = points_of(draft)[place]
    parts = [str(point.get("name", "(no name yet)")).ljust(16), str(point.get("platform", "linux")).ljust(9)]
    return " ".join([*parts, _opened(draft.document, point)])


def _opened(document: Document, point: dict[str, Any]) -> str:
    """What the point may reach, and what the site opens on it."""
    services = text_of(_BY_KIND[Kind.SERVICES], point["services"]) if point.get("services") else ""
    if only_opened_by_site({**document, "point": point}):
        return f"opens nothing; the site opens {services or 'what the strategy allows'}{' on it' if services else ''}"
    reach = "all of the site" if point.get("may_reach") is None else text_of(_BY_KIND[Kind.RIGHTS], point["may_reach"])
    return f"may reach {reach}" + (f" · offers {services}" if services else "")


def marks_of(draft: Draft) -> dict[int, str]:
    """The sign of the worst problem of each point that has one, else of one that is still the preset's, by its place."""
    marks = dict.fromkeys(examples_among(draft), EXAMPLE)
    for problem in draft.problems_under("points"):
        steps = steps_of(problem.field)
        if len(steps) > 1 and isinstance(steps[1], int) and marks.get(steps[1]) != "×":
            marks[steps[1]] = sign(problem)
    return marks


def examples_among(draft: Draft) -> tuple[int, ...]:
    """The places of the points that stand as they came with the preset; in a saved site they are the person's."""
    return () if draft.is_saved else example_points(draft.document, draft.preset)


def confirmed_point(draft: Draft, place: int) -> Draft:
    """With this point as the person's own, who looked at it; addresses of the example's are still told one by one."""
    if place not in examples_among(draft):
        return draft
    point = points_of(draft)[place]
    for there, other in enumerate(value_at(draft.preset or {}, "points") or []):  # type: ignore[arg-type, var-annotated]
        for key in (key for key in point if other == point and f"points[*].{key}" not in OWN):
            draft = draft.confirmed(f"points[{there}].{key}")
    return draft


def errors_of(draft: Draft) -> tuple[Problem, ...]:
    """What is wrong with the points, all of it at once, each beside the name of its point."""
    return tuple(_with_name(problem, draft) for problem in draft.errors_under("points"))


def warnings_of(draft: Draft) -> tuple[Problem, ...]:
    """What else there is to say of the points, each beside the name of its point: not that one is a preset's."""
    found = (problem for problem in draft.problems_under("points") if not problem.is_error and problem.code != FROM_PRESET)
    return tuple(_with_name(problem, draft) for problem in found)


def _with_name(problem: Problem, draft: Draft) -> Problem:
    steps = steps_of(problem.field)
    if len(steps) < 2 or not isinstance(steps[1], int):
        return problem
    return replace(problem, message=f"{point_name(steps[1], draft.document)}: {problem.message}")


def with_new_point(draft: Draft) -> Draft:
    """With one more point, of which nothing is said yet."""
    return draft.with_document(with_value(draft.document, "points", [*points_of(draft), {}]))


def without_point(draft: Draft, place: int) -> Draft:
    """Without the point at this place."""
    points = points_of(draft)
    del points[place]
    return draft.with_document(with_value(draft.document, "points", points or None))
