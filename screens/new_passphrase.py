"""The dialog in which a new passphrase is chosen: how strong it is stands there while it is typed, and one can be made."""

from collections.abc import Iterable
from typing import Any

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from screens.asking import Asking
from screens.background import Ended, run_beside
from screens.entry import Entry
from screens.focus import focus
from wgwizard.passphrase import Level, Strength, made_passphrase, strength
from wgwizard.secret import Secret

_MADE = "Write it down now, on paper or in a password manager; it is not shown again. Then type it once more below.\n\n  {}"
_WEAK = "! A weak one is taken all the same: OK once more."


class NewPassphrase(Asking[Secret]):
    """Asks for a new passphrase twice; a weak one is taken after being told. Returns `None` for Escape.

    `known` are words that an attacker would try first.
    """

    MORE = (("make", "Make one for me"),)

    def __init__(self, title: str, body: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(title, body)
        self.known = known
        self.judged: tuple[Secret, Strength] | None = None
        self.told_weak = False

    def lines(self) -> Iterable[Widget]:
        """The question, two masked inputs, and what is to be said of the first."""
        yield VerticalScroll(Static(self.body, id="about", markup=False), classes="body", can_focus=False)
        yield Entry(masked=True, id="first", placeholder="hidden while you type")
        yield Static("", id="strength", markup=False)
        yield Entry(masked=True, id="second", placeholder="the same once more")
        yield Static("", classes="problems -error", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say how strong the first is; that takes a moment, so it is done beside the screen."""
        event.stop()
        self.say("")
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

    def press(self, name: str) -> None:  # noqa: ARG002
        """Show one that is made here; it is typed once, which shows that it was written down."""
        made = made_passphrase()
        self.query_one("#about", Static).update(_MADE.format(made.reveal()))
        self._first.value = made.reveal()
        self.query_one("#second", Input).value = ""
        focus(self.query_one("#second", Input))

    def take(self) -> None:
        """Return it where both are the same; a weak one at the second OK."""
        first, second = self._first, self.query_one("#second", Input)
        if not first.value:
            self.say("× It is empty.", at=first)
        elif second.value != first.value:
            self.say("× The two are not the same.", at=second)
        elif self._is_weak(Secret(first.value)) and not self.told_weak:
            self.told_weak = True
            self.say(_WEAK)
        else:
            self.dismiss(Secret(first.value))

    def _is_weak(self, passphrase: Secret) -> bool:
        if self.judged is None or self.judged[0] != passphrase:
            self._show(passphrase, strength(passphrase, self.known))
        return self.judged is not None and self.judged[1].level is Level.WEAK
