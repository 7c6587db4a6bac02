"""The installed program in a real terminal: a pty, drawn by pyte, with a home directory of its own."""

import os
import sys
import time
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
QUIET = 0.1
LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"
KEYS = {"enter": "\r", "tab": "\t", "escape": "\x1b", "ctrl+n": "\x0e", "ctrl+q": "\x11", "right": "\x1b[C"}


def environment(**more: str) -> dict[str, str]:
    """The variables that conftest made harmless, and where the program is."""
    return {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **more}


class Terminal:
    """A terminal of 80x24 in which the program runs; `before` is a command line that runs it (unshare, say), `code` runs in its place."""

    def __init__(self, *words: str, before: tuple[str, ...] = (), code: str | None = None, **variables: str) -> None:
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        self.received = b""
        what = ["-m", "wgwizard", *words] if code is None else ["-c", code]
        command, *rest = [*before, sys.executable, *what]
        self.child = pexpect.spawn(command, rest, dimensions=(24, 80), env=environment(**variables), timeout=PATIENCE)

    def read(self) -> str:
        try:
            received = self.child.read_nonblocking(65536, timeout=0.05)
        except (pexpect.TIMEOUT, pexpect.EOF):
            received = b""
        self.received += received
        self.stream.feed(received)
        return "\n".join(line.rstrip() for line in self.screen.display)

    def sees(self, *texts: str, within: float = PATIENCE) -> None:
        end = time.monotonic() + within
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
