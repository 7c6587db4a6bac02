"""Focus without delay: `Widget.focus` waits for the next message, and keys typed ahead would go to the page before."""

from textual.widget import Widget


def focus(widget: Widget, *, scroll: bool = True) -> None:
    """Give the widget the focus now; `scroll` brings it into view."""
    widget.screen.set_focus(widget, scroll_visible=scroll)
