"""What the dialogs share in which something is typed: a heading, lines, OK and Cancel, and the keys."""

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from screens.answers import Answers
from screens.button import Button
from screens.chrome import Keys
from screens.focus import focus

Answer = TypeVar("Answer")


class Asking(ModalScreen[Answer | None]):
    """Asks for what is typed into its lines. Enter goes on to the next line, in the last it is OK; Escape and Cancel return `None`.

    `OK` and `CANCEL` are what the first and the last button say, `MORE` are buttons of its own: id and label.
    """

    OK: ClassVar[str] = "OK"
    CANCEL: ClassVar[str] = "Cancel"
    MORE: ClassVar[tuple[tuple[str, str], ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "cancel", key_display="Esc")]

    def __init__(self, title: str, body: str) -> None:
        super().__init__()
        self.heading, self.body = title, body

    def compose(self) -> ComposeResult:
        """The heading, what the dialog asks, and the buttons."""
        with Vertical(classes="dialog"):
            yield Static(self.heading, classes="heading", markup=False)
            yield from self.lines()
            with Answers():
                yield Button(self.OK, id="ok", compact=True, variant="primary")
                for name, label in self.MORE:
                    yield Button(label, id=name, compact=True)
                yield Button(self.CANCEL, id="cancel", compact=True)
        yield Keys()

    def lines(self) -> Iterable[Widget]:
        """What stands between the heading and the buttons."""
        raise NotImplementedError

    def take(self) -> None:
        """OK: return the answer, or say what is wrong with it."""
        raise NotImplementedError

    def press(self, name: str) -> None:
        """One of the buttons of its own."""

    def say(self, problem: str, *, at: Input | None = None) -> None:
        """Say what is wrong, and with which line."""
        self.query_one(".problems", Static).update(problem)
        if at is not None:
            focus(at)

    def on_mount(self) -> None:
        """Focus the first line."""
        focus(self.query(Input).first())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        every = list(self.query(Input))
        later = every[every.index(event.input) + 1 :]
        if later:
            focus(later[0])
        else:
            self.take()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take it, leave it, or what else there is."""
        event.stop()
        if event.button.id == "ok":
            self.take()
        elif event.button.id == "cancel":
            self.action_close()
        else:
            self.press(event.button.id or "")

    def action_close(self) -> None:
        """Return nothing."""
        self.dismiss(None)
