"""A conversation with menus (questionary): arrows choose, lines are edited where they stand, and all of it stays to be read again."""

import shutil
import sys
from collections.abc import Callable
from typing import Any

from wgwizard.phone import on_black
from wgwizard.prompts.menu_keys import add_keys, show_rows
from wgwizard.prompts.talk import BACK, FOUND, KEEP, NOTHING, WHY, WHY_YES, Asked, paragraphs, rows, toggled_words, wrapped
from wgwizard.questions import Choice
from wgwizard.secret import Secret

_MARK, _POINTER = "?", ">"
_MARKING = "(Space marks)"
_INDENT, _INDENT_MARKED = 3, 5  # questionary puts " > " before a choice, and its sign too where several may be marked
_ROOM = 20  # for what is typed behind a question; where there is less, it goes below


class MenuTalk:
    """A conversation through questionary (prompts.Talk), drawn on stderr; `output` is a prompt_toolkit output to draw on instead."""

    help = (
        "Arrow keys and Enter choose, Space marks several, Ctrl-U empties a line, ↓ puts there what stands or was found. ? says why we ask,"
        " < goes back, Ctrl-D leaves and keeps the answers."
    )

    @property
    def columns(self) -> int:
        """How wide the terminal is."""
        return shutil.get_terminal_size().columns

    def __init__(self, output: Any = None) -> None:
        self._output = output

    def say(self, text: str) -> None:
        """Show a line or more."""
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal front end

    def text(self, asked: Asked) -> str:
        """A line, with the current answer in it to be changed; one that nobody gave makes way for the first key."""
        import questionary

        self._put(asked)
        held = asked.tried or ("" if asked.proposed else asked.current)
        hint = [("dim", asked.current)] if asked.proposed else None
        message = self._with_room(_said(asked), max(len(asked.current) + 1, len(held) + _ROOM))
        typed: str = self._ask(
            lambda: questionary.text(message, default=held, qmark=_MARK, placeholder=hint), down=asked.offered or asked.current
        )
        # A key that says something of the question, after the answer that stands there already.
        after = next((key for key in (WHY, BACK, NOTHING, FOUND, KEEP) if held and typed.strip() == f"{held}{key}"), "")
        return after or typed.strip() or (asked.current if asked.proposed and not asked.tried else "")

    def one(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """A menu; the cursor begins at the current answer."""
        import questionary

        self._put(asked)
        held = asked.current if any(choice.answer == asked.current for choice in choices) else choices[0].answer
        listed = [questionary.Choice(row, value=choice.answer) for choice, row in self._rows(choices, _INDENT)]
        chosen: str = self._ask(
            lambda: questionary.select(
                self._message(_said(asked)), listed, default=held, instruction=" ", use_jk_keys=False, use_emacs_keys=False, **_SIGNS
            ),
            by_key=True,
        )
        return self._told(asked, choices, chosen)

    def many(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """A menu of which several may be marked."""
        import questionary

        self._put(asked)
        held, message = asked.current.split(), self._with_room(_said(asked), len(_MARKING))
        listed = [
            questionary.Choice(row, value=choice.answer, checked=choice.answer in held)
            for choice, row in self._rows(choices, _INDENT_MARKED)
        ]
        found: Any = self._ask(
            lambda: questionary.checkbox(message, listed, instruction=_MARKING, use_jk_keys=False, use_emacs_keys=False, **_SIGNS),
            by_key=True,
        )
        if isinstance(found, str):
            return found
        return self._told(asked, choices, toggled_words(choices, _reconciled(found, [word for word in found if word not in held])))

    def yes(self, prompt: str, *, default: bool) -> bool | None:
        """Yes or no; `None` goes back."""
        import questionary

        message = self._with_room(prompt, len("(y/N) Yes"))
        answer: Any = WHY
        while answer == WHY:
            answer = self._ask(lambda: questionary.confirm(message, default=default, qmark=_MARK, auto_enter=False), keys=True)
            if answer == WHY:
                self.say(wrapped(WHY_YES, self.columns))
        return None if answer == BACK else answer is True

    def secret(self, prompt: str) -> Secret | None:
        """Typed without being seen."""
        import questionary

        typed: str = self._ask(lambda: questionary.password(self._with_room(prompt, _ROOM), qmark=_MARK))
        return Secret(typed) if typed else None

    def code(self, rows: list[str]) -> None:
        """White on black, whatever the colours of the rest."""
        self.say("\n".join(map(on_black, rows)))

    def _put(self, asked: Asked) -> None:
        """What is said of a question, above it."""
        example = f"e.g. {asked.example}" if asked.example and not (asked.tried or asked.current) else ""
        about = f"{asked.remark}{_keys(asked)}" if asked.remark else example
        self.say(f"\n{paragraphs(about, self.columns)}" if about else "")

    def _message(self, text: str) -> str:
        """A question, broken between words; questionary puts its mark before it and two blanks behind."""
        return wrapped(text, self.columns - 2, f"{_MARK} ").removeprefix(f"{_MARK} ")

    def _with_room(self, text: str, room: int) -> str:
        """A question behind which so many signs have room; what is typed goes below it where they have not."""
        message = self._message(text)
        last = message.rpartition("\n")[2]
        return message if len(last) + 3 + room < self.columns else f"{message}\n "

    def _rows(self, choices: tuple[Choice, ...], indent: int) -> list[tuple[Choice, str]]:
        """Each choice with its lines, as far in as the menu puts the first of them."""
        found = rows(choices, self.columns - 1 - indent)
        return [(choice, row.replace("\n", "\n" + " " * indent)) for choice, row in zip(choices, found, strict=True)]

    def _told(self, asked: Asked, choices: tuple[Choice, ...], answer: str) -> str:
        """Leave what was chosen to be read, in a line: questionary leaves the whole row, and of several only their count."""
        if answer not in (BACK, WHY):
            labels = [choice.label for choice in choices if choice.answer in (answer.split() or [""])]
            self.say(wrapped(f"{_said(asked)} {', '.join(labels)}", self.columns, f"{_MARK} "))
        return answer

    def _ask(self, make: Callable[[], Any], *, by_key: bool = False, keys: bool = False, down: str = "") -> Any:
        """Run a prompt; `keys`: it takes no text, so that ? and < are keys of it; `by_key`: the same, and it goes when it is over.

        `down` is what the key ↓ puts into its line.
        """
        from prompt_toolkit.application import create_app_session
        from prompt_toolkit.output import create_output

        with create_app_session(output=self._output or create_output(stdout=sys.stderr)):
            question = make()
            question.application.erase_when_done = by_key
            add_keys(question.application, by_key=by_key or keys, down=down)
            if by_key:
                show_rows(question.application)
            return question.unsafe_ask()


_SIGNS: dict[str, Any] = {"qmark": _MARK, "pointer": _POINTER}


def _reconciled(found: list[str], fresh: list[str]) -> list[str]:
    """The marked words, without those that stand alone and were marked before others joined them."""
    alone = [word for word in found if word in ("", "none")]
    if fresh and not set(fresh) & {"", "none"}:
        return [word for word in found if word not in alone]
    return [word for word in fresh if word in alone] or found


def _said(asked: Asked) -> str:
    return f"{asked.prompt} ({asked.word})" if asked.word else asked.prompt


def _keys(asked: Asked) -> str:
    """Which key takes what the last remark is about."""
    if asked.offered:
        return ": ↓ takes it"
    return ". Enter takes it, - leaves it empty" if asked.proposed and not asked.is_example else ""
