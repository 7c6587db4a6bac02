"""For those who hear the screen, see no colours or little contrast, or have no mouse."""

import re
import signal
from itertools import product

import pytest

from screens.terminal import CALM
from tests.screens.contrast import contrast
from tests.screens.person import sit_down
from tests.screens.terminal import Terminal
from tests.stages import fast

PAIRS = list(product(("foreground", "accent", "success", "warning", "error"), ("background", "surface", "panel")))
# Bold, dim, italic, underline, reverse, strike, their ends, and the terminal's own colours.
COLOURLESS = {b"", *(str(code).encode() for code in (0, 1, 2, 3, 4, 7, 9, 22, 23, 24, 27, 29, 39, 49))}


def codes(received: bytes) -> set[bytes]:
    return {code for group in re.findall(rb"\x1b\[([\d;]*)m", received) for code in group.split(b";")}


BLINKING = {5, 6}


def attributes(received: bytes) -> set[int]:
    """The attributes that were set (SGR), colours of the palette and of three parts left out."""
    found: set[int] = set()
    for group in re.findall(rb"\x1b\[([\d;:]*)m", received):
        numbers = [int(part or b"0") for part in re.split(rb"[;:]", group)]
        while numbers:
            number = numbers.pop(0)
            if number in (38, 48, 58) and numbers:
                del numbers[: 2 if numbers[0] == 5 else 4]
            else:
                found.add(number)
    return found


@pytest.mark.parametrize(("front", "back"), PAIRS)
@pytest.mark.slow
def test_every_colour_stands_out_from_every_background(front, back):
    assert contrast(getattr(CALM, front), getattr(CALM, back)) >= 4.5


@pytest.mark.slow
def test_the_terminals_cursor_stands_where_one_types():
    terminal = Terminal("new", "--preset", "article-masquerade")
    terminal.sees("1 of 9 · Site", "site-b")

    def row() -> str:
        terminal.settled()
        return terminal.screen.display[terminal.screen.cursor.y].strip("▌ ")

    assert row() == "site-b"
    terminal.press("site-b-north")
    terminal.sees("site-b-north")
    assert row() == "site-b-north"
    assert terminal.screen.cursor.x == terminal.screen.display[terminal.screen.cursor.y].index("north") + len("north")
    terminal.child.kill(signal.SIGTERM)
    assert terminal.end() == 143


async def test_the_terminals_cursor_stands_at_the_marked_one_of_choices_side_by_side():
    async with sit_down(begin_at="needs") as person:
        await person.sees("5 of 9 · Needs")
        await person.press("tab")
        columns = []
        for key in ("home", "right", "right"):
            await person.press(key)
            column, row = person.app.cursor_position
            assert person.read().splitlines()[row][column] == "▸"
            columns.append(column)
        assert columns == sorted(set(columns))


@pytest.mark.parametrize(("variables", "signs"), fast([({"NO_COLOR": "1"}, "●○×"), ({"TERM": "vt220"}, "*ox")], several=True))
@pytest.mark.slow
def test_without_colour_no_colour_is_sent_and_every_state_has_its_sign(variables, signs):
    terminal = Terminal("new", "--preset", "article-masquerade", **variables)
    here, open_, wrong = signs
    terminal.sees(f"{here} Site", f"{open_} Host")
    terminal.press("tab", "tab", "/33", "tab")
    terminal.sees(f"{wrong} ")
    terminal.press("ctrl+q")
    terminal.sees("Leave the wizard?")
    terminal.press("right", "enter")
    assert terminal.end() == 130
    assert codes(terminal.received) <= COLOURLESS


@pytest.mark.parametrize("kind", fast(["linux", "screen", "tmux-256color"]))
@pytest.mark.slow
def test_it_starts_in_every_usual_terminal_and_nothing_blinks(kind):
    terminal = Terminal(TERM=kind)
    terminal.sees("What would you like to begin with?")
    terminal.press("ctrl+q")
    terminal.sees("Leave the wizard?")
    terminal.press("right", "enter")
    assert terminal.end() == 130
    assert not attributes(terminal.received) & BLINKING
    shapes = re.findall(rb"\x1b\[(\d*) q", terminal.received)
    assert all(int(shape or b"0") % 2 == 0 and shape not in (b"", b"0") for shape in shapes), shapes  # DECSCUSR: the odd ones blink
    assert b"\x1b[?12h" not in terminal.received


def test_what_blinks_is_seen_among_colours():
    """So that the check above can fail."""
    assert attributes(b"\x1b[38;5;6;1mx\x1b[48;2;5;6;5m\x1b[4;7m") == {1, 4, 7}
    assert attributes(b"\x1b[1;38;5;9;5mx") & BLINKING
