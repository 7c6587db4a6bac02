"""The points' step: the list of points, and the page on which one is described."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from screens.answers import Answers
from screens.button import Button
from screens.chrome import Keys
from screens.dialogs import Choose, Help
from screens.focus import focus
from screens.form import Form
from screens.listed import Listed
from screens.problem_line import ProblemLine
from screens.step import WIDTHS, Step
from wgwizard.questions import POINT
from wgwizard.questions.answers import value_at
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.points import (
    EXAMPLE,
    EXAMPLES,
    confirmed_point,
    described,
    errors_of,
    marks_of,
    points_of,
    removed_text,
    with_new_point,
    without_point,
)


class PointPage(ModalScreen[Draft | None]):
    """The questions about one point; returns the draft with it, `None` where it was left as it was."""

    AUTO_FOCUS = ""  # the form focuses its first answer, and does not scroll for it
    HORIZONTAL_BREAKPOINTS = WIDTHS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "done", "done", key_display="^N"),
        Binding("escape", "leave", "leave", key_display="Esc"),
        Binding("f1,question_mark", "why", "why", key_display="F1 ?"),
    ]

    def __init__(self, draft: Draft, place: int) -> None:
        super().__init__()
        self.before, self.draft, self.place = draft, draft, place

    def compose(self) -> ComposeResult:
        """The point's form."""
        name = value_at(self.draft.document, f"points[{self.place}].name")
        yield Static(f" Point {self.place + 1}{f' · {name}' if name else ' · a new one'}", classes="heading", markup=False)
        yield Form(POINT, self.draft, self.place)
        with Answers():
            yield Button("Done", id="done", compact=True, variant="primary")
            yield Button("Leave it as it was", id="leave", compact=True)
            yield Static(id="below", markup=False)
        yield Keys()

    def on_mount(self) -> None:
        """Focus the first answer."""
        self.query_one(Form).focus_first()

    def on_form_changed(self, event: Form.Changed) -> None:
        """Keep the new draft; the app hears of it too and keeps it on disk."""
        self.draft = event.draft

    def on_form_below(self, event: Form.Below) -> None:
        """How many questions are below what is seen."""
        event.stop()
        self.query_one("#below", Static).update(event.text)

    def on_form_accepted(self, event: Form.Accepted) -> None:
        """Enter in the last answer."""
        event.stop()
        self.action_done()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The two buttons."""
        event.stop()
        if event.button.id == "done":
            self.action_done()
        else:
            self.action_leave()

    def action_done(self) -> None:
        """Return the point if it can stand."""
        form = self.query_one(Form)
        if form.check():
            self.dismiss(confirmed_point(form.draft, self.place))

    def action_leave(self) -> None:
        """Back to the list; what was typed is not thrown away without a question."""
        if (self.draft.document, self.draft.preset) == (self.before.document, self.before.preset):
            self.dismiss(None)
            return
        ask = Choose("Keep what you typed for this point?", "", (("keep", "Keep it"), ("drop", "Leave it as it was")))
        self.app.push_screen(ask, self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer == "keep":
            self.action_done()
        elif answer == "drop":
            self.dismiss(None)

    def action_why(self) -> None:
        """Why the focused question is asked."""
        field = self.query_one(Form).focused_field()
        if field is not None:
            self.app.push_screen(Help(field.question.prompt, field.question.why))


class PointsStep(Step):
    """The points in a list, to add, edit and remove."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("insert", "add", "add", key_display="Ins"),
        Binding("delete", "remove", "remove", key_display="Del"),
    ]

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        # Whether to go on was tried: from then on everything that is in the way is said below the list.
        self.tried = False

    def compose(self) -> ComposeResult:
        """What a point is, the list, and what can be done with it."""
        yield Static(POINT.about, classes="about", markup=False)
        yield Listed(markup=False)
        yield ProblemLine()
        with Answers():
            yield Button("Add a point", id="add", compact=True)
            yield Button("Edit", id="edit", compact=True)
            yield Button("Remove", id="remove", compact=True)

    def enter(self, draft: Draft) -> None:
        """Show the points; with none yet, adding one has the focus."""
        super().enter(draft)
        self._show()
        focus(self.query_one("#add" if not points_of(draft) else OptionList))

    def _show(self) -> None:
        listed = self.query_one(OptionList)
        kept = listed.highlighted or 0
        points = points_of(self.draft)
        listed.clear_options()
        marks = marks_of(self.draft)
        listed.add_options([Option(f"{marks.get(place, ' ')} {described(self.draft, place)}") for place in range(len(points))])
        listed.display = bool(points)
        listed.highlighted = min(kept, len(points) - 1) if points else None
        for name in ("#edit", "#remove"):
            self.query_one(name, Button).display = bool(points)
        line, wrong = self.query_one(ProblemLine), errors_of(self.draft) if self.tried or "×" in marks.values() else ()
        line.show(wrong)
        if not wrong and EXAMPLE in marks.values():
            line.say(f"{EXAMPLES} Enter shows one, and Done there says yes.", error=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The buttons below the list."""
        event.stop()
        if event.button.id == "add":
            self.action_add()
        elif event.button.id == "edit":
            self._edit(self.query_one(OptionList).highlighted or 0)
        else:
            self.action_remove()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click on a point edits it."""
        event.stop()
        self._edit(event.option_index)

    def action_add(self) -> None:
        """Describe a new point."""
        self.app.push_screen(PointPage(with_new_point(self.draft), len(points_of(self.draft))), self._take_new)

    def _edit(self, place: int) -> None:
        """A point with something in the way opens there, and says what it is."""
        page = PointPage(self.draft, place)
        self.app.push_screen(page, self._take)
        if marks_of(self.draft).get(place) == "×":
            self.app.call_after_refresh(page.action_done)

    def action_remove(self) -> None:
        """Ask, and take the point out."""
        points, place = points_of(self.draft), self.query_one(OptionList).highlighted
        if place is None or not points:
            return
        name = points[place].get("name", "this point")
        ask = Choose(f"Remove {name}?", removed_text(self.draft, place), (("keep", "Keep it"), ("remove", "Remove it")))
        self.app.push_screen(ask, lambda answer: self._take(without_point(self.draft, place)) if answer == "remove" else None)

    def _take_new(self, draft: Draft | None) -> None:
        """The new point is the marked one."""
        self._take(draft)
        if draft is not None:
            self.query_one(OptionList).highlighted = len(points_of(draft)) - 1

    def _take(self, draft: Draft | None) -> None:
        """Show the list as it is now; a point that was left as it was is told too, so that the draft on disk forgets it."""
        self.change(draft if draft is not None else self.draft)
        self._show()
        focus(self.query_one("#add" if not points_of(self.draft) else OptionList))

    def finish(self) -> None:
        """Go on if every point can stand; else open the first that cannot."""
        wrong, self.tried = errors_of(self.draft), True
        self._show()
        first = next((place for place, mark in sorted(marks_of(self.draft).items()) if mark == "×"), None)
        if first is not None:
            self._edit(first)
            return
        if wrong or not points_of(self.draft):
            self.query_one(ProblemLine).show(wrong)
            focus(self.query_one("#add", Button))
            return
        self.post_message(self.Finished())

    def why(self) -> tuple[str, str]:
        """What a point is, and how to work the list."""
        text = (
            "Each point gets an address in the tunnel, a key and a file of its own, and Host β lets each do only what you say. `Ins` "
            "adds one, `Enter` edits the one that is marked, `Del` removes it. When unsure, begin with one, your laptop or a "
            "device: more can be added later, and nobody who has a file already needs a new one for that."
        )
        return ("Who connects from outside?", text)
