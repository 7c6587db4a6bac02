"""The dialog in which sealed keys are opened: it stays, masked, until the passphrase is the right one or is given up."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from screens.asking import Asking
from screens.background import Ended, run_beside
from screens.entry import Entry
from screens.focus import focus
from wgwizard.secret import Secret


class OpenSealed(Asking[Ended]):
    """Asks for a passphrase and does with it what it is for, beside the screen; returns how that ended, `None` for Escape.

    `work` is done once more for each passphrase that was wrong; whatever else goes wrong is returned.
    """

    def __init__(self, title: str, body: str, work: Callable[[Secret], Any]) -> None:
        super().__init__(title, body)
        self.work = work
        self.busy = False
        self.refused = 0

    def lines(self) -> Iterable[Widget]:
        """The question and a masked input."""
        yield VerticalScroll(Static(self.body, markup=False), classes="body", can_focus=False)
        yield Entry(masked=True, id="first", placeholder="hidden while you type")
        yield Static("", classes="problems -error", markup=False)

    @property
    def _line(self) -> Input:
        return self.query_one("#first", Input)

    def take(self) -> None:
        """Try it; that takes most of a second on purpose."""
        if self.busy:
            return
        if not self._line.value:
            self._tell("× It is empty.", error=True)
            return
        self.busy = True
        self._tell("Opening …", error=False)
        passphrase = Secret(self._line.value)
        self._line.value = ""
        run_beside(self, "unseal", lambda: self.work(passphrase))

    def _tell(self, text: str, *, error: bool) -> None:
        self.query_one(".problems", Static).set_class(error, "-error").update(text)

    def on_ended(self, event: Ended) -> None:
        """Done; or the next try, in the same masked line."""
        from wgwizard.profiles.sealed import WrongPassphraseError

        event.stop()
        self.busy = False
        if isinstance(event.error, WrongPassphraseError):
            self.refused += 1
            self._tell(f"× That was not it ({self.refused} tried so far).", error=True)
            focus(self._line)
        else:
            self.dismiss(event)

    def action_close(self) -> None:
        """Return nothing; what is being done is waited for."""
        if not self.busy:
            super().action_close()


class OpenSite(OpenSealed):
    """The same where a site is opened, which can be done without its keys, too."""

    CANCEL = "Without them"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "without them", key_display="Esc")]
