"""A row of buttons: Tab and the arrow keys go from one to the next."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from screens.button import Button
from screens.focus import focus


class Answers(Horizontal):
    """Buttons side by side."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
    ]

    def __init__(self, *buttons: Button, classes: str | None = "answers") -> None:
        super().__init__(*buttons, classes=classes)

    def action_step(self, by: int) -> None:
        """To the next button that can be pressed, or stay at the end of the row."""
        row = [button for button in self.query(Button) if button.display and not button.disabled]
        place = next((place for place, button in enumerate(row) if button.has_focus), 0)
        focus(row[min(max(place + by, 0), len(row) - 1)])
