"""A file or a difference, to look at: scrolled both ways, shown exactly as it is (no markup is read in it)."""

import re
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

# The first pattern that matches gives a line its look; looks are component classes in files.tcss.
_LOOKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(\+\+\+|---|@@) ?|^(diff|index) "), "preview--head"),
    (re.compile(r"^\+"), "preview--added"),
    (re.compile(r"^-"), "preview--gone"),
    (re.compile(r"^\s*(#|;|//)"), "preview--comment"),
    (re.compile(r"^\[[^\]]+\]\s*$|^(table|chain)\b|^\s+(chain|set|map) \w+ \{"), "preview--head"),
)


class Preview(ScrollView, can_focus=True):
    """Shows one text; `show` changes it. Lines are drawn when they come into view."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"preview--head", "preview--added", "preview--gone", "preview--comment"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("left", "scroll_left", show=False),
        Binding("right", "scroll_right", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
    ]

    class Widened(Message):
        """The preview has another width: what was laid out for the one before is laid out anew."""

    def __init__(self, text: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._width = 0
        self.lines: tuple[str, ...] = ()
        self._styles: dict[str, Style] = {"": Style()}
        self._set(text)

    def _set(self, text: str) -> None:
        self.lines = tuple(text.expandtabs(4).splitlines())
        self.virtual_size = Size(max((len(line) for line in self.lines), default=0), len(self.lines))

    def on_resize(self, event: Resize) -> None:
        """Tell the page when it is wider or narrower."""
        if event.size.width != self._width:
            self._width = event.size.width
            self.post_message(self.Widened())

    @property
    def room(self) -> int:
        """For how many signs what is shown is laid out; one that is hidden has no width, so that of when it was last seen."""
        return self._width or self.size.width

    def show(self, text: str) -> None:
        """Show this text from its beginning; where it lies as before, only its lines that differ are drawn anew."""
        before, size = self.lines, self.virtual_size
        self._set(text)
        if self.scroll_offset != (0, 0):
            self.scroll_to(0, 0, animate=False)
        if self.virtual_size != size or self.scroll_offset != (0, 0):
            self.refresh()
            return
        for place, (old, new) in enumerate(zip(before[: self.size.height], self.lines, strict=False)):
            if old != new:
                self.refresh_line(place)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The visible lines; each style is worked out once for all of them."""
        self._styles = {"": self.rich_style}
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One visible line."""
        left, top = self.scroll_offset
        width = self.size.width
        place = top + y
        line = self.lines[place] if place < len(self.lines) else ""
        look = next((name for pattern, name in _LOOKS if pattern.search(line)), "")
        if look not in self._styles:
            self._styles[look] = self.get_component_rich_style(look)
        return Strip([Segment(line, self._styles[look])]).crop(left, left + width).adjust_cell_length(width, self._styles[""])
