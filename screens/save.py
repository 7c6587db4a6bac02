"""Saving: the site file, what was given out beside it, and the keys under a passphrase."""

from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from screens.background import Ended, run_beside
from screens.conflict import AskConflict
from screens.dialogs import Choose
from screens.entry import Entry
from screens.focus import focus
from screens.new_passphrase import NewPassphrase
from screens.problem_line import ProblemLine
from screens.step import Step
from screens.unsealing import OpenSealed
from wgwizard.secret import Secret
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import open_site
from wgwizard.wizard.saving import (
    NOT_SAVED,
    OLD_SEAL,
    WHY,
    Seal,
    aside_text,
    conflict,
    guessable,
    lies_at,
    new_seal_text,
    path_problem,
    save,
    saved_onto,
    seal_of,
    site_path,
    would_replace,
    written_text,
)
from wgwizard.wizard.study import whole
from wgwizard.wizard.tools import Tools
from wgwizard.wizard.words import told


class SaveStep(Step):
    """Asks for the path, and for a passphrase where keys were made here."""

    NEXT_LABEL = "Save"
    SHOWS_KEYS = True

    def __init__(self, draft: Draft, tools: Tools) -> None:
        super().__init__(draft)
        self.tools = tools
        self.busy = False

    def compose(self) -> ComposeResult:
        """The path, and what will be written."""
        with VerticalScroll(can_focus=False):
            yield Static("Your answers become a file that you can open again.", classes="about", markup=False)
            yield Static("Where should the site be saved?", classes="prompt", markup=False)
            yield Entry(id="path")
            yield ProblemLine()
            yield Static("", id="written", markup=False)

    def enter(self, draft: Draft) -> None:
        """Offer a path; keys that are missing are made here too, for a draft that was left on this page goes on with it."""
        draft = whole(draft)
        super().enter(draft)
        self.change(draft)
        path = self.query_one("#path", Input)
        if not path.value or lies_at(draft, path.value):
            path.value = self.tools.path_for(draft)
        self._describe()
        self.query_one(VerticalScroll).scroll_home(animate=False)
        focus(path, scroll=False)

    def _describe(self) -> None:
        path = site_path(self.query_one("#path", Input).value) or "NAME.yaml"
        self.query_one("#written", Static).update(written_text(self.draft, path))

    def on_input_changed(self, event: Input.Changed) -> None:
        """The path changed."""
        event.stop()
        self._say("")
        self._describe()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter saves."""
        event.stop()
        self.finish()

    def _say(self, text: str) -> None:
        self.query_one(ProblemLine).say(text)

    def finish(self) -> None:
        """Save, after what has to be asked: whether to replace another file, and the passphrase."""
        path = site_path(self.query_one("#path", Input).value)
        if self.busy:
            return
        if wrong := path_problem(path):
            self._say(wrong)
            focus(self.query_one("#path", Input))
        elif would_replace(self.draft, path):
            ask = Choose(
                f"Replace {path}?", "A file of this name is there already.", (("no", "Choose another name"), ("yes", "Replace it"))
            )
            self.app.push_screen(ask, lambda answer: self._seal(path) if answer == "yes" else None)
        elif (found := conflict(self.draft, path, self.tools.keeping.others())) is not None:
            self.app.push_screen(AskConflict(path, found), lambda answer: self._decided(answer, path))
        else:
            self._seal(path)

    def _decided(self, answer: str | None, path: str) -> None:
        """What to do about a site that others changed, or have open."""
        if answer == "replace":
            self._seal(path)
        elif answer == "reopen":
            run_beside(self, "reopen", lambda: open_site(path, self.draft.passphrase))
        else:
            focus(self.query_one("#path", Input))

    def _seal(self, path: str) -> None:
        """Ask for what the keys are sealed with: once where keys lie sealed there already, twice for a new passphrase."""
        seal = seal_of(self.draft, path)
        if seal is Seal.KNOWN:
            self._write(path, self.draft.passphrase, seal)
            return
        if seal is Seal.OLD:
            draft = self.draft
            ask = OpenSealed("The passphrase of the keys", OLD_SEAL, lambda old: save(draft, path, old, seal))
            self.app.push_screen(ask, lambda ended: self._set_aside(path) if ended is None else self._written(ended))
        else:
            self._new_seal(path, seal)

    def _set_aside(self, path: str) -> None:
        """Without the passphrase of the sealed keys the new ones need a file of their own."""
        ask = Choose("Save without that passphrase?", aside_text(path), (("no", "Not now"), ("yes", "Set it aside")))
        self.app.push_screen(ask, lambda answer: self._new_seal(path, Seal.APART) if answer == "yes" else self._say(NOT_SAVED))

    def _new_seal(self, path: str, seal: Seal) -> None:
        """Ask for a new passphrase."""
        ask = NewPassphrase("A passphrase for the keys", new_seal_text(self.draft), guessable(self.draft))
        self.app.push_screen(ask, lambda new: self._write(path, new, seal) if new is not None else self._say(NOT_SAVED))

    def _write(self, path: str, passphrase: Secret | None, seal: Seal) -> None:
        """Sealing takes most of a second on purpose, so it is done beside the screen."""
        self.busy = True
        self._say("")
        draft = self.draft
        run_beside(self, "save", lambda: save(draft, path, passphrase, seal))

    def on_ended(self, event: Ended) -> None:
        """Written, or why not."""
        event.stop()
        self.busy = False
        self._written(event)

    def _written(self, event: Ended) -> None:
        if event.error is not None:
            self._say(told(event.error))
            focus(self.query_one("#path", Input))
            return
        draft: Any = event.value
        if event.name == "reopen":
            self.post_message(self.Replaced(draft, complete=True))
            return
        self.tools.keeping.claim_site(draft.path)
        self.post_message(self.Learned(lambda present: saved_onto(present, draft)))
        if self.display:
            self.post_message(self.Finished())

    def why(self) -> tuple[str, str]:
        """What is saved."""
        return ("What is saved, and where?", WHY)
