"""The questions one line at a time (`wgwizard new --plain`): for screen readers, and for terminals that cannot draw a page."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from wgwizard import profiles, sitefile
from wgwizard.cli import output
from wgwizard.errors import CancelledError
from wgwizard.lock import Lock
from wgwizard.pipeline import Study, study
from wgwizard.profiles.stamps import stamp
from wgwizard.profiles.unfinished import Keeper
from wgwizard.questions import GROUPS, POINT, STRATEGY, Document, Group, Kind, Question, asked, new_document
from wgwizard.questions.answers import concerns, path_for, put, text_at
from wgwizard.stamp import Stamp

HELP = "Enter takes what stands in [ ]. ? says why we ask, - empties an answer, < goes one question back."


class Talk(Protocol):
    """A terminal, or a test that plays one."""

    def say(self, text: str) -> None:
        """Show a line or more."""

    def ask(self, prompt: str) -> str:
        """A typed line; EOFError where there will be none."""


class Interview:
    """Asks everything; `document` holds the answers so far, also when it is left early."""

    def __init__(self, talk: Talk, document: Document | None = None, lock: Lock | None = None) -> None:
        self.talk = talk
        self.document: Document = document if document is not None else new_document()
        self.lock = lock if lock is not None else Lock()

    def run(self) -> Study:
        """Every step, again where the answers do not fit together; ends with a site for which there is a strategy."""
        self.talk.say(HELP)
        while True:
            for group in GROUPS:
                if group is POINT:
                    self._points()
                elif group is STRATEGY:
                    found = self._recommendation()
                    if found is not None:
                        self._step(group)
                else:
                    self._step(group)
            found = self._study()
            if found is not None and found.strategy is not None:
                return found
            self.talk.say("Something stands in the way. The questions come again, with your answers in [ ].")

    def _recommendation(self) -> Study | None:
        """Show what the answers lead to; nothing where they are no site yet."""
        found = self._study()
        if found is not None:
            self.talk.say(output.recommendation_text(found.recommendation))
        return found

    def _study(self) -> Study | None:
        site, problems = sitefile.read(self.document)
        if site is None:
            self.talk.say("\n".join(output.problem_text(problem) for problem in problems if problem.is_error))
            return None
        return study(site, self.lock)

    def _points(self) -> None:
        """The points that are there, and new ones."""
        for place, point in enumerate(self._listed()):
            name = point.get("name", "") if isinstance(point, dict) else ""
            if self.yes(f"Change the point {name or place + 1}?", default=False):
                self._step(POINT, place)
        while not self._listed() or self.yes("Another point?", default=False):
            self.document = {**self.document, "points": [*self._listed(), {}]}
            self._step(POINT, len(self._listed()) - 1)

    def _listed(self) -> list[object]:
        points = self.document.get("points")
        return points if isinstance(points, list) else []

    def _step(self, group: Group, point: int | None = None) -> None:
        """A step's questions; those that nearly everyone leaves alone only where that is wanted."""
        self.talk.say(f"\n== {group.title} ==\n{group.about}")
        self._questions(lambda: [question for question in asked(group, self.document, point) if not question.detail], point)

        def details() -> list[Question]:
            return [question for question in asked(group, self.document, point) if question.detail]

        if details() and self.yes(f"Look at {len(details())} more questions that nearly everyone leaves alone?", default=False):
            self._questions(details, point)

    def _questions(self, questions: Callable[[], list[Question]], point: int | None) -> None:
        """Ask until the last one is answered; which ones matter may change with every answer."""
        place = 0
        while place < len(listed := questions()):
            question = listed[place]
            path = path_for(question, point)
            answer = self._answer(question, text_at(self.document, path, question))
            if answer is None:
                place = max(0, place - 1)
            elif self._accept(question, path, answer):
                place += 1

    def _accept(self, question: Question, path: str, answer: str) -> bool:
        """Take the answer unless it is wrong in itself; problems are said at once."""
        changed = put(self.document, path, question, answer)
        problems = [problem for problem in sitefile.read(changed)[1] if concerns(problem.field, path)]
        for problem in problems:
            self.talk.say(output.problem_text(problem))
        if any(problem.is_error for problem in problems):
            return False
        self.document = changed
        return True

    def _answer(self, question: Question, current: str) -> str | None:
        """One answer as text; `None` goes back."""
        self.talk.say(f"\n{question.prompt}   ({question.word})")
        for number, choice in enumerate(question.choices, 1):
            self.talk.say(f"  {number}  {choice.label}{f'   {choice.example}' if choice.example else ''}")
        while True:
            example = f"e.g. {question.example} " if question.example and not current else ""
            typed = self.talk.ask(f"{example}[{_shown(question, current)}] ").strip()
            if typed == "?":
                self.talk.say(question.why)
            elif typed in ("<", "-", ""):
                return {"<": None, "-": "", "": current}[typed]
            elif not question.kind.is_chosen:
                return typed
            elif (chosen := _chosen(question, typed)) is not None:
                return chosen
            else:
                self.talk.say(f"× “{typed}” is none of the answers: type its number")

    def yes(self, prompt: str, *, default: bool) -> bool:
        """Yes or no."""
        typed = self.talk.ask(f"\n{prompt} [{'Y/n' if default else 'y/N'}] ").strip().lower()
        return default if not typed else typed.startswith("y")


def _chosen(question: Question, typed: str) -> str | None:
    """The answer that a number, or its own word, stands for; several for questions that take them. `None` where one is unknown."""
    answers = {choice.answer: choice.answer for choice in question.choices if choice.answer}
    answers |= {str(number): choice.answer for number, choice in enumerate(question.choices, 1)}
    words = typed.replace(",", " ").split()
    if not all(word in answers for word in words) or (len(words) != 1 and question.kind is not Kind.MANY):
        return None
    return " ".join(dict.fromkeys(answers[word] for word in words))


def _shown(question: Question, current: str) -> str:
    """The current answer as it stands beside its question: choices by their numbers."""
    if not question.kind.is_chosen:
        return current
    numbers = [str(number) for number, choice in enumerate(question.choices, 1) if choice.answer in (current.split() or [""])]
    return " ".join(numbers)


def interview(talk: Talk, *, site_path: str | None, document: Document | None, path: str | None) -> str:
    """Ask everything and save; gives the path of the site file. What is left early is kept as the wizard's draft (CancelledError)."""
    held, keeper = stamp(site_path) if site_path is not None else Stamp(), Keeper()
    loaded = profiles.load_site(site_path) if site_path is not None else None
    lock = profiles.load_lock(site_path) if site_path is not None else Lock()
    asking = Interview(talk, loaded.document if loaded is not None else document, lock)
    try:
        found = asking.run()
        path = _path(asking, path or site_path or f"{found.site.name}.yaml", known=site_path)
    except (EOFError, KeyboardInterrupt):
        keeper.note(asking.document, origin=site_path, digest=held.site)
        keeper.flush()
        keeper.close()
        raise CancelledError(f"The answers so far are kept as a draft: {keeper.path}", "wgwizard offers it") from None
    site, _ = sitefile.read(asking.document)
    profiles.save_site(path, sitefile.to_document(site) if site is not None else asking.document)
    profiles.save_lock(path, found.lock)
    return path


def _path(asking: Interview, path: str, *, known: str | None) -> str:
    """Where to save; another file is replaced only after asking."""
    while True:
        path = asking.talk.ask(f"\nSave the site as [{path}] ").strip() or path
        if path == known or not Path(path).exists() or asking.yes(f"{path} is there already. Replace it?", default=False):
            return path
