"""The questions of one page: asked one after another, accepted when nothing is wrong with them, in both directions."""

from msgspec.structs import replace

from wgwizard.problems import Problem
from wgwizard.prompts.looking import SSH, offer_look
from wgwizard.prompts.session import Session
from wgwizard.prompts.talk import BACK, FOUND, KEEP, NOTHING, WHY, Asked
from wgwizard.questions import UNUSED, Group, Kind, Question, asked
from wgwizard.questions.about_site import NETWORKS
from wgwizard.questions.answers import concerns, path_for
from wgwizard.questions.comparing import HOST_DIFFERS
from wgwizard.questions.examples import FROM_PRESET, example_of, examples
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.standing import Standing, standing
from wgwizard.wizard.words import MORE, MORE_PRESET, said

_OR_KEPT = f"type your own, or {KEEP} keeps it; Enter leaves it for later, {NOTHING} empties it"
_OUTSIDE = "outside-site"  # a computer is in none of the site's networks, which are asked for after it


def ask_page(session: Session, group: Group, point: int | None = None, *, from_wrong: bool = False) -> bool:
    """Every question of a group that matters; whether to go on (else a page back). It ends only where no answer is in the way.

    `from_wrong`: it begins with the first answer that is in the way, in place of the first question.
    """
    page = _Page(session, group, point)
    return page.run(page.place_of(page.errors()) if from_wrong else 0)


class _Page:
    """A page being asked; `more` says whether the questions that nearly everyone leaves alone are wanted (`None`: not asked yet).

    `examples` are the answers that were a preset's when it began.
    """

    def __init__(self, session: Session, group: Group, point: int | None) -> None:
        self.session, self.group, self.point = session, group, point
        self.more: bool | None = None
        self.asked: set[str] = set()
        self.examples = {path for path, _ in examples(session.draft.document, session.draft.preset)}

    def run(self, place: int) -> bool:
        while True:
            listed = self._listed()
            if place < len(listed):
                place += self._ask(listed[place])
            elif (wants_more := self._wants_more()) is None:
                place -= 1
            elif not wants_more:
                self._take_proposals()
                errors = self.errors()
                if not errors:
                    return True
                self.session.say_problems(errors)
                place = self.place_of(errors)
            if place < 0:
                return False

    def _path(self, question: Question) -> str:
        return path_for(question, self.point)

    def _matters(self) -> tuple[Question, ...]:
        return asked(self.group, self.session.draft.document, self.point)

    def _listed(self) -> list[Question]:
        """The questions that are asked now: those that matter, and any other whose answer is in the way or not used."""
        told, left_alone = self._told(), self._left_alone()
        wanted = [question for question in self._matters() if question not in left_alone]
        in_the_way = [question for question in self.group.questions if any(concerns(one.field, self._path(question)) for one in told)]
        shown = [
            question
            for question in self.group.questions
            if question in wanted or (question in in_the_way and self.session.draft.text(self._path(question), question))
        ]
        return sorted(shown, key=lambda question: question.detail and (1 if self._path(question) in self.examples else 2))

    def _left_alone(self) -> tuple[Question, ...]:
        """Those that nearly everyone leaves alone, unless they are wanted; not one with a preset's example, which is not the person's."""
        details = (question for question in self._matters() if question.detail and not self.more)
        return tuple(question for question in details if self._path(question) not in self.examples)

    def _told(self) -> tuple[Problem, ...]:
        """The problems for which a question is shown that matters no more."""
        problems = self.session.draft.problems_under(*(self._path(question) for question in self.group.questions))
        return tuple(problem for problem in problems if problem.is_error or problem.code in UNUSED)

    def _wants_more(self) -> bool | None:
        """Ask once whether the remaining questions are wanted; true where they now are, `None` goes back."""
        if self.more is not None:
            return False
        details = self._left_alone()
        if details:
            self.session.say("")
            self.session.say(self._named(details))
        look = "Look at these?" if self._came_along(details) else "Look at these, which nearly everyone leaves alone?"
        self.more = self.session.talk.yes(look, default=False) if details else False
        return self.more

    def _came_along(self, details: tuple[Question, ...]) -> tuple[Question, ...]:
        """Those that a preset answered."""
        return tuple(one for one in details if self.session.draft.came_along(self._path(one), one))

    def _named(self, details: tuple[Question, ...]) -> str:
        """How many there are and which, with the answers that came with a preset."""
        theirs = self._came_along(details)
        about = f"{MORE_PRESET} " if theirs else f"{MORE}: "
        each = (one.prompt + (f" {self._shown(one)}" if one in theirs else "") for one in details)
        return f"{len(details)} {about[0].lower()}{about[1:]}{' · '.join(each)}"

    def _shown(self, question: Question) -> str:
        """The answer as it stands in a sentence."""
        text = self.session.draft.text(self._path(question), question)
        return next((choice.label for choice in question.choices if choice.answer == text), text)

    def errors(self) -> tuple[Problem, ...]:
        """What is in the way on this page."""
        own = self.group.name if self.point is None else f"points[{self.point}]"
        return self.session.draft.errors_under(own, *(self._path(question) for question in self.group.questions))

    def place_of(self, errors: tuple[Problem, ...]) -> int:
        """The place of the first question that they concern; those that nearly everyone leaves alone are asked from here on if need be."""
        if any(question.detail and self._concerned(question, errors) for question in self._matters()):
            self.more = True
        places = (place for place, question in enumerate(self._listed()) if self._concerned(question, errors))
        return next(places, 0)

    def _concerned(self, question: Question, errors: tuple[Problem, ...]) -> bool:
        return any(concerns(error.field, self._path(question)) for error in errors)

    def _take_proposals(self) -> None:
        """What was found for questions that were passed over stands as their answers."""
        for question in self._matters():
            path = self._path(question)
            proposal = self.session.draft.proposals().get(path)
            if path not in self.asked and proposal is not None and not proposal.only_offered:
                self.session.take(self.session.draft.took(path, question, proposal))

    def _standing(self, question: Question) -> Standing:
        """The answer that stands; what was answered otherwise on this page is only offered again."""
        path = self._path(question)
        return standing(self.session.draft, path, question, answered=path in self.asked)

    def _ask(self, question: Question) -> int:
        """Ask until there is an answer that can stand; how many places to go on (-1: back)."""
        path, tried = self._path(question), ""
        while True:
            answer = self._answer(question, tried)
            if answer is None:
                return -1
            draft = self._answered(question, path, answer)
            problems = [one for one in draft.problems_under(path) if one.code != FROM_PRESET and not self._settles_later(one)]
            self.session.say_problems(problems)
            if not any(problem.is_error for problem in problems):
                self.asked.add(path)
                self.session.take(draft)
                return 1 if path != SSH or offer_look(self.session) else 0
            tried = answer

    def _settles_later(self, problem: Problem) -> bool:
        """Whether it lies between this answer and one that is only asked for later: on this page, or on another, and nobody gave it yet."""
        if problem.code != _OUTSIDE or NETWORKS.id in self.asked:
            return False
        return NETWORKS in self.group.questions or self.session.draft.is_prefilled(NETWORKS.id, NETWORKS)

    def _answered(self, question: Question, path: str, answer: str) -> Draft:
        """The draft with the answer, marked as found where it is what was proposed."""
        proposal = self._standing(question).proposal
        if proposal is not None and answer == proposal.text:
            return self.session.draft.took(path, question, proposal)
        return self.session.draft.answered(path, question, answer)

    def _answer(self, question: Question, tried: str) -> str | None:
        """One answer as text; `None` goes back."""
        put = self._put(question, tried)
        while True:
            typed = self._typed(question, put)
            if typed == WHY:
                self.session.say(question.why)
            elif typed == FOUND and not put.offered:
                self.session.say("Nothing else was found for this question.", "○ ")
            elif typed == KEEP and not self._keep(question):
                self.session.say("No preset's example stands here.", "○ ")
            elif typed == BACK:
                return None
            else:
                return {NOTHING: "", FOUND: put.offered, KEEP: put.current}.get(typed, typed)

    def _keep(self, question: Question) -> bool:
        """Whether a preset's example stands here, which now is the person's own."""
        path = self._path(question)
        if not any(problem.code == FROM_PRESET for problem in self.session.draft.problems_under(path)):
            return False
        self.session.take(self.session.draft.confirmed(path))
        return True

    def _typed(self, question: Question, put: Asked) -> str:
        talk = self.session.talk
        if question.kind is Kind.MANY:
            return talk.many(put, question.choices)
        return talk.one(put, question.choices) if question.kind.is_chosen else talk.text(put)

    def _put(self, question: Question, tried: str) -> Asked:
        """The question with the answer that stands, and what is to be said of that and of what was found."""
        stands = self._standing(question)
        problems = () if tried else self.session.draft.problems_under(self._path(question))
        remarks = [said(problem) for problem in problems if problem.code == HOST_DIFFERS]
        remarks += [said(replace(problem, hint=_OR_KEPT)) for problem in problems if problem.code == FROM_PRESET]
        if stands.proposal is not None:
            remarks.append(f"○ {stands.proposal.text}, {stands.proposal.remark}")
        return Asked(
            question.prompt,
            question.word,
            stands.text,
            "\n".join(remarks),
            example_of(question, self.session.draft.document),
            tried,
            proposed=stands.prefilled,
            is_example=any(problem.code == FROM_PRESET for problem in problems),
            offered=stands.offered,
        )
