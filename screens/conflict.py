"""Saving would undo somebody else's work: what differs, and what to do."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from screens.answers import Answers
from screens.button import Button
from screens.focus import focus
from screens.preview import Preview
from wgwizard.wizard.saving import Conflict


class AskConflict(ModalScreen[str | None]):
    """Shows what saving would change; returns "replace", "reopen", or `None` for another name."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "another name", key_display="Esc")]

    def __init__(self, path: str, conflict: Conflict) -> None:
        super().__init__()
        self.path, self.conflict = path, conflict

    def compose(self) -> ComposeResult:
        """Who and what, the difference, and the ways on."""
        yield Static(f" {self.path} is not only yours now", classes="heading", markup=False)
        yield Static(self.conflict.text, classes="why", markup=False)
        yield Preview(self.conflict.difference or "Your answers say what the file says already.")
        with Answers():
            yield Button("Save under another name", id="name", compact=True, variant="primary")
            yield Button("Open it as it is now", id="reopen", compact=True)
            yield Button("Replace it", id="replace", compact=True)

    def on_mount(self) -> None:
        """Enter by habit replaces nothing."""
        focus(self.query_one(Preview))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The decision."""
        event.stop()
        self.dismiss(event.button.id if event.button.id != "name" else None)

    def action_close(self) -> None:
        """Another name."""
        self.dismiss(None)
