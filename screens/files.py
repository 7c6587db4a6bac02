"""Every file that will stand on every node, to look at before anything is written."""

from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from screens.button import Button
from screens.focus import focus
from screens.handover import HandOver
from screens.listed import Listed
from screens.preview import Preview
from screens.step import Step
from wgwizard.plan.model import ROUTER
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.files import EXPLAINED_REACH, heading, label, shown_text, warnings_line
from wgwizard.wizard.handover import key_made_here, point_files
from wgwizard.wizard.reach import table
from wgwizard.wizard.study import Outlook, draft_with_keys, outlook, study
from wgwizard.wizard.words import said

_EXPLAINED = (
    "The list names every file, by the computer that it is for; below or beside it stands the marked one, exactly as it will be there; keys"
    " read (hidden). `Tab` goes over to it, the arrow keys scroll it, `h` hands a point its file, saved or as a QR code. Nothing has been"
    " written yet. When unsure, read who reaches whom, and go on."
)


class FilesStep(Step):
    """The list of files and a preview of the marked one; the first entry is who reaches whom."""

    SHOWS_KEYS = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("h", "hand_over", show=False)]

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self.result: Outlook | None = None

    def compose(self) -> ComposeResult:
        """The list, the preview and its heading."""
        with Horizontal(id="files-both"):
            yield Listed(markup=False, id="artefacts")
            yield Preview(id="preview")
        yield Static("", id="file-heading", markup=False)
        with Horizontal(classes="answers", id="files-answers"):
            yield Button("Hand over a point's file (h)", id="hand-over", compact=True)

    def enter(self, draft: Draft) -> None:
        """Make the files; keys that are missing are made once and kept with the draft."""
        super().enter(draft)
        found, problems = study(draft)
        if found is None or found.strategy is None:
            return
        self.result = outlook(found, draft.keyring, problems)
        if not draft.key_problems():
            self.change(draft_with_keys(draft, found, self.result.keyring))
        self._show(self.result)

    def _show(self, result: Outlook) -> None:
        listed = self.query_one("#artefacts", OptionList)
        listed.clear_options()
        listed.add_option(Option("Who reaches whom"))
        listed.add_option(Option(warnings_line(result.warnings)))
        listed.add_options([Option(label(artefact, result.plan.site)) for artefact in result.bundle.artefacts])
        listed.highlighted = 0
        focus(listed)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the marked one."""
        event.stop()
        self._show_marked()

    def on_preview_widened(self, event: Preview.Widened) -> None:
        """What is laid out for the preview's width follows it: the two first entries, and the cards."""
        event.stop()
        place = (self.query_one("#artefacts", OptionList).highlighted or 0) - 2
        if place < 0 or (self.result is not None and self.result.bundle.artefacts[place].node == ROUTER):
            self._show_marked()

    def _show_marked(self) -> None:
        place = self.query_one("#artefacts", OptionList).highlighted
        if self.result is None or place is None:
            return
        preview, heading_line = self.query_one(Preview), self.query_one("#file-heading", Static)
        if place == 0:
            preview.show("\n".join(table(self.result.reaches, max(preview.room - 2, 30))))
            heading_line.update(EXPLAINED_REACH)
            return
        if place == 1:
            room = max(preview.room - 2, 30)
            preview.show("\n".join(line for problem in self.result.warnings for line in wrap(said(problem), room, subsequent_indent="  ")))
            stops = any(problem.is_error for problem in self.result.warnings)
            heading_line.update("the sign × stops the way" if stops else "what may surprise; nothing here stops the way")
            return
        artefact = self.result.bundle.artefacts[place - 2]
        preview.show(shown_text(artefact, max(preview.room - 2, 30)))
        heading_line.update(heading(artefact, self.result.plan.site))

    def finish(self) -> None:
        """On, unless the keys are those of another lock: what is written with them would lock the points out."""
        if self.draft.key_problems():
            listed = self.query_one("#artefacts", OptionList)
            listed.highlighted = 1
            focus(listed)
        else:
            super().finish()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Hand over the file of the marked point, else of the first."""
        event.stop()
        self.action_hand_over()

    def action_hand_over(self) -> None:
        """The same by its key."""
        files = point_files(self.result) if self.result is not None else ()
        if self.result is not None and files:
            place = (self.query_one("#artefacts", OptionList).highlighted or 0) - 2
            node = self.result.bundle.artefacts[place].node if place >= 0 else ""
            marked = next((place for place, file in enumerate(files) if file.point.name == node), 0)
            self._open(marked)

    def _handed(self, wanted: int | None) -> None:
        """With Host β's key made here, where that is wanted, the files are shown anew, and one is handed over."""
        if wanted is not None:
            self.change(key_made_here(self.draft))
            self.enter(self.draft)
            self._open(wanted)

    def _open(self, marked: int) -> None:
        files = point_files(self.result) if self.result is not None else ()
        self.app.push_screen(HandOver(files, self.draft, marked), self._handed)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter in the list goes over to the preview, to scroll it."""
        event.stop()
        focus(self.query_one(Preview))

    def why(self) -> tuple[str, str]:
        """What is to be seen here."""
        return ("Which files are these?", _EXPLAINED)
