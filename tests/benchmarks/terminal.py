"""Programs in a real pseudo terminal of 80x24: when something stands on it, and what that cost."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.benchmarks.measure import ROOT, environment

_PATIENCE = 30.0
_CONTROL = re.compile(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]")


class Terminal:
    """A running program and what it wrote."""

    def __init__(self, pid: int, screen: int) -> None:
        self._pid, self._screen = pid, screen

    def press(self, key: bytes) -> None:
        """One key."""
        os.write(self._screen, key)

    def wait_for(self, text: str) -> None:
        """Until the text was written (in one piece, attributes aside) since the last wait."""
        seen, end = b"", time.monotonic() + _PATIENCE
        while text.encode() not in _CONTROL.sub(b"", seen):
            ready, _, _ = select.select([self._screen], [], [], max(end - time.monotonic(), 0))
            if not ready:
                raise TimeoutError(f"{text!r} was not written: {seen[-2000:]!r}")
            seen += os.read(self._screen, 65536)

    def cpu_seconds(self) -> float:
        """What all threads of the program that still run used until now."""
        used = 0
        for thread in Path(f"/proc/{self._pid}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                used += int((thread / "schedstat").read_text().split()[0])
        return used / 1e9


@contextmanager
def started(module: str, words: Sequence[str] = ()) -> Iterator[Terminal]:
    """A module run in the terminal, ended on the way out."""
    pid, screen = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-m", module, *words], environment())
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        yield Terminal(pid, screen)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(screen)


def until(module: str, text: str, words: Sequence[str] = (), key: bytes = b"", effect: str = "") -> tuple[float, float]:
    """Seconds on the clock and of the CPU from the start until `text` stands there, and then the key's `effect`."""
    begin = time.perf_counter()
    with started(module, words) as terminal:
        terminal.wait_for(text)
        if key:
            terminal.press(key)
            terminal.wait_for(effect)
        return time.perf_counter() - begin, terminal.cpu_seconds()


def each_key(module: str, presses: int) -> tuple[float, float]:
    """Seconds on the clock (median) and of the CPU (mean) from a key to its update, in a program that counts its updates."""
    with started(module) as terminal:
        terminal.wait_for("update 0.")
        time.sleep(0.3)
        clock = []
        before = terminal.cpu_seconds()
        for number in range(1, presses + 1):
            begin = time.perf_counter()
            terminal.press(b"x")
            terminal.wait_for(f"{number}.")
            clock.append(time.perf_counter() - begin)
        return sorted(clock)[presses // 2], (terminal.cpu_seconds() - before) / presses
