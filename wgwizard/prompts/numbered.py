"""The plainest conversation: lines out, lines in, choices by number; nothing moves the cursor (TERM=dumb, an editor's shell)."""

import getpass
import re
import shutil
import sys

from wgwizard.cli.asking import say
from wgwizard.prompts.talk import BACK, FOUND, WHY, WHY_YES, Asked, paragraphs, rows, toggled_words, wrapped
from wgwizard.questions import Choice
from wgwizard.secret import Secret

_INDENT = 5  # of an answer behind its number
_KEY_SEQUENCE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|O.|.?)")  # what an arrow key types where nobody reads it as one (ECMA-48, 5.4)
_ROOM = 20  # for what is typed behind a question; where there is less, it goes below


class NumberedTalk:
    """A conversation line by line (prompts.Talk): words to stderr, answers from stdin."""

    help = (
        "Enter takes what stands in [ ]. ? says why we ask, - empties an answer, + takes what was found, < goes back, Ctrl-D leaves and"
        " keeps the answers."
    )

    @property
    def columns(self) -> int:
        """How wide the terminal is."""
        return shutil.get_terminal_size().columns

    def say(self, text: str) -> None:
        """Show a line or more."""
        say(text)

    def text(self, asked: Asked) -> str:
        """A typed line; Enter alone takes the current answer."""
        self._put(asked)
        example = f"e.g. {asked.example} " if asked.example and not asked.current else ""
        return self._line(f"{example}[{asked.current}]") or asked.current

    def one(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """One choice, by its number or its own word."""
        return self._chosen(asked, choices, several=False)

    def many(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """Several choices, by their numbers or words."""
        return self._chosen(asked, choices, several=True)

    def yes(self, prompt: str, *, default: bool) -> bool | None:
        """Yes or no; `None` goes back."""
        while True:
            self.say("")
            typed = self._line(f"{prompt} [{'Y/n' if default else 'y/N'}]").lower()
            if not typed:
                return default
            if typed in ("y", "yes", "n", "no", BACK):
                return None if typed == BACK else typed.startswith("y")
            self._tell(WHY_YES if typed == WHY else f"× {_echoed(typed)} is neither y nor n")

    def secret(self, prompt: str) -> Secret | None:
        """Typed without being seen."""
        self.say("")
        try:
            typed = getpass.getpass(self._with_room(f"{prompt}:"), stream=sys.stderr)
        except (EOFError, KeyboardInterrupt):
            self._end_line()
            raise
        return Secret(typed) if typed else None

    def code(self, rows: list[str]) -> None:
        """As signs alone."""
        self.say("\n".join(rows))

    def _put(self, asked: Asked) -> None:
        self.say("")
        self._tell(asked.prompt + (f"   ({asked.word})" if asked.word else ""))
        if asked.remark:
            self.say(paragraphs(f"{asked.remark}{f': {FOUND} takes it' if asked.offered else ''}", self.columns))

    def _tell(self, text: str) -> None:
        self.say(wrapped(text, self.columns))

    def _chosen(self, asked: Asked, choices: tuple[Choice, ...], *, several: bool) -> str:
        self._put(asked)
        for number, row in enumerate(rows(choices, self.columns - 1 - _INDENT), 1):
            self.say(f"  {number:<2} " + row.replace("\n", "\n" + " " * _INDENT))
        held = [asked.current] if not several else asked.current.split() or [""]
        numbers = " ".join(str(number) for number, choice in enumerate(choices, 1) if choice.answer in held)
        while True:
            typed = self._line(f"[{numbers}]")
            if typed == "":
                return asked.current
            if typed in (BACK, WHY):
                return typed
            words = chosen_words(choices, typed)
            if words is not None and (several or len(words) == 1):
                return toggled_words(choices, words) if several else words[0]
            self._tell(f"× {_echoed(typed)} is none of the answers: type its number{', or several' if several else ''}")

    def _line(self, prompt: str) -> str:
        """A typed line; EOFError where the input ended."""
        print(self._with_room(prompt), end="", file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal front end
        try:
            line = sys.stdin.readline()
            if not line or (not line.endswith("\n") and sys.stdin.isatty()):  # Ctrl-D, alone or twice behind a typed text
                raise EOFError
        except (EOFError, KeyboardInterrupt):
            self._end_line()
            raise
        return line.strip()

    def _end_line(self) -> None:
        """Whoever leaves presses no Enter: what is said then begins below the question."""
        if sys.stdin.isatty():
            self.say("")

    def _with_room(self, prompt: str) -> str:
        """What stands before a typed line, which begins below where it would have little room."""
        said = wrapped(prompt, self.columns)
        return f"{said} " if len(said.rpartition("\n")[2]) + _ROOM < self.columns else f"{said}\n"


def chosen_words(choices: tuple[Choice, ...], typed: str) -> list[str] | None:
    """The answers that numbers, or the answers' own words, stand for; `None` where one is unknown."""
    answers = {choice.answer: choice.answer for choice in choices if choice.answer}
    answers |= {str(number): choice.answer for number, choice in enumerate(choices, 1)}
    words = typed.replace(",", " ").split()
    return [answers[word] for word in words] if words and all(word in answers for word in words) else None


def _echoed(typed: str) -> str:
    """What was typed, in quotes and in signs that move no cursor."""
    seen = "".join(sign for sign in _KEY_SEQUENCE.sub("", typed) if sign.isprintable())
    return f"“{seen}”" + (", with a key that types no sign," if seen != typed else "") if seen else "That key"
