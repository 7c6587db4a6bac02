"""The line that says what is wrong."""

from textual.widgets import Static

from wgwizard.problems import Problem
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
