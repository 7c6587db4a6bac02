"""Where the terminal's own cursor belongs: screen readers and magnifiers follow it."""

from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Input, OptionList

from screens.choices import Choices


def place_of(focused: Widget) -> Offset:
    """The cell on the screen that a person works at: the place in a line, the marked row of a list, else where the control begins."""
    if isinstance(focused, Input):
        # At the end of its text Textual counts one cell for the cursor that it draws.
        return focused.cursor_screen_offset - Offset(int(focused.cursor_at_end), 0)
    region = focused.content_region
    row = 0
    if isinstance(focused, OptionList):
        row = (focused.highlighted or 0) - focused.scroll_offset.y
    elif isinstance(focused, Choices) and not focused.across:
        row = focused.cursor
    return region.offset + Offset(0, min(max(row, 0), max(region.height - 1, 0)))
