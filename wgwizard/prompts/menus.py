"""A conversation with menus (questionary): arrows choose, lines are edited where they stand, and all of it stays to be read again."""

import shutil
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from wgwizard.cli.streams import as_shown
from wgwizard.prompts.talk import BACK, WHY, WHY_YES, Asked, paragraphs, toggled_words
from wgwizard.questions import Choice
from wgwizard.secret import Secret

_T = TypeVar("_T")
_MARK = "?"


class MenuTalk:
    """A conversation through questionary (prompts.Talk), drawn on stderr; `output` is a prompt_toolkit output to draw on instead."""

    help = (
        "Arrow keys and Enter choose, Space marks several, Ctrl-U empties a line. ? says why we ask, < goes back, Ctrl-D leaves and keeps "
        "the answers."
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
        """A line, with the current answer in it to be changed."""
        import questionary

        self._put(asked)
        held = asked.tried or ("" if asked.proposed else asked.current)
        hint = asked.current if asked.proposed else None
        typed: str = self._ask(lambda: questionary.text(_message(asked), default=held, qmark=_MARK, placeholder=hint))
        # A key that says something of the question, after the answer that stands there already.
        after = next((key for key in (WHY, BACK) if held and typed.strip() == f"{held}{key}"), "")
        return after or typed.strip() or (asked.current if asked.proposed and not asked.tried else "")

    def one(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """A menu; the cursor begins at the current answer."""
        import questionary

        self._put(asked)
        rows = [questionary.Choice(_row(choice, choices), value=choice.answer) for choice in choices]
        held = next((row for row, choice in zip(rows, choices, strict=True) if choice.answer == asked.current), rows[0])
        chosen: str = self._ask(
            lambda: questionary.select(
                _message(asked), rows, default=held, qmark=_MARK, pointer=">", instruction=" ", use_jk_keys=False, use_emacs_keys=False
            ),
            by_key=True,
        )
        return self._told(asked, choices, chosen)

    def many(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """A menu of which several may be marked."""
        import questionary

        self._put(asked)
        held = asked.current.split()
        rows = [questionary.Choice(_row(choice, choices), value=choice.answer, checked=choice.answer in held) for choice in choices]
        found: Any = self._ask(
            lambda: questionary.checkbox(
                _message(asked), rows, qmark=_MARK, pointer=">", instruction="(Space marks)", use_jk_keys=False, use_emacs_keys=False
            ),
            by_key=True,
        )
        if isinstance(found, str):
            return found
        return self._told(asked, choices, toggled_words(choices, _reconciled(found, [word for word in found if word not in held])))

    def yes(self, prompt: str, *, default: bool) -> bool | None:
        """Yes or no; `None` goes back."""
        import questionary

        answer: Any = WHY
        while answer == WHY:
            answer = self._ask(lambda: questionary.confirm(_shown(prompt), default=default, qmark=_MARK, auto_enter=False), keys=True)
            if answer == WHY:
                self.say(WHY_YES)
        return None if answer == BACK else answer is True

    def secret(self, prompt: str) -> Secret | None:
        """Typed without being seen."""
        import questionary

        typed: str = self._ask(lambda: questionary.password(_shown(prompt), qmark=_MARK))
        return Secret(typed) if typed else None

    def _put(self, asked: Asked) -> None:
        example = f"e.g. {asked.example}" if asked.example and not (asked.tried or asked.current) else ""
        keys = ". Enter takes it, - leaves it empty" if asked.proposed else ""
        about = f"{asked.remark}{keys}" if asked.remark else example
        self.say(f"\n{paragraphs(about, self.columns)}" if about else "")

    def _told(self, asked: Asked, choices: tuple[Choice, ...], answer: str) -> str:
        """Leave what was chosen to be read, in a line: questionary leaves the whole row, and of several only their count."""
        if answer not in (BACK, WHY):
            labels = [choice.label for choice in choices if choice.answer in (answer.split() or [""])]
            self.say(f"{_MARK} {_message(asked)} {', '.join(labels)}")
        return answer

    def _ask(self, make: Callable[[], Any], *, by_key: bool = False, keys: bool = False) -> Any:
        """Run a prompt; `keys`: it takes no text, so that ? and < are keys of it; `by_key`: the same, and it goes when it is over."""
        from prompt_toolkit.application import create_app_session
        from prompt_toolkit.output import create_output

        with create_app_session(output=self._output or create_output(stdout=sys.stderr)):
            question = make()
            question.application.erase_when_done = by_key
            _add_keys(question.application, by_key=by_key or keys)
            if by_key:
                _show_cursor(question.application)
            return question.unsafe_ask()


def _reconciled(found: list[str], fresh: list[str]) -> list[str]:
    """The marked words, without those that stand alone and were marked before others joined them."""
    alone = [word for word in found if word in ("", "none")]
    if fresh and not set(fresh) & {"", "none"}:
        return [word for word in found if word not in alone]
    return [word for word in fresh if word in alone] or found


def _message(asked: Asked) -> str:
    return _shown(f"{asked.prompt} ({asked.word})" if asked.word else asked.prompt)


def _row(choice: Choice, choices: tuple[Choice, ...]) -> str:
    width = max(len(_shown(other.label)) for other in choices)
    return _shown(f"{_shown(choice.label).ljust(width)}   {choice.example}" if choice.example else choice.label)


def _shown(text: str) -> str:
    """In the signs of the terminal: questionary would write a question mark for one that it lacks."""
    return as_shown(text, sys.stderr)


def _add_keys(application: Any, *, by_key: bool) -> None:
    """Enter that was typed ahead, which a terminal delivers as Ctrl-J; Ctrl-D, also behind a typed text; for a menu (`by_key`) ? and <."""
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
    from prompt_toolkit.key_binding.key_processor import KeyPress
    from prompt_toolkit.keys import Keys

    keys = KeyBindings()

    def leave_with(key: str, **ending: Any) -> None:
        @keys.add(key, eager=True)
        def _(event: Any) -> None:
            event.app.exit(**ending)

    @keys.add("c-j", eager=True)
    def _(event: Any) -> None:
        event.key_processor.feed(KeyPress(Keys.ControlM, "\r"), first=True)

    leave_with("c-d", exception=EOFError)
    if by_key:
        leave_with(WHY, result=WHY)
        leave_with(BACK, result=BACK)
    application.key_bindings = merge_key_bindings([application.key_bindings, keys])


def _show_cursor(application: Any) -> None:
    """Put the terminal's own cursor on the marked row, which screen readers follow; questionary hides it."""
    from prompt_toolkit.filters import Always
    from questionary.prompts.common import InquirerControl

    menu = next(window for window in application.layout.find_all_windows() if isinstance(window.content, InquirerControl))
    menu.content.focusable = Always()
    application.layout.focus(menu)
