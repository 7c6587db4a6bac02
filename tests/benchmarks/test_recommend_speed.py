"""Recommending is quick enough to run at every key, and linear in the points; CPU time, the least of several runs."""

import time
from dataclasses import replace

from tests.unit.space import WORDS, Answers, site_of
from wgwizard.recommend import recommend
from wgwizard.site import Site


def seconds(site: Site, runs: int) -> float:
    """The least CPU time of one recommendation."""
    found = []
    for _ in range(runs):
        begin = time.process_time()
        recommend(site)
        found.append(time.process_time() - begin)
    return min(found)


def described(points: int) -> Site:
    """A site of which little is known, which asks the most questions again."""
    site = site_of(Answers(None, None, 2, False, (4, 6), ("link", "behind"), (WORDS["routes"]["unknown"], None, None, False)))
    return replace(site, points=tuple(replace(site.points[0], name=f"p{number}") for number in range(points)))


def test_a_small_site_takes_a_millisecond():
    assert seconds(described(2), 50) < 0.002  # the budget is 1 ms; twice that, for slower machines


def test_the_time_is_linear_in_the_points():
    assert seconds(described(40_000), 5) < 15 * seconds(described(4_000), 5)
