"""Saving: the site file, what was given out beside it, and the keys under a passphrase."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from screens.background import Ended, run_beside
from screens.dialogs import AskSecret, Choose
from screens.draft import Draft
from screens.entry import Entry
from screens.field import ProblemLine, said, told
from screens.focus import focus
from screens.step import Step
from screens.tools import Tools
from wgwizard import profiles, sitefile
from wgwizard.keys import joined, remember
from wgwizard.profiles import LOCK_SUFFIX, SECRETS_SUFFIX, beside_path, unfinished
from wgwizard.questions import Document
from wgwizard.questions.examples import examples_problem
from wgwizard.secret import Secret

_WHY = (
    "The site file holds your answers and no secret, so it can be shown and kept under version control. `wgwizard plan FILE` makes the same"
    " files from it again, and `wgwizard FILE` opens it here. When unsure, keep the name that is offered."
)
_NEW_SEAL = (
    "Private keys were made here. They are sealed with this passphrase in a file beside the site, and nobody can help if it is forgotten:"
    " new keys would have to be made then."
)
_OLD_SEAL = "Keys lie sealed beside this site already. With their passphrase the new ones join them."


def in_order(document: Document) -> Document:
    """The same answers in the order of docs/site-file.md; as they are where they are no site yet."""
    site, _ = sitefile.read(document)
    return document if site is None else sitefile.to_document(site)


class SaveStep(Step):
    """Asks for the path, and for a passphrase where keys were made here."""

    NEXT_LABEL = "Save"

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
        """Offer a path."""
        super().enter(draft)
        path = self.query_one("#path", Input)
        if not path.value or path.value == draft.path:
            path.value = self.tools.path_for(draft)
        self._describe()
        focus(path)

    def _describe(self) -> None:
        path = self.query_one("#path", Input).value.strip() or "NAME.yaml"
        lines = [f"  {path}", "      your answers; no secrets", f"  {beside_path(path, LOCK_SUFFIX)}"]
        lines += ["      addresses that were given out, and public keys; no secrets"]
        if self.draft.keyring.private or self.draft.keyring.preshared:
            lines += [f"  {beside_path(path, SECRETS_SUFFIX)}", "      private keys, sealed with a passphrase that you are asked for"]
        examples = [said(problem) for problem in examples_problem(self.draft.document, self.draft.preset)]
        self.query_one("#written", Static).update("\n".join(["Written will be:", *lines, *(["", *examples] if examples else [])]))

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
        path = self.query_one("#path", Input).value.strip()
        if self.busy:
            return
        if not path or Path(path).is_dir():
            self._say(f'× "{path}" is no file name. Give a name such as home.yaml.')
            focus(self.query_one("#path", Input))
        elif not Path(path).parent.is_dir():
            self._say(f"× There is no directory {Path(path).parent}. Make it, or give another path.")
            focus(self.query_one("#path", Input))
        elif Path(path).exists() and path != self.draft.path:
            ask = Choose(
                f"Replace {path}?", "A file of this name is there already.", (("no", "Choose another name"), ("yes", "Replace it"))
            )
            self.app.push_screen(ask, lambda answer: self._seal(path) if answer == "yes" else None)
        else:
            self._seal(path)

    def _seal(self, path: str) -> None:
        """Ask for what the keys are sealed with: once where keys lie sealed there already, twice for a new passphrase."""
        keyring = self.draft.keyring
        if not (keyring.private or keyring.preshared) or self.draft.passphrase is not None:
            self._write(path, self.draft.passphrase, known=True)
            return
        known = path == self.draft.path and profiles.has_keys(path)
        ask = AskSecret("The passphrase of the keys", _OLD_SEAL) if known else AskSecret("A passphrase for the keys", _NEW_SEAL, twice=True)
        self.app.push_screen(ask, lambda passphrase: self._write(path, passphrase, known=known) if passphrase is not None else None)

    def _write(self, path: str, passphrase: Secret | None, *, known: bool) -> None:
        """Sealing takes most of a second on purpose, so it is done beside the screen."""
        self.busy = True
        self._say("")
        draft = self.draft

        def work() -> Draft:
            keyring = draft.keyring
            if passphrase is not None:
                keyring = joined(profiles.load_keys(path, passphrase), keyring) if known else keyring
                profiles.save_keys(path, keyring, passphrase)
            lock = remember(draft.lock, keyring)
            profiles.save_site(path, in_order(draft.document))
            profiles.save_lock(path, lock)
            unfinished.forget_draft()
            sealed = draft.sealed and passphrase is None
            return replace(draft, path=path, saved=draft.document, lock=lock, keyring=keyring, passphrase=passphrase, sealed=sealed)

        run_beside(self, "save", work)

    def on_ended(self, event: Ended) -> None:
        """Written, or why not."""
        event.stop()
        self.busy = False
        if event.error is not None:
            self._say(told(event.error))
            focus(self.query_one("#path", Input))
            return
        saved: Any = event.value
        self.change(saved)
        self.post_message(self.Finished())

    def why(self) -> tuple[str, str]:
        """What is saved."""
        return ("What is saved, and where?", _WHY)
