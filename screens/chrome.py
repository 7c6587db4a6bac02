"""What frames every page: the line with the name, the bar of steps, the line with the buttons, and the line with the keys."""

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from screens.answers import Answers
from screens.button import Button


class Header(Widget):
    """The program's name, the site's, and where we are: "5 of 9 · Needs"."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"header--site"}
    site: reactive[str] = reactive("")
    place: reactive[str] = reactive("")

    def render(self) -> RenderResult:
        """One line, the place at its right end."""
        left = f" wgwizard   {self.site}"
        room = self.size.width - len(self.place) - 1
        left = left if len(left) < room else left[: room - 2] + "…"
        return Content.assemble((left[:9], "bold"), (left[9:], ""), " " * max(room - len(left), 1), (self.place, "bold"))


class StepBar(Widget):
    """Every step with its sign: ✓ done, × in the way or failed, - skipped, ● here, ○ to come; a click goes to one reached before."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bar--here", "bar--done", "bar--wrong", "bar--open"}
    here: reactive[int] = reactive(0)
    reached: reactive[int] = reactive(0)
    skipped: reactive[frozenset[int]] = reactive(frozenset())
    wrong: reactive[frozenset[int]] = reactive(frozenset())
    failed: reactive[frozenset[int]] = reactive(frozenset())

    class Picked(Message):
        """A step was clicked; `place` counts from 0."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, titles: tuple[str, ...]) -> None:
        super().__init__()
        self.titles = titles

    def _gap(self) -> int:
        spare = self.size.width - 1 - sum(map(len, self._texts()))
        return max(1, min(3, spare // max(len(self.titles) - 1, 1)))

    def render(self) -> RenderResult:
        """The steps on one line."""
        pieces = []
        for place, text in enumerate(self._texts()):
            _, name = self._sign(place)
            pieces.append(Content.styled(text, self.get_visual_style(name, partial=True)))
        return Content.assemble(" ", Content(" " * self._gap()).join(pieces))

    def _texts(self) -> list[str]:
        """Each step with its sign, and where there is room with its word."""
        texts = [f"{self._sign(place)[0]} {title}" for place, title in enumerate(self.titles)]
        worded = [text + self._remark(place) for place, text in enumerate(texts)]
        return next(filter(self._fits, (worded, texts)), None) or self._shortened(texts)

    def _fits(self, texts: list[str]) -> bool:
        return sum(map(len, texts)) + len(texts) <= self.size.width

    def _shortened(self, texts: list[str]) -> list[str]:
        """The names for which there is room, else signs alone: of the step here, those in the way, then those nearest to it."""
        order = sorted(range(len(texts)), key=lambda place: (self._sign(place)[0] not in "●×", abs(place - self.here), place < self.here))
        shown = [text[:1] for text in texts]
        for place in order:
            longer = [*shown[:place], texts[place], *shown[place + 1 :]]
            if place != self.here and not self._fits(longer):
                break
            shown = longer
        return shown

    def _remark(self, place: int) -> str:
        """What the sign × says of a step, in words."""
        if self._sign(place)[0] != "×":
            return ""
        return " (failed)" if place in self.failed else " (in the way)"

    def _sign(self, place: int) -> tuple[str, str]:
        """A step's sign and its component class."""
        if place == self.here:
            return "●", "bar--here"
        if place in self.failed:
            return "×", "bar--wrong"
        if place >= self.reached:
            return "○", "bar--open"
        if place in self.skipped:
            return "-", "bar--open"
        return ("×", "bar--wrong") if place in self.wrong else ("✓", "bar--done")

    def on_click(self, event: events.Click) -> None:
        """Tell which step was clicked."""
        start = 1
        for place, text in enumerate(self._texts()):
            if start <= event.x < start + len(text):
                self.post_message(self.Picked(place))
                return
            start += len(text) + self._gap()


class Buttons(Answers):
    """Back and Next, for the mouse and for those who look for them; at the left, how much of the page is below what is seen."""

    def __init__(self, *, can_go_back: bool) -> None:
        super().__init__(classes=None)
        self.can_go_back = can_go_back

    def compose(self) -> ComposeResult:
        """The two buttons at the right."""
        if self.can_go_back:
            yield Button("◀ Back", id="back", compact=True)
        yield Button("Next ▶", id="next", compact=True, variant="primary")

    def label(self, text: str, *, can_go_back: bool) -> None:
        """What Next does here, and whether there is a way back."""
        following = self.query_one("#next", Button)
        if following.label != (label := Content(f"{text} ▶")):
            following.label = label
            following.refresh(layout=True)
        if can_go_back and not self.query("#back"):
            self.mount(Button("◀ Back", id="back", compact=True), before=0)
        self.query("#back").set(display=can_go_back)

    def below(self, text: str) -> None:
        """What is below, nothing where all of the page is seen."""
        if text and not self.query("#below"):
            self.mount(Static(id="below", markup=False), before=0)
        for below in self.query("#below").results(Static):
            below.update(text)


Shown = tuple[Binding, str, bool]  # a key, how it is written, and whether it does something


def _width(one: Shown) -> int:
    """Of a key with what it does, and a space after each."""
    return len(one[1]) + len(one[0].description) + 2


class Keys(Widget):
    """The keys that do something now, on as many lines as they need; a click is the key. Textual's Footer costs half of the first page."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--off"}

    def __init__(self) -> None:
        super().__init__()
        self._painted: list[Shown] = []

    def on_mount(self) -> None:
        """Draw it anew when other keys do something."""
        self.screen.bindings_updated_signal.subscribe(self, self._keys_changed)

    def _keys_changed(self, screen: Screen[Any]) -> None:
        if screen is self.screen and self.app.app_focus and self._shown() != self._painted:
            self._fit()
            self.refresh()

    def on_resize(self) -> None:
        """A narrower terminal needs more lines."""
        self._fit()

    def _fit(self) -> None:
        if self.size.width and (lines := len(self._rows(self._shown()))) != self.size.height:
            self.styles.height = lines

    def _shown(self) -> list[Shown]:
        """Each key with how it is written, and whether it does something."""
        active = {found.binding.action: found for found in reversed(self.screen.active_bindings.values()) if found.binding.show}
        return [(found.binding, self.app.get_key_display(found.binding), found.enabled) for found in reversed(active.values())]

    def _rows(self, shown: list[Shown]) -> list[list[Shown]]:
        """The keys on lines that they fit on, the first ones above."""
        rows: list[list[Shown]] = [[]]
        for one in shown:
            if rows[-1] and sum(map(_width, (*rows[-1], one))) - 1 > self.size.width:
                rows.append([])
            rows[-1].append(one)
        return rows

    def render(self) -> RenderResult:
        """The keys and what they do."""
        self._painted = self._shown()
        return Content("\n").join(Content("").join(map(self._piece, row)) for row in self._rows(self._painted))

    def _piece(self, one: Shown) -> Content:
        name, off = (self.get_visual_style(name, partial=True) for name in ("keys--key", "keys--off"))
        binding, key, enabled = one
        return Content.styled(f"{key} {binding.description} ", "" if enabled else off).stylize_before(name, 0, len(key))

    def on_click(self, event: events.Click) -> None:
        """As the key itself."""
        rows, start = self._rows(self._shown()), 0
        for binding, key, enabled in rows[min(event.y, len(rows) - 1)]:
            start += _width((binding, key, enabled))
            if event.x < start:
                self.app.simulate_key(binding.key) if enabled else self.app.bell()
                return
