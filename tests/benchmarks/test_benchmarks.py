"""Every benchmark runs and says its figure; how large it is depends on the machine and is asserted nowhere."""

import pytest

from tests.benchmarks import painting, planning, starting, table
from tests.benchmarks.measure import Figure


@pytest.mark.parametrize(
    ("figures", "count"),
    [
        (lambda: starting.figures(1), 8),
        (lambda: painting.figures(1, presses=2), 2),
        (lambda: planning.figures(1, sizes=(10,), rendered=(10,)), 6),
    ],
    ids=["starting", "painting", "planning"],
)
@pytest.mark.slow
def test_every_benchmark_runs(figures, count):
    found = list(figures())
    assert len(found) == count
    assert all(figure.ours > 0 and (figure.floor is None or figure.floor > 0) for figure in found)
    assert all(figure.what in table.line(figure) for figure in found)


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (Figure("a", 0.3, 3, 0.1), "✓  3.00 ×      3 ×   300.0 ms   100.0 ms  a"),
        (Figure("a", 0.31, 3, 0.1), "×  3.10 ×      3 ×   310.0 ms   100.0 ms  a"),
        (Figure("b", 21e-6, 20e-6), "×          20.0 µs    21.0 µs             b"),
    ],
)
def test_a_line_says_whether_the_budget_is_kept(figure, line):
    assert table.line(figure) == line
