"""F2: the picture large, and every connection in a list from which one is followed."""

import re
from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from msgspec import Struct
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from screens.background import Ended, run_beside
from screens.chrome import Keys
from screens.entry import Entry
from screens.focus import focus
from screens.follow import FollowScreen
from screens.listed import Listed
from screens.picture import PICTURE, Drawn
from screens.step import HEIGHTS, WIDTHS
from wgwizard.following import Connection, connections
from wgwizard.picture.canvas import Line
from wgwizard.picture.layout_boxes import boxes
from wgwizard.picture.layout_flat import flat
from wgwizard.picture.scene import Scene
from wgwizard.picture.way import SIGNS
from wgwizard.pipeline import planned
from wgwizard.plan.model import Plan
from wgwizard.problems import Problem
from wgwizard.trace import trace
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.study import scene, study
from wgwizard.wizard.words import cut, said

_MOST_SHOWN = 400  # of the connections that fit what was typed; more would only be scrolled past
_HEADING = "The network, and every connection in it"
_WIDEST = 34
_ROOMY = 30
_FEW = 12  # up to here nobody needs to narrow the list


class Traced(Struct, frozen=True):
    """What F2 shows: the picture, and either the plan with its connections or what is still open."""

    scene: Scene
    plan: Plan | None
    connections: tuple[Connection, ...]
    problems: tuple[Problem, ...]


def traced(draft: Draft) -> Traced:
    """The whole trace of a draft, what works first; without a site or a strategy only the picture."""
    found, problems = study(draft)
    if found is None or found.strategy is None:
        return Traced(scene(draft), None, (), problems)
    plan = planned(found, draft.keyring)
    ways = sorted(connections(plan, trace(plan)), key=lambda one: not one.reach.reachable)
    return Traced(scene(draft), plan, tuple(ways), problems)


def labels(shown: Sequence[Connection]) -> list[str]:
    """The connections in columns: whether it works, who to whom, what, and the source seen, or why not."""
    who = min(max((len(one.who) for one in shown), default=0), _WIDEST)
    what = min(max((len(one.what) for one in shown), default=0), _WIDEST)
    return [f"{SIGNS[one.reach.reachable]} {cut(one.who, who):{who}}  {cut(one.what, what):{what}}  {_outcome(one)}" for one in shown]


def _outcome(connection: Connection) -> str:
    reach = connection.reach
    return f"seen as {reach.source_seen}" if reach.reachable else reach.why


class Large(Drawn):
    """The picture in frames, where a list stands below it in a small terminal in lines; as high as what it shows."""

    scene: reactive[Scene | None] = reactive(None, layout=True)
    alone: reactive[bool] = reactive(False, layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as the picture has."""
        return len(self._lines(width))

    def _lines(self, width: int) -> tuple[Line, ...]:
        if self.scene is None:
            return ()
        height = self.app.size.height
        if height < _ROOMY and not self.alone:
            return flat(self.scene, width, 5, self.charset)
        return boxes(self.scene, width, height * 2 // 3 if self.alone else height // 2, self.charset)

    def render(self) -> RenderResult:
        """The lines."""
        return self.content_of(self._lines(self.content_size.width))


class PictureScreen(ModalScreen[None]):
    """The picture, and the list of connections below it; or what is still open."""

    CSS_PATH: ClassVar[list[str]] = ["picture.tcss", "follow.tcss"]  # type: ignore[assignment]
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", key_display="Esc"),
        Binding("f2", "close", show=False),
        Binding("enter", "follow", "follow", key_display="Enter"),
        Binding("slash", "narrow", "narrow", key_display="/"),
        Binding("down", "to_list", show=False),
    ]

    def __init__(self, draft: Draft, wanted: str = "") -> None:
        """`wanted` narrows the list from the beginning."""
        super().__init__(name=PICTURE)
        self._draft, self._wanted = draft, wanted
        self._traced: Traced | None = None
        self._shown: list[Connection] = []

    def compose(self) -> ComposeResult:
        """The heading, the picture, the line that narrows, and the list."""
        yield Static(f" {_HEADING}", classes="heading", markup=False)
        yield Large(id="large")
        yield Entry(id="narrow", placeholder="narrow: laptop nas 445")
        yield Listed(markup=False, id="connections")
        yield Static("", id="marked", markup=False)
        with VerticalScroll(id="still-open"):
            yield Static("", markup=False)
        yield Keys()

    def on_mount(self) -> None:
        """Show the picture at once, and trace beside the screen."""
        self.query_one(Large).scene = scene(self._draft)
        for selector in ("#narrow", "#connections", "#marked", "#still-open"):
            self.query_one(selector).display = False
        draft = self._draft
        run_beside(self, "trace", lambda: traced(draft))

    def on_ended(self, event: Ended) -> None:
        """The trace is there."""
        event.stop()
        found: Traced = event.value
        self._traced = found
        if found.plan is None:
            self.query_one(Large).alone = True
            open_yet = self.query_one("#still-open", VerticalScroll)
            open_yet.display = True
            room = max(self.size.width - 4, 20)
            lines = [line for problem in found.problems if problem.is_error for line in wrap(said(problem), room, subsequent_indent="  ")]
            open_yet.query_one(Static).update("\n".join(["What is still open", *lines]))
            focus(open_yet)
            return
        self.query_one(".heading", Static).update(f" {_HEADING}: Enter follows the marked one")
        narrow = self.query_one("#narrow", Input)
        narrow.display = len(found.connections) > _FEW
        narrow.value = self._wanted
        self._list(self._wanted)
        focus(self.query_one("#connections", OptionList))

    def _list(self, wanted: str) -> None:
        """The connections that have the words that were typed, in their order."""
        if self._traced is None:
            return
        listed = self.query_one("#connections", OptionList)
        listed.display = True
        fitting = self._fitting(wanted)
        self._shown = fitting[:_MOST_SHOWN]
        listed.clear_options()
        listed.add_options([Option(text) for text in labels(self._shown)])
        more = len(fitting) - len(self._shown)
        if more:
            listed.add_option(Option(f"  and {more} more: type above to narrow the list", disabled=True))
        if not fitting:
            listed.add_option(Option("  nothing fits", disabled=True))
        listed.highlighted = 0 if self._shown else None
        self.query_one("#marked").display = bool(self._shown)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say the marked connection whole: in its row it may be cut."""
        event.stop()
        one = self._shown[event.option_index]
        self.query_one("#marked", Static).update(f"{SIGNS[one.reach.reachable]} {one.who}, {one.what}: {_outcome(one)}")

    def _fitting(self, wanted: str) -> list[Connection]:
        asked = re.compile(".*".join(re.escape(word) for word in wanted.split()), re.IGNORECASE)
        every = self._traced.connections if self._traced is not None else ()
        return [one for one in every if asked.search(f"{one.who} {one.what} {_outcome(one)}")]

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        self._list(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the line follows the first that fits."""
        event.stop()
        self.action_follow()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Follow the marked connection."""
        event.stop()
        self.action_follow()

    def action_follow(self) -> None:
        """Follow the marked connection."""
        place = self.query_one("#connections", OptionList).highlighted
        if self._traced is not None and self._traced.plan is not None and place is not None and place < len(self._shown):
            self.app.push_screen(FollowScreen(self._traced.plan, self._shown[place]))

    def action_narrow(self) -> None:
        """To the line that narrows the list."""
        narrow = self.query_one("#narrow", Input)
        narrow.display = True
        focus(narrow)

    def action_to_list(self) -> None:
        """From the line to the list."""
        if self.query_one("#connections").display:
            focus(self.query_one("#connections"))

    def action_leave(self) -> None:
        """Out of the line that narrows, all connections again; from there back to the page."""
        if not self.query_one("#narrow").has_focus:
            self.action_close()
            return
        self.query_one("#narrow", Input).value = ""
        focus(self.query_one("#connections"))

    def action_close(self) -> None:
        """Back to the page."""
        self.dismiss(None)
