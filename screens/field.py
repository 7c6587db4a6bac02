"""One question on the screen: the prompt with the technical word, the answer, and beside it what is wrong with it."""

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from screens.choices import Choices
from screens.entry import Entry
from wgwizard.problems import Problem
from wgwizard.questions import Kind, Question
from wgwizard.wizard.words import said


class ProblemLine(Static):
    """Says what is wrong, and takes no room while nothing is."""

    def __init__(self, id: str | None = None, classes: str = "") -> None:  # noqa: A002
        super().__init__(id=id, classes=f"problems {classes}", markup=False)
        self.display = False

    def say(self, text: str, *, error: bool = True) -> None:
        """Say this; nothing when it is empty."""
        self.display = bool(text)
        self.set_class(error, "-error")
        self.update(text)

    def show(self, problems: tuple[Problem, ...]) -> None:
        """Say these problems."""
        self.say("\n".join(said(problem) for problem in problems), error=any(problem.is_error for problem in problems))


class Field(Widget):
    """A question with its answer; tells when the text changed, when it was left, and when Enter said "go on"."""

    class Changed(Message):
        """The answer's text changed; it may still be half typed."""

        def __init__(self, field: "Field", text: str) -> None:
            super().__init__()
            self.field, self.text = field, text

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

    def compose(self) -> ComposeResult:
        """The prompt, the answer, and room for problems."""
        word = f"   {self.question.word}" if self.question.word else ""
        yield Static(Content.assemble((self.question.prompt, "bold"), (word, "dim")), classes="prompt", markup=False)
        if self.question.kind.is_chosen:
            across = self.question.kind in (Kind.YES_NO, Kind.YES_NO_UNSURE)
            yield Choices(self.question.choices, self.text, across=across, several=self.question.kind is Kind.MANY)
        else:
            yield Entry(self.text, placeholder=f"e.g. {self.question.example}")
        yield ProblemLine()

    @property
    def control(self) -> Widget:
        """What takes the focus."""
        return self.query_one(Choices if self.question.kind.is_chosen else Input)

    def show(self, problems: tuple[Problem, ...]) -> None:
        """Say these problems beside the answer."""
        self.problems = problems
        self.query_one(ProblemLine).show(problems)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass the typed text on."""
        event.stop()
        self._tell(event.value)

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """Pass the chosen answer on; it is complete at once."""
        event.stop()
        self.touched = True
        self._tell(event.choices.answer)

    def _tell(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.post_message(self.Changed(self, text))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: this answer stands."""
        event.stop()
        self.post_message(self.Accepted(self))

    def on_key(self, event: events.Key) -> None:
        """The same for choices."""
        if event.key == "enter" and self.question.kind.is_chosen:
            event.stop()
            self.post_message(self.Accepted(self))

    def on_descendant_blur(self) -> None:
        """The answer was left, so that its problems are certain."""
        self.touched = True
        self.post_message(self.Left(self))
