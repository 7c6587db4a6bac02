"""What a question is: frozen values that every front end shows in its own way."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

Document = Mapping[str, Any]


class Kind(StrEnum):
    """How an answer is given and how its text is written into the document (wgwizard.questions.answers)."""

    TEXT = "text"
    NUMBER = "number"
    LIST = "list"
    NETWORKS = "networks"
    COMPUTERS = "computers"
    SERVICES = "services"
    RIGHTS = "rights"
    CHOICE = "choice"
    MANY = "many"
    YES_NO = "yes-no"
    YES_NO_UNSURE = "yes-no-unsure"

    @property
    def is_chosen(self) -> bool:
        """Whether the answer is one or more of the given choices; else it is typed."""
        return self in (Kind.CHOICE, Kind.MANY, Kind.YES_NO, Kind.YES_NO_UNSURE)


class Choice(Struct, frozen=True):
    """One answer that may be chosen: `answer` is its text ("" is "I am not sure", which leaves the field absent)."""

    answer: str
    label: str
    example: str = ""


class Question(Struct, frozen=True):
    """One question.

    `id` is the path in the site file that it answers ("points[*].name" for every point); `prompt` is in plain words, `word` the
    technical word beside it; `why` says what the answer decides, how to find it on one's own machine, and what to choose when unsure.
    `default` is what absence means; `usual` is right for most people and already chosen in a new set-up; `example` shows the notation;
    `when` says whether the question matters for the answers so far (for a point's questions with that point under "point").
    `detail`: right for nearly everyone unanswered.
    """

    id: str
    kind: Kind
    prompt: str
    word: str
    why: str
    default: str = ""
    usual: str = ""
    example: str = ""
    choices: tuple[Choice, ...] = ()
    when: Callable[[Document], bool] = lambda _: True
    detail: bool = False


class Proposal(Struct, frozen=True):
    """An answer that the wizard can give itself, until a person overtypes it: `text` in the question's notation, `source` where it is from.

    `found` where it was seen somewhere ("this computer's eth0"), else it was chosen. An `only_offered` one changes what not everybody
    wants: it is shown, and taken by hand alone; any other stands as the answer already and is taken when the page is left.
    """

    text: str
    source: str
    found: bool = True
    only_offered: bool = False

    @property
    def remark(self) -> str:
        """What stands beside the answer: "found: this computer's eth0"."""
        return f"{'found' if self.found else 'proposed'}: {self.source}"


class Group(Struct, frozen=True):
    """The questions of one step, with a sentence saying what the step is about."""

    name: str
    title: str
    about: str
    questions: tuple[Question, ...]


NOT_SURE = Choice("", "I am not sure")
YES = Choice("yes", "Yes")
NO = Choice("no", "No")
YES_NO = (YES, NO)
YES_NO_UNSURE = (YES, NO, NOT_SURE)
