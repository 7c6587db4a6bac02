"""How soon a key shows its effect."""

from collections.abc import Iterator

from tests.benchmarks import terminal
from tests.benchmarks.measure import Figure

ONE_LINE, PREVIEW = "tests.benchmarks.programs.one_line", "tests.benchmarks.programs.preview"


def figures(rounds: int, presses: int = 30) -> Iterator[Figure]:
    """The rows of the table."""
    runs = [(terminal.each_key(ONE_LINE, presses), terminal.each_key(PREVIEW, presses)) for _ in range(rounds)]
    for place, kind in enumerate(("time on the clock", "CPU time")):
        least = [min(run[side][place] for run in runs) for side in (0, 1)]
        yield Figure(f"key to repainted preview of 200 lines: {kind}, beside one line", least[1], 2, least[0])
