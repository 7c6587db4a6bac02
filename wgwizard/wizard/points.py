"""The points of a draft: which there are, each in one line, and how the list changes. Pure."""

from typing import Any

from wgwizard.questions import POINT, Kind
from wgwizard.questions.answers import steps_of, text_of, value_at, with_value
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.words import sign

REMOVED = "Its address stays reserved, so that nobody else is renumbered or mistaken for it."


def points_of(draft: Draft) -> list[dict[str, Any]]:
    """The points of the document."""
    points = value_at(draft.document, "points")
    return [point for point in points if isinstance(point, dict)] if isinstance(points, list) else []


def described(point: dict[str, Any]) -> str:
    """A point in one line: its name, what runs on it, and what it may reach."""
    by_kind = {question.kind: question for question in POINT.questions}
    reach = text_of(by_kind[Kind.RIGHTS], point["may_reach"]) if point.get("may_reach") else "all of the site"
    services = text_of(by_kind[Kind.SERVICES], point["services"]) if point.get("services") else ""
    parts = [str(point.get("name", "(no name yet)")).ljust(16), str(point.get("platform", "linux")).ljust(9), f"may reach {reach}"]
    return " ".join(parts) + (f" · offers {services}" if services else "")


def marks_of(draft: Draft) -> dict[int, str]:
    """The sign of the worst problem of each point that has one, by its place."""
    marks: dict[int, str] = {}
    for problem in draft.problems_under("points"):
        steps = steps_of(problem.field)
        if len(steps) > 1 and isinstance(steps[1], int) and marks.get(steps[1]) != "×":
            marks[steps[1]] = sign(problem)
    return marks


def with_new_point(draft: Draft) -> Draft:
    """With one more point, of which nothing is said yet."""
    return draft.with_document(with_value(draft.document, "points", [*points_of(draft), {}]))


def without_point(draft: Draft, place: int) -> Draft:
    """Without the point at this place."""
    points = points_of(draft)
    del points[place]
    return draft.with_document(with_value(draft.document, "points", points or None))
