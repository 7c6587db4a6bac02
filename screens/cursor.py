"""Where the terminal's own cursor belongs: screen readers and magnifiers follow it."""

from typing import Protocol, runtime_checkable

from textual.geometry import Offset
from textual.widget import Widget

HERE = "▸"  # stands before the row, choice or button that has the focus


@runtime_checkable
class Marks(Protocol):
    """A control that has a place of its own to work at: in a line, on a row."""

    def marked_cell(self) -> Offset:
        """The cell on the screen."""


def place_of(focused: Widget) -> Offset:
    """The cell on the screen that a person works at: what the control says, else where it begins."""
    return focused.marked_cell() if isinstance(focused, Marks) else focused.content_region.offset


def row_of(control: Widget, row: int) -> Offset:
    """The first cell of a row of a control that is on the screen, if need be the nearest."""
    region = control.content_region
    return region.offset + Offset(0, min(max(row, 0), max(region.height - 1, 0)))
