"""A list from which one row is taken: Textual's, but the arrow keys stop at its ends."""

from rich.segment import Segment
from textual.events import Resize
from textual.geometry import Offset, Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import OptionList

from screens.cursor import HERE, row_of

_SIGN, _SIGN_LEFT, _GUTTER = f"{HERE} ", "▹ ", "  "


class Listed(OptionList):
    """Rows of which one is marked by a sign before it, another one where the focus is elsewhere."""

    # What the rows take up lies inside the list: Textual would lay out the whole screen once more for it, and paint it again.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0))

    def action_cursor_up(self) -> None:
        """The row before, where there is one."""
        marked = self.highlighted
        super().action_cursor_up()
        if marked is not None and self.highlighted is not None and self.highlighted > marked:
            self.highlighted = marked

    def action_cursor_down(self) -> None:
        """The row after, where there is one."""
        marked = self.highlighted
        super().action_cursor_down()
        if marked is not None and self.highlighted is not None and self.highlighted < marked:
            self.highlighted = marked

    def marked_cell(self) -> Offset:
        """Of the marked row."""
        return row_of(self, (self.highlighted or 0) - self.scroll_offset.y)

    def render_line(self, y: int) -> Strip:
        """A line of a row, behind the sign of the marked one."""
        line, place = super().render_line(y), self.scroll_offset.y + y
        lines = self._lines  # laid out anew, where need be, at each look
        if place >= len(lines):
            return line
        marked = lines[place] == (self.highlighted, 0)
        sign = (_SIGN if self.has_focus else _SIGN_LEFT) if marked else _GUTTER
        return Strip([Segment(sign, next(iter(line)).style), *line])

    def on_resize(self, event: Resize) -> None:
        """The rows are laid out anew for another width only, and not once more when the list has just come up."""
        if self.virtual_size.width == self.scrollable_content_region.width - len(_GUTTER):
            event.prevent_default()

    def _get_left_gutter_width(self) -> int:
        """Room for the sign."""
        return len(_GUTTER)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As the rows are high beside the sign, which Textual forgets here."""
        return super().get_content_height(container, viewport, width - len(_GUTTER))
