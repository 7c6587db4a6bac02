"""What is recommended, measured in a replica of the site: it gives what was asked for; and what is called unfit does not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.space import WORDS, Answers, meets, site_of
from wgwizard.plan import make_plan
from wgwizard.recommend import Verdict, recommend
from wgwizard.rehearsal.rehearse import rehearse
from wgwizard.site import RoutesAt, Site, Strategy

pytestmark = pytest.mark.live
ROOT = Path(__file__).parent.parent.parent
EVERYWHERE, ROUTER, HOSTS = frozenset(RoutesAt), frozenset({RoutesAt.ROUTER}), frozenset({RoutesAt.HOSTS})
BOTH_FAMILIES, BOTH_NETWORKS, LINK, BEHIND = (4, 6), ("link", "behind"), ("link",), ("behind",)


def site(opens, apart, services, networks, routes, drops, gateway=False, seen=False) -> Site:
    """The site of these answers, in both families and no cloud."""
    return site_of(Answers(WORDS["opens"][opens], apart, services, seen, BOTH_FAMILIES, networks, (routes, drops, gateway, False)))


def measured_meets(described: Site, strategy: Strategy, into_tunnel: bool) -> bool:
    """Whether the needs are met in the replica."""
    plan = make_plan(described, strategy, masquerade_into_tunnel=into_tunnel, public_keys={})
    return meets(described, [finding.measured for finding in rehearse(plan)])


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (site("points", False, 0, BOTH_NETWORKS, frozenset(), True), Strategy.MASQUERADE),
        (site("points", True, 0, BOTH_NETWORKS, EVERYWHERE, True), Strategy.GATEWAY),
        (site("points", True, 0, LINK, ROUTER, False), Strategy.GATEWAY),
        (site("points", True, 0, BEHIND, ROUTER, True), Strategy.GATEWAY),
        (site("both", True, 0, BOTH_NETWORKS, frozenset(), True, gateway=True), Strategy.GATEWAY),
        (site("site", True, 2, BOTH_NETWORKS, frozenset(), True), Strategy.FORWARD),
        (site("site", False, 2, BOTH_NETWORKS, frozenset(), True, seen=True), Strategy.FORWARD),
        (site("both", False, 2, BOTH_NETWORKS, frozenset(), True), Strategy.MASQUERADE_FORWARD),
        (site("both", True, 2, LINK, HOSTS, True, seen=True), Strategy.GATEWAY_FORWARD),
    ],
    ids=lambda part: part.value if isinstance(part, Strategy) else "",
)
def test_what_is_recommended_gives_what_was_asked_for(described: Site, expected: Strategy) -> None:
    found = recommend(described)
    assert found.chosen is expected
    assert measured_meets(described, expected, found.masquerade_into_tunnel)


@pytest.mark.parametrize(
    ("described", "strategy"),
    [
        (site("points", True, 0, LINK, ROUTER, True), Strategy.GATEWAY),
        (site("points", True, 0, BOTH_NETWORKS, HOSTS, False), Strategy.GATEWAY),
        (site("points", True, 0, LINK, frozenset(), False), Strategy.GATEWAY),
        (site("both", False, 1, LINK, frozenset(), False), Strategy.MASQUERADE_FORWARD),
    ],
    ids=lambda part: part.value if isinstance(part, Strategy) else "",
)
def test_where_nothing_is_recommended_the_best_of_the_rest_fails(described: Site, strategy: Strategy) -> None:
    found = recommend(described)
    assert found.chosen is None
    assert next(ranked for ranked in found.ranked if ranked.strategy is strategy).verdict is Verdict.UNFIT
    assert not measured_meets(described, strategy, False)


def test_the_verb_rehearses_a_preset(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def run(*words: str) -> str:
        argv = [sys.executable, "-m", "wgwizard", *words]
        return subprocess.run(argv, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=True).stdout

    (tmp_path / "site.yaml").write_text(run("presets", "article-masquerade-forward"))
    document = json.loads(run("rehearse", "site.yaml", "--json"))
    assert document["agrees"] is True
    assert any(finding["measured"]["published"] and finding["measured"]["reachable"] for finding in document["findings"])
    assert "measured as planned" in run("rehearse", "site.yaml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site.yaml"]
