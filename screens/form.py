"""The questions of one step as a form: which are shown, what is wrong beside which, and where the focus goes."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Region, Spacing
from textual.message import Message
from textual.widgets import Collapsible, Static

from screens.cursor import place_of
from screens.field import Field
from screens.focus import focus
from screens.problem_line import ProblemLine
from wgwizard.problems import Problem
from wgwizard.questions import UNUSED, Group, asked
from wgwizard.questions.answers import concerns, path_for, value_at
from wgwizard.questions.comparing import HOST_DIFFERS
from wgwizard.questions.examples import FROM_PRESET, example_of
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.words import MORE, MORE_PRESET, cut

MORE_FOUND = "More questions, found"


class Form(VerticalScroll, can_focus=False):
    """The fields of a group; `point` is the point's place for a point's questions. Tells of each new draft."""

    class Changed(Message):
        """An answer changed."""

        def __init__(self, form: "Form", draft: Draft) -> None:
            super().__init__()
            self.form, self.draft = form, draft

    class Below(Message):
        """There are other questions below what is seen than before."""

        def __init__(self, form: "Form", text: str) -> None:
            super().__init__()
            self.form, self.text = form, text

    class Accepted(Message):
        """Enter was pressed in the last field."""

    def __init__(self, group: Group, draft: Draft, point: int | None = None) -> None:
        super().__init__()
        self.group, self.draft, self.point = group, draft, point
        self._below = ""

    def compose(self) -> ComposeResult:
        """What the step is about, the questions, and behind "more" those that nearly everyone leaves alone."""
        yield Static(self.group.about, classes="about", markup=False)
        yield ProblemLine(classes="general")
        yield from self._fields(detail=False)
        if details := list(self._fields(detail=True)):
            # Unfolded from the beginning where they were answered before: later it would scroll into view, away from the focus.
            with Collapsible(title=MORE, classes="more", collapsed=not any(field.text != field.question.default for field in details)):
                yield from details

    def _fields(self, *, detail: bool) -> Iterator[Field]:
        for question in self.group.questions:
            if question.detail is detail:
                path = path_for(question, self.point)
                yield Field(question, path, self.draft.text(path, question))

    def on_mount(self) -> None:
        """Show what matters."""
        self._refresh_shown()
        self._refresh_proposals()
        self._refresh_problems()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that are asked now, in their order on the page."""
        return tuple(field for field in self.query(Field) if field.display)

    def enter(self, draft: Draft) -> None:
        """Take over a draft that other steps, or a look at the host, may have changed."""
        self._below = ""
        self.draft = draft
        self._refresh_shown()
        self._refresh_proposals()
        self._refresh_problems()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """What is below changes with what is seen."""
        super().watch_scroll_y(old_value, new_value)
        self.call_after_refresh(self._tell_below)

    def on_resize(self) -> None:
        """And with how much is seen."""
        self.call_after_refresh(self._tell_below)

    def watch_virtual_size(self) -> None:
        """And with what there is."""
        self.call_after_refresh(self._tell_below)

    def _tell_below(self) -> None:
        """How many questions are below what is seen, so that nobody takes the beginning of a page for the whole."""
        if not self.is_attached:
            return
        seen_to = self.region.bottom
        below = [field for field in self.fields if not self._folded(field) and field.control.region.y >= seen_to]
        theirs = [field for field in below if self._came_along(field)]
        answered = f", {len(theirs)} answered by the preset" if theirs else ""
        text = f"▼ {len(below)} more below{answered}" if below else ""
        if text != self._below:
            self._below = text
            self.post_message(self.Below(self, text))

    def _refresh_proposals(self) -> None:
        """Show what the wizard can answer by itself, and what of it was taken."""
        found = {**self.draft.taken, **self.draft.proposals()}
        for field in self.query(Field):
            field.offer(found.get(field.path))
            field.exemplify(example_of(field.question, self.draft.document))
            field.prefill(prefilled=field.text != "" and self.draft.is_prefilled(field.path, field.question))
        for more in self.query(Collapsible):
            more.title = cut(self._title(more), self.app.size.width - 8)

    def _title(self, more: Collapsible) -> str:
        """What is behind "more": what was found, what came with the preset, or only what nearly everyone leaves alone."""
        fields = [field for field in more.query(Field) if field.display]
        there = [field for field in fields if field.proposal is not None]
        if taken := ", ".join(f"{field.question.word} {field.text}" for field in there if field.stands):
            return f"{MORE_FOUND}: {taken}"
        return f"{MORE_PRESET if any(map(self._came_along, fields)) else MORE}{f' ({len(there)} found)' if there else ''}"

    def _came_along(self, field: Field) -> bool:
        """Whether the answer is the preset's."""
        return self.draft.came_along(field.path, field.question)

    def take_standing(self, path: str = "") -> None:
        """What stands on the page as the answer is the answer; with a `path` only there."""
        for field in self.fields:
            if path in ("", field.path):
                self._take(field)
                self.draft = self.draft.let_stand(field.question)

    def _is_untaken(self, field: Field) -> bool:
        """Whether what stands there is not in the draft yet, which so far knows only that something is missing."""
        return field.stands and value_at(self.draft.document, field.path) is None

    def _take(self, field: Field) -> None:
        if field.proposal is not None and self._is_untaken(field):
            self.draft = self.draft.took(field.path, field.question, field.proposal)
            self.post_message(self.Changed(self, self.draft))

    def _refresh_shown(self) -> None:
        """Show the questions that matter, and any other whose answer is in the way or not used."""
        matters = asked(self.group, self.draft.document, self.point)
        told = [problem.field for problem in self.draft.problems() if problem.is_error or problem.code in UNUSED]
        for field in self.query(Field):
            in_the_way = any(concerns(path, field.path) for path in told) and field.text != ""
            field.display = field.question in matters or in_the_way
            if not field.display and field.has_focus_within:
                self._focus_after(field)

    def _focus_after(self, gone: Field) -> None:
        """A question that matters no more gives the focus to the next one."""
        every = list(self.query(Field))
        place = every.index(gone)
        left = (field for field in (*every[place + 1 :], *reversed(every[:place])) if field.display and not self._folded(field))
        following = next(left, None)
        if following is not None:
            focus(following.control)

    def _refresh_problems(self) -> None:
        """Say what is wrong beside every field that was left before; what came with a preset, or differs from the host, beside any."""
        problems = self.draft.problems()
        for field in self.query(Field):
            certain = field.touched and not self._is_untaken(field)
            told = [problem for problem in problems if certain or problem.code in (FROM_PRESET, HOST_DIFFERS, *UNUSED)]
            field.show(tuple(problem for problem in told if concerns(problem.field, field.path)))

    def on_field_changed(self, event: Field.Changed) -> None:
        """Keep the answer; while it is being typed, problems may go but none comes."""
        event.stop()
        self.draft = self.draft.answered(event.field.path, event.field.question, event.text)
        if event.field.question.kind.is_chosen:
            self._refresh_shown()
            self._refresh_problems()
            # Other questions may have come or gone above it; they ask for a layout at the first refresh, and have it at the second.
            self.call_after_refresh(self.call_after_refresh, self._show_focused)
        elif event.field.problems:
            still = self.draft.problems_under(event.field.path)
            event.field.show(tuple(problem for problem in event.field.problems if problem in still))
        self._refresh_proposals()
        self.post_message(self.Changed(self, self.draft))

    def on_field_confirmed(self, event: Field.Confirmed) -> None:
        """An example's answer is the person's too."""
        event.stop()
        self.draft = self.draft.confirmed(event.field.path)
        self._refresh_problems()
        self._refresh_proposals()
        self.post_message(self.Changed(self, self.draft))

    def on_descendant_focus(self) -> None:
        """What has the focus is on the screen once all that its coming changed is laid out: problems beside the answer that was left."""
        self.call_after_refresh(self._show_focused)

    def _show_focused(self) -> None:
        """Bring what has the focus into view: with its question above and what is said below where there is room, else its marked row."""
        focused = self.screen.focused if self.is_attached else None  # a page that was left, or a wizard that ends, has nothing to show
        if focused is None or self not in focused.ancestors:
            return
        field = next((node for node in focused.ancestors if isinstance(node, Field)), None)
        if field is not None and field.region.height <= self.size.height:
            self.scroll_to_widget(field, animate=False)
        else:
            marked = place_of(focused) - self.region.offset + self.scroll_offset
            self.scroll_to_region(Region(*marked, 1, 1), spacing=Spacing(1, 0, 1, 0), animate=False)

    def on_field_left(self, event: Field.Left) -> None:
        """A typed answer was left: its problems are certain now, unless it was only passed by."""
        event.stop()
        if event.field.text == "":
            event.field.touched = False
        self._refresh_shown()
        self._refresh_problems()

    def on_field_accepted(self, event: Field.Accepted) -> None:
        """Enter: on to the next answer, and from the last to the next page."""
        event.stop()
        self._take(event.field)
        shown = [field for field in self.fields if not self._folded(field)]
        place = shown.index(event.field)
        if place + 1 < len(shown):
            focus(shown[place + 1].control)
        else:
            self.post_message(self.Accepted())

    def _folded(self, field: Field) -> bool:
        return any(isinstance(node, Collapsible) and node.collapsed for node in field.ancestors)

    def check(self) -> bool:
        """Whether the page may be left; else say everything that is wrong and focus the first field that is."""
        self.take_standing()
        for field in self.query(Field):
            field.touched = True
        self._refresh_shown()
        self._refresh_problems()
        wrong = [field for field in self.fields if any(problem.is_error for problem in field.problems)]
        unplaced = self._unplaced()
        self.query_one(".general", ProblemLine).show(unplaced)
        if wrong:
            self._unfold(wrong[0])
            focus(wrong[0].control)
            wrong[0].select()
        elif unplaced:
            self.focus_first()
        return not wrong and not unplaced

    def _unplaced(self) -> tuple[Problem, ...]:
        """Errors of this step that belong to none of its fields."""
        below = self.group.name if self.point is None else f"points[{self.point}]"
        return tuple(
            problem
            for problem in self.draft.problems_under(below)
            if problem.is_error and not any(concerns(problem.field, field.path) for field in self.query(Field))
        )

    def _unfold(self, field: Field) -> None:
        for node in field.ancestors:
            if isinstance(node, Collapsible):
                node.collapsed = False

    def focus_first(self) -> None:
        """Focus the first answer."""
        if self.fields:
            focus(self.fields[0].control, scroll=False)
            self.scroll_home(animate=False)

    def focused_field(self) -> Field | None:
        """The field that has the focus, else the first."""
        focused = self.screen.focused
        for node in focused.ancestors_with_self if focused is not None else ():
            if isinstance(node, Field):
                return node
        return next(iter(self.fields), None)
