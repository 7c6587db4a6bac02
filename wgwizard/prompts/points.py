"""The points, one after another: the list, and adding, changing and removing."""

from collections.abc import Callable

from wgwizard.prompts.asking import ask_page
from wgwizard.prompts.session import Session
from wgwizard.prompts.talk import BACK, WHY, Asked
from wgwizard.questions import POINT, Choice
from wgwizard.wizard.points import (
    EXAMPLE,
    EXAMPLES,
    confirmed_point,
    described,
    errors_of,
    marks_of,
    points_of,
    removed_text,
    warnings_of,
    with_new_point,
    without_point,
)

_WHAT_NEXT = (
    Choice("on", "Go on"),
    Choice("add", "Add a point"),
    Choice("change", "Change a point"),
    Choice("remove", "Remove a point"),
)
_WHY = (
    "Each point gets an address in the tunnel, a key and a file of its own. Host β lets each do only what you say, which stands behind its"
    " name in the list. When unsure, begin with one, your laptop or a device: more can be added later, and nobody who has a file already"
    " needs a new one for that."
)


def points_page(session: Session) -> bool:
    """Until every point can stand and no more is wanted; whether to go on (else a page back)."""
    while True:
        points = points_of(session.draft)
        if not points:
            if not _add(session):
                return False
            continue
        marks = marks_of(session.draft)
        session.tell(f"\n== {POINT.title} ==\n{POINT.about}")
        session.show("\n".join(f"{marks.get(place, ' ')} {described(session.draft, place)}" for place in range(len(points))))
        if EXAMPLE in marks.values():
            session.say(EXAMPLES)
        session.say_problems(warnings_of(session.draft))
        wish = session.talk.one(Asked("What next?", current="on"), _WHAT_NEXT)
        if wish == BACK:
            return False
        if wish == "on" and _all_stand(session, marks):
            return True
        if wish == WHY:
            session.say(_WHY)
        elif wish in _DOING:
            _DOING[wish](session)


def _all_stand(session: Session, marks: dict[int, str]) -> bool:
    """Whether no point is in the way; else the first that is one is asked about."""
    wrong = next((place for place, mark in sorted(marks.items()) if mark == "×"), None)
    if wrong is None:
        return True
    session.say_problems(errors_of(session.draft))
    ask_page(session, POINT, wrong, from_wrong=True)
    return False


def _add(session: Session) -> bool:
    """Describe a new point; false where it was given up, and it is gone again."""
    before = session.draft
    place = len(points_of(before))
    session.tell(f"\n== Point {place + 1} ==\n{POINT.about}")
    session.draft = with_new_point(before)
    if ask_page(session, POINT, place):
        return True
    session.take(without_point(session.draft, place))
    return False


def _change(session: Session) -> None:
    """Ask about a point again, with its answers as they are."""
    place = _which(session, "Which point?")
    if place is not None:
        session.talk.say(f"\n== Point {place + 1} ==")
        if ask_page(session, POINT, place):
            session.take(confirmed_point(session.draft, place))


def _which(session: Session, prompt: str) -> int | None:
    """The place of a point that is chosen; `None` goes back."""
    points = points_of(session.draft)
    if len(points) == 1:
        return 0
    choices = tuple(Choice(str(place), described(session.draft, place)) for place in range(len(points)))
    while (chosen := session.talk.one(Asked(prompt, current="0"), choices)) == WHY:
        session.say(_WHY)
    return None if chosen == BACK else int(chosen)


def _remove(session: Session) -> None:
    place = _which(session, "Which point is to go?")
    if place is None:
        return
    name = points_of(session.draft)[place].get("name", "this point")
    if text := removed_text(session.draft, place):
        session.say(text)
    if session.talk.yes(f"Remove {name}?", default=False):
        session.take(without_point(session.draft, place))


_DOING: dict[str, Callable[[Session], object]] = {"add": _add, "change": _change, "remove": _remove}
