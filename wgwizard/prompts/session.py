"""A conversation under way: the terminal, the draft that it fills, and what may be used of the world outside."""

from collections.abc import Iterable

from msgspec.structs import replace

from wgwizard.problems import Problem
from wgwizard.prompts.talk import Talk, folded, wrapped
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools
from wgwizard.wizard.words import said

_LEADS = " ×!✓●○·"


class Session:
    """The draft and those who talk about it; every answer is kept at once, so that nothing is lost whatever happens."""

    def __init__(self, talk: Talk, tools: Tools) -> None:
        self.talk, self.tools = talk, tools
        self.draft = Draft()
        self.page = ""
        self.led_back = False  # to a page with an answer in the way
        self.looked_at: set[str] = set()
        self._noticed = ""

    def open(self, draft: Draft) -> None:
        """Another draft is worked on now; what this machine shows is proposed from here on."""
        around = self.tools.look_around
        self.draft = draft if around is None else replace(draft, here=around())
        self.tools.keeping.opened(draft)

    def take(self, draft: Draft) -> None:
        """Go on with this draft, and keep it; what must be known of that (it cannot be kept, another wizard is at it) is said once."""
        self.draft = draft
        self.tools.keeping.note(draft, self.page)
        self.tools.keeping.flush()
        notice = self.tools.keeping.notice()
        if notice != self._noticed:
            self._noticed = notice
            self.tell(notice)

    def say(self, text: str, lead: str = "") -> None:
        """A paragraph, wrapped; its further lines begin below its first."""
        self.talk.say(wrapped(text, self.talk.columns, lead))

    def tell(self, text: str) -> None:
        """Lines of which each is a paragraph; its further lines begin below its sign."""
        for line in text.splitlines():
            words = line.lstrip(_LEADS)
            self.say(words, line[: len(line) - len(words)])

    def show(self, text: str) -> None:
        """Files, tables and commands as they are; a line that is too long goes on further in than it began."""
        self.talk.say(folded(text, self.talk.columns))

    def say_problems(self, problems: Iterable[Problem]) -> None:
        """Each problem on lines of its own."""
        for problem in problems:
            sign, text = said(problem).split(" ", 1)
            self.say(text, f"{sign} ")

    @property
    def width(self) -> int:
        """How wide tables may be."""
        return max(self.talk.columns - 1, 40)
