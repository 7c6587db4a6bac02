"""Handing over a point's file: look at it, show it to a phone, save it, or show its keys for a moment."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from screens.answers import Answers
from screens.button import Button
from screens.chrome import Keys
from screens.dialogs import AskPath, Choose, Help
from screens.focus import focus
from screens.listed import Listed
from screens.preview import Preview
from screens.qr import QrScreen
from wgwizard.errors import WgwizardError
from wgwizard.phone import qr_code, why_no_code
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.handover import (
    COPY,
    HOW,
    REVEAL,
    PointFile,
    lacks_only_host_key,
    line,
    path_for,
    path_problem,
    save,
    why_not_whole,
)
from wgwizard.wizard.words import told

SHOWN_SECONDS = 60.0
_HIDDEN_AGAIN = "They are hidden again after a minute, and when you leave."
_UNSAVED = "! These keys are saved nowhere yet. Save the site (^S on its pages), or this file will fit nothing."
_WHY = (
    "A point is set up by one file, which holds its private key: a phone reads it as a QR code, which `QR code` shows at once, a "
    "computer takes it as a file. `Show keys` asks first and hides them after a minute, and nothing is copied unless you press Copy. "
    "`wgwizard qr SITE.yaml POINT` prints the same code. When unsure, show the code to a phone, and save the file for a computer."
)


class HandOver(ModalScreen[int | None]):
    """The points' files, of which there is at least one; `marked` is the place of the one to begin with.

    It returns the place of a point for whose file Host β's key is to be made here, else nothing.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "close", key_display="Esc"),
        Binding("f1,question_mark", "why", "why", key_display="F1 ?"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, files: tuple[PointFile, ...], draft: Draft, marked: int = 0) -> None:
        super().__init__()
        self.files, self.draft, self.marked = files, draft, marked
        self.hiding: Timer | None = None
        self.unsaved = ""  # the path where the marked file could not be saved, as it was typed

    def compose(self) -> ComposeResult:
        """The points, the marked one's file, and what can be done with it."""
        with Vertical(classes="dialog"):
            yield Static("", classes="heading", markup=False)
            yield Listed(*[Option(line(file)) for file in self.files], markup=False, id="points-files")
            yield Preview(id="handed")
            yield Static("", id="told", markup=False)
            with Answers():
                yield Button("QR code", id="qr", compact=True, variant="primary")
                yield Button("Save", id="save", compact=True)
                yield Button("Make Host β's key here", id="make", compact=True)
                yield Button("Show keys", id="show", compact=True)
                yield Button("Copy", id="copy", compact=True)
                yield Button("Close", id="close", compact=True)
        yield Keys()

    def on_mount(self) -> None:
        """Mark the point that it was opened for."""
        self.query_one("#copy", Button).display = False
        listed = self.query_one(OptionList)
        listed.highlighted = self.marked
        focus(listed)

    @property
    def file(self) -> PointFile:
        """The marked one."""
        return self.files[self.marked]

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another point: its file, with the keys hidden."""
        event.stop()
        self.marked, self.unsaved = event.option_index, ""
        self.query_one(".heading", Static).update(f"Hand over a point's file: {self.file.point.name}")
        self._hide()
        self.query_one("#make", Button).display = lacks_only_host_key(self.file)
        self._say(why_not_whole(self.file) or (_UNSAVED if self.draft.has_unsaved_keys else ""))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter goes on to what can be done with it."""
        event.stop()
        focus(self.query_one("#qr", Button))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do it, or say why not."""
        event.stop()
        press = event.button.id
        if press == "close":
            self.action_close()
        elif press == "make":
            self.dismiss(self.marked)
        elif press == "show" and self.hiding is not None:
            self._hide()
        elif why_not := why_not_whole(self.file):
            self._say(why_not)
        elif press == "qr":
            self._show_code()
        elif press == "save":
            self._save(self.unsaved or path_for(self.file, self.draft))
        elif press == "show":
            self._ask_to_show()
        elif press == "copy":
            self._ask_to_copy()

    def _say(self, text: str) -> None:
        self.query_one("#told", Static).update(text)

    def _show_code(self) -> None:
        file = self.file
        why_not = why_no_code(file.point, file.artefact)
        if why_not:
            self._say(f"× {why_not}")
            return
        try:
            code = qr_code(file.artefact)
        except WgwizardError as error:
            self._say(told(error))
            return
        image = path_for(file, self.draft).removesuffix(".conf") + ".png"
        self.app.push_screen(QrScreen(code, file.point), lambda wanted: self._save(image) if wanted else None)

    def _save(self, path: str) -> None:
        file = self.file

        def write(path: str | None) -> None:
            if path is None:
                return
            try:
                self._say(save(file, path))
                self.unsaved = ""
            except WgwizardError as error:
                self._say(told(error))
                self.unsaved = path

        title = f"Where should the file of {file.point.name} be saved?"
        self.app.push_screen(AskPath(title, HOW, path, lambda path: path_problem(path, self.draft)), write)

    def _ask_to_show(self) -> None:
        name = self.file.point.name
        if not self.file.artefact.secret:
            self._say("○ No key that is secret is in this file.")
            return
        ask = Choose(
            f"Show the keys of {name}?", f"{REVEAL.format(name)} {_HIDDEN_AGAIN}", (("no", "Keep them hidden"), ("yes", "Show them"))
        )
        self.app.push_screen(ask, lambda answer: self._reveal() if answer == "yes" else None)

    def _reveal(self) -> None:
        self.query_one(Preview).show(self.file.artefact.content())
        self.query_one("#show", Button).label = "Hide keys"
        self.query_one("#copy", Button).display = True
        self._say(f"! The keys are shown, for {SHOWN_SECONDS:.0f} seconds.")
        self.hiding = self.set_timer(SHOWN_SECONDS, self._hide_and_say)

    def _hide_and_say(self) -> None:
        self._hide()
        self._say("○ The keys are hidden again.")

    def _hide(self) -> None:
        """Show the file with its keys hidden, whatever stood there."""
        if self.hiding is not None:
            self.hiding.stop()
            self.hiding = None
            self._say("")
        self.query_one("#show", Button).label = "Show keys"
        self.query_one("#copy", Button).display = False
        self.query_one(Preview).show(self.file.artefact.text)

    def _ask_to_copy(self) -> None:
        ask = Choose("Copy the file with its keys?", COPY, (("no", "Do not copy"), ("yes", "Copy it")))
        self.app.push_screen(ask, lambda answer: self._copy() if answer == "yes" else None)

    def _copy(self) -> None:
        self.app.copy_to_clipboard(self.file.artefact.content())
        self._say("✓ Sent to the terminal's clipboard. Copy something else when you have pasted it.")

    def action_why(self) -> None:
        """What a point's file is."""
        self.app.push_screen(Help("What is handed over?", _WHY))

    def action_close(self) -> None:
        """Back; the keys go with the dialog."""
        self._hide()
        self.dismiss(None)
