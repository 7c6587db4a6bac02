"""Putting the plan on Host β: what happens as it happens, what is asked on the way, and how long until the host undoes by itself."""

from textwrap import wrap
from time import monotonic
from typing import Any

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from screens.answers import Answers
from screens.apply_dialogs import DialogAsk
from screens.background import Ended, run_beside
from screens.button import Button
from screens.focus import focus
from screens.step import Step
from wgwizard.applying import Connector, Event, Outcome, State
from wgwizard.applying import Step as Stage
from wgwizard.errors import CancelledError, WgwizardError
from wgwizard.questions import Document
from wgwizard.wizard.applied import (
    IF_CLOSED,
    SIGNS,
    STAGES,
    WHY,
    WHY_NOT_HERE,
    apply,
    before,
    clock,
    invitation,
    is_next,
    remembered,
    with_lock_kept,
)
from wgwizard.wizard.applied import ending as ending_text
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.study import Study, study
from wgwizard.wizard.tools import Tools
from wgwizard.wizard.words import told

_TITLE_WIDTH = max(map(len, STAGES.values())) + 2


class Told(Message):
    """The connector told of something."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


def progress(events: dict[Stage, Event], width: int) -> str:
    """Each stage with its sign, and what was told of it last, in lines of at most `width`."""
    lines = []
    for stage, title in STAGES.items():
        event = events.get(stage)
        lead = f"{SIGNS[event.state] if event is not None else '○'} {title.ljust(_TITLE_WIDTH)}"
        text = event.text if event is not None else ""
        lines += wrap(text, width, initial_indent=lead, subsequent_indent=" " * len(lead)) or [lead.rstrip()]
    return "\n".join(lines)


class ApplyStep(Step):
    """Applies the plan when asked to; can be skipped."""

    NEXT_LABEL = "Go on"
    SHOWS_KEYS = True

    def __init__(self, draft: Draft, tools: Tools) -> None:
        super().__init__(draft)
        self.tools = tools
        self.events: dict[Stage, Event] = {}
        self.undo_at: float | None = None
        self.busy = False
        self.tried: Document | None = None  # the answers that were applied last, well or not

    def compose(self) -> ComposeResult:
        """To whom, the stages, and what is to be said."""
        with VerticalScroll(can_focus=False):
            with Horizontal(id="apply-head"):
                yield Static("", id="target", markup=False)
                yield Static("", id="undo", markup=False)
            yield Static("", id="progress", markup=False)
            yield Static("", id="ending", markup=False)
        with Answers():
            yield Button("Apply now", id="start", compact=True)

    def on_mount(self) -> None:
        """Count down."""
        self.set_interval(0.5, self._tick)

    def enter(self, draft: Draft) -> None:
        """Say to whom, or why it cannot be done from here; what was told of other answers than these is over."""
        super().enter(draft)
        if not self.busy and self.tried != draft.document:
            self.events = {}
        found, _ = study(draft)
        address = found.site.host.ssh if found is not None else None
        able = address is not None and self.tools.connector is not None
        start = self.query_one("#start", Button)
        start.display = able
        start.label = "Apply again" if self.events else "Apply now"
        start.refresh(layout=True)
        said = invitation(address, connected=self.tools.connector is not None)
        self.query_one("#target", Static).update(said)
        # What would not work stands in place of the stages until it is begun.
        self.query_one("#progress", Static).display = able and (self.busy or bool(self.events) or found is None or not found.unmet)
        self._show_progress()
        if not self.events and not self.busy:
            self._say(before(found, draft.path) if found is not None else "")
        is_wanted = is_next(draft, address, connected=self.tools.connector is not None)
        focus(start if is_wanted else self.screen.query_one("#next", Button))

    def _say(self, text: str, *, error: bool = False) -> None:
        """What stands below the stages."""
        ending = self.query_one("#ending", Static)
        ending.set_class(error, "-error")
        ending.update(text)

    def _show_progress(self) -> None:
        self.query_one("#progress", Static).update(progress(self.events, max(self.size.width - 4, 40)))

    def on_resize(self) -> None:
        """The lines are as wide as the page."""
        self._show_progress()

    def _tick(self) -> None:
        text = f"undo in {clock(self.undo_at - monotonic())}" if self.undo_at is not None else ""
        self.query_one("#undo", Static).update(text)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Apply now."""
        event.stop()
        found, _ = study(self.draft)
        connector = self.tools.connector
        if self.busy or found is None or found.site.host.ssh is None or connector is None:
            return
        self.busy, self.events, self.undo_at = True, {}, None
        self.tried = self.draft.document
        self.query_one("#start", Button).disabled = True
        self._say("")
        self.query_one("#progress", Static).display = True
        self._show_progress()
        self._run(found, found.site.host.ssh, connector)

    def _run(self, found: Study, address: str, connector: Connector) -> None:
        """Apply beside the screen."""
        draft, target, ask = self.draft, self.tools.target(address), DialogAsk(self.app)

        def work() -> Outcome:
            return apply(connector, draft, found, target, ask, self._tell)

        run_beside(self, "apply", work)

    def _tell(self, event: Event) -> None:
        """Called from the thread; the message is handled on the screen's side."""
        self.post_message(Told(event))

    def on_told(self, message: Told) -> None:
        """Show how far it is."""
        message.stop()
        event = message.event
        self.events[event.step] = event
        self.undo_at = monotonic() + event.undo_in if event.undo_in is not None else None
        self._say(IF_CLOSED.format("this window") if self.undo_at is not None else "")
        self._show_progress()
        self._tick()

    def on_ended(self, ended: Ended) -> None:
        """Done, or why not."""
        ended.stop()
        self.busy, self.undo_at = False, None
        self._tick()
        start = self.query_one("#start", Button)
        start.disabled = False
        start.label = "Apply again"
        start.refresh(layout=True)
        if ended.error is not None:
            self._fail_running()
            if not isinstance(ended.error, CancelledError):  # a person's no is no failure
                tried = self.tried
                self.post_message(self.Learned(lambda draft: replace(draft, failed=tried)))
            self._say(told(ended.error), error=True)
            self.query_one(VerticalScroll).scroll_end(animate=False)
            focus(start)
            return
        result: Any = ended.value
        self._say(ending_text(result))
        self.query_one(VerticalScroll).scroll_end(animate=False)
        self.post_message(self.Learned(lambda draft: self._remembered(draft, result)))
        if self.display:
            focus(self.screen.query_one("#next", Button))  # Enter goes on

    def _fail_running(self) -> None:
        """What was still running when it ended did not come to its end."""
        self.events = {
            stage: replace(event, state=State.FAILED) if event.state is State.RUNNING else event for stage, event in self.events.items()
        }
        self._show_progress()

    def _remembered(self, draft: Draft, result: Outcome) -> Draft:
        """What the host told serves later pages, and later runs where it can be written."""
        draft = replace(remembered(draft, result), applied=self.tried)  # the answers may have changed meanwhile
        try:
            return with_lock_kept(draft)
        except WgwizardError as error:
            self._say(f"{ending_text(result)}\n{told(error)}")
            self.query_one(VerticalScroll).scroll_end(animate=False)
            return draft

    def finish(self) -> None:
        """Go on, unless the host is being changed right now."""
        if not self.busy:
            super().finish()

    def under_way(self) -> str:
        """An apply ends with the wizard, and the host then goes back."""
        return "Host β is being changed right now. If you leave, it goes back to how it was by itself." if self.busy else ""

    def why(self) -> tuple[str, str]:
        """What applying does."""
        return ("What happens to Host β?", WHY if self.query_one("#start").display else WHY_NOT_HERE)
