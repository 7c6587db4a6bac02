"""What the wizard knows so far: the document and what belongs to it; plain values, no widgets."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from wgwizard.keys import Keyring, keyring_problems
from wgwizard.lock import Lock
from wgwizard.problems import Problem
from wgwizard.questions import UNUSED, Document, Proposal, Question, new_document
from wgwizard.questions.about_needs import OPENS
from wgwizard.questions.answers import concerns, put, text_at, value_at, with_value
from wgwizard.secret import Secret
from wgwizard.stamp import Stamp

# What the first page does without is imported where it is used.
if TYPE_CHECKING:
    from wgwizard.host.facts import Facts
    from wgwizard.surroundings import Surroundings


class Draft(Struct, frozen=True):
    """A document in the making; every answer makes a new one.

    `path` is the file that it came from or was saved to, and `saved` what stands in there; `lock` and `keyring` are what lies
    beside it; `passphrase` opened or will seal the keys; `sealed` where keys lie beside it that were not opened.
    `here` is what this machine shows and `host` what a look at Host β by the login `host_login` found (`None`: not looked
    at); `taken` are the proposals that stand as answers, by their paths. `preset` is what it was begun from, so that the example's own
    addresses can be told from the person's. `stamp` is what the site's files held when they were opened or saved, `kept` the path of
    the kept draft that this goes on with, and `kept_page` the page that it was left on. `safe_keys` are the keys that lie sealed on
    disk, `accepted` the questions whose usual answer a person let stand, or gave another. `applied` is what was put on Host β in this
    session, and `failed` what was to be put there last and was not.
    """

    document: Document = field(default_factory=new_document)
    path: str | None = None
    saved: Document | None = None
    lock: Lock = field(default_factory=Lock)
    keyring: Keyring = field(default_factory=Keyring)
    passphrase: Secret | None = None
    sealed: bool = False
    preset: Document | None = None
    here: "Surroundings | None" = None
    host: "Facts | None" = None
    host_login: str = ""
    taken: Mapping[str, Proposal] = field(default_factory=dict)
    stamp: Stamp = field(default_factory=Stamp)
    kept: str | None = None
    kept_page: str = ""
    safe_keys: Keyring = field(default_factory=Keyring)
    accepted: tuple[str, ...] = ()
    applied: Document | None = None
    failed: Document | None = None

    @property
    def is_saved(self) -> bool:
        """Whether the file holds all answers."""
        return self.path is not None and self.saved == self.document

    @property
    def has_answers(self) -> bool:
        """Whether anything was answered at all: a preset that was only looked at is nobody's answer."""
        return self.document != (self.preset if self.preset is not None else new_document())

    @property
    def has_failed(self) -> bool:
        """Whether these answers were to be put on Host β in this session, and that did not come to its end."""
        return self.failed is not None and self.failed == self.document

    @property
    def has_unsaved_keys(self) -> bool:
        """Whether private keys were made that lie sealed nowhere: they end with the wizard."""
        return any(key not in self.safe_keys.private.values() for key in self.keyring.private.values())

    def with_document(self, document: Document) -> "Draft":
        """With other answers; a proposal that is overruled by them is none of them any more."""
        taken = {path: proposal for path, proposal in self.taken.items() if value_at(document, path) == value_at(self.document, path)}
        return replace(self, document=document, taken=taken)

    def answered(self, path: str, question: Question, text: str) -> "Draft":
        """With this answer."""
        return self.with_document(put(self.document, path, question, text)).let_stand(question)

    def let_stand(self, *questions: Question) -> "Draft":
        """With the answers to these questions as what a person wants: usual ones are nobody's until then."""
        usual = (question.id for question in questions if question.usual)
        return replace(self, accepted=tuple(dict.fromkeys((*self.accepted, *usual))))

    def took(self, path: str, question: Question, proposal: Proposal) -> "Draft":
        """With this proposal as the answer."""
        found = self.answered(path, question, proposal.text)
        return replace(found, taken={**found.taken, path: proposal})

    def confirmed(self, path: str) -> "Draft":
        """With the answer at the path as the person's own, though it is as in the preset."""
        return self if self.preset is None else replace(self, preset=with_value(self.preset, path, None))

    @property
    def known_host(self) -> "Facts | None":
        """What a look at Host β found, as long as the login is the one by which it was looked at."""
        return self.host if value_at(self.document, "host.ssh") == self.host_login else None

    def proposals(self) -> Mapping[str, Proposal]:
        """What the wizard can answer by itself; in place of a preset's example and in a site that was saved before, it is only offered."""
        from wgwizard.questions.examples import examples
        from wgwizard.questions.proposing import proposals

        own = self.document
        for path, _ in examples(self.document, self.preset):
            own = with_value(own, path, None)
        instead = proposals(own, self.here, self.known_host, self.lock)
        # What fits beside the example's answers may stand; what would only fit in their place is offered with them.
        beside = proposals(self.document, self.here, self.known_host, self.lock) if own != self.document else instead
        offered = {path: self._in_own_words(path, proposal) for path, proposal in instead.items()}
        found = {path: replace(proposal, only_offered=True) for path, proposal in offered.items() if proposal is not None} | dict(beside)
        if self.path is None:
            return found
        return {path: replace(proposal, only_offered=True) for path, proposal in found.items()}

    def _in_own_words(self, path: str, proposal: Proposal) -> Proposal | None:
        """A proposal in place of an answer; the same networks are said by their names, or not at all where they were not found.

        Another network in place of the only one has its name, by which rights may call it.
        """
        from wgwizard.questions.about_site import NETWORKS
        from wgwizard.questions.proposing import networks_at

        if path != NETWORKS.id:
            return proposal
        same = {"site": {"networks": proposal.text.split(", ")}}
        if networks_at(same, path) != networks_at(self.document, path):
            name, named, _ = self.text(path, NETWORKS).partition("=")
            alone = named and "," not in self.text(path, NETWORKS) + proposal.text
            return replace(proposal, text=f"{name}={proposal.text}") if alone else proposal
        return replace(proposal, text=self.text(path, NETWORKS)) if proposal.found else None

    def text(self, path: str, question: Question) -> str:
        """The answer at the path."""
        return text_at(self.document, path, question)

    def is_prefilled(self, path: str, question: Question) -> bool:
        """Whether the answer is still as the preset, or a new set-up, began with it."""
        if self.preset is not None:
            return value_at(self.document, path) == value_at(self.preset, path)
        return self.path is None and self.text(path, question) == question.usual

    def came_along(self, path: str, question: Question) -> bool:
        """Whether the answer is the preset's, and not what the question has anyway."""
        return self.preset is not None and self.is_prefilled(path, question) and self.text(path, question) != question.default

    def problems(self) -> tuple[Problem, ...]:
        """All that is wrong with the document, in the questions' words: by itself, with the keys, as an example's, and unlike Host β."""
        from wgwizard.questions.comparing import contradictions
        from wgwizard.questions.examples import example_problems, said_once
        from wgwizard.questions.naming import in_words
        from wgwizard.wizard.reading import read

        told = example_problems(self.document, self.preset)
        found = in_words(said_once(read(self.document)[1], told), self.document) + self.key_problems() + told
        found = tuple(problem for problem in found if not self._waits(problem))
        host = self.known_host
        return found if host is None else found + contradictions(self.document, host, self.lock)

    def _waits(self, problem: Problem) -> bool:
        """Whether it hangs on who opens things while nobody was asked that yet."""
        if problem.code not in UNUSED or OPENS.id in self.accepted or not self.is_prefilled(OPENS.id, OPENS):
            return False
        return value_at(self.document, f"{problem.field.partition('.')[0]}.opens") is None

    def key_problems(self) -> tuple[Problem, ...]:
        """Keys that do not fit each other or the lock; nothing while the answers are no site yet."""
        from wgwizard.wizard.reading import read

        site, _ = read(self.document)
        return keyring_problems(site, self.keyring, self.lock) if site is not None else ()

    def problems_under(self, *paths: str) -> tuple[Problem, ...]:
        """The problems at or under these paths."""
        return tuple(problem for problem in self.problems() if any(concerns(problem.field, path) for path in paths))

    def errors_under(self, *paths: str) -> tuple[Problem, ...]:
        """Those that stop the way."""
        return tuple(problem for problem in self.problems_under(*paths) if problem.is_error)
