"""The wizard's answers on disk while it runs: kept as one goes, and who else works on the same site."""

import shlex
import threading
from collections.abc import Callable
from pathlib import Path
from textwrap import fill

from wgwizard.profiles.claims import Claim, claim_site, holder_text
from wgwizard.profiles.files import FileError
from wgwizard.profiles.state import private_directory, state_path
from wgwizard.profiles.unfinished import Keeper, draft_text
from wgwizard.wizard.draft import Draft

_KEYS_END = "Private keys that were made here are not kept: new ones are made when you go on."


class Keeping:
    """Keeps the draft of one wizard. `trouble` is why the answers cannot be kept now, `None` while they can."""

    def __init__(self) -> None:
        self.keeper = Keeper()
        self.claim: Claim | None = None
        self.trouble: FileError | None = None
        self.draft = Draft()
        self._origin: str | None = None
        self._lock = threading.Lock()  # a keeper and its draft go together

    def opened(self, draft: Draft) -> None:
        """Another draft is worked on now: the one before stays on disk. A saved site is claimed."""
        self.flush()
        with self._lock:
            self.keeper.close()
            self.keeper, self.draft = Keeper(Path(draft.kept) if draft.kept is not None else None), draft
        self.claim_site(draft.path)
        try:
            private_directory("drafts")
        except FileError as failure:
            self.trouble = failure

    def closed(self) -> None:
        """The wizard ends: what it claimed is free."""
        self.keeper.close()
        self.claim_site(None)

    def claim_site(self, path: str | None) -> None:
        """This site is worked on now, in place of the one before."""
        if path != self._origin:
            if self.claim is not None:
                self.claim.release()
            self._origin = path
            self.claim = claim_site(path) if path is not None else None

    def note(self, draft: Draft, page: str) -> None:
        """These are the answers now."""
        self.draft = draft
        self.keeper.note(draft.document, page=page, origin=draft.path, digest=draft.stamp.site,
                         preset=draft.preset, taken=draft.taken, accepted=draft.accepted)  # fmt: skip

    def flush(self) -> None:
        """Write what is not written yet, or take the draft away where the site holds it all; `trouble` says how it went."""
        with self._lock:
            try:
                if self.draft.is_saved or not self.draft.has_answers:
                    self.keeper.forget()
                else:
                    self.keeper.flush()
                    self.trouble = None
            except FileError as failure:
                self.trouble = failure

    def flush_beside(self, then: Callable[[], object]) -> None:
        """The same in a daemon thread, for a disk may be slow; `then` is called there."""

        def work() -> None:
            self.flush()
            then()

        threading.Thread(target=work, name="wgwizard keep", daemon=True).start()

    def others(self) -> str:
        """Who else works on the site right now; nothing where nobody does."""
        return holder_text(self.claim.holder) if self.claim is not None and self.claim.take() and self.claim.holder is not None else ""

    def notice(self) -> str:
        """What must be known while one goes on: that the answers cannot be kept and why, and who else works on the site."""
        lines = []
        if self.trouble is not None:
            lines.append(f"! Your answers cannot be kept: {self.trouble.message}")
        if others := self.others():
            lines.append(f"! Also open in {others}: look as you like, saving asks")
        return "\n".join(lines)

    def where_kept(self) -> str:
        """What becomes of the answers when the wizard is left now; call `flush` before."""
        if self.draft.is_saved:
            return f"Everything is saved in {self.draft.path}.{_keys_end(self.draft)}"
        if not self.draft.has_answers:
            return "Nothing was answered yet." if self.draft.preset is None else "Nothing was changed in the preset, so nothing is kept."
        if self.trouble is None:
            path = self.draft.path
            unsaved = "The answers are not saved as a site yet" if path is None else f"Your changes are not in {path} yet"
            told = f"{unsaved}. They are kept as a draft, which the next start offers:"
            return f"{told}\n{self.path}{_keys_end(self.draft)}"
        hint = f"; {self.trouble.hint}" if self.trouble.hint else ""
        return f"The answers are not saved, and cannot be kept as a draft either: {self.trouble.message}{hint}."

    def farewell(self) -> str:
        """What is said when the wizard has been left: where the answers are, and how to go on; nothing where there are none."""
        if not self.draft.is_saved and (not self.draft.has_answers or self.path is None):
            return ""
        again = f" {shlex.quote(self.draft.path)}" if self.draft.is_saved and self.draft.path is not None else ""
        lines = [*self.where_kept().splitlines(), f"To go on: wgwizard{again}"]
        return "\n".join(fill(line, 79, break_long_words=False, break_on_hyphens=False) for line in lines)

    @property
    def path(self) -> Path | None:
        """The draft's file, once there is one."""
        return self.keeper.path

    @property
    def is_lost(self) -> bool:
        """Whether answers would be gone when the wizard is left now."""
        return self.trouble is not None and self.draft.has_answers and not self.draft.is_saved

    def parting_text(self) -> str:
        """The answers to print where they cannot be kept: a draft's YAML, without keys, and what to do with it."""
        try:
            folder = str(state_path() / "drafts")
        except FileError:
            folder = "wgwizard/drafts in the directory that XDG_STATE_HOME names"
        lead = (
            "Your answers could not be kept. Put these lines into a file that ends",
            "in .yaml below",
            folder,
            "and the wizard offers them.",
        )
        return "".join(f"# {line}\n" for line in lead) + draft_text(self.draft.document)


def _keys_end(draft: Draft) -> str:
    """What becomes of keys that lie sealed nowhere."""
    return f"\n{_KEYS_END}" if draft.has_unsaved_keys else ""
