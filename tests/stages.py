"""The two stages of the tests: at first each thing is shown once, then (`-m slow`) comes more of the same, which takes minutes."""

from collections.abc import Container, Iterable
from typing import Any

import pytest


def fast(values: Iterable[Any], *, first: int = 1, chosen: Container[Any] | None = None, several: bool = False) -> list[Any]:
    """The values of a parametrized test: the first ones, or the chosen ones, are fast, all others are for the second stage.

    `several`: each value is a tuple of arguments.
    """

    def later(value: Any) -> Any:
        return pytest.param(*(value if several else (value,)), marks=pytest.mark.slow)

    return [value if (place < first if chosen is None else value in chosen) else later(value) for place, value in enumerate(values)]
