"""The conversation in real terminals: the whole way with menus, a dumb terminal, a terminal that goes away, and none at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.screens.terminal import Terminal
from tests.stages import fast
from wgwizard import profiles
from wgwizard.profiles import unfinished

ROOT = Path(__file__).parents[2]
PASSPHRASE = "quiet anvil marble thistle"


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "PROMPT_TOOLKIT_NO_CPR": "1", **more}


def terminal(*words: str, **variables: str) -> pexpect.spawn:
    command = ["-m", "wgwizard", *words]
    return pexpect.spawn(
        sys.executable, command, dimensions=(24, 80), env=environment(**variables), timeout=60, encoding="utf-8", echo=False
    )


def talk(child: pexpect.spawn, *answers: tuple[str, str]) -> str:
    """Wait for each question's beginning, and type its answer; gives all that was shown."""
    shown = ""
    for question, typed in answers:
        child.expect_exact(question)
        shown += child.before + question
        child.send(typed + "\r")
    return shown


def ended(child: pexpect.spawn) -> tuple[int, str]:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus if child.exitstatus is not None else -child.signalstatus, child.before


NAS = (
    ("What do you call", ""),
    ("Which computers there matter", "nas=192.168.1.20"),
    ("Which networks", "192.168.1.0/24"),
    ("more questions", ""),
)
REST = (
    ("How do you log in", ""),
    ("Which address does Host", "192.168.1.10/24"),
    ("Under which name", "vpn.b.home.arpa"),
    ("Is Host β itself", ""),
    ("more questions", ""),
    ("Which network should", ""),
    ("Which address in it", ""),
    ("On which port", ""),
    ("more questions", ""),
    ("What is this point called", "laptop"),
    ("What runs on it", ""),
    ("What may it reach", ""),
    ("What may the site open", ""),
    ("more questions", ""),
    ("What next?", ""),
    ("Who opens things", ""),
    ("Must computers", ""),
    ("Recommended: Masquerade", ""),
    ("Which would you like to look at?", ""),
    ("Where should the site be saved?", ""),
    ("A passphrase for the keys", PASSPHRASE),
    ("The same once more", PASSPHRASE),
)


def is_whole() -> None:
    site = profiles.load_site("home.yaml").site
    assert [point.name for point in site.points] == ["laptop"]
    assert "PrivateKey = " in Path("home/laptop/etc/wireguard/wg0.conf").read_text()
    assert Path("home/host/install.sh").exists()
    assert unfinished.drafts() == ()


@pytest.mark.slow
def test_with_menus_from_the_first_question_to_the_written_files():
    child = terminal("new", "--plain")
    shown = talk(child, ("What would you like to begin with?", ""), *NAS, *REST, ("What next?", ""), ("What next?", ""))
    code, end = ended(child)
    assert code == 0
    assert "Everything is saved in home.yaml." in end
    assert PASSPHRASE not in shown + end
    is_whole()


@pytest.mark.slow
def test_a_dumb_terminal_gets_numbered_lines_by_itself_and_no_cursor_is_moved():
    child = terminal(TERM="dumb")
    shown = talk(child, ("What would you like to begin with?", ""), *NAS, *REST, ("What next?", ""), ("What next?", ""))
    code, end = ended(child)
    assert code == 0
    assert "\x1b" not in shown + end
    is_whole()


@pytest.mark.slow
def test_in_a_menu_a_question_mark_says_why_and_less_than_goes_one_question_back():
    child = terminal("new", "--plain", WGWIZARD_LOOK="no")
    talk(child, ("What would you like to begin with?", ""), *NAS, *REST[:3])
    child.expect_exact("Is Host β itself")
    child.send("?")
    child.expect_exact("answers come to it anyway")
    child.expect_exact("Is Host β itself")
    child.send("<")
    child.expect_exact("Under which name")
    child.send("\x04")
    assert ended(child)[0] == 130


@pytest.mark.parametrize("variables", fast([{}, {"NO_COLOR": "1"}, {"no_color": "--no-color"}], first=2))
@pytest.mark.slow
def test_colour_is_left_out_where_it_is_not_wanted(variables):
    words = [variables.pop("no_color")] if "no_color" in variables else []
    plain = bool(words or variables)
    child = terminal("new", "--plain", *words, **variables)
    child.expect_exact("A saved site")
    child.send("\x04")
    code, end = ended(child)
    coloured = any(f"\x1b[0;38;5;{number}" in child.before + end for number in range(256)) or "\x1b[0;38;2" in end
    assert code == 130
    assert not (plain and coloured)


@pytest.mark.parametrize(
    ("term", "end"),
    fast(
        [
            ("xterm-256color", signal.SIGHUP),
            ("xterm-256color", signal.SIGTERM),
            ("xterm-256color", "\x03"),
            ("dumb", signal.SIGHUP),
            ("dumb", signal.SIGKILL),
            ("dumb", "\x04"),
        ],
        several=True,
    ),
)
@pytest.mark.slow
def test_what_was_answered_before_an_end_is_kept_and_said(term, end):
    child = terminal("new", "--plain", TERM=term)
    talk(child, ("What would you like to begin with?", ""), *NAS)
    child.expect_exact("How do you log in")
    if isinstance(end, str):
        child.send(end)
        code, shown = ended(child)
        assert code == 130
        assert "They are kept as a draft" in shown
    else:
        child.kill(end)
        code, shown = ended(child)
        assert code in (128 + end, -end)
        assert ("They are kept as a draft" in shown) is (end != signal.SIGKILL)
    (kept,) = unfinished.drafts()
    assert kept.document["site"]["networks"] == ["192.168.1.0/24"]


def test_a_terminal_without_our_signs_gets_plain_ones_in_every_prompt():
    child = terminal("new", "--plain", LC_ALL="C", WGWIZARD_LOOK="no")
    shown = talk(child, ("What would you like to begin with?", ""), *NAS, ("How do you log in to Host beta?", ""), ("Which address", "<"))
    child.kill(signal.SIGTERM)
    shown += ended(child)[1]
    assert "already: Where at the site could you" in shown
    assert "\\x" not in shown
    assert "Host ?" not in shown


def test_what_cannot_be_kept_is_printed_when_a_signal_ends_it():
    child = terminal("new", "--plain", TERM="dumb", HOME="", XDG_STATE_HOME="", WGWIZARD_LOOK="no")
    talk(child, ("What would you like to begin with?", ""), ("What do you call", "office-north"))
    child.expect_exact("Which computers there matter")
    child.kill(signal.SIGTERM)
    code, shown = ended(child)
    assert code == 143
    assert "cannot be kept as a draft either" in shown
    assert "name: office-north" in shown


def test_a_fault_of_the_program_says_that_the_answers_are_kept():
    broken = "import sys, wgwizard.prompts as p; p.PAGES['host'] = lambda session: 1 / 0; from wgwizard.__main__ import main; "
    words = ["-c", f"{broken}sys.exit(main(['new', '--plain']))"]
    variables = environment(TERM="dumb", WGWIZARD_LOOK="no")
    child = pexpect.spawn(sys.executable, words, dimensions=(24, 80), env=variables, timeout=60, encoding="utf-8", echo=False)
    talk(child, ("What would you like to begin with?", ""), *NAS)
    code, shown = ended(child)
    assert code == 1
    assert shown.index("They are kept as a draft") < shown.index("wgwizard broke (ZeroDivisionError)")
    assert [draft.document["name"] for draft in unfinished.drafts()] == ["home"]


@pytest.mark.parametrize("term", fast(["xterm-256color", "dumb"]))
@pytest.mark.slow
def test_what_a_terminal_left_behind_that_went_away_is_gone_on_with(term):
    child = terminal("new", "--plain", TERM=term)
    talk(child, ("What would you like to begin with?", ""), *NAS)
    child.expect_exact("How do you log in")
    child.close()  # the terminal's own hang-up
    child = terminal("new", "--plain", TERM="dumb" if term != "dumb" else "xterm-256color")
    talk(child, ("Go on with home", ""), *REST, ("What next?", ""), ("What next?", ""))
    assert ended(child)[0] == 0
    is_whole()


@pytest.mark.slow
def test_what_the_wizard_left_is_gone_on_with_in_a_conversation_and_the_other_way_round():
    wizard = Terminal("new", "--preset", "home-pi", WGWIZARD_LOOK="no")
    wizard.sees("1 of 9 · Site", "home")
    wizard.child.send("home-north")
    wizard.sees("home-north")
    wizard.child.kill(signal.SIGHUP)
    assert wizard.end() == 128 + signal.SIGHUP
    child = terminal("new", "--plain", TERM="dumb", WGWIZARD_LOOK="no")
    talk(child, ("Go on with home-north", ""), ("What do you call", "home-south"))
    child.expect_exact("Which computers there matter")
    child.close()
    wizard = Terminal(WGWIZARD_LOOK="no")
    wizard.sees("Go on with home-south")
    wizard.press("enter")
    wizard.sees("1 of 9 · Site", "home-south")
    wizard.child.kill(signal.SIGTERM)
    assert wizard.end() == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    ("words", "term", "stdin"),
    [
        (("new", "--plain"), "xterm-256color", "null"),
        (("new", "--plain"), "xterm-256color", "closed"),
        (("new", "--plain"), "dumb", "empty pipe"),
        ((), "dumb", "closed"),
        (("./site.yaml",), "dumb", "null"),
    ],
)
@pytest.mark.slow
def test_without_a_terminal_nothing_is_asked(words, term, stdin):
    command = [sys.executable, "-m", "wgwizard", *words]
    given = {"null": subprocess.DEVNULL, "closed": None, "empty pipe": subprocess.PIPE}[stdin]
    process = subprocess.Popen(
        command,
        stdin=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(TERM=term),
        preexec_fn=(lambda: os.close(0)) if stdin == "closed" else None,
    )
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "there is no terminal" in err
    assert "wgwizard plan SITE.yaml" in err
    assert "Traceback" not in err
