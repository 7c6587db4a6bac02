"""Every file that will stand on every node, to look at before anything is written."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from screens.draft import Draft
from screens.field import ProblemLine
from screens.preview import Preview
from screens.reach import table
from screens.step import Step
from screens.study import Result, draft_with_keys, outcome, study
from wgwizard.render.artefact import Artefact

_EXPLAINED = (
    "Left: every file, by the computer that it is for. Right: the marked one, exactly as it will stand there; keys read (hidden). The arrow"
    " keys scroll it, `Tab` changes sides. Nothing has been written yet. When unsure, read who reaches whom, and go on."
)


def label(artefact: Artefact) -> str:
    """An artefact in the list: for whom, where, and whether something is missing."""
    marks = "".join([" ○" if artefact.missing else "", " keys" if artefact.secret else ""])
    return f"{artefact.node}: {artefact.path}{marks}"


def heading(artefact: Artefact) -> str:
    """The line above the preview."""
    missing = f" · still missing: {', '.join(artefact.missing)}" if artefact.missing else ""
    hidden = " · keys are hidden" if artefact.secret else ""
    return f"{artefact.path} on {artefact.node}, mode {artefact.mode}{hidden}{missing}"


class FilesStep(Step):
    """The list of files and a preview of the marked one; the first entry is who reaches whom."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self.result: Result | None = None

    def compose(self) -> ComposeResult:
        """The list, the preview with its heading, and warnings."""
        yield ProblemLine(id="warnings")
        with Horizontal(id="files-both"):
            yield OptionList(markup=False, compact=True, id="artefacts")
            yield Preview(id="preview")
        yield Static("", id="file-heading", markup=False)

    def enter(self, draft: Draft) -> None:
        """Make the files; keys that are missing are made once and kept with the draft."""
        super().enter(draft)
        found, _ = study(draft)
        if found is None or found.recommendation.chosen is None:
            return
        self.result = outcome(found, draft.keyring)
        self.change(draft_with_keys(draft, found, self.result.keyring))
        self._show(self.result)

    def _show(self, result: Result) -> None:
        listed = self.query_one("#artefacts", OptionList)
        listed.clear_options()
        listed.add_option(Option("Who reaches whom"))
        listed.add_options([Option(label(artefact)) for artefact in result.bundle.artefacts])
        listed.highlighted = 0
        listed.focus()
        self.query_one(ProblemLine).show(result.warnings)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the marked one."""
        event.stop()
        if self.result is None:
            return
        preview, said = self.query_one(Preview), self.query_one("#file-heading", Static)
        if event.option_index == 0:
            preview.show("\n".join(table(self.result.reaches, max(preview.size.width - 2, 60))))
            said.update("what the plan lets through, hop by hop reckoned from these files")
            return
        artefact = self.result.bundle.artefacts[event.option_index - 1]
        preview.show(artefact.text)
        said.update(heading(artefact))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter in the list goes over to the preview, to scroll it."""
        event.stop()
        self.query_one(Preview).focus()

    def why(self) -> tuple[str, str]:
        """What is to be seen here."""
        return ("Which files are these?", _EXPLAINED)
