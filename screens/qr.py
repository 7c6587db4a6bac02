"""A QR code on the whole screen, black on white whatever the colours of the rest; any key closes it."""

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from wgwizard.owners import scanned
from wgwizard.phone import QrCode
from wgwizard.site import Point

# Ink is light and the ground dark, so that a terminal without colours shows it rightly too as long as it writes light on dark.
_LOOK = Style(color="#ffffff", bgcolor="#000000")


class _Code(Widget):
    """The code in the middle of what room there is."""

    def __init__(self, code: QrCode) -> None:
        super().__init__()
        self.code = code
        self.inverted = False

    def render_line(self, y: int) -> Strip:
        """One line of it."""
        width, height = self.size
        rows = self.code.rows(width, height, inverted=self.inverted)
        place = y - (height - len(rows)) // 2
        if not 0 <= place < len(rows):
            return Strip.blank(width, self.rich_style)
        left = (width - len(rows[place])) // 2
        blank = [Segment(" " * left, self.rich_style)] if left else []
        return Strip([*blank, Segment(rows[place], _LOOK)]).adjust_cell_length(width, self.rich_style)


class QrScreen(ModalScreen[bool]):
    """Shows a point's code, or how large the terminal has to be for it; returns whether an image is wanted in its place."""

    def __init__(self, code: QrCode, point: Point) -> None:
        super().__init__()
        self.code, self.point = code, point

    def compose(self) -> ComposeResult:
        """The code, and one line."""
        yield _Code(self.code)
        yield Static("", id="qr-line", markup=False)

    def on_mount(self) -> None:
        """The code, or why there is none."""
        self._show()

    def on_resize(self) -> None:
        """Another size: it may fit now."""
        self._show()

    def _show(self) -> None:
        """A part of a code is none, so it is shown whole or not at all."""
        columns, lines = self.code.least()
        width, height = self.app.size
        fits = columns <= width and lines + 1 <= height
        self.query_one(_Code).display = fits
        self.set_class(not fits, "-too-small")
        too_small = (
            f"The QR code needs a terminal of {columns} columns and {lines + 1} rows (now {width} and {height}). Enlarge it, or make the"
            " letters smaller (often Ctrl and -); or press s to save the code as a picture. Any other key closes."
        )
        scan = f"{scanned(self.point)}.  i inverts, s saves, else closes"
        self.query_one("#qr-line", Static).update(scan if fits else too_small)

    def on_key(self, event: events.Key) -> None:
        """Save it, invert it, or close."""
        event.stop()
        if event.key == "s":
            self.dismiss(True)
        elif event.key == "i":
            code = self.query_one(_Code)
            code.inverted = not code.inverted
            code.refresh()
        else:
            self.dismiss(False)

    def on_click(self, event: events.Click) -> None:
        """Close."""
        event.stop()
        self.dismiss(False)
