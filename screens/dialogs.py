"""Small dialogs over the page; each returns what was decided through `dismiss`."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from screens.entry import Entry
from screens.focus import focus
from wgwizard.applying import Prompt
from wgwizard.secret import Secret


def with_commands(text: str) -> Content:
    """A text in which the commands between backticks stand out, the backticks kept for those who read without colour."""
    pieces = re.split(r"(`[^`]+`)", text)
    return Content.assemble(*((piece, "bold") if piece.startswith("`") else piece for piece in pieces))


class Help(ModalScreen[None]):
    """Why a question is asked."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,f1,question_mark,space", "close", "close")]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.heading, self.text = title, text

    def compose(self) -> ComposeResult:
        """The title, the text, and how to close it."""
        with Vertical(classes="dialog"):
            yield Static(self.heading, classes="heading", markup=False)
            with VerticalScroll(classes="body"):
                yield Static(with_commands(self.text), markup=False)
            with Horizontal(classes="answers"):
                yield Button("Close", id="close", compact=True, variant="primary")

    def on_button_pressed(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


class Choose(ModalScreen[str | None]):
    """A question with a few buttons; returns the chosen button's id, `None` for Escape. `body` is shown as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "close"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, body: str, answers: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.heading, self.body, self.answers = title, body, answers

    def compose(self) -> ComposeResult:
        """The question and its buttons, the first of which has the focus."""
        with Vertical(classes="dialog"):
            yield Static(self.heading, classes="heading", markup=False)
            with VerticalScroll(classes="body", can_focus=False):
                yield Static(self.body, markup=False)
            with Horizontal(classes="answers"):
                for place, (name, label) in enumerate(self.answers):
                    yield Button(Content(label), id=name, compact=True, variant="default" if place else "primary")

    def on_mount(self) -> None:
        """Focus the first answer."""
        focus(self.query_one(f"#{self.answers[0][0]}", Button))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Return the answer."""
        self.dismiss(event.button.id)

    def action_close(self) -> None:
        """Return no answer."""
        self.dismiss(None)


class AskSecret(ModalScreen[Secret | None]):
    """Asks for a password or passphrase, masked. Returns `None` for Escape.

    `problem` says at the start what was wrong with the last one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "cancel")]

    def __init__(self, title: str, body: str, *, problem: str = "") -> None:
        super().__init__()
        self.heading, self.body, self.problem = title, body, problem

    def compose(self) -> ComposeResult:
        """The question and a masked input."""
        with Vertical(classes="dialog"):
            yield Static(self.heading, classes="heading", markup=False)
            with VerticalScroll(classes="body", can_focus=False):
                yield Static(self.body, markup=False)
            yield Entry(masked=True, id="first", placeholder="hidden while you type")
            yield Static(self.problem, classes="problems -error", markup=False)
            with Horizontal(classes="answers"):
                yield Button("OK", id="ok", compact=True, variant="primary")
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Focus the input."""
        focus(self.query_one("#first", Input))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: done."""
        event.stop()
        self._take()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take or leave it."""
        event.stop()
        if event.button.id == "ok":
            self._take()
        else:
            self.dismiss(None)

    def _take(self) -> None:
        first = self.query_one("#first", Input)
        if first.value:
            self.dismiss(Secret(first.value))
        else:
            self.query_one(".problems", Static).update("× It is empty.")
            focus(first)

    def action_close(self) -> None:
        """Return nothing."""
        self.dismiss(None)


class AskAnswers(ModalScreen[tuple[Secret, ...] | None]):
    """Asks for what a login asks for, a line for each, masked unless it may be seen. Returns `None` for Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "cancel")]

    def __init__(self, title: str, body: str, prompts: tuple[Prompt, ...]) -> None:
        super().__init__()
        self.heading, self.body, self.prompts = title, body, prompts

    def compose(self) -> ComposeResult:
        """What the host says, its prompts and a line for each."""
        with Vertical(classes="dialog"):
            yield Static(self.heading, classes="heading", markup=False)
            with VerticalScroll(classes="body", can_focus=False):
                yield Static(self.body or "The host asks:", markup=False)
                for place, prompt in enumerate(self.prompts):
                    yield Static(prompt.text.strip(), classes="prompt", markup=False)
                    yield Entry(masked=not prompt.echo, id=f"answer-{place}", placeholder="" if prompt.echo else "hidden while you type")
            with Horizontal(classes="answers"):
                yield Button("OK", id="ok", compact=True, variant="primary")
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Focus the first line."""
        focus(self.query(Input).first())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: on to the next line, or done."""
        event.stop()
        lines = list(self.query(Input))
        later = lines[lines.index(event.input) + 1 :]
        if later:
            focus(later[0])
        else:
            self._take()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take or leave it."""
        event.stop()
        if event.button.id == "ok":
            self._take()
        else:
            self.dismiss(None)

    def _take(self) -> None:
        self.dismiss(tuple(Secret(line.value) for line in self.query(Input)))

    def action_close(self) -> None:
        """Return nothing."""
        self.dismiss(None)


class AskPath(ModalScreen[str | None]):
    """Asks where to save something; `problem_of` says why a path cannot be. A file that is there is replaced only after a yes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "cancel")]

    def __init__(self, title: str, body: str, path: str, problem_of: Callable[[str], str]) -> None:
        super().__init__()
        self.heading, self.body, self.path, self.problem_of = title, body, path, problem_of

    def compose(self) -> ComposeResult:
        """The question and the path."""
        with Vertical(classes="dialog"):
            yield Static(self.heading, classes="heading", markup=False)
            yield Static(self.body, markup=False)
            yield Entry(self.path, id="path")
            yield Static("", classes="problems -error", markup=False)
            with Horizontal(classes="answers"):
                yield Button("Save", id="ok", compact=True, variant="primary")
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Focus the path."""
        focus(self.query_one("#path", Input))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: done."""
        event.stop()
        self._take()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take or leave it."""
        event.stop()
        if event.button.id == "ok":
            self._take()
        else:
            self.dismiss(None)

    def _take(self) -> None:
        path = self.query_one("#path", Input).value.strip()
        problem = self.problem_of(path)
        self.query_one(".problems", Static).update(problem)
        if problem:
            focus(self.query_one("#path", Input))
        elif Path(path).exists():
            ask = Choose(f"Replace {path}?", "A file of this name is there already.", (("no", "Another name"), ("yes", "Replace it")))
            self.app.push_screen(ask, lambda answer: self._leave_with(path) if answer == "yes" else None)
        else:
            self._leave_with(path)

    def _leave_with(self, path: str) -> None:
        self.dismiss(path)

    def action_close(self) -> None:
        """Return nothing."""
        self.dismiss(None)
