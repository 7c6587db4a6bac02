"""The widget that shows an answer's choices: one of them, or several; drawn so that it reads without colour."""

from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from screens.cursor import HERE, row_of
from wgwizard.questions import Choice

_GAP = 2
_SIGN = 5  # columns before a label


class Choices(Widget, can_focus=True):
    """Choices in rows, or side by side when `across`; `answer` is the chosen one's text, with `several` the words of all chosen.

    Arrow keys choose (with `several` they move, and Space chooses); Enter is left to the form: this answer stands, go on.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choices--cursor", "choices--chosen", "choices--example"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,left", "move(-1)", show=False),
        Binding("down,right", "move(1)", show=False),
        Binding("home", "move(-999)", show=False),
        Binding("end", "move(999)", show=False),
        Binding("space", "choose", show=False),
    ]
    cursor: reactive[int] = reactive(0)
    answer: reactive[str] = reactive("")

    class Changed(Message):
        """Another answer was chosen."""

        def __init__(self, choices: "Choices") -> None:
            super().__init__()
            self.choices = choices

        @property
        def control(self) -> "Choices":
            """The widget that this is about."""
            return self.choices

    def __init__(self, choices: tuple[Choice, ...], answer: str, *, across: bool, several: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.offered = choices
        self.across = across
        self.several = several
        self.offer(choices, answer)

    def offer(self, choices: tuple[Choice, ...], answer: str) -> None:
        """Offer these choices instead, with this answer chosen."""
        self.offered = choices
        self.set_reactive(Choices.answer, answer)
        held = (place for place, choice in enumerate(choices) if self.holds(choice))
        self.set_reactive(Choices.cursor, 0 if self.several else next(held, 0))
        self.refresh(layout=True)

    def holds(self, choice: Choice) -> bool:
        """Whether this choice is (among) the chosen."""
        if self.several and choice.answer:
            return choice.answer in self.answer.split()
        return choice.answer == self.answer

    def marked_cell(self) -> Offset:
        """Of the choice that the arrow keys came to."""
        return row_of(self, 0) + Offset(self._begins(self.cursor), 0) if self.across else row_of(self, self.cursor)

    def _begins(self, place: int) -> int:
        """The column of a choice where they stand side by side."""
        return sum(len(choice.label) + _SIGN + _GAP for choice in self.offered[:place])

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002
        """As wide as there is room."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """One row for each choice, or one for all."""
        return 1 if self.across else len(self.offered)

    def render(self) -> RenderResult:
        """The choices with their signs, (●) or [x] for the chosen."""
        pieces = [self._piece(place, choice) for place, choice in enumerate(self.offered)]
        return Content(" " * _GAP if self.across else "\n").join(pieces)

    def _piece(self, place: int, choice: Choice) -> Content:
        held = self.holds(choice)
        sign = ("[x]" if held else "[ ]") if self.several else ("(●)" if held else "( )")
        here = self.has_focus and place == self.cursor
        style = "choices--cursor" if here else "choices--chosen" if held else None
        label = f"{HERE if here else ' '}{sign} {choice.label}"
        text = Content.styled(label, self.get_visual_style(style, partial=True)) if style else Content(label)
        if self.across or not choice.example:
            return text
        column = max(len(other.label) for other in self.offered) + 5
        example = Content.styled(choice.example, self.get_visual_style("choices--example", partial=True))
        return Content.assemble(text, " " * (column - len(label) + 2), example)

    def action_move(self, by: int) -> None:
        """Move the cursor, and unless several may be chosen, choose; where nothing is offered, nothing."""
        if not self.offered:
            return
        self.cursor = min(max(self.cursor + by, 0), len(self.offered) - 1)
        if not self.several:
            self.action_choose()

    def action_choose(self) -> None:
        """Choose what the cursor is on (with `several`: or give it up again)."""
        choice = self.offered[self.cursor]
        answer = self._toggled(choice) if self.several else choice.answer
        if answer != self.answer:
            self.answer = answer
            self.post_message(self.Changed(self))

    def _toggled(self, choice: Choice) -> str:
        """The answer with this choice added or taken away; "nowhere" and "not sure" stand alone."""
        if choice.answer in ("", "none"):
            return choice.answer
        words = set(self.answer.split()) - {"none"}
        words ^= {choice.answer}
        return " ".join(other.answer for other in self.offered if other.answer in words)

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        place = self._place_at(event.x, event.y)
        if place is not None:
            self.cursor = place
            self.action_choose()

    def _place_at(self, x: int, y: int) -> int | None:
        if not self.across:
            return y if 0 <= y < len(self.offered) else None
        for place, choice in enumerate(self.offered):
            if 0 <= x - self._begins(place) < len(choice.label) + _SIGN:
                return place
        return None

    def watch_cursor(self) -> None:
        """Keep the terminal's own cursor on the choice, which screen readers follow."""
        if self.has_focus:
            self.app.cursor_position = self.marked_cell()

    def on_focus(self) -> None:
        """The same when the focus comes."""
        self.watch_cursor()
