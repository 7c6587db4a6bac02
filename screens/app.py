"""The wizard's App: it owns the draft and the order of the pages; each page is a file of its own."""

import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import Reactive
from textual.screen import ModalScreen
from textual.widgets import ContentSwitcher

from screens.background import Broke, Ended, run_beside
from screens.button import Button
from screens.chrome import Buttons, Header, Keys, StepBar
from screens.framed import START, Framed
from screens.pages import PAGES, TITLES, place_of
from screens.step import HEIGHTS, WIDTHS, Step
from screens.terminal import CALM, check_terminal, is_colourless
from wgwizard.questions import Document, new_document
from wgwizard.target import Target
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import is_same_site, open_site
from wgwizard.wizard.tools import Tools

# What the first page does without is imported where it is used.
if TYPE_CHECKING:
    from screens.form import Form
    from wgwizard.applying import Connector
    from wgwizard.surroundings import Surroundings

SAVE = "save"
LOOK_AROUND = "look around"
LOOK_AFTER = 0.3  # seconds: the first key is not to wait for what this imports
KEEP_WITHIN = 1.0  # seconds from a change to the draft on disk


class WizardApp(Framed, inherit_bindings=False):
    """The pages in their order over one draft; `tools` are what it may use of the world outside."""

    TITLE = "wgwizard"
    CSS_PATH: ClassVar[list[str | Path]] = ["app.tcss"]  # type: ignore[assignment]
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next", "next", key_display="^N"),
        Binding("escape", "back", "back", key_display="Esc"),
        Binding("f1,question_mark", "why", "why", key_display="F1 ?"),
        Binding("f2", "picture", "picture", key_display="F2", priority=True),
        Binding("f3", "go('files')", "files", key_display="F3"),
        Binding("ctrl+s", "go('save')", "save", key_display="^S"),
        Binding("ctrl+q", "leave", "quit", key_display="^Q", priority=True),
        Binding("ctrl+c", "leave", show=False),
    ]

    theme: Reactive[str] = Reactive(CALM.name)

    def __init__(self, draft: Draft, tools: Tools, *, begin_at: str = START, plain_colours: bool = False) -> None:
        super().__init__(draft, tools, begin_at=begin_at, ansi_color=True if plain_colours else None)
        self.surroundings: Surroundings | None = None
        self.came_from = ""  # the page that was left by a jump to the shown one
        # Nothing here shows a toast or a tooltip, and their places would be laid out once more after the first page stands.
        self._disable_notifications = self._disable_tooltips = True
        if plain_colours:
            self.theme = "ansi-dark"
            self.css_path = [*self.css_path, Path(__file__).parent / "plain.tcss"]

    def compose(self) -> ComposeResult:
        """The frame with the first page; the others come when they are needed."""
        yield Header()
        yield StepBar(TITLES)
        with Horizontal(id="middle"), Vertical(id="page"):
            with ContentSwitcher(id="pages", initial=START if self.here == START else None):
                if self.here == START:
                    yield self._made(START)
            yield Buttons(can_go_back=self.here != START)
        yield Keys()

    async def on_mount(self) -> None:
        """Show the first page."""
        self.watch_signals()
        self.tools.keeping.opened(self.draft)
        await self.show_page(self.here)
        self.set_timer(LOOK_AFTER, self._look_around)
        self.take_keys()
        self.offer_what_was_left()

    def _look_around(self) -> None:
        """Look at this machine, and for garbage from here on: the first page stands, and a key that was pressed at once is worked on."""
        gc.freeze()
        gc.enable()
        if self.tools.look_around is not None:
            run_beside(self, LOOK_AROUND, self.tools.look_around)

    def on_ended(self, event: Ended) -> None:
        """Looked around."""
        if event.name == LOOK_AROUND:
            self.surroundings = event.value
            self.draft = self._informed(self.draft)
            self.page.learn(self._informed(self.page.draft))

    def _informed(self, draft: Draft) -> Draft:
        """The draft that also knows what this machine shows."""
        return replace(draft, here=self.surroundings)

    async def show_page(self, name: str) -> None:
        """Show a page, made the first time that it is needed."""
        self.here, self.wanted, self.came_from = name, "", ""
        self.reached = max(self.reached, self.place)
        switcher = self.query_one("#pages", ContentSwitcher)
        if not switcher.query_children(f"#{name}"):
            await switcher.add_content(self._made(name))
        switcher.current = name
        self.refresh_frame()
        self.query_one(Buttons).below("")
        self.page.enter(self.draft)
        self.keep(self.draft, 0)

    def _made(self, name: str) -> Step:
        if name != START:
            self.read_styles()
        step = PAGES[place_of(name)].make(self.draft, self.tools)
        step.id = name
        return step

    def on_step_changed(self, event: Step.Changed) -> None:
        """Keep the draft, and the picture true."""
        self.draft = self._informed(event.draft)
        self.refresh_frame()
        self.keep(self.draft, KEEP_WITHIN)

    def on_step_learned(self, event: Step.Learned) -> None:
        """What work beside the screen found, onto the answers as they are now."""
        self.draft = self._informed(event.onto(self.page.draft))
        self.page.learn(self.draft)
        self.refresh_frame()
        self.keep(self.draft, KEEP_WITHIN)

    def on_form_below(self, event: "Form.Below") -> None:
        """How many questions the page has below what is seen of it."""
        if self.page in event.form.ancestors:
            self.query_one(Buttons).below(event.text)

    def on_form_changed(self, event: "Form.Changed") -> None:
        """A point that is being described, in a dialog: its answers are kept too, though they are not taken over yet."""
        self.keep(event.draft, KEEP_WITHIN)

    async def on_step_finished(self, _: Step.Finished) -> None:
        """On to the next page."""
        if self.place + 1 < len(PAGES):
            await self.show_page(PAGES[self.place + 1].name)
        else:
            self.leave_with(0)

    async def on_step_leads(self, event: Step.Leads) -> None:
        """A page leads to another one."""
        await self.action_go(event.name)

    async def on_step_replaced(self, event: Step.Replaced) -> None:
        """Another site was opened."""
        await self.open_anew(event.draft, complete=event.complete)

    async def open_anew(self, draft: Draft, *, complete: bool) -> None:
        """Another site: all pages are made anew; `complete` where all of them were answered before."""
        if not is_same_site(draft, self.draft):
            self.tools = self.tools.for_another_site()
        self.draft = self._informed(draft)
        self.tools.keeping.opened(self.draft)
        wanted = min(place_of(self.draft.kept_page or PAGES[1].name), place_of("save"))
        self.reached = place_of("strategy") if complete else wanted
        switcher = self.query_one("#pages", ContentSwitcher)
        switcher.current = None  # a page made anew under the name that is shown would stay hidden
        for step in switcher.query(Step):
            if step.id != START:
                await step.remove()
        stuck = next((page for page in PAGES[1:wanted] if page.is_wrong(self.draft)), PAGES[max(wanted, 1)])
        await self.show_page(stuck.name)

    async def on_step_bar_picked(self, event: StepBar.Picked) -> None:
        """A step in the bar was clicked."""
        await self.action_go(PAGES[event.place + 1].name)

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """The two buttons below the page."""
        if event.button.id == "next":
            self.action_next()
        elif event.button.id == "back":
            await self.action_back()

    def action_next(self) -> None:
        """Ask the page to finish."""
        self.page.finish()

    async def action_back(self) -> None:
        """One page back, or to where one jumped from; nothing is lost."""
        if self.place > 0:
            await self.show_page(self.came_from or PAGES[self.place - 1].name)

    def action_why(self) -> None:
        """Why the focused question is asked."""
        from screens.dialogs import Help

        title, text = self.page.why()
        self.push_screen(Help(title, text))

    def action_picture(self) -> None:
        """The picture large, and from there every connection; from a point's page with what stands there; from the picture back."""
        from screens.picture import PICTURE

        screen = self.screen
        if screen.name == PICTURE:
            screen.dismiss(None)
        elif not isinstance(screen, ModalScreen) or hasattr(screen, "draft"):
            from screens.connections import PictureScreen

            draft: Draft = getattr(screen, "draft", self.draft)
            self.push_screen(PictureScreen(draft))

    async def action_go(self, name: str) -> None:
        """To a page that was reached before, or, where all before it are in order, to any; the key for saving saves where one is there."""
        if name == self.here == SAVE:
            self.page.finish()
            return
        wanted, here = place_of(name), self.here
        is_known = wanted <= self.reached and wanted < place_of("strategy")  # a page of questions: what is wrong may be mended there
        stuck = None if is_known else next((page.name for page in PAGES[1:wanted] if page.is_wrong(self.draft)), None)
        await self.show_page(stuck or name)
        self.came_from = here if here != self.here else ""
        if stuck is None:
            return
        self.wanted = name
        self.show_detour()
        if stuck != SAVE:  # nobody said that it be saved
            self.page.finish()

    def on_broke(self, message: Broke) -> None:
        """Work beside the screen met an error that nobody expected."""
        raise message.error


def run_wizard(
    connector: "Connector | None",
    *,
    site_path: str | None = None,
    document: Document | None = None,
    output: str | None = None,
    login: Target | None = None,
    look_around: "Callable[[], Surroundings] | None" = None,
) -> int:
    """Run the wizard in this terminal and return the exit code.

    It begins with a saved site, a preset's document, or from nothing; `login` holds what the command line says of logging in, its
    address left to the site; `look_around` looks at this machine. Raises UsageError where there is no terminal, SiteRefusedError or
    FileError for a site that cannot be opened.
    """
    check_terminal(os.environ, stdin_is_terminal=sys.stdin.isatty(), stderr_is_terminal=sys.stderr.isatty())
    draft = open_site(site_path, None) if site_path is not None else Draft(document or new_document(), preset=document)
    begin_at = START if site_path is None and document is None else PAGES[1].name
    tools = Tools(connector, output, login or Target(address=""), look_around=look_around, login_of={site_path} if site_path else set())
    app = WizardApp(draft, tools, begin_at=begin_at, plain_colours=is_colourless(os.environ))
    app.run()
    if app.parting:
        with suppress(OSError):  # a terminal that went away
            print(app.parting, flush=True)  # noqa: T201 - data, for there is no other place for it
    return app.return_code or 0
