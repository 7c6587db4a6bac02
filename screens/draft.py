"""What the wizard knows so far: the document and what follows from it; plain values, no widgets."""

from dataclasses import dataclass, replace

from wgwizard import sitefile
from wgwizard.problems import Problem
from wgwizard.questions import Document, Question
from wgwizard.questions.answers import concerns, put, text_at


@dataclass(frozen=True, slots=True)
class Draft:
    """A document in the making; every answer makes a new one."""

    document: Document

    def answered(self, path: str, question: Question, text: str) -> "Draft":
        """With this answer."""
        return replace(self, document=put(self.document, path, question, text))

    def text(self, path: str, question: Question) -> str:
        """The answer at the path."""
        return text_at(self.document, path, question)

    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the document so far."""
        return sitefile.read(self.document)[1]

    def problems_under(self, *paths: str) -> tuple[Problem, ...]:
        """The problems at or under these paths."""
        return tuple(problem for problem in self.problems() if any(concerns(problem.field, path) for path in paths))
