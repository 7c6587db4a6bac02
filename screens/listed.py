"""A list from which one row is taken: Textual's, but the arrow keys stop at its ends."""

from textual.geometry import Offset
from textual.widgets import OptionList

from screens.cursor import row_of


class Listed(OptionList):
    """Rows of which one is marked."""

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
