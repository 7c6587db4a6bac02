"""Which cases are run where: all of them everywhere, or a selection in which each two values of the dimensions meet once."""

from itertools import combinations

from tests.system.faults.table import CASES, Case
from tests.system.faults.world import PLACES, Place

Cell = tuple[Case, Place]
MATRIX: tuple[Cell, ...] = tuple((case, place) for case in CASES for place in PLACES if case.fault.where(place))


def _pairs(cell: Cell) -> frozenset[tuple[str, str]]:
    case, place = cell
    fault = f"fault {case.fault.number} {case.fault.what}"
    values = (fault, f"step {case.step}", f"kind {case.fault.number} {case.kind}", place.state, place.shell, place.init)
    return frozenset(combinations(values, 2))


def pairwise() -> tuple[Cell, ...]:
    """Greedy and always the same: each time the first cell that covers the most pairs that are not covered yet."""
    pairs = {cell: _pairs(cell) for cell in MATRIX}
    missing = set().union(*pairs.values())
    chosen: list[Cell] = []
    while missing:
        best = max(pairs, key=lambda cell: len(pairs[cell] & missing))
        missing -= pairs.pop(best)
        chosen.append(best)
    return tuple(chosen)
