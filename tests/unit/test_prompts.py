"""The questions one line at a time: a scripted person answers, and what counts is the site that comes out."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from wgwizard import profiles
from wgwizard.errors import CancelledError
from wgwizard.profiles import unfinished
from wgwizard.prompts import Interview, interview
from wgwizard.questions import HOST, NEEDS, SITE
from wgwizard.recommend import recommend
from wgwizard.site import Opens, RoutesAt, Strategy


class Person:
    """Answers by words of the prompt; everything else with Enter. Each answer of a list is given once, in order."""

    def __init__(self, answers: Mapping[str, str | list[str]], *, end_at: str = "\0") -> None:
        self.answers = {word: list(given) if isinstance(given, list) else [given] for word, given in answers.items()}
        self.end_at = end_at
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def ask(self, prompt: str) -> str:
        # A prompt of its own begins with an empty line; else the question was said before, with its technical word in brackets.
        question = prompt if prompt.startswith("\n") else next(text for text in reversed(self.said) if "   (" in text and text[0] == "\n")
        assert len(self.said) < 2000, f"asked without end: {question}"
        if self.end_at in question:
            raise EOFError
        return next((given.pop(0) for word, given in self.answers.items() if word in question and given), "")


NEW = {
    "What is this point called": ["laptop", "phone"],
    "Another point?": ["y", "n"],
}


def networks_and_addresses() -> dict[str, str | list[str]]:
    """The answers that nobody can guess, by the prompts of their questions."""
    return {SITE.questions[2].prompt: "192.168.1.0/24", HOST.questions[1].prompt: "192.168.1.10/24", SITE.questions[0].prompt: "office"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def test_enter_and_a_few_words_make_a_site(folder):
    person = Person({**NEW, **networks_and_addresses()})
    path = interview(person, site_path=None, document=None, path=None)
    assert path == "office.yaml"
    site = profiles.load_site(path).site
    assert [point.name for point in site.points] == ["laptop", "phone"]
    assert str(site.networks[0].cidr) == "192.168.1.0/24"
    assert recommend(site).chosen is Strategy.MASQUERADE
    assert set(profiles.load_lock(path).addresses) == {"host", "laptop", "phone"}
    assert any("Recommended: Masquerade" in text for text in person.said)


def test_a_wrong_answer_is_said_and_asked_again(folder):
    answers = networks_and_addresses()
    network = SITE.questions[2].prompt
    person = Person({**NEW, **answers, network: ["192.168.1.0/33", "?", "192.168.1.0/24"]})
    interview(person, site_path=None, document=None, path=None)
    assert any("192.168.1.0/33" in text and text.startswith("×") for text in person.said)
    assert SITE.questions[2].why in person.said


def test_choices_are_taken_by_number_by_word_and_in_numbers(folder):
    routes, opens = SITE.questions[3].prompt, NEEDS.questions[0].prompt
    person = Person({**NEW, **networks_and_addresses(), routes: ["7", "1, 3"], opens: "both"})
    interview(person, site_path=None, document=None, path="x.yaml")
    site = profiles.load_site("x.yaml").site
    assert site.routes_at == {RoutesAt.ROUTER, RoutesAt.HOSTS}
    assert site.needs.opens is Opens.BOTH
    assert "× “7” is none of the answers: type its number" in person.said


def test_back_asks_the_earlier_question_again(folder):
    answers = networks_and_addresses()
    name, hosts = SITE.questions[0].prompt, SITE.questions[1].prompt
    person = Person({**NEW, **answers, name: ["wrong", "right"], hosts: ["<", "nas"]})
    assert interview(person, site_path=None, document=None, path=None) == "right.yaml"


def test_a_saved_site_is_asked_again_with_its_answers(folder):
    interview(Person({**NEW, **networks_and_addresses()}), site_path=None, document=None, path="x.yaml")
    before = profiles.load_site("x.yaml"), profiles.load_lock("x.yaml")
    assert interview(Person({}), site_path="x.yaml", document=None, path=None) == "x.yaml"
    assert (profiles.load_site("x.yaml").site, profiles.load_lock("x.yaml")) == (before[0].site, before[1])


def test_another_file_is_replaced_only_after_asking(folder):
    (folder / "office.yaml").write_text("mine")
    answers = {**NEW, **networks_and_addresses(), "Replace it?": "n", "Save the site": ["", "other.yaml"]}
    assert interview(Person(answers), site_path=None, document=None, path=None) == "other.yaml"
    assert (folder / "office.yaml").read_text() == "mine"


def test_answers_that_lead_nowhere_come_again(folder):
    routes, apart = SITE.questions[3].prompt, NEEDS.questions[1].prompt
    person = Person({**NEW, **networks_and_addresses(), routes: "none", apart: ["yes", "no"]})
    found = Interview(person).run()
    assert found.strategy is Strategy.MASQUERADE
    assert any("No strategy fits" in text for text in person.said)


def test_an_end_of_input_keeps_the_draft(folder):
    person = Person({**NEW, **networks_and_addresses()}, end_at=HOST.questions[0].prompt)
    with pytest.raises(CancelledError) as left:
        interview(person, site_path=None, document=None, path=None)
    assert str(unfinished.drafts()[0].path) in left.value.message
    assert unfinished.drafts()[0].document["name"] == "office"
    assert not (folder / "office.yaml").exists()


def test_at_a_dumb_terminal_it_ends_with_130_when_left(folder):
    main, terminal = pty.openpty()
    root = Path(__file__).parent.parent.parent
    environment = {**os.environ, "TERM": "dumb", "PYTHONPATH": str(root)}
    words = [sys.executable, "-m", "wgwizard", "new", "--plain"]
    process = subprocess.Popen(words, stdin=terminal, stderr=terminal, stdout=subprocess.PIPE, env=environment, start_new_session=True)
    os.close(terminal)
    seen = ""
    while "[home]" not in seen:
        seen += os.read(main, 1000).decode()
    os.write(main, b"\x04")
    assert process.wait(timeout=20) == 130
    os.close(main)
    assert "\x1b" not in seen
    assert len(unfinished.drafts()) == 1
