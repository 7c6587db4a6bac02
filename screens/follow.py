"""One connection followed hop by hop, there and back, with the place of the packet in the picture."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static

from screens.chrome import Keys
from screens.focus import focus
from screens.picture import PICTURE, Drawn
from screens.step import WIDTHS
from wgwizard.following import Connection, Followed, follow
from wgwizard.picture.canvas import Charset, Line
from wgwizard.picture.way import SIGNS, nodes_of, stage_lines, table_lines, way
from wgwizard.plan.model import Plan

_FRAMES, _FRAME_SECONDS = 6, 0.1


class Way(Drawn):
    """The row of frames with the packet's place; the packet moves calmly from one to the next where that is wanted."""

    def __init__(self, plan: Plan, connection: Connection, followed: Followed) -> None:
        super().__init__(id="way")
        self._row_of_nodes, self._followed = nodes_of(plan, connection, followed), followed
        self._at, self._frame = 0, _FRAMES
        self._timer: Timer | None = None

    def render(self) -> RenderResult:
        """The frames."""
        return self.content_of(
            way(self._row_of_nodes, self._followed, self._at, self.content_size.width, self.charset, self._frame / _FRAMES)
        )

    def go(self, at: int) -> None:
        """To a stage; the packet is seen moving there from the one before, ten frames a second."""
        forward = at == self._at + 1
        self._at = at
        if self._timer is not None:
            self._timer.stop()
        self._frame = _FRAMES
        if forward and self.charset is Charset.UNICODE and self.app.animation_level == "full" and not self.app.native_ansi_color:
            self._frame = 0
            self._timer = self.set_interval(_FRAME_SECONDS, self._move, repeat=_FRAMES)
        self.refresh()

    def _move(self) -> None:
        self._frame = min(self._frame + 1, _FRAMES)
        self.refresh()


class Told(Drawn):
    """Lines that depend on the width."""

    def __init__(self, lines: Callable[[int, Charset], tuple[Line, ...]]) -> None:
        super().__init__()
        self._lines_for = lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as there are."""
        return max(len(self._lines_for(width, self.charset)), 1)

    def render(self) -> RenderResult:
        """The lines."""
        return self.content_of(self._lines_for(self.content_size.width, self.charset))


class FollowScreen(ModalScreen[None]):
    """One connection: where the packet is, what it was and is now, and which rules did that."""

    CSS_PATH: ClassVar[list[str]] = ["picture.tcss", "follow.tcss"]  # type: ignore[assignment]
    HORIZONTAL_BREAKPOINTS = WIDTHS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "step back", key_display="←", priority=True),
        Binding("right,space,enter", "step(1)", "step on", key_display="→", priority=True),
        Binding("home", "step(-99)", show=False, priority=True),
        Binding("end", "step(99)", show=False, priority=True),
        Binding("a", "all", "all steps"),
        Binding("escape,f2", "close", "back", key_display="Esc"),
    ]

    at: reactive[int] = reactive(0)
    whole: reactive[bool] = reactive(False)

    def __init__(self, plan: Plan, connection: Connection) -> None:
        super().__init__(name=PICTURE)
        self._followed = follow(plan, connection)
        self._way = Way(plan, connection, self._followed)

    def compose(self) -> ComposeResult:
        """The heading, the way, and what happens at the marked place."""
        yield Static("", classes="heading", id="follow-heading", markup=False)
        yield self._way
        with VerticalScroll(id="stage"):
            yield Told(self._lines)
        yield Keys()

    def on_mount(self) -> None:
        """Where it does not work, begin where it dies."""
        focus(self.query_one("#stage"))
        if not self._followed.arrives and self._followed.stages:
            self.at = len(self._followed.stages) - 1
        self._show()

    def _lines(self, width: int, charset: Charset) -> tuple[Line, ...]:
        lines = table_lines if self.whole else stage_lines
        return lines(self._followed, self.at, width, charset)

    def _show(self) -> None:
        count = len(self._followed.stages)
        way_now = "back" if count and self._followed.stages[self.at].back else "there"
        step = f"step {self.at + 1} of {count}, {way_now}" if count else "no way at all"
        room = self.app.size.width - len(step) - 4
        sign = SIGNS[self._followed.arrives]
        title = f" {sign} {self._followed.title}"
        self.query_one("#follow-heading", Static).update(f"{title[:room].ljust(room)}  {step}")
        self._way.go(self.at)
        self.query_one(Told).refresh(layout=True)
        self.query_one("#stage", VerticalScroll).scroll_home(animate=False)

    def watch_at(self) -> None:
        """Another stage."""
        if self.is_mounted:
            self._show()

    def watch_whole(self) -> None:
        """All stages as a table, or one."""
        if self.is_mounted:
            self._show()

    def on_resize(self) -> None:
        """The heading fits its width."""
        self._show()

    def action_step(self, by: int) -> None:
        """A stage on or back."""
        self.at = max(min(self.at + by, len(self._followed.stages) - 1), 0)

    def action_all(self) -> None:
        """All stages at once, or one at a time again."""
        self.whole = not self.whole

    def action_close(self) -> None:
        """Back to the list."""
        self.dismiss(None)
