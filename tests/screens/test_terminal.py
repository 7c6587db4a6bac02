"""The installed program in a real terminal (a pty, drawn by pyte), with a home directory of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pyte
import pytest

from tests.screens.person import matches_golden
from wgwizard import profiles
from wgwizard.profiles import unfinished

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
QUIET = 0.1
LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"
KEYS = {"enter": "\r", "tab": "\t", "escape": "\x1b", "ctrl+n": "\x0e", "ctrl+q": "\x11", "right": "\x1b[C"}


def environment(**more: str) -> dict[str, str]:
    """The variables that conftest made harmless, and where the program is."""
    return {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **more}


class Terminal:
    """A terminal of 80x24 in which the program runs."""

    def __init__(self, *words: str, **variables: str) -> None:
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        self.received = b""
        command = ["-m", "wgwizard", *words]
        self.child = pexpect.spawn(sys.executable, command, dimensions=(24, 80), env=environment(**variables), timeout=PATIENCE)

    def read(self) -> str:
        try:
            received = self.child.read_nonblocking(65536, timeout=0.05)
        except (pexpect.TIMEOUT, pexpect.EOF):
            received = b""
        self.received += received
        self.stream.feed(received)
        return "\n".join(line.rstrip() for line in self.screen.display)

    def sees(self, *texts: str) -> None:
        end = time.monotonic() + PATIENCE
        while missing := [text for text in texts if text not in self.read()]:
            assert time.monotonic() < end, f"{missing} not on the screen:\n{self.read()}"

    def press(self, *keys: str) -> None:
        """Press each key, or type each text, when the screen shows that the one before has arrived."""
        for key in keys:
            before = self.settled()
            self.child.send(KEYS.get(key, key))
            end = time.monotonic() + PATIENCE
            while self.drawn() == before and self.child.isalive():
                assert time.monotonic() < end, f"{key!r} changed nothing:\n{self.read()}"

    def settled(self) -> list[dict[int, pyte.screens.Char]]:
        """What is drawn once nothing has changed for a while."""
        known, since = self.drawn(), time.monotonic()
        while time.monotonic() < since + QUIET:
            if (now := self.drawn()) != known:
                known, since = now, time.monotonic()
        return known

    def drawn(self) -> list[dict[int, pyte.screens.Char]]:
        """What is drawn, colours included."""
        self.read()
        return [dict(self.screen.buffer[row]) for row in range(self.screen.lines)]

    def end(self) -> int:
        """Wait for the end; gives the exit code, or 128 + the signal's number."""
        deadline = time.monotonic() + PATIENCE
        while self.child.isalive() and time.monotonic() < deadline:
            self.read()
        self.read()
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else 128 + self.child.signalstatus


def test_from_the_first_page_to_a_saved_site():
    terminal = Terminal()
    terminal.sees("What would you like to begin with?")
    terminal.press("enter")
    terminal.sees("1 of 9 · Site")
    terminal.press("tab", "tab", "192.168.1.0/24", "ctrl+n")
    terminal.sees("2 of 9 · Host β")
    terminal.press("admin@192.168.1.10", "enter", "192.168.1.10/24", "enter", "vpn.example.com:51820", "ctrl+n")
    terminal.sees("3 of 9 · Tunnel")
    terminal.press("ctrl+n")
    terminal.sees("4 of 9 · Points")
    for name in ("laptop", "phone"):
        terminal.press("a")
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
def test_a_signal_restores_the_screen_and_keeps_the_answers(number, code):
    terminal = Terminal("new", "--preset", "article-gateway")
    terminal.sees("1 of 9 · Site", "site-b")
    terminal.child.kill(number)
    assert terminal.end() == code
    assert LEAVE_ALTERNATE_SCREEN in terminal.received
    assert [draft.document["name"] for draft in unfinished.drafts()] == ["site-b"]


def test_a_saved_site_is_opened_by_its_name():
    profiles.save_site("office.yaml", {"version": 1, "name": "office", "site": {"networks": ["192.168.1.0/24"]},
                                       "host": {"addresses": ["192.168.1.10/24"]}, "points": [{"name": "laptop"}]})  # fmt: skip
    terminal = Terminal("./office.yaml")
    terminal.sees("1 of 9 · Site", "office", "192.168.1.0/24")
    terminal.press("ctrl+q")
    terminal.sees("Everything is saved in ./office.yaml.")
    terminal.press("right", "enter")
    assert terminal.end() == 0


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
def test_without_a_terminal_it_says_so_and_does_not_wait(words):
    command = [sys.executable, "-m", "wgwizard", *words]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, env=environment(), check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "terminal" in ended.stderr
    assert "wgwizard plan" in ended.stderr


def test_what_is_typed_ahead_of_a_tab_and_behind_it_goes_where_it_belongs():
    terminal = Terminal("new", "--preset", "article-masquerade")
    terminal.sees("1 of 9 · Site", "site-b")
    terminal.settled()
    terminal.child.send("-north\t,10.20.0.0/16")
    terminal.sees("site-b-north", "fd00:200::/64,10.20.0.0/16")
    terminal.press("ctrl+q")
    terminal.sees("Leave the wizard?")
    terminal.press("right", "enter")
    assert terminal.end() == 130
