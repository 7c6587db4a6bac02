"""How soon the program is there: help, version, and the wizard's first key."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import terminal
from tests.benchmarks.measure import Figure, console_script, least_of_both, process_seconds

HELLO = "tests.benchmarks.programs.hello"
FIRST = "What would you like to begin with"


def figures(rounds: int) -> Iterator[Figure]:
    """The rows of the table."""
    with TemporaryDirectory() as folder:
        floor = console_script(Path(folder), "tests.benchmarks.programs.arguments")
        ours = console_script(Path(folder), "wgwizard.__main__")
        for word in ("--help", "--version"):
            pair = least_of_both(
                lambda word=word: process_seconds([*floor, word]), lambda word=word: process_seconds([*ours, word]), rounds
            )
            yield Figure(f"{word}: CPU time, beside an argparse program", pair[1], 1.5, pair[0])
    runs = [(terminal.until(HELLO, "Hello, world"), terminal.until("wgwizard", FIRST), _marked(), _helped()) for _ in range(rounds)]
    for side, what in ((1, "first page painted"), (2, "first key accepted"), (3, "help shown")):
        for place, kind in enumerate(("time on the clock", "CPU time")):
            floor, ours = (min(run[which][place] for run in runs) for which in (0, side))
            yield Figure(f"wizard, {what}: {kind}, beside a Textual hello-world's first paint", ours, 1.3, floor)


def _marked() -> tuple[float, float]:
    """The first page stands there, and the arrow key marks the second offer, of which more is said."""
    return terminal.until("wgwizard", FIRST, key=b"\x1b[B", effect="A file that this wizard wrote earlier")


def _helped() -> tuple[float, float]:
    """The first page stands there, and the key for help shows help."""
    return terminal.until("wgwizard", FIRST, key=b"\x1bOP", effect="A preset is a finished example")
