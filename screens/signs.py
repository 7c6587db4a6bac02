"""Plain signs in place of all others, where the terminal shows ASCII only (wgwizard.picture.terminal)."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from wgwizard.picture.canvas import one_for_one


class PlainSigns(LineFilter):
    """Every sign on the screen as one of ASCII, one for one."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The segments of a line with plain signs."""
        return [Segment(one_for_one(segment.text), segment.style, segment.control) for segment in segments]
