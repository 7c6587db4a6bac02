"""The whole space of answers, of which tests/unit/test_recommend_space.py goes through a third. Needs nothing but time."""

import difflib
import os

import pytest

from tests.unit.test_recommend_space import GOLDEN, GROUNDS, no_strategy_table, verdicts_are_as_traced


@pytest.mark.parametrize(("families", "networks"), GROUNDS, ids=lambda part: "+".join(map(str, part)))
def test_every_verdict_is_what_the_trace_says(families, networks):
    verdicts_are_as_traced(families, networks, whole=True)


@pytest.mark.timeout(600)
def test_the_combinations_for_which_nothing_can_are_these():
    found = no_strategy_table()
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(found, encoding="utf-8")
    expected = GOLDEN.read_text(encoding="utf-8")
    difference = "".join(difflib.unified_diff(expected.splitlines(True), found.splitlines(True), "expected", "found"))
    assert not difference, "\n" + difference
