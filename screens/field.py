"""One question on the screen: the prompt with the technical word, the answer, and beside it what is wrong with it."""

from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from screens.choices import Choices
from screens.entry import Entry
from screens.problem_line import ProblemLine
from wgwizard.problems import Problem
from wgwizard.questions import Kind, Proposal, Question
from wgwizard.questions.examples import FROM_PRESET

_KEEP = "type your own, or ↑ keeps it"


class Mark(Static):
    """Says where an answer is from that nobody typed; takes no room where there is none."""

    def __init__(self) -> None:
        super().__init__(classes="mark", markup=False)
        self.display = False

    def show(self, proposal: Proposal | None, *, stands: bool) -> None:
        """Say this of the answer, where it stands there, or of one that is only offered."""
        self.display = proposal is not None
        if proposal is not None:
            self.update(f"○ {proposal.remark}" if stands else f"○ {proposal.text}, {proposal.remark}: ↓ takes it")


class Field(Widget):
    """A question with its answer; tells when the text changed, when it was left, and when Enter said "go on".

    A proposal stands as the answer, marked, until a person types: the first key replaces it. It is the page's to take it.
    """

    class Changed(Message):
        """The answer's text changed; it may still be half typed."""

        def __init__(self, field: "Field", text: str) -> None:
            super().__init__()
            self.field, self.text = field, text

    class Confirmed(Message):
        """What stands there as in the preset is right."""

        def __init__(self, field: "Field") -> None:
            super().__init__()
            self.field = field

    class Left(Message):
        """The focus left the answer."""

        def __init__(self, field: "Field") -> None:
            super().__init__()
            self.field = field

    class Accepted(Message):
        """Enter was pressed in the answer."""

        def __init__(self, field: "Field") -> None:
            super().__init__()
            self.field = field

    def __init__(self, question: Question, path: str, text: str) -> None:
        super().__init__()
        self.question, self.path = question, path
        self.text = text
        self.touched = False
        self.problems: tuple[Problem, ...] = ()
        self.proposal: Proposal | None = None
        self._typed = self._overtyped = False
        self._prefilled = False

    def compose(self) -> ComposeResult:
        """The prompt, the answer, and room for problems."""
        word = f"   {self.question.word}" if self.question.word else ""
        if self.question.kind is Kind.MANY:
            word += "   (Space marks)"
        yield Static(Content.assemble((self.question.prompt, "bold"), (word, "dim")), classes="prompt", markup=False)
        if self.question.kind.is_chosen:
            across = self.question.kind in (Kind.YES_NO, Kind.YES_NO_UNSURE)
            yield Choices(self.question.choices, self.text, across=across, several=self.question.kind is Kind.MANY)
        else:
            yield Entry(self.text)
        yield Mark()
        yield ProblemLine()

    @property
    def control(self) -> Widget:
        """What takes the focus."""
        return self.query_one(Choices if self.question.kind.is_chosen else Input)

    def exemplify(self, example: str) -> None:
        """Show how an answer may look, where none stands."""
        if not self.question.kind.is_chosen:
            self.query_one(Entry).placeholder = f"e.g. {example}"

    def show(self, problems: tuple[Problem, ...]) -> None:
        """Say these problems beside the answer."""
        self.problems = problems
        told = (replace(problem, hint=_KEEP) if problem.code == FROM_PRESET else problem for problem in problems)
        self.query_one(ProblemLine).show(tuple(told))

    @property
    def stands(self) -> bool:
        """Whether a proposal is the answer."""
        return self.proposal is not None and not self.proposal.only_offered and self.text == self.proposal.text

    def offer(self, proposal: Proposal | None) -> None:
        """Let this stand as the answer, or offer it beside an empty one; `None` takes back what was proposed before."""
        if proposal is not None and self._overtyped:
            proposal = replace(proposal, only_offered=True) if self.text == "" else None
        if proposal is not None and proposal.only_offered and self.question.kind.is_chosen:
            proposal = None  # all choices stand there already
        if proposal == self.proposal:
            return
        stood, self.proposal = self.stands, proposal
        if proposal is not None and not proposal.only_offered:
            self._fill(proposal.text)
        elif stood:
            self._fill(self.question.default)
        self._show_mark()

    def _fill(self, text: str) -> None:
        """Show this answer without telling of it."""
        self.text = text
        if self.question.kind.is_chosen:
            self.query_one(Choices).offer(self.question.choices, text)
        else:
            self.query_one(Entry).fill(text)

    def prefill(self, *, prefilled: bool) -> None:
        """Whether what stands here came with a preset or with the program: the first key replaces that too."""
        if prefilled != self._prefilled:
            self._prefilled = prefilled
            self._show_mark()
            if prefilled and not self._typed and not self.question.kind.is_chosen and self.query_one(Entry).has_focus:
                self.query_one(Entry).select_all()  # the focus came first

    def select(self) -> None:
        """Mark the whole of a typed answer, so that the first key replaces it."""
        if not self.question.kind.is_chosen:
            self.query_one(Entry).select_all()

    def _show_mark(self) -> None:
        if not self.question.kind.is_chosen:
            self.query_one(Entry).select_on_focus = self.stands or self._prefilled
        self.query_one(Mark).show(self.proposal, stands=self.proposal is not None and self.proposal.text == self.text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass the typed text on; what has been replaced since is nobody's answer."""
        event.stop()
        if event.value == event.input.value:
            self._tell(event.value)

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Pass the chosen answer on; it is complete at once."""
        event.stop()
        self.touched = True
        self._tell(event.choices.answer)

    def _tell(self, text: str) -> None:
        if text != self.text:
            self.text, self._typed = text, True
            if self.proposal is not None:
                self.proposal, self._overtyped = None, True
                self._show_mark()
            self.post_message(self.Changed(self, text))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: this answer stands."""
        event.stop()
        self.post_message(self.Accepted(self))

    def on_key(self, event: events.Key) -> None:
        """The same for choices; ↓ takes what is only offered, ↑ keeps what is as in the preset."""
        if event.key == "enter" and self.question.kind.is_chosen:
            event.stop()
            self.post_message(self.Accepted(self))
        elif event.key in ("down", "up") and not self.question.kind.is_chosen:
            event.stop()
            self._take_offered() if event.key == "down" else self._confirm()

    def on_click(self, event: events.Click) -> None:
        """What is said below the answer does what its key does."""
        clicked, _ = self.screen.get_widget_at(*event.screen_offset)
        if isinstance(clicked, Mark):
            self._take_offered()
        elif isinstance(clicked, ProblemLine):
            self._confirm()

    def _take_offered(self) -> None:
        if self.proposal is not None and self.proposal.text == self.text:
            self._confirm()
        elif self.proposal is not None and not self.question.kind.is_chosen:
            self.query_one(Entry).value = self.proposal.text

    def _confirm(self) -> None:
        if any(problem.code == FROM_PRESET for problem in self.problems):
            entry = self.query_one(Entry)
            entry.cursor_position = len(entry.value)  # no key replaces it any more
            self.post_message(self.Confirmed(self))

    def on_descendant_blur(self) -> None:
        """The answer was left, so that its problems are certain."""
        self.touched = True
        self.post_message(self.Left(self))
