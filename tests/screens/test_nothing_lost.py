"""However the wizard ends, in a real terminal: the next start offers the answers, and all of them are there."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.screens.person import sit_down
from tests.screens.terminal import LEAVE_ALTERNATE_SCREEN, Terminal
from tests.stages import fast
from wgwizard.profiles import unfinished

CRASH = """
import sys
from screens.form_step import FormStep
from wgwizard.__main__ import main

def broken(step):
    raise RuntimeError("a fault in a page")

FormStep.why = broken
sys.exit(main(["new", "--preset", "article-gateway"]))
"""

# What is drawn while the terminal goes away: more than Textual queues for the thread that writes it.
DRAWING = """
import sys
from screens.app import WizardApp
from wgwizard.__main__ import main

stands = WizardApp.on_mount

async def on_mount(app):
    await stands(app)
    app.set_interval(0.002, lambda: app._driver.write(" "))

WizardApp.on_mount = on_mount
sys.exit(main(["new", "--preset", "article-gateway"]))
"""


def typed() -> Terminal:
    """A wizard with answers on two pages, and a point half described."""
    terminal = Terminal("new", "--preset", "article-gateway")
    terminal.sees("1 of 9 · Site", "site-b")
    terminal.child.send("site-b-north\x0e")
    terminal.sees("2 of 9 · Host β")
    terminal.child.send("\x0e")
    terminal.sees("3 of 9 · Tunnel")
    terminal.child.send("\x0e")
    terminal.sees("4 of 9 · Points")
    terminal.child.send("\x1b[2~tablet")
    terminal.sees("a new one", "tablet")
    return terminal


def all_there() -> None:
    """The next start offers the draft with every answer, and goes on where it was left."""
    (draft,) = unfinished.drafts()
    assert draft.document["name"] == "site-b-north"
    assert draft.document["points"][-1] == {"name": "tablet"}
    again = Terminal()
    again.sees("Go on with site-b-north")
    again.press("enter")
    again.sees("4 of 9 · Points", "tablet")
    again.press("ctrl+q")
    again.sees("Leave the wizard?")
    again.press("right", "enter")
    assert again.end() == 130


@pytest.mark.parametrize("number", fast([signal.SIGHUP, signal.SIGTERM, signal.SIGINT]))
@pytest.mark.slow
def test_a_signal_loses_nothing_and_restores_the_screen(number):
    terminal = typed()
    terminal.child.kill(number)
    assert terminal.end() == 128 + number
    shown = terminal.received.split(LEAVE_ALTERNATE_SCREEN)[-1].decode()
    assert "They are kept as a draft" in shown
    all_there()


def test_a_terminal_that_goes_away_ends_the_wizard_whatever_it_was_drawing():
    terminal = Terminal(code=DRAWING)
    terminal.sees("1 of 9 · Site", "site-b")
    terminal.child.send("site-b-north")
    terminal.sees("site-b-north")
    os.close(terminal.child.child_fd)
    deadline = time.monotonic() + 20
    while (ended := os.waitpid(terminal.child.pid, os.WNOHANG)[0]) == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    if not ended:
        os.kill(terminal.child.pid, signal.SIGKILL)
    assert ended == terminal.child.pid
    assert [draft.document["name"] for draft in unfinished.drafts()] == ["site-b-north"]


async def test_what_was_typed_in_the_moment_before_a_signal_is_kept_too():
    async with sit_down(begin_at="site") as person:
        await person.sees("1 of 9 · Site")
        person.app.query(Input).first().value = "office-north"  # stands there, and is on its way to the answers
        person.app.on_signal(signal.SIGHUP)
        deadline = time.monotonic() + 10
        while person.app.return_code is None and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
    assert person.app.return_code == 128 + signal.SIGHUP
    assert [draft.document["name"] for draft in unfinished.drafts()] == ["office-north"]


@pytest.mark.slow
def test_a_kill_loses_at_most_the_last_second():
    terminal = typed()
    time.sleep(1.5)
    terminal.child.kill(signal.SIGKILL)
    assert terminal.end() == 128 + signal.SIGKILL
    all_there()


def test_a_crash_says_where_and_that_the_answers_are_kept():
    terminal = Terminal(code=CRASH)
    terminal.sees("1 of 9 · Site", "site-b")
    terminal.child.send("site-b-north\x1bOP")
    assert terminal.end() == 1
    assert b"The wizard broke (RuntimeError). Your answers are kept as a draft." in terminal.received
    assert [draft.document["name"] for draft in unfinished.drafts()] == ["site-b-north"]


@pytest.mark.slow
def test_ctrl_c_asks_and_ctrl_z_stops_nothing():
    terminal = Terminal("new", "--preset", "article-gateway")
    terminal.sees("1 of 9 · Site", "site-b")
    terminal.child.send("\x1asite-b-north")
    terminal.sees("site-b-north")
    terminal.child.send("\x03")
    terminal.sees("Leave the wizard?", "They are kept as a draft")
    terminal.press("right", "enter")
    assert terminal.end() == 130
    assert [draft.document["name"] for draft in unfinished.drafts()] == ["site-b-north"]


@pytest.mark.slow
def test_without_a_place_for_drafts_it_is_said_at_once_and_the_answers_can_be_printed(monkeypatch):
    taken = Path(os.environ["XDG_STATE_HOME"])
    taken.parent.mkdir(parents=True, exist_ok=True)
    taken.write_text("no directory")
    terminal = Terminal("new", "--preset", "article-gateway")
    terminal.sees("1 of 9 · Site", "! Your answers cannot be kept:")
    terminal.press("site-b-north", "ctrl+q")
    terminal.sees("Leave the wizard?", "cannot be kept as a draft either", "Leave and print them")
    terminal.press("right", "enter")
    assert terminal.end() == 130
    printed = terminal.received.split(LEAVE_ALTERNATE_SCREEN)[-1].decode()
    assert "# Your answers could not be kept." in printed
    taken.unlink()
    folder = taken / "wgwizard/drafts"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(printed[printed.index("# Your answers") :].replace("\r\n", "\n"))
    (draft,) = unfinished.drafts()
    assert draft.document["name"] == "site-b-north"


@pytest.mark.slow
def test_a_signal_prints_what_cannot_be_kept():
    terminal = Terminal("new", "--preset", "article-gateway", HOME="", XDG_STATE_HOME="")
    terminal.sees("1 of 9 · Site", "! Your answers cannot be kept: it is not known where your home directory is")
    terminal.child.send("site-b-north")
    terminal.sees("site-b-north")
    terminal.child.kill(signal.SIGTERM)
    assert terminal.end() == 143
    assert b"name: site-b-north" in terminal.received.split(LEAVE_ALTERNATE_SCREEN)[-1]
