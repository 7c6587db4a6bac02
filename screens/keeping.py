"""The wizard's answers while it runs and when it ends: kept as one goes, offered where they were left, and told where they are."""

from typing import Any

from textual.app import ScreenStackError
from textual.timer import Timer
from textual.widgets import Static

from screens.background import Ended
from screens.step import Step
from screens.terminal import Careful
from wgwizard import profiles
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import latest_of, open_draft, sealed_text, with_opened_keys
from wgwizard.wizard.tools import Tools
from wgwizard.wizard.words import told

_HOST_GOES_BACK = """\
Host β was being changed: it goes back by itself to how it was, unless the
change was confirmed already. How it stands: wgwizard status, with the site.
"""


class KeepsAnswers(Careful):
    """An App over one draft, which is kept while one goes; `parting` is what is to be printed once the terminal is free.

    `here` names the page that is shown. A class of its own so that what the pages do and what becomes of the answers stay apart.
    """

    def __init__(self, draft: Draft, tools: Tools, *, begin_at: str, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.draft = draft
        self.tools = tools
        self.here = begin_at
        self.parting = ""
        self._keeping_timer: Timer | None = None

    @property
    def page(self) -> Step:
        """The page that is shown."""
        return self.query_one(f"#{self.here}", Step)

    async def open_anew(self, draft: Draft, *, complete: bool) -> None:
        """Another site was opened: all pages are made anew; `complete` where all of them were answered before."""
        raise NotImplementedError

    def on_unmount(self) -> None:
        """What this wizard claimed is free for others."""
        self.tools.keeping.closed()

    # --- what was left at the beginning ----------------------------------------------------------------------------------------

    def offer_what_was_left(self) -> None:
        """Offer the answers for this site that were left unsaved, and to open its keys."""
        kept = latest_of(self.draft.path) if self.draft.path is not None else None
        if kept is not None:
            self._offer_draft(kept)
        else:
            self._open_keys()

    def _offer_draft(self, kept: Draft) -> None:
        from screens.dialogs import Choose

        ask = Choose("Go on where you left off?", f"There are answers for this site that are not saved:\n{kept.kept}",
                     (("go", "Go on with them"), ("saved", "Open the site as it is saved")))  # fmt: skip

        async def begin(answer: str | None) -> None:
            if answer == "go":
                await self.open_anew(open_draft(kept, None), complete=False)
            self._open_keys()

        self.push_screen(ask, begin)

    def _open_keys(self) -> None:
        if self.draft.path is not None and self.draft.passphrase is None and profiles.has_keys(self.draft.path):
            self._ask_passphrase("")

    def _ask_passphrase(self, why_again: str) -> None:
        """Keys lie sealed beside the site that the command line named."""
        from screens.unsealing import OpenSite

        draft, body = self.draft, f"{sealed_text('Escape')}\n{why_again}".rstrip()
        self.push_screen(OpenSite("The passphrase of its keys", body, lambda passphrase: open_draft(draft, passphrase)), self._unsealed)

    def _unsealed(self, event: Ended | None) -> None:
        """The keys are open, and join the answers as they are by now; or why not."""
        if event is None:
            return
        if event.error is not None:
            self._ask_passphrase(told(event.error))
            return
        opened: Any = event.value
        present = self.page.draft
        if present.path == opened.path and present.passphrase is None:
            self.draft = with_opened_keys(present, opened)
            (self.page.enter if self.page.SHOWS_KEYS else self.page.learn)(self.draft)

    # --- while one goes --------------------------------------------------------------------------------------------------------

    def keep(self, draft: Draft, within: float) -> None:
        """Keep these answers within so many seconds; a change meanwhile goes with them."""
        self.tools.keeping.note(draft, self.here)
        if self._keeping_timer is not None and within == 0:
            self._keeping_timer.stop()
            self._keeping_timer = None
        if self._keeping_timer is None:
            self._keeping_timer = self.set_timer(within or 0.001, self._keep_now)

    def _keep_now(self) -> None:
        self._keeping_timer = None
        self.tools.keeping.flush_beside(lambda: self.call_later(self._show_notice))

    def _show_notice(self) -> None:
        """What must be known while one goes on."""
        text = self.tools.keeping.notice()
        if text and self.query("#middle") and not self.query("#notice"):
            middle = self.query_one("#middle")  # below the dialog that may be shown
            middle.screen.mount(Static(id="notice", markup=False), before=middle)
        for notice in self.query("#notice").results(Static):  # there is none any more where the wizard ends meanwhile
            if notice.content != text:
                notice.display = bool(text)
                notice.update(text)

    # --- at the end ------------------------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Ask once, say where the answers are kept, and leave."""
        from screens.dialogs import Choose

        if self.screen.id == "leave":
            return
        keeping = self.tools.keeping
        keeping.flush()
        self._show_notice()
        kept = "\n".join(filter(None, [*(page.under_way() for page in self.query(Step)), keeping.where_kept()]))
        ways = [("stay", "Stay"), *([("print", "Leave and print them")] if keeping.is_lost else []), ("go", "Leave")]
        dialog = Choose("Leave the wizard?", kept, tuple(ways))
        dialog.id = "leave"
        self.push_screen(dialog, self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer == "print":
            self.parting = self.tools.keeping.parting_text()
        if answer in ("go", "print"):
            self.leave_with(0 if self.tools.keeping.draft.is_saved else 130)

    def keep_answers(self) -> bool:
        """Before an end that nobody asked for; where they are is printed, or what cannot be kept. Whether it was kept."""
        keeping = self.tools.keeping
        keeping.flush()
        self.parting = self._cut_short() + (keeping.parting_text() if keeping.is_lost else keeping.farewell())
        return not keeping.is_lost

    def leave_with(self, code: int) -> None:
        """Keep what is not saved, and end with this exit code."""
        self.tools.keeping.flush()
        self.parting = self._cut_short() + (self.parting or self.tools.keeping.farewell())
        self.exit(return_code=code)

    def _cut_short(self) -> str:
        """What was still going on, and what becomes of it."""
        try:
            return _HOST_GOES_BACK if any(page.under_way() for page in self.query(Step)) else ""
        except ScreenStackError:  # it ends before it showed anything
            return ""
