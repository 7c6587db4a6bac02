"""Small dialogs over the page; each returns what was decided through `dismiss`."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from screens.answers import Answers
from screens.asking import Asking
from screens.button import Button
from screens.chrome import Keys
from screens.entry import Entry
from screens.focus import focus
from wgwizard.profiles.files import as_typed
from wgwizard.secret import Secret

if TYPE_CHECKING:
    from wgwizard.applying import Prompt


def with_commands(text: str) -> Content:
    """A text in which the commands between backticks stand out, the backticks kept for those who read without colour."""
    pieces = re.split(r"(`[^`]+`)", text)
    return Content.assemble(*((piece, "bold") if piece.startswith("`") else piece for piece in pieces))


class Help(ModalScreen[None]):
    """Why a question is asked."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,f1,question_mark,space", "close", "close", key_display="Esc")]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.heading, self.text = title, text

    def compose(self) -> ComposeResult:
        """The title, the text, and how to close it."""
        with Vertical(classes="dialog"):
            yield Static(self.heading, classes="heading", markup=False)
            with VerticalScroll(classes="body"):
                yield Static(with_commands(self.text), markup=False)
            with Answers():
                yield Button("Close", id="close", compact=True, variant="primary")
        yield Keys()

    def on_button_pressed(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


class Choose(ModalScreen[str | None]):
    """A question with a few buttons; returns the chosen button's id, `None` for Escape. `body` is shown as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "close", key_display="Esc"),
    ]

    def __init__(self, title: str, body: str, answers: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.heading, self.body, self.answers = title, body, answers

    def compose(self) -> ComposeResult:
        """The question and its buttons, the first of which has the focus."""
        with Vertical(classes="dialog"):
            yield Static(self.heading, classes="heading", markup=False)
            if self.body:
                with VerticalScroll(classes="body", can_focus=False):
                    yield Static(self.body, markup=False)
            with Answers():
                for place, (name, label) in enumerate(self.answers):
                    yield Button(Content(label), id=name, compact=True, variant="default" if place else "primary")
        yield Keys()

    def on_mount(self) -> None:
        """Focus the first answer."""
        focus(self.query_one(f"#{self.answers[0][0]}", Button))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Return the answer."""
        self.dismiss(event.button.id)

    def action_close(self) -> None:
        """Return no answer."""
        self.dismiss(None)


class AskSecret(Asking[Secret]):
    """Asks for a password or passphrase, masked. Returns `None` for Escape.

    `problem` says at the start what was wrong with the last one.
    """

    def __init__(self, title: str, body: str, *, problem: str = "") -> None:
        super().__init__(title, body)
        self.problem = problem

    def lines(self) -> Iterable[Widget]:
        """The question and a masked input."""
        yield VerticalScroll(Static(self.body, markup=False), classes="body", can_focus=False)
        yield Entry(masked=True, id="first", placeholder="hidden while you type")
        yield Static(self.problem, classes="problems -error", markup=False)

    def take(self) -> None:
        """Return it, unless it is empty."""
        first = self.query_one("#first", Input)
        if first.value:
            self.dismiss(Secret(first.value))
        else:
            self.say("× It is empty.", at=first)


class AskAnswers(Asking[tuple[Secret, ...]]):
    """Asks for what a login asks for, a line for each, masked unless it may be seen. Returns `None` for Escape."""

    def __init__(self, title: str, body: str, prompts: "tuple[Prompt, ...]") -> None:
        super().__init__(title, body)
        self.prompts = prompts

    def lines(self) -> Iterable[Widget]:
        """What the host says, its prompts and a line for each."""
        asked: list[Widget] = [Static(self.body or "The host asks:", markup=False)]
        for place, prompt in enumerate(self.prompts):
            asked.append(Static(prompt.text.strip(), classes="prompt", markup=False))
            hidden = "" if prompt.echo else "hidden while you type"
            asked.append(Entry(masked=not prompt.echo, id=f"answer-{place}", placeholder=hidden))
        yield VerticalScroll(*asked, classes="body", can_focus=False)

    def take(self) -> None:
        """Return what stands in the lines."""
        self.dismiss(tuple(Secret(line.value) for line in self.query(Input)))


class AskPath(Asking[str]):
    """Asks where to save something; `problem_of` says why a path cannot be. A file that is there is replaced only after a yes."""

    OK = "Save"

    def __init__(self, title: str, body: str, path: str, problem_of: Callable[[str], str]) -> None:
        super().__init__(title, body)
        self.path, self.problem_of = path, problem_of

    def lines(self) -> Iterable[Widget]:
        """The question and the path."""
        yield Static(self.body, markup=False)
        yield Entry(self.path, id="path")
        yield Static("", classes="problems -error", markup=False)

    def take(self) -> None:
        """Return the path if it can be, after a yes where it is another file's."""
        path = as_typed(self.query_one("#path", Input).value)
        problem = self.problem_of(path)
        self.say(problem, at=self.query_one("#path", Input) if problem else None)
        if not problem and Path(path).exists():
            ask = Choose(f"Replace {path}?", "A file of this name is there already.", (("no", "Another name"), ("yes", "Replace it")))
            self.app.push_screen(ask, lambda answer: self._leave_with(path) if answer == "yes" else None)
        elif not problem:
            self._leave_with(path)

    def _leave_with(self, path: str) -> None:
        self.dismiss(path)
