"""Problems and errors in the words in which every front end says them."""

import re
from collections.abc import Iterable

from wgwizard.errors import SiteRefusedError, WgwizardError
from wgwizard.problems import Problem
from wgwizard.questions import GROUPS
from wgwizard.questions.answers import concerns

# The questions that nearly everyone leaves alone: as they are usually, and where a preset answered any of them.
MORE = "More questions, all with good answers already"
MORE_PRESET = "More questions, with the preset's answers: are they yours?"


def sign(problem: Problem) -> str:
    """The sign that stands beside the colour."""
    return "×" if problem.is_error else "!"


def said(problem: Problem) -> str:
    """A problem in one sentence, with its sign and what to do."""
    join = " " if problem.message.endswith((".", "?")) else "; "
    return f"{sign(problem)} {problem.message}" + (f"{join}{problem.hint}" if problem.hint else "")


def told(error: WgwizardError) -> str:
    """An error of the shell in words: what went wrong, what to do, and for a refused site every reason."""
    reasons = error.problems if isinstance(error, SiteRefusedError) else ()
    lines = [f"× {error.message}", *([f"  {error.hint}"] if error.hint else [])]
    # A refusal for one reason has that reason as its message.
    lines += [_said_where(one) for one in reasons if one.message != error.message]
    return "\n".join(lines)


def _said_where(problem: Problem) -> str:
    """A problem with its field, unless its own words name that."""
    text, field = said(problem), f"({problem.field})"
    return text if not problem.field or field in text else f"{text} {field}"


def first_comes(wanted: str, first: str, problems: Iterable[Problem]) -> str:
    """Why the page `wanted` cannot be shown yet and `first` is: on which pages answers are missing or wrong."""
    places = asked_where(problems)
    return f"! Before {wanted}: answers are missing or wrong, on: {places}" if places else f"! Before {wanted} comes {first}"


def cut(text: str, room: int) -> str:
    """The text, shortened to the room that there is."""
    return text if len(text) <= room else text[: max(room - 1, 0)] + "…"


def asked_where(problems: Iterable[Problem]) -> str:
    """The pages on which what is wrong was answered, each once: "Site (More questions), Points"."""
    found: dict[str, None] = {}
    for field in (re.sub(r"\[\d+\]", "[*]", problem.field) for problem in problems if problem.is_error):
        for group in GROUPS:
            asked = next((question for question in group.questions if concerns(field, question.id)), None)
            if asked is not None or concerns(field, group.name) or concerns(field, f"{group.name}[*]"):
                found[f"{group.title} (More questions)" if asked is not None and asked.detail else group.title] = None
                break
    return ", ".join(found)
