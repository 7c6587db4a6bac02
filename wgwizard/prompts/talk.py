"""What a conversation needs of a terminal: saying something, and a few kinds of asking. Every plain front end is one of these."""

import sys
from textwrap import fill
from typing import Protocol

from msgspec import Struct

from wgwizard.cli.streams import as_shown
from wgwizard.questions import Choice
from wgwizard.secret import Secret

# What may be typed (or pressed) in place of an answer, the same everywhere.
BACK, WHY, NOTHING = "<", "?", "-"
WHY_YES = "y is yes, n is no, Enter takes the one in capitals; < goes back, and nothing is done."
_NARROWEST, _WIDEST = 40, 100


class Asked(Struct, frozen=True):
    """A question as it is put.

    `prompt` is in plain words, `word` the technical word beside it, `current` the answer that stands already and is taken by Enter,
    `remark` what is to be said of that, one paragraph a line, `example` shows the notation, `tried` is what was typed and refused just
    now. `proposed`: nobody gave the current answer yet, so that whatever is typed takes its place.
    """

    prompt: str
    word: str = ""
    current: str = ""
    remark: str = ""
    example: str = ""
    tried: str = ""
    proposed: bool = False


class Talk(Protocol):
    """A terminal, or a test that plays one. Each asking raises EOFError or KeyboardInterrupt where the person leaves."""

    @property
    def help(self) -> str:
        """Which keys there are."""

    @property
    def columns(self) -> int:
        """How wide the terminal is."""

    def say(self, text: str) -> None:
        """Show a line or more."""

    def text(self, asked: Asked) -> str:
        """A typed answer; BACK, WHY or NOTHING where that was typed."""

    def one(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """The answer of the chosen one; BACK or WHY where that was typed."""

    def many(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """The answers of all chosen ones, as words in one text; BACK or WHY where that was typed."""

    def yes(self, prompt: str, *, default: bool) -> bool | None:
        """Yes or no; `None` goes back, which is no yes."""

    def secret(self, prompt: str) -> Secret | None:
        """What was typed without being seen; `None` for nothing."""


def toggled_words(choices: tuple[Choice, ...], words: list[str]) -> str:
    """The answer that several chosen words make; "nowhere" and "not sure" stand alone, the last one said wins."""
    alone = [word for word in words if word in ("", "none")]
    if alone:
        return alone[-1]
    return " ".join(choice.answer for choice in choices if choice.answer in words)


def paragraphs(text: str, columns: int) -> str:
    """Each line as an indented paragraph."""
    return "\n".join(wrapped(line, columns, "  ") for line in text.splitlines())


def wrapped(text: str, columns: int, lead: str = "") -> str:
    """A paragraph that breaks between words, in the signs that the terminal shows; its further lines begin below its first."""
    width = min(max(columns - 1, _NARROWEST), _WIDEST)
    hanging, shown = " " * len(lead), as_shown(text, sys.stderr)
    return fill(shown, width, initial_indent=lead, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)
