"""Whole conversations in real terminals of several widths: no word is broken at the edge, and no line runs over it."""

import time
from itertools import pairwise

import pexpect
import pyte
import pytest

from tests.screens.terminal import environment
from tests.stages import fast

PASSPHRASE = "quiet anvil marble thistle"
ENTER = "\r"
SITE = (
    ("begin with?", ""), ("What do you call", ""), ("Which computers", "nas=192.168.1.20"),
    ("Which networks", "192.168.1.0/24"), ("leaves alone", "y"), ("Where at the site", ""), ("the site's router?", "192.168.1.1"),
    ("What kind of router", ""), ("in a cloud", ""), ("Which name server", ""), ("Which ending", ""),
)  # fmt: skip
HOST = (
    ("How do you log in", ""), ("Which address does", "192.168.1.10/24"), ("Under which name", "vpn.b.home.arpa"), ("itself the", ""),
    ("leaves alone", ""), ("Which network should", ""), ("Which address in it", ""), ("On which port", ""), ("leaves alone", ""),
)  # fmt: skip
POINT = (
    ("this point called", "laptop"), ("What runs on it", ""), ("What may it reach", "nas tcp 445"), ("What may the site open", ""),
    ("leaves alone", "y"), ("Who opens things", ""), ("Which address should", ""), ("key of its own", ""), ("shared secret", ""),
    ("Is it behind", ""), ("networks is it in", ""), ("What next?", ""),
)  # fmt: skip
END = (
    ("Who opens things", ""), ("see which point", ""), ("Which way", ""), ("look at?", "look 1"), ("look at?", "look 2"),
    ("look at?", "look 3"), ("look at?", "look 4"), ("look at?", "look 8"), ("look at?", ""), ("site be saved?", ""),
    ("A passphrase", PASSPHRASE), ("The same once more", PASSPHRASE), ("What next?", "look 1"), ("Whose?", ""),
    ("How?", ""), ("saved?", ""),
)  # fmt: skip


class Recorded(pyte.HistoryScreen):
    """A terminal that keeps all that was shown, and each line that ran over its edge."""

    def __init__(self, columns: int) -> None:
        self.over: list[str] = []
        super().__init__(columns, 24, history=5000)

    def draw(self, data: str) -> None:
        for sign in data:
            if self.cursor.x == self.columns:
                self.over.append(f"{self.display[self.cursor.y]}|{sign}")
            super().draw(sign)

    def shown(self) -> list[str]:
        past = ["".join(line[column].data for column in range(self.columns)) for line in self.history.top]
        return [line.rstrip() for line in (*past, *self.display)]

    def broken(self) -> list[str]:
        """Each line that fills the terminal to its edge, with the beginning of the next."""
        return [f"{line}|{after[:9]}" for line, after in pairwise(self.shown()) if len(line) == self.columns]


class Person:
    """Somebody who waits for each question, asks why, and answers; in a menu "look 3" is the third row below the marked one."""

    def __init__(self, columns: int, **variables: str) -> None:
        self.screen = Recorded(columns)
        self.stream = pyte.ByteStream(self.screen)
        self.by_number = variables.get("TERM") == "dumb"
        given = environment(WGWIZARD_LOOK="no", PROMPT_TOOLKIT_NO_CPR="1", **variables)
        given.pop("COLUMNS", None)  # of whoever runs the tests
        self.child = pexpect.spawn("wgwizard", ["new", "--plain"], dimensions=(24, columns), env=given)
        self.child.delaybeforesend = None

    def read(self) -> str:
        try:
            self.stream.feed(self.child.read_nonblocking(65536, timeout=0.05))
        except (pexpect.TIMEOUT, pexpect.EOF):
            return " ".join(" ".join(self.screen.display).split())
        return self.read()

    def sees(self, text: str) -> None:
        """That the last question on the screen is this one."""
        end = time.monotonic() + 30
        while text not in self.read():
            assert time.monotonic() < end, f"{text!r} is not in {self.screen.shown()}"

    def answers(self, question: str, typed: str) -> None:
        self.sees(question)
        place = int(typed.removeprefix("look ")) if typed.startswith("look ") else None
        if place is not None:
            typed = str(place + 1) if self.by_number else "\x1b[B" * place
        self.child.send(typed + ENTER)


@pytest.mark.parametrize(
    ("columns", "term"),
    fast([(60, "xterm-256color"), (80, "xterm-256color"), (120, "xterm-256color"), (60, "dumb"), (80, "dumb")], several=True),
)
def test_no_word_is_broken_at_the_edge_of_a_terminal(columns, term):
    person = Person(columns, TERM=term)
    for question, typed in (*SITE, *HOST, *POINT, *END):
        person.answers(question, typed)
    person.sees("✓ Saved as")
    assert person.screen.over == []
    assert person.screen.broken() == []
    person.child.close(force=True)
