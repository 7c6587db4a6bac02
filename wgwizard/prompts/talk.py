"""What a conversation needs of a terminal: saying something, and a few kinds of asking. Every plain front end is one of these."""

import sys
from typing import Protocol

from msgspec import Struct

from wgwizard.cli.streams import as_shown
from wgwizard.questions import Choice
from wgwizard.secret import Secret
from wgwizard.wizard.lines import within, wrapped_at

# What may be typed (or pressed) in place of an answer, the same everywhere.
BACK, WHY, NOTHING, FOUND, KEEP = "<", "?", "-", "+", "="
WHY_YES = "y is yes, n is no, Enter takes the one in capitals; < goes back, and nothing is done."
_NARROWEST, _WIDEST = 24, 100
_GAP = 3  # between an answer that can be chosen and its example
_NARROWEST_EXAMPLE = 24


class Asked(Struct, frozen=True):
    """A question as it is put.

    `prompt` is in plain words, `word` the technical word beside it, `current` the answer that stands already and is taken by Enter,
    `remark` what is to be said of that, one paragraph a line, `example` shows the notation, `tried` is what was typed and refused just
    now. `proposed`: nobody gave the current answer yet, so that whatever is typed takes its place. `is_example`: it is a preset's, and
    the remark says which keys keep or empty it. `offered` is what was found, the last of the remarks, where another answer stands: FOUND
    takes it.
    """

    prompt: str
    word: str = ""
    current: str = ""
    remark: str = ""
    example: str = ""
    tried: str = ""
    proposed: bool = False
    is_example: bool = False
    offered: str = ""


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
        """A typed answer; BACK, WHY, NOTHING, FOUND or KEEP where that was typed."""

    def one(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """The answer of the chosen one; BACK or WHY where that was typed."""

    def many(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """The answers of all chosen ones, as words in one text; BACK or WHY where that was typed."""

    def yes(self, prompt: str, *, default: bool) -> bool | None:
        """Yes or no; `None` goes back, which is no yes."""

    def secret(self, prompt: str) -> Secret | None:
        """What was typed without being seen; `None` for nothing."""

    def code(self, rows: list[str]) -> None:
        """Show the rows of a QR code, whose ink is light."""


def toggled_words(choices: tuple[Choice, ...], words: list[str]) -> str:
    """The answer that several chosen words make; "nowhere" and "not sure" stand alone, the last one said wins."""
    alone = [word for word in words if word in ("", "none")]
    if alone:
        return alone[-1]
    return " ".join(choice.answer for choice in choices if choice.answer in words)


def rows(choices: tuple[Choice, ...], room: int) -> list[str]:
    """Each choice with its example, in lines of at most `room`: beside each other in columns, or below where that is too narrow."""
    shown = [(_shown(choice.label), _shown(choice.example)) for choice in choices]
    column = max(len(label) for label, _ in shown) + _GAP
    longest = max(len(example) for _, example in shown)
    beside = column + min(longest, _NARROWEST_EXAMPLE) <= room
    return [_beside(*pair, column, room) if beside and pair[1] else _below(*pair, room) for pair in shown]


def _beside(label: str, example: str, column: int, room: int) -> str:
    return _fill(example, room, label.ljust(column), " " * column)


def _below(label: str, example: str, room: int) -> str:
    return "\n".join([_fill(label, room, "", "  "), *([_fill(example, room, "  ", "  ")] if example else [])])


def paragraphs(text: str, columns: int) -> str:
    """Each line as an indented paragraph."""
    return "\n".join(wrapped(line, columns, "  ") for line in text.splitlines())


def wrapped(text: str, columns: int, lead: str = "") -> str:
    """A paragraph that breaks between words, in the signs that the terminal shows; its further lines begin below its first."""
    return _fill(_shown(text), min(_width(columns), _WIDEST), lead, " " * len(lead))


def folded(text: str, columns: int) -> str:
    """Lines as they are, files and tables; one that is too long breaks between words, and goes on further in than it began."""
    return "\n".join(within(_shown(text).splitlines(), _width(columns)))


def can_show(signs: str) -> bool:
    """Whether the terminal has these signs."""
    return _shown(signs) == signs


def _shown(text: str) -> str:
    return as_shown(text, sys.stderr)


def _width(columns: int) -> int:
    """The last column stays free: what fills it, some terminals break."""
    return max(columns - 1, _NARROWEST)


def _fill(text: str, width: int, first: str, further: str) -> str:
    return "\n".join(wrapped_at(text, width, first, further))
