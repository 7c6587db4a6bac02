"""The keys that both conversations take in place of an answer, and how what they say is laid out."""

import sys
from io import StringIO

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from wgwizard.cli import streams
from wgwizard.prompts.menus import MenuTalk
from wgwizard.prompts.numbered import NumberedTalk
from wgwizard.prompts.talk import WHY_YES, Asked, wrapped


def test_yes_or_no_takes_the_keys_that_every_question_takes_in_lines(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", StringIO("?\nperhaps\n<\n"))
    assert NumberedTalk().yes("Go on?", default=True) is None
    said = capsys.readouterr().err
    assert WHY_YES in " ".join(said.split())
    assert "× “perhaps” is neither y nor n" in said


@pytest.mark.parametrize(("typed", "answer"), [("?y\r", True), ("<", None), ("\r", True), ("n\r", False)])
def test_yes_or_no_takes_the_keys_that_every_question_takes_in_menus(typed, answer, capsys):
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text(typed)
        assert MenuTalk(DummyOutput()).yes("Go on?", default=True) is answer
    assert (WHY_YES in " ".join(capsys.readouterr().err.split())) == ("?" in typed)


def test_what_is_said_of_an_answer_stands_between_its_question_and_the_one_before(monkeypatch, capsys):
    asked = Asked("Which networks?", "LAN", "10.1.0.0/16", "! the preset's example\n○ 10.2.0.0/16, found: eth0")
    monkeypatch.setattr(sys, "stdin", StringIO("\n"))
    assert NumberedTalk().text(asked) == "10.1.0.0/16"
    lines = ["", "Which networks?   (LAN)", "  ! the preset's example", "  ○ 10.2.0.0/16, found: eth0"]
    assert capsys.readouterr().err.splitlines()[:4] == lines
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text("\r")
        assert MenuTalk(DummyOutput()).text(asked) == "10.1.0.0/16"
    assert capsys.readouterr().err.splitlines()[:3] == ["", "  ! the preset's example", "  ○ 10.2.0.0/16, found: eth0"]


def test_a_paragraph_breaks_between_words_in_the_signs_that_are_shown(monkeypatch, tmp_path):
    text = "Host β lets through what is named, and refuses everything else that comes from a point."
    assert max(map(len, wrapped(text, 41, "  ").splitlines())) <= 40
    with (tmp_path / "plain").open("w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        streams.prepare()
        streams.only_ascii(data=True)
        lines = wrapped(text, 41, "  ").splitlines()
    assert "Host beta lets" in lines[0]
    assert max(map(len, lines)) <= 40
