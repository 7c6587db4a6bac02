"""The dialog in which a new passphrase is chosen: how strong it is stands there while it is typed, and one can be made."""

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from screens.background import Ended, run_beside
from screens.entry import Entry
from screens.focus import focus
from wgwizard.passphrase import Level, Strength, made_passphrase, strength
from wgwizard.secret import Secret

_MADE = "Write it down now, on paper or in a password manager; it is not shown again. Then type it below.\n\n  {}"
_WEAK = "! A weak one is taken all the same: OK once more."


class NewPassphrase(ModalScreen[Secret | None]):
    """Asks for a new passphrase twice; a weak one is taken after being told. Returns `None` for Escape.

    `known` are words that an attacker would try first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "cancel")]

    def __init__(self, title: str, body: str, known: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.heading, self.body, self.known = title, body, known
        self.judged: tuple[Secret, Strength] | None = None
        self.told_weak = False

    def compose(self) -> ComposeResult:
        """The question, two masked inputs, and what is to be said of the first."""
        with Vertical(classes="dialog"):
            yield Static(self.heading, classes="heading", markup=False)
            with VerticalScroll(classes="body", can_focus=False):
                yield Static(self.body, id="about", markup=False)
            yield Entry(masked=True, id="first", placeholder="hidden while you type")
            yield Static("", id="strength", markup=False)
            yield Entry(masked=True, id="second", placeholder="the same once more")
            yield Static("", classes="problems -error", markup=False)
            with Horizontal(classes="answers"):
                yield Button("OK", id="ok", compact=True, variant="primary")
                yield Button("Make one for me", id="make", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Focus the first input."""
        focus(self.query_one("#first", Input))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say how strong the first is; that takes a moment, so it is done beside the screen."""
        event.stop()
        self._say("")
        if event.input.id == "first":
            self.told_weak = False
            self._judge(Secret(event.value))

    def _judge(self, passphrase: Secret) -> None:
        if passphrase:
            run_beside(self, "strength", lambda: (passphrase, strength(passphrase, self.known)))
        else:
            self.query_one("#strength", Static).update("")

    def on_ended(self, event: Ended) -> None:
        """Judged; unless something else is typed there by now."""
        event.stop()
        judged: Any = event.value
        if judged[0].reveal() == self._first.value:
            self._show(*judged)

    def _show(self, passphrase: Secret, found: Strength) -> None:
        self.judged = (passphrase, found)
        self.query_one("#strength", Static).update(found.text)

    @property
    def _first(self) -> Input:
        return self.query_one("#first", Input)

    def _say(self, text: str) -> None:
        self.query_one(".problems", Static).update(text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: on to the second, or done."""
        event.stop()
        if event.input.id == "first":
            focus(self.query_one("#second", Input))
        else:
            self._take()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take it, make one, or leave it."""
        event.stop()
        if event.button.id == "ok":
            self._take()
        elif event.button.id == "make":
            self._make()
        else:
            self.dismiss(None)

    def _make(self) -> None:
        """Show one that was made; it is typed once, which shows that it was written down."""
        made = made_passphrase()
        self.query_one("#about", Static).update(_MADE.format(made.reveal()))
        self._first.value = made.reveal()
        self.query_one("#second", Input).value = ""
        focus(self.query_one("#second", Input))

    def _take(self) -> None:
        first = self._first
        if not first.value:
            self._say("× It is empty.")
            focus(first)
        elif self.query_one("#second", Input).value != first.value:
            self._say("× The two are not the same.")
            focus(first if first.value == "" else self.query_one("#second", Input))
        elif self._is_weak(Secret(first.value)) and not self.told_weak:
            self.told_weak = True
            self._say(_WEAK)
        else:
            self.dismiss(Secret(first.value))

    def _is_weak(self, passphrase: Secret) -> bool:
        if self.judged is None or self.judged[0] != passphrase:
            self._show(passphrase, strength(passphrase, self.known))
        return self.judged is not None and self.judged[1].level is Level.WEAK

    def action_close(self) -> None:
        """Return nothing."""
        self.dismiss(None)
