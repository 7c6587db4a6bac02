"""What comes up while applying, asked as dialogs; the asking side runs in the thread beside the screen."""

from textwrap import fill, shorten
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from screens.answers import Answers
from screens.background import ask_from_thread
from screens.button import Button
from screens.dialogs import AskAnswers, AskSecret, Choose
from screens.focus import focus
from screens.listed import Listed
from screens.preview import Preview
from wgwizard.applying import Change, HostKey, Prompt
from wgwizard.cli.change_text import change_line
from wgwizard.secret import Secret

_WIDTH = 76  # a warning's, where it stands whole


class ConfirmChanges(ModalScreen[bool]):
    """Every warning and every change in plain words, the marked one whole below or beside it; to be looked through and agreed to."""

    # From the list on to the answers, and then into the difference.
    ORDER: ClassVar[tuple[str, ...]] = ("changes", "yes", "no", "difference")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer(False)", "no, change nothing", key_display="Esc"),
        Binding("tab", "step(1)", show=False),
        Binding("shift+tab", "step(-1)", show=False),
    ]

    def __init__(self, changes: tuple[Change, ...], warnings: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.changes = changes
        self.told = [(f"! {shorten(warning, 70, placeholder=' …')}", fill(warning, _WIDTH)) for warning in warnings]
        self.told += [(change_line(change), change.diff or change.path) for change in changes]

    def compose(self) -> ComposeResult:
        """How many, the list, the difference, yes and no."""
        count = len(self.changes)
        yield Static(f" {count} change{'s' if count != 1 else ''} on Host β; nothing is changed yet", classes="heading", markup=False)
        with Container(id="changes-both"):
            yield Listed(*(line for line, _ in self.told), markup=False, id="changes")
            yield Preview(id="difference")
        with Answers():
            yield Button("Make these changes", id="yes", compact=True)
            yield Button("No, change nothing", id="no", compact=True)
            yield Static("↑↓ look  Tab answer  Esc no", id="changes-keys", markup=False)

    def on_mount(self) -> None:
        """The list has the focus, so that Enter by habit changes nothing."""
        listed = self.query_one("#changes", OptionList)
        listed.highlighted = 0
        focus(listed)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the marked one."""
        event.stop()
        self.query_one(Preview).show(self.told[event.option_index][1])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter in the list goes over to the difference, to scroll it."""
        event.stop()
        focus(self.query_one(Preview))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Yes or no."""
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_step(self, by: int) -> None:
        """To the next in the order."""
        focused = self.focused
        place = self.ORDER.index(focused.id) if focused is not None and focused.id in self.ORDER else 0
        focus(self.query_one(f"#{self.ORDER[(place + by) % len(self.ORDER)]}"))

    def action_answer(self, answer: bool) -> None:
        """Escape is no."""
        self.dismiss(answer)


class DialogAsk:
    """Asks through dialogs and waits; each method is called from the connector's thread."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app

    def accept_host_key(self, key: HostKey) -> bool:
        """Whether the fingerprint is the host's own."""
        body = (
            f"{key.host} port {key.port} shows a key that is not known here:\n\n  {key.kind}\n  {key.fingerprint}\n\n"
            f"Compare it with what this command prints on {key.host} itself:\n  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
        )
        title = f"Is this {key.host}, on the way to Host β?" if key.on_the_way else "Is this Host β?"
        return ask_from_thread(self._app, Choose(title, body, (("no", "No, stop"), ("yes", "It is the same: go on")))) == "yes"

    def confirm(self, changes: tuple[Change, ...], warnings: tuple[str, ...] = ()) -> bool:
        """Whether these changes are wanted."""
        return ask_from_thread(self._app, ConfirmChanges(changes, warnings)) is True

    def sudo_password(self, who: str, refused: int = 0) -> Secret | None:
        """The password for sudo; Escape cancels."""
        body = "Changing the host needs root. The password goes to sudo there, and is forgotten when the wizard ends."
        return self._secret(f"The sudo password of {who}", body, refused)

    def key_passphrase(self, path: str, refused: int = 0) -> Secret | None:
        """The passphrase of an SSH key; Escape leaves the key out."""
        body = f"Your SSH key would let you in, but is locked by a passphrase:\n  {path}\n\nEscape goes on without this key."
        return self._secret("The passphrase of your SSH key", body, refused)

    def login_password(self, who: str, refused: int = 0) -> Secret | None:
        """The password of a login; Escape gives up."""
        body = "No key lets you in, but the host takes a password. It is forgotten when the wizard ends."
        return self._secret(f"The password of {who}", body, refused)

    def answers(self, who: str, said: str, prompts: tuple[Prompt, ...]) -> tuple[Secret, ...] | None:
        """What the login asks for by itself; Escape gives up."""
        return ask_from_thread(self._app, AskAnswers(f"The login of {who}", said, prompts))

    def _secret(self, title: str, body: str, refused: int) -> Secret | None:
        problem = f"× That was not it ({refused} tried so far)." if refused else ""
        return ask_from_thread(self._app, AskSecret(title, body, problem=problem))

    def install(self, packages: tuple[str, ...], command: str) -> bool:
        """Whether these packages may be installed."""
        body = f"Host β lacks {', '.join(packages)}. This would be run there:\n\n  {command}"
        return ask_from_thread(self._app, Choose("Install what is missing?", body, (("no", "No, stop"), ("yes", "Install")))) == "yes"
