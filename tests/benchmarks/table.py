"""The figures as a table, each line as soon as it is measured."""

from tests.benchmarks.measure import Figure

HEAD = f"{'':2}{'ratio':>7} {'budget':>8} {'ours':>10} {'floor':>10}  what"


# What is known of the budgets that are missed.
NOTES = """
Where the rest goes (measured with cProfile and -X importtime):
- The wizard's start: nearly all of the floor is Textual's import. On top of it come our own modules (about 0.1 x), and for the first
  page Textual parses 8 KB of style sheets, two thirds of them its own widgets', and styles, lays out and paints 14 widgets where the floor
  has one. What the page's own messages change is painted once more before a key is handled, and the key itself is one more painting.
  Help is a second screen over the dimmed first one; no budget names it, its row is an aim of our own.
- plan of bare names: PyYAML reads 12 µs a point of 16 bytes, and the answer has 2.5 KB a point (its file, its part of two others, its four
  rows of who reaches whom), which we make in 35. At 1,000 points two thirds of the time are Python's start and imports, msgspec's and
  PyYAML's the largest. Files whose points say more are nearer to the floor."""


def line(figure: Figure) -> str:
    """One line: whether the budget is kept, the ratio, the budget, and the seconds of both."""
    sign = "✓" if figure.kept else "×"
    if figure.floor is None:
        return f"{sign} {'':>7} {time_text(figure.budget):>8} {time_text(figure.ours):>10} {'':>10}  {figure.what}"
    ratio, budget = f"{figure.ours / figure.floor:.2f} ×", f"{figure.budget:g} ×"
    return f"{sign} {ratio:>7} {budget:>8} {time_text(figure.ours):>10} {time_text(figure.floor):>10}  {figure.what}"


def time_text(seconds: float) -> str:
    """Seconds in the unit that suits them."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.1f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
