"""The installed program in a real terminal (a pty, drawn by pyte), with a home directory of its own."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.screens.person import matches_golden
from tests.screens.terminal import LEAVE_ALTERNATE_SCREEN, Terminal, environment
from wgwizard import profiles
from wgwizard.profiles import unfinished


@pytest.mark.slow
def test_from_the_first_page_to_a_saved_site():
    terminal = Terminal()
    terminal.sees("What would you like to begin with?")
    terminal.press("enter")
    terminal.sees("1 of 9 · Site")
    terminal.press("tab", "tab", "192.168.1.0/24", "ctrl+n")
    terminal.sees("2 of 9 · Host β")
    terminal.press("admin@192.168.1.10", "enter", "192.168.1.10/24", "enter", "vpn.b.home.arpa:51820", "ctrl+n")
    terminal.sees("3 of 9 · Tunnel")
    terminal.press("ctrl+n")
    terminal.sees("4 of 9 · Points")
    for name in ("laptop", "phone"):
        terminal.press("\x1b[2~")
        terminal.sees("a new one")
        terminal.press(name, *(["enter", "\x1b[B", "\x1b[B", "\x1b[B"] if name == "phone" else []), "ctrl+n")
        terminal.sees("4 of 9 · Points", name)
    terminal.press("ctrl+n")
    terminal.sees("5 of 9 · Needs")
    terminal.press("ctrl+n")
    terminal.sees("Recommended: Masquerade")
    terminal.press("ctrl+n")
    terminal.sees("7 of 9 · Files")
    terminal.press("ctrl+n")
    terminal.sees("8 of 9 · Save")
    terminal.press("ctrl+n")
    terminal.sees("A passphrase for the keys")
    terminal.press("a long passphrase", "enter", "a long passphrase", "enter")
    terminal.sees("9 of 9 · Apply")
    terminal.press("ctrl+q")
    terminal.sees("Everything is saved in home.yaml.")
    terminal.press("right", "enter")
    assert terminal.end() == 0
    assert LEAVE_ALTERNATE_SCREEN in terminal.received
    assert b"a long passphrase" not in terminal.received
    matches_golden("masquerade.yaml", Path("home.yaml").read_text())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.slow
def test_a_signal_restores_the_screen_and_keeps_the_answers(number, code):
    terminal = Terminal("new", "--preset", "article-gateway")
    terminal.sees("1 of 9 · Site", "site-b")
    terminal.press("site-b-office")
    terminal.sees("site-b-office")
    terminal.child.kill(number)
    assert terminal.end() == code
    assert LEAVE_ALTERNATE_SCREEN in terminal.received
    assert [draft.document["name"] for draft in unfinished.drafts()] == ["site-b-office"]


@pytest.mark.slow
def test_a_saved_site_is_opened_by_its_name():
    profiles.save_site("office.yaml", {"version": 1, "name": "office", "site": {"networks": ["192.168.1.0/24"]},
                                       "host": {"addresses": ["192.168.1.10/24"]}, "points": [{"name": "laptop"}]})  # fmt: skip
    terminal = Terminal("./office.yaml")
    terminal.sees("1 of 9 · Site", "office", "192.168.1.0/24")
    terminal.press("ctrl+q")
    terminal.sees("Everything is saved in ./office.yaml.")
    terminal.press("right", "enter")
    assert terminal.end() == 0


@pytest.mark.slow
def test_no_color_means_no_colour():
    terminal = Terminal(NO_COLOR="1")
    terminal.sees("What would you like to begin with?")
    terminal.press("enter", "tab", "tab", "192.168.1.0/33", "tab")
    terminal.sees("×")
    terminal.press("ctrl+q")
    terminal.sees("Leave the wizard?")
    terminal.press("right", "enter")
    assert terminal.end() == 130
    codes = {code for group in re.findall(rb"\x1b\[([\d;]*)m", terminal.received) for code in group.split(b";")}
    assert codes - {b"", b"0", b"1", b"2", b"3", b"4", b"7", b"9", b"39", b"49"} == set()
    assert b"7" in codes or b"4" in codes


@pytest.mark.parametrize("words", [(), ("new",), ("./site.yaml",)])
@pytest.mark.slow
def test_without_a_terminal_it_says_so_and_does_not_wait(words):
    command = [sys.executable, "-m", "wgwizard", *words]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, env=environment(), check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "terminal" in ended.stderr
    assert "wgwizard plan" in ended.stderr


# Every page's answers, from the first page to the recommendation, as a script or a slow line brings them: in one piece.
PAGES_IN_ONE_BURST = (
    "\r",  # a new set-up
    "\x15office\rnas=192.168.1.20\r192.168.1.0/24\x0e",
    "admin@192.168.1.10\r\x15192.168.1.10/24\rvpn.b.home.arpa:51820\x0e\x1b[C\r",  # and go on without a look at it
    "\x0e",  # the tunnel as it is proposed
    "\x1b[2~laptop\x0e\x1b[2~long-name-of-a-phone\r\x1b[B\x1b[B\x1b[B\x0e\x0e",
    "\x1b[B\x1b[B\t\x1b[D\x0e",  # both sides open connections; the site must tell the points apart
)


@pytest.mark.slow
def test_the_answers_of_all_pages_typed_in_one_burst_go_where_they_belong():
    terminal = Terminal()
    terminal.sees("What would you like to begin with?")
    terminal.child.send("".join(PAGES_IN_ONE_BURST))
    terminal.sees("6 of 9 · Strategy", "office", within=90)
    terminal.press("ctrl+q")
    terminal.sees("Leave the wizard?")
    terminal.press("right", "enter")
    assert terminal.end() == 130
    (draft,) = unfinished.drafts()
    assert draft.document["name"] == "office"
    assert draft.document["site"]["hosts"] == [{"name": "nas", "addresses": ["192.168.1.20"]}]
    assert draft.document["site"]["networks"] == ["192.168.1.0/24"]
    assert draft.document["host"]["ssh"] == "admin@192.168.1.10"
    assert draft.document["host"]["addresses"] == ["192.168.1.10/24"]
    assert draft.document["host"]["endpoint"] == "vpn.b.home.arpa:51820"
    assert [point["name"] for point in draft.document["points"]] == ["laptop", "long-name-of-a-phone"]
    assert (draft.document["needs"]["opens"], draft.document["needs"]["tell_points_apart"]) == ("both", True)


@pytest.mark.slow
def test_what_was_typed_before_the_first_page_stood_is_not_lost():
    terminal = Terminal("new", "--preset", "article-masquerade")
    while b"\x1b[?1049h" not in terminal.received:
        terminal.read()
    terminal.child.send("site-b-north\t,10.20.0.9\t,10.20.0.0/16")
    terminal.sees("site-b-north", ",10.20.0.9", ",10.20.0.0/16")
    terminal.press("ctrl+q")
    terminal.sees("Leave the wizard?")
    terminal.press("right", "enter")
    assert terminal.end() == 130
