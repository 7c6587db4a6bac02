"""The end: what each point's owner has to do now, their files, and whether they have arrived."""

from textwrap import wrap
from typing import Any, ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Hide
from textual.timer import Timer
from textual.widgets import Static

from screens.answers import Answers
from screens.apply_dialogs import DialogAsk
from screens.background import Ended, run_beside
from screens.button import Button
from screens.focus import focus
from screens.handover import HandOver
from screens.step import Step
from wgwizard.owners import HERE, Block, block_lines, named, proof_text, waiting_text, what_to_do
from wgwizard.wizard.applied import undone
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.handover import key_made_here, point_files
from wgwizard.wizard.study import Outlook, Study, outlook, study
from wgwizard.wizard.tools import Tools, write_files, written_before
from wgwizard.wizard.words import told

EVERY = 10.0  # seconds; each look is a login of its own
_WHY = (
    "“Prove it” lets Host β connect to whatever the points may reach, and says why where nothing comes back. "
    "A handshake is the moment when a point and Host β have recognised each other; it comes when the point first sends something. "
    "`sudo wg show` on Host β shows the same. When a point does not arrive, look first whether its endpoint can be reached from "
    "outside."
)


def shown(blocks: tuple[Block, ...], width: int = 10_000) -> Content:
    """The blocks below each other, with bold headings and a free line between those that are not below another.

    A line that is longer than the width goes on below its beginning.
    """
    pieces: list[Content] = []
    for block in blocks:
        pieces += [Content("")] if pieces and not block.heading.startswith(" ") else []
        pieces.append(Content.styled(block.heading, "bold"))
        for line in block_lines(block):
            indent = " " * (len(line) - len(line.lstrip()))
            pieces += map(Content, wrap(line, width, subsequent_indent=f"{indent}  ", break_long_words=False, break_on_hyphens=False))
    return Content("\n").join(pieces)


class DoneStep(Step):
    """What is left to do by hand, and a live look for each point's first handshake."""

    NEXT_LABEL = "Leave"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", "more", key_display="PgDn"),
    ]
    SHOWS_KEYS = True

    def __init__(self, draft: Draft, tools: Tools) -> None:
        super().__init__(draft)
        self.tools = tools
        self.found: Study | None = None
        self.keyring = draft.keyring
        self.seen: dict[str, float | None] | None = None
        self.waiting = False
        self.looking = self.proving = False
        self.again: Timer | None = None
        self.ask = DialogAsk(self.app)
        self.folder = HERE
        self.result: Outlook | None = None

    def compose(self) -> ComposeResult:
        """What to do for each point, the buttons, and who has arrived."""
        with VerticalScroll():
            yield Static("", id="owners", markup=False)
            yield Static("", id="arrived", markup=False)
            yield Static("", id="proven", markup=False)
        yield Static("", id="told", markup=False)
        with Answers():
            yield Button("Write all files", id="write", compact=True)
            yield Button("Hand over one file", id="hand-over", compact=True)
            yield Button("Wait for them", id="wait", compact=True)
            yield Button("Prove it", id="prove", compact=True)

    def enter(self, draft: Draft) -> None:
        """Say what is left."""
        super().enter(draft)
        self.found, _ = study(draft)
        if self.found is None or self.found.strategy is None:
            return
        result = outlook(self.found, draft.keyring)
        self.keyring = result.keyring
        self.folder = written_before(draft, result)
        self._show_owners(result)
        can_look = self.tools.connector is not None and self.found.site.host.ssh is not None
        for name in ("#wait", "#prove"):
            self.query_one(name, Button).display = can_look
        if not self.waiting:
            self._say("")  # what was said of other files
        self.query_one(VerticalScroll).scroll_home(animate=False)
        focus(self.query_one("#write", Button))
        self._show_arrived()

    def _show_owners(self, result: Outlook) -> None:
        self.result = result
        if self.found is None:
            return
        blocks = what_to_do(result.plan, result.bundle, self.folder, self.found.unmet, undone(self.draft, self.found))
        width = self.query_one(VerticalScroll).scrollable_content_region.width
        self.query_one("#owners", Static).update(shown(blocks, max(width or self.room - 4, 30)))

    def on_resize(self) -> None:
        """Wrap anew."""
        if self.result is not None and self.is_attached and self.display:
            self._show_owners(self.result)

    def _show_arrived(self) -> None:
        if self.found is None or self.seen is None:
            return
        keys = {**self.found.lock.public_keys, **self.keyring.public}
        arrived = self.query_one("#arrived", Static)
        arrived.update(waiting_text(self.found.site, keys, self.seen))
        if self.waiting:
            self.call_after_refresh(lambda: arrived.scroll_visible(animate=False))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Write the files, or wait."""
        event.stop()
        if event.button.id == "write":
            self._write()
        elif event.button.id == "hand-over":
            self._hand_over()
        elif event.button.id == "prove":
            self._prove()
        elif not self.waiting:
            self._wait("waiting; a point arrives when it first sends something")
            self._look()

    def action_page(self, by: int) -> None:
        """Scroll what is left to do, wherever the focus is."""
        told = self.query_one(VerticalScroll)
        told.scroll_relative(y=by * max(told.size.height - 1, 1), animate=False)

    def on_hide(self, _: Hide) -> None:
        """Whoever leaves the page waits no longer: each look is a login."""
        if self.waiting and not self.display:
            self._wait_no_longer("")

    def _wait(self, said: str) -> None:
        self.waiting = True
        self._say(said)

    def _wait_no_longer(self, said: str) -> None:
        self.waiting = False
        if self.again is not None:
            self.again.stop()
            self.again = None
        self._say(said)

    def _say(self, text: str) -> None:
        self.query_one("#told", Static).update(text)

    def _write(self) -> None:
        if self.found is not None:
            draft, whole = self.draft, outlook(self.found, self.keyring)
            run_beside(self, "write", lambda: write_files(draft, whole))

    def _hand_over(self) -> None:
        files = point_files(outlook(self.found, self.keyring)) if self.found is not None else ()
        if files:
            self.app.push_screen(HandOver(files, self.draft), self._handed)

    def _handed(self, wanted: int | None) -> None:
        """Host β's key is made here, where that is wanted; it lies nowhere until the site is saved, so saving it comes next."""
        if wanted is not None:
            self.change(key_made_here(self.draft))
            self.post_message(self.Leads("save"))

    def _look(self) -> None:
        connector, found = self.tools.connector, self.found
        if self.looking or not self.waiting:
            return
        if connector is None or found is None or found.site.host.ssh is None:
            return
        interface, target, ask = found.site.tunnel.interface, self.tools.target(found.site.host.ssh), self.ask
        self.looking = True
        run_beside(self, "handshakes", lambda: connector.handshakes(interface, target, ask))

    def _prove(self) -> None:
        connector, found = self.tools.connector, self.found
        if self.proving or connector is None or found is None or found.site.host.ssh is None:
            return
        interface, target, ask = found.site.tunnel.interface, self.tools.target(found.site.host.ssh), self.ask
        plan = outlook(found, self.keyring).plan
        self.proving = True
        self._say("Host β tries to connect to whatever the points may reach …")
        run_beside(self, "prove", lambda: connector.status(interface, target, ask, plan))

    def _proved(self, event: Ended) -> None:
        self.proving = False
        self._say(told(event.error) if event.error is not None else "")
        if event.error is None and self.found is not None:
            found: Any = event.value
            names = {key: name for name, key in {**self.found.lock.public_keys, **self.keyring.public}.items()}
            proof = self.query_one("#proven", Static)
            proof.update(named(proof_text(found), names))
            self.call_after_refresh(self.query_one(VerticalScroll).scroll_end, animate=False)

    def on_ended(self, event: Ended) -> None:
        """A look, a proof or the writing is over."""
        event.stop()
        value: Any = event.value
        if event.name == "write":
            self._say(told(event.error) if event.error is not None else value)
            if event.error is None and self.found is not None:
                self.folder = replace(self.folder, is_there=True, is_current=True)
                self._show_owners(outlook(self.found, self.keyring))
            return
        if event.name == "prove":
            self._proved(event)
            return
        self.looking = False
        if event.error is not None:
            self._wait_no_longer(told(event.error))
            return
        self.seen = value
        self._show_arrived()
        if self.waiting:
            self.again = self.set_timer(EVERY, self._look)

    def why(self) -> tuple[str, str]:
        """What a handshake is."""
        return ("What is left to do?", _WHY)
