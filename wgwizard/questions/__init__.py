"""The questions, once: every front end asks these, in this order, and keeps the answers as the site file's document."""

from wgwizard.questions.about_host import HOST
from wgwizard.questions.about_needs import NEEDS, STRATEGY
from wgwizard.questions.about_point import POINT
from wgwizard.questions.about_site import SITE
from wgwizard.questions.about_tunnel import TUNNEL
from wgwizard.questions.answers import put, value_at
from wgwizard.questions.model import Choice, Document, Group, Kind, Proposal, Question

__all__ = [
    "GROUPS",
    "HOST",
    "NEEDS",
    "POINT",
    "SITE",
    "STRATEGY",
    "TUNNEL",
    "UNUSED",
    "Choice",
    "Document",
    "Group",
    "Kind",
    "Proposal",
    "Question",
    "asked",
    "new_document",
]

GROUPS: tuple[Group, ...] = (SITE, HOST, TUNNEL, POINT, NEEDS, STRATEGY)


# The problems with answers to questions that matter no more: these are shown all the same, and nothing is lost unseen.
UNUSED = ("right-unused", "service-unused")


def new_document() -> Document:
    """The document of a new set-up: nothing is known yet, and what is right for most people is already chosen."""
    document: Document = {"version": 1}
    for group in GROUPS:
        for question in group.questions:
            if question.usual:
                document = put(document, question.id, question, question.usual)
    return document


def asked(group: Group, document: Document, point: int | None = None) -> tuple[Question, ...]:
    """The questions of a step that matter for the answers so far; `point` is the point's place for the points' step."""
    view = dict(document) if point is None else {**document, "point": value_at(document, f"points[{point}]") or {}}
    return tuple(question for question in group.questions if question.when(view))
