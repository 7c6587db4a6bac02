"""A line to type an answer into: one row high, with a cursor that stands still."""

from textual.geometry import Offset
from textual.reactive import reactive
from textual.widgets import Input


class Entry(Input):
    """An Input of one row. `masked` hides what is typed; nothing is selected when the focus comes, so that typing never replaces."""

    cursor_blink = reactive(False, init=False)

    def __init__(self, value: str = "", *, placeholder: str = "", masked: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(value, placeholder=placeholder, password=masked, compact=True, select_on_focus=False, id=id)

    def fill(self, text: str) -> None:
        """Show a text that nobody typed: where the cursor is here already, the first key replaces it."""
        self.value = text
        if self.has_focus:
            self.select_all()
        else:
            self.cursor_position = len(text)

    def marked_cell(self) -> Offset:
        """The place in the line; at the end of its text Textual counts one cell for the cursor that it draws."""
        return self.cursor_screen_offset - Offset(int(self.cursor_at_end), 0)
