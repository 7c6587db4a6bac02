"""Faults at random times: 30 rounds, or as many as WGWIZARD_FAULT_ROUNDS says; WGWIZARD_FAULT_SEED repeats those of another day."""

import os
from collections.abc import Callable

import pytest

from tests.system.faults.rounds import Round, drawn, play
from tests.system.faults.world import World

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]
COUNT = int(os.environ.get("WGWIZARD_FAULT_ROUNDS", "30"))
SEED = os.environ.get("WGWIZARD_FAULT_SEED", "wgwizard")
ROUNDS = [drawn(f"{SEED}/{number}") for number in range(COUNT)]


@pytest.mark.parametrize("this", ROUNDS, ids=str)
def test_whatever_goes_wrong_whenever(
    this: Round, make_world: Callable[..., World], record_property: Callable[[str, object], None]
) -> None:
    record_property("end", play(make_world(this.place), this))
