"""Cases as conversations: one script, told through a real NumberedTalk (lines) and a real MenuTalk (keys into questionary)."""

import getpass
import sys
from collections import deque
from pathlib import Path
from textwrap import dedent

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from tests.front_ends.cases import Answers, Case
from tests.front_ends.expected import BY_PROMPT, tries, words
from wgwizard.prompts import converse
from wgwizard.prompts.menus import MenuTalk
from wgwizard.prompts.numbered import NumberedTalk
from wgwizard.prompts.talk import BACK, NOTHING, Asked
from wgwizard.questions import GROUPS, Choice
from wgwizard.secret import Secret
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools

PASSPHRASE = "quiet anvil marble thistle"
_DOWN, _UP, _ENTER, _CLEAR = "\x1b[B", "\x1b[A", "\r", "\x01\x0b"


class Script:
    """Decides what is answered; `None` is Enter. What was said is kept, and a conversation without end fails."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.said: list[str] = []
        self.point: Answers = {}
        self.place = 0
        self.last = next(iter(BY_PROMPT.values()))
        self.left = self._tries(case.answers)
        self.todo: deque[tuple[str, int, Answers]] = deque(("remove", place, {}) for place in case.remove)
        self.todo += [("change", place, answers) for place, answers in case.change.items()]
        self.todo += [("add", 0, answers) for answers in case.points]
        self.asked = 0

    def _tries(self, answers: Answers) -> dict[str, deque[str]]:
        return {question.id: deque(tries(answers, question)) for question in BY_PROMPT.values()}

    def _turn_to_points(self) -> str:
        doing, self.place, self.point = self.todo.popleft()
        self.left |= {id_: left for id_, left in self._tries(self.point).items() if "[*]" in id_}
        return doing

    def answer(self, asked: Asked, choices: tuple[Choice, ...] = ()) -> str | None:
        self.asked += 1
        assert self.asked < 500, f"asked without end: {asked}"
        offered = {choice.answer for choice in choices}
        if "add" in offered:
            return self._turn_to_points() if self.todo else "on"
        if "leave" in offered:
            return "leave"
        if asked.prompt.startswith("Which point"):
            return str(self.place)
        if asked.prompt not in BY_PROMPT:
            return None
        self.last = BY_PROMPT[asked.prompt]
        if "[*]" in self.last.id and not self.point:
            self._turn_to_points()
        left = self.left[self.last.id]
        return left.popleft() if left else None

    def yes(self, prompt: str) -> bool:
        """Yes to more questions where one of them is answered, and to everything else."""
        if not prompt.startswith("Look at"):
            return True
        answers = self.point if "[*]" in self.last.id else self.case.answers
        group = next(group for group in GROUPS if self.last in group.questions)
        return any(question.detail and question.id in answers for question in group.questions)

    def refusals(self) -> list[str]:
        """What was said to be wrong."""
        return [words(text) for text in self.said if text.startswith("×")]


class ByLines(NumberedTalk):
    """The numbered conversation; its answers are typed into stdin just before it reads them."""

    columns = 1000

    def __init__(self, script: Script) -> None:
        self.script = script
        self.typed: deque[str] = deque()

    def readline(self) -> str:
        return self.typed.popleft() + "\n"

    def say(self, text: str) -> None:
        self.script.said.append(text)
        super().say(text)

    def text(self, asked: Asked) -> str:
        answer = self.script.answer(asked)
        self.typed.append("" if answer is None else answer or NOTHING)
        return super().text(asked)

    def one(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        self._type(self.script.answer(asked, choices), choices)
        return super().one(asked, choices)

    def many(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        self._type(self.script.answer(asked, choices), choices)
        return super().many(asked, choices)

    def _type(self, answer: str | None, choices: tuple[Choice, ...]) -> None:
        places = {choice.answer: str(number) for number, choice in enumerate(choices, 1)}
        self.typed.append(
            "" if answer is None else answer if answer == BACK else ", ".join(places[word] for word in answer.split() or [""])
        )

    def yes(self, prompt: str, *, default: bool) -> bool:
        self.typed.append("y" if self.script.yes(prompt) else "n")
        return super().yes(prompt, default=default)


class ByKeys(MenuTalk):
    """The conversation with menus; its answers are keys that questionary reads from a pipe."""

    columns = 1000

    def __init__(self, script: Script, pipe: PipeInput) -> None:
        super().__init__(DummyOutput())
        self.script, self.pipe = script, pipe

    def say(self, text: str) -> None:
        self.script.said.append(text)
        super().say(text)

    def text(self, asked: Asked) -> str:
        answer = self.script.answer(asked)
        self.pipe.send_text(_ENTER if answer is None else f"{_CLEAR}{answer}{_ENTER}")
        return super().text(asked)

    def one(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        answer = self.script.answer(asked, choices)
        self.pipe.send_text(
            _ENTER if answer is None else answer if answer == BACK else self._moves(asked.current, answer, choices) + _ENTER
        )
        return super().one(asked, choices)

    def _moves(self, current: str, answer: str, choices: tuple[Choice, ...]) -> str:
        places = [choice.answer for choice in choices]
        by = places.index(answer) - (places.index(current) if current in places else 0)
        return (_DOWN if by > 0 else _UP) * abs(by)

    def many(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        answer = self.script.answer(asked, choices)
        if answer is None or answer == BACK:
            self.pipe.send_text(_ENTER if answer is None else BACK)
        else:
            wanted, marked = answer.split() or [""], asked.current.split()
            keys = [" " if (choice.answer in wanted) is not (choice.answer in marked) else "" for choice in choices]
            self.pipe.send_text(_DOWN.join(keys) + _ENTER)
        return super().many(asked, choices)

    def yes(self, prompt: str, *, default: bool) -> bool:
        self.pipe.send_text(("y" if self.script.yes(prompt) else "n") + _ENTER)
        return super().yes(prompt, default=default)

    def secret(self, prompt: str) -> Secret | None:
        self.pipe.send_text(PASSPHRASE + _ENTER)
        return super().secret(prompt)


def by_lines(case: Case, monkeypatch: pytest.MonkeyPatch) -> tuple[Draft, list[str]]:
    """The draft that the numbered front end ends with, and what it said to be wrong."""
    script = Script(case)
    talk = ByLines(script)
    monkeypatch.setattr(sys, "stdin", talk)
    monkeypatch.setattr(getpass, "getpass", lambda prompt, stream: PASSPHRASE)
    return converse(talk, Tools(), site_path=begun(case)), script.refusals()


def by_keys(case: Case) -> tuple[Draft, list[str]]:
    """The draft that questionary's front end ends with, and what it said to be wrong."""
    script = Script(case)
    with create_pipe_input() as pipe, create_app_session(input=pipe):
        return converse(ByKeys(script, pipe), Tools(), site_path=begun(case)), script.refusals()


def begun(case: Case) -> str | None:
    """The path of the saved site that the case begins with."""
    if not case.begin:
        return None
    Path("home.yaml").write_text(dedent(case.begin))
    return "home.yaml"
