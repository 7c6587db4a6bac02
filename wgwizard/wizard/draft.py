"""What the wizard knows so far: the document and what belongs to it; plain values, no widgets."""

from dataclasses import dataclass, field, replace

from wgwizard import sitefile
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.problems import Problem
from wgwizard.questions import Document, Question, new_document
from wgwizard.questions.answers import concerns, put, text_at
from wgwizard.questions.examples import example_problems
from wgwizard.secret import Secret
from wgwizard.stamp import Stamp


@dataclass(frozen=True, slots=True)
class Draft:
    """A document in the making; every answer makes a new one.

    `path` is the file that it came from or was saved to, and `saved` what stands in there; `lock` and `keyring` are what lies
    beside it; `passphrase` opened or will seal the keys; `sealed` where keys lie beside it that were not opened; `sudo_password` worked
    on Host β. `preset` is what it was begun from, so that the example's own addresses can be told from the person's.
    `stamp` is what the site's files held when they were opened or saved, `kept` the path of the kept draft that this goes on with, and
    `kept_page` the page that it was left on. `safe_keys` are the keys that lie sealed on disk.
    """

    document: Document = field(default_factory=new_document)
    path: str | None = None
    saved: Document | None = None
    lock: Lock = field(default_factory=Lock)
    keyring: Keyring = field(default_factory=Keyring)
    passphrase: Secret | None = None
    sudo_password: Secret | None = None
    sealed: bool = False
    preset: Document | None = None
    stamp: Stamp = field(default_factory=Stamp)
    kept: str | None = None
    kept_page: str = ""
    safe_keys: Keyring = field(default_factory=Keyring)

    @property
    def is_saved(self) -> bool:
        """Whether the file holds all answers."""
        return self.path is not None and self.saved == self.document

    @property
    def has_answers(self) -> bool:
        """Whether anything was answered at all."""
        return self.document != new_document()

    @property
    def has_unsaved_keys(self) -> bool:
        """Whether private keys were made that lie sealed nowhere: they end with the wizard."""
        return any(key not in self.safe_keys.private.values() for key in self.keyring.private.values())

    def with_document(self, document: Document) -> "Draft":
        """With other answers."""
        return replace(self, document=document)

    def answered(self, path: str, question: Question, text: str) -> "Draft":
        """With this answer."""
        return self.with_document(put(self.document, path, question, text))

    def text(self, path: str, question: Question) -> str:
        """The answer at the path."""
        return text_at(self.document, path, question)

    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the document so far, and what is only an example's."""
        return sitefile.read(self.document)[1] + example_problems(self.document, self.preset)

    def problems_under(self, *paths: str) -> tuple[Problem, ...]:
        """The problems at or under these paths."""
        return tuple(problem for problem in self.problems() if any(concerns(problem.field, path) for path in paths))

    def errors_under(self, *paths: str) -> tuple[Problem, ...]:
        """Those that stop the way."""
        return tuple(problem for problem in self.problems_under(*paths) if problem.is_error)
