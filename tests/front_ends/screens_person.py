"""Cases on the screens: the real App under Textual's pilot, answers typed, pasted and chosen by keys, problems read beside their fields."""

from collections import deque
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

from textual import events
from textual.widgets import Collapsible, Input, OptionList

from screens.choices import Choices
from screens.field import Field
from screens.form import Form
from screens.points import PointPage
from screens.problem_line import ProblemLine
from tests.front_ends.cases import BACK, Answers, Case
from tests.front_ends.conversation import PASSPHRASE
from tests.front_ends.expected import BY_ID, tries, words
from tests.screens.person import Person, sit_down
from tests.screens.settling import painted
from wgwizard.questions import GROUPS, Question
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import open_site
from wgwizard.wizard.recommended import OVERRULE

PAGES = ("site", "host", "tunnel", "points", "needs")


class Filling:
    """Fills forms with a case's answers, one field after another, and keeps what was said to be wrong."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.said: list[str] = []
        self.left: dict[str, deque[str]] = {}

    def bring(self, answers: Answers) -> None:
        """These are the answers from here on."""
        self.left |= {question.id: deque(tries(answers, question)) for question in BY_ID.values() if question.id in answers}

    async def fill(self, form: Form) -> None:
        """Give every answer that is asked for here, in the order of the page; what comes up through an answer included.

        Nothing is laid out and painted meanwhile, which would take most of the time: what stands beside a field is read from its line.
        """
        with self.person.app.batch_update():
            await self._fill(form)
        await painted(self.person.app)

    async def _fill(self, form: Form) -> None:
        if any(field.question.detail and self.left.get(field.question.id) for field in form.query(Field)):
            form.query_one(Collapsible).collapsed = False
        done: set[Field] = set()
        while (field := next((field for field in form.fields if self.left.get(field.question.id) and field not in done), None)) is not None:
            await self._answer(form, field)
            done.add(field)
        left = [question.id for question in form.group.questions if self.left.get(question.id)]
        assert not left, f"never asked: {left}"

    async def _answer(self, form: Form, field: Field) -> None:
        """Try until something stands; BACK is the next try of the field before."""
        left = self.left[field.question.id]
        while left:
            wanted = left.popleft()
            if wanted == BACK:
                before = form.fields[form.fields.index(field) - 1]
                await self._give(before, self.left[before.question.id].popleft())
                if field not in form.fields:
                    return
                continue
            wrong = await self._give(field, wanted)
            if not wrong:
                return
            self.said += wrong

    async def _give(self, field: Field, text: str) -> list[str]:
        """Give an answer and leave it; what then stands beside it as wrong."""
        control = field.control
        control.focus()
        if isinstance(control, Input):
            control.select_all()
            if text:
                control.post_message(events.Paste(text))
            else:
                await self.person.pilot.press("delete")
        elif isinstance(control, Choices):
            await self.person.pilot.press(*moves(field.question, control, text))
        await self.person.pilot.press("tab")
        await self.person.pilot.pause()
        assert field.text == text, (field.path, field.text)
        line = field.query_one(ProblemLine)
        shown = str(line.content).splitlines() if line.display else []
        return [words(text) for text in shown if text.startswith("×")]


def moves(question: Question, control: Choices, text: str) -> list[str]:
    """The keys that lead from what is chosen to what is wanted."""
    places = [choice.answer for choice in control.offered]
    if not control.several:
        by = places.index(text) - (places.index(control.answer) if control.answer in places else 0)
        return ["down" if by > 0 else "up"] * abs(by)
    wanted = text.split() or [""]
    keys = ["up"] * control.cursor
    for choice in control.offered:
        alone = choice.answer in ("", "none")
        turn = choice.answer in wanted if alone else (choice.answer in wanted) is not control.holds(choice)
        keys += ["space", "down"] if turn else ["down"]
    return keys


async def by_screens(case: Case, *, deep: bool) -> tuple[Draft, list[str]]:
    """The draft that the screens end with, and what they said to be wrong.

    `deep` goes through every page by its keys, over the files to the saved site; else only to the pages on which something is answered,
    for to make each page takes half a second.
    """
    draft = Draft()
    if case.begin:
        Path("home.yaml").write_text(dedent(case.begin))
        draft = open_site("home.yaml", None)
    pages = [page for page in PAGES if deep or page == "points" or any(id_ in case.answers for id_ in _asked_on(page))]
    async with sit_down(draft=draft, begin_at=pages[0]) as person:
        filling = Filling(person)
        filling.bring(case.answers)
        for page, following in pairwise([*pages, "strategy"]):
            await _fill_page(page, case, filling)
            if deep:
                await person.press("ctrl+n")
                await person._until(lambda page=following: person.app.here == page, f"not on the page {following}")
            else:
                assert page == "points" or person.app.page.query_one(Form).check()
                await person.pilot.pause()  # what stood there as the answer has come to the draft
                if following != "strategy" or OVERRULE.id in case.answers:
                    await person.app.show_page(following)
        if OVERRULE.id in case.answers:
            choices = person.app.page.query_one(Choices)
            await person.press(*moves(OVERRULE, choices, tries(case.answers, OVERRULE)[-1]))
        if deep:
            await _save(person)
        return person.app.draft, filling.said


def _asked_on(page: str) -> list[str]:
    return [question.id for group in GROUPS if group.name == page for question in group.questions]


async def _fill_page(page: str, case: Case, filling: Filling) -> None:
    if page == "points":
        await _points(case, filling)
    else:
        await filling.fill(filling.person.app.page.query_one(Form))


async def _points(case: Case, filling: Filling) -> None:
    """Remove, change and add, in this order."""
    person = filling.person
    for place in case.remove:
        person.app.page.query_one(OptionList).highlighted = place
        await person.press("delete", "right", "enter")
    for place, answers in case.change.items():
        person.app.page.query_one(OptionList).highlighted = place
        person.app.page.query_one(OptionList).focus()
        await person.press("enter")
        await _point(answers, filling)
    for answers in case.points:
        await person.press("insert")
        await _point(answers, filling)


async def _point(answers: Answers, filling: Filling) -> None:
    person = filling.person
    await person._until(lambda: isinstance(person.app.screen, PointPage), "no point's page")
    filling.bring(answers)
    await filling.fill(person.app.screen.query_one(Form))
    await person.press("ctrl+n")
    await person._until(lambda: not isinstance(person.app.screen, PointPage), "the point's page stays")


async def _save(person: Person) -> None:
    await person.press("ctrl+n")
    await person.sees("7 of 9 · Files", "Who reaches whom")
    await person.press("ctrl+n")
    await person.sees("8 of 9 · Save")
    await person.press("ctrl+n")
    await person.sees("A passphrase for the keys")
    for _ in range(2):
        await person.pastes(PASSPHRASE)
        await person.press("enter")
    await person.sees("9 of 9 · Apply")
