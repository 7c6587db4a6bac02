"""The screen that holds the pages: it comes up with every style and its layout worked out once."""

from typing import Any, ClassVar

from textual import events
from textual.geometry import Size
from textual.screen import Screen

from screens.button import Button
from screens.step import HEIGHTS, WIDTHS


class Frame(Screen[Any]):
    """Textual's default screen without what it does again at the start; the first key would wait for that."""

    # Else a button has the focus until the page is there, which gives it to its own control.
    AUTO_FOCUS: ClassVar[str | None] = "#pages *"

    def __init__(self, size: Size) -> None:
        classes = [max(step for step in steps if step[0] <= side)[1] for side, steps in zip(size, (WIDTHS, HEIGHTS), strict=True)]
        super().__init__(id="_default", classes=" ".join(classes))
        self._begun = False
        self._laid_out = size

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """The first time everything has its styles and is painted with the layout; Textual would paint it once more."""
        if not self._begun:
            event.prevent_default()
            self.stack_updates += 1
            self._refresh_layout(self.app.size)
        self._begun = True

    def watch_focused(self) -> None:
        """Where a button has the focus, the page's main one does not look as if Enter pressed it."""
        self.set_class(isinstance(self.focused, Button), "-on-button")

    def on_resize(self, event: events.Resize) -> None:
        """The size that is laid out already: Textual tells it three times at the start."""
        if event.size == self._laid_out:
            event.prevent_default()
        self._laid_out = event.size
