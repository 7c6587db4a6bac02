"""What comes up while applying, asked as dialogs; the asking side runs in the thread beside the screen."""

from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from screens.background import ask_from_thread
from screens.dialogs import AskSecret, Choose
from screens.focus import focus
from screens.preview import Preview
from wgwizard.applying import Change, HostKey
from wgwizard.secret import Secret


def differences(changes: tuple[Change, ...]) -> str:
    """All changes as one text to scroll through."""
    return "\n".join(f"{change.kind} {change.path}\n{change.diff}".rstrip() + "\n" for change in changes)


class ConfirmChanges(ModalScreen[bool]):
    """Every change, to be looked through and agreed to."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "answer(False)", "no, change nothing", key_display="Esc")]

    def __init__(self, changes: tuple[Change, ...]) -> None:
        super().__init__()
        self.changes = changes

    def compose(self) -> ComposeResult:
        """How many, the differences, yes and no."""
        count = len(self.changes)
        yield Static(f" {count} change{'s' if count != 1 else ''} on Host β; nothing is changed yet", classes="heading", markup=False)
        yield Preview(differences(self.changes))
        with Horizontal(classes="answers"):
            yield Button("Make these changes", id="yes", compact=True, variant="primary")
            yield Button("No, change nothing", id="no", compact=True)

    def on_mount(self) -> None:
        """The differences have the focus, so that Enter by habit changes nothing."""
        focus(self.query_one(Preview))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Yes or no."""
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Escape is no."""
        self.dismiss(answer)


class DialogAsk:
    """Asks through dialogs and waits; each method is called from the connector's thread. `given` is the last password."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self.given: Secret | None = None

    def accept_host_key(self, key: HostKey) -> bool:
        """Whether the fingerprint is the host's own."""
        body = (
            f"{key.host} port {key.port} shows a key that is not known here:\n\n  {key.kind}\n  {key.fingerprint}\n\n"
            "Compare it with what this command prints on the host itself:\n  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
        )
        answers = (("no", "No, stop"), ("yes", "It is the same: go on"))
        return ask_from_thread(self._app, Choose("Is this Host β?", body, answers)) == "yes"

    def confirm(self, changes: tuple[Change, ...]) -> bool:
        """Whether these changes are wanted."""
        return ask_from_thread(self._app, ConfirmChanges(changes)) is True

    def sudo_password(self, who: str) -> Secret | None:
        """The password for sudo; Escape cancels."""
        body = "Changing the host needs root. The password goes to sudo there, and is kept nowhere."
        self.given = ask_from_thread(self._app, AskSecret(f"The sudo password of {who}", body))
        return self.given

    def install(self, packages: tuple[str, ...], command: str) -> bool:
        """Whether these packages may be installed."""
        body = f"Host β lacks {', '.join(packages)}. This would be run there:\n\n  {command}"
        return ask_from_thread(self._app, Choose("Install what is missing?", body, (("no", "No, stop"), ("yes", "Install")))) == "yes"
