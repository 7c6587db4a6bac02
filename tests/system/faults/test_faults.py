"""Each fault in the places where it can happen: the selection for every day, all of them with WGWIZARD_FAULTS=all."""

import os
from collections.abc import Callable

import pytest

from tests.system.faults.ends import assert_end
from tests.system.faults.selection import MATRIX, pairwise
from tests.system.faults.table import Case
from tests.system.faults.world import Place, World

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]
CELLS = MATRIX if os.environ.get("WGWIZARD_FAULTS") == "all" else pairwise()


@pytest.mark.parametrize(("case", "place"), CELLS, ids=[f"{case} ({place})" for case, place in CELLS])
def test_the_host_ends_as_it_was_or_as_planned(
    case: Case, place: Place, make_world: Callable[..., World], record_property: Callable[[str, object], None]
) -> None:
    record_property("fault", case.fault.number)
    record_property("end", case.end.value)
    world = make_world(place, **case.fault.host)
    case.fault.inject(world, case.step, case.kind)
    assert_end(world, case.end)
