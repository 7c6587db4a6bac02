"""The figures as a table, each line as soon as it is measured."""

from tests.benchmarks.measure import Figure

HEAD = f"{'':2}{'ratio':>7} {'budget':>8} {'ours':>10} {'floor':>10}  what"


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
