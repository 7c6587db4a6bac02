"""Over the space of answers the recommendation, as traced, meets what was asked for, or nothing can.

Here over a third of the space, in which every three answers meet; tests/system/test_recommend_whole.py goes through all of it. Left out
there too is only what provably cannot matter: `space.route_states` puts together the answers about routes that lead to the same way back
from every kind of network, and clouds differ in nothing but their name (tests/unit/test_recommend.py).
"""

from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.stages import fast
from tests.unit.space import WORDS, Answers, everything, ground, meets, route_states, site_of, space, traced
from wgwizard.recommend import Recommendation, Verdict, recommend
from wgwizard.site import Opens, Point, Right, RoutesAt, Service, Site, Strategy
from wgwizard.siteroutes import RouteAnswers, way_back_by

GOLDEN = Path(__file__).parent.parent / "golden" / "no_strategy.txt"
GROUNDS = [(families, networks) for families in WORDS["families"].values() for networks in WORDS["networks"].values()]


@pytest.mark.parametrize(
    ("families", "networks"), fast(GROUNDS, chosen=GROUNDS[-1:], several=True), ids=lambda part: "+".join(map(str, part))
)
@pytest.mark.slow
def test_every_verdict_is_what_the_trace_says(families, networks):
    verdicts_are_as_traced(families, networks, whole=False)


def verdicts_are_as_traced(families, networks, *, whole):
    """What fits meets the needs, what may fit would under an answer that is not known, and where nothing is recommended nothing can."""

    @cache
    def reaches(answers: Answers, strategy: Strategy, into_tunnel: bool):
        return traced(site_of(answers), strategy, into_tunnel)

    for answers in space(families, networks, whole=whole):
        site = site_of(answers)
        found = recommend(site)
        assert (found.recommended is None) is in_the_table(answers), answers
        bare = replace(answers, apart=None, seen_as_host=False)
        able = {way for way in everything(site) if meets(site, reaches(bare, *way))}
        check(site, found, able, answers)
        for ranked in found.ranked:
            assert ranked.verdict is not Verdict.UNSURE or could_work(site, ranked.strategy), (answers, ranked.strategy)


def check(site: Site, found: Recommendation, able: Collection[tuple[Strategy, bool]], answers: object) -> None:
    """Each verdict against the strategies (each with or without masquerade into the tunnel) that meet the needs as traced."""
    for ranked in found.ranked:
        way = (ranked.strategy, ranked.strategy.forwards and found.masquerade_into_tunnel)
        assert (way in able) is (ranked.verdict is Verdict.FITS), (answers, way)
    assert found.chosen is found.recommended
    assert found.chosen is not None or not able, (answers, able)


def could_work(site: Site, strategy: Strategy) -> bool:
    """Whether some answer to what is not known makes a strategy meet the needs, as traced."""
    known = replace(site, routes_at=frozenset(RoutesAt) if site.routes_at is None else site.routes_at, router_drops_invalid=False)
    return any(meets(known, traced(known, *way)) for way in everything(site) if way[0] is strategy)


RIGHTS = st.sampled_from([None, (), (Right("site"),), (Right("192.168.200.0/24"),), (Right("fd00:201::/64"), Right("192.168.201.0/24"))])
POINTS = st.builds(
    lambda opens, served, rights: Point("p", opens=opens, services=(Service("web", "tcp", 8000),) if served else (), may_reach=rights),
    st.sampled_from([None, *Opens]),
    st.booleans(),
    RIGHTS,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(POINTS, min_size=1, max_size=3),
    st.sampled_from([None, *Opens]),
    st.sampled_from([None, True, False]),
    st.booleans(),
    st.sampled_from([group[0] for group in route_states().values()]),
)
@pytest.mark.slow
def test_the_same_where_points_differ_among_themselves(points, opens, apart, seen, state):
    base = site_of(Answers(opens, apart, 0, seen, (4, 6), ("link", "behind"), state))
    addresses = ground((4, 6), ("link", "behind")).points[0].addresses
    numbered = tuple(
        replace(
            point,
            name=f"p{index}",
            addresses=tuple(address + index for address in addresses),
            services=tuple(replace(service, published_port=8001 + index) for service in point.services),
        )
        for index, point in enumerate(points)
    )
    site = replace(base, points=numbered)
    found = recommend(site)
    able = [(strategy, into) for strategy, into in everything(site) if meets_rights(site, traced(site, strategy, into))]
    check(site, found, able, site)


def meets_rights(site: Site, reaches) -> bool:
    """`meets`, asked of each group of points with the networks that these may reach."""
    for point in site.points:
        if not meets(replace(site, points=(replace(point, opens=Opens.SITE),)), reaches) and opens_by_site(site, point):
            return False
    for network in site.networks:
        inside = [point for point in site.points if opens_by_points(site, point) and may(point, network.cidr)]
        alone = replace(site, networks=(network,), points=tuple(replace(point, opens=Opens.POINTS) for point in inside))
        if not meets(alone, reaches):
            return False
    return True


def opens_by_site(site: Site, point: Point) -> bool:
    said = point.opens or site.needs.opens
    return said.by_site if said is not None else bool(point.services)


def opens_by_points(site: Site, point: Point) -> bool:
    said = point.opens or site.needs.opens
    return said is None or said.by_points


def may(point: Point, network) -> bool:
    return point.may_reach is None or any(right.to in ("site", str(network)) for right in point.may_reach)


@pytest.mark.slow
def test_one_route_state_stands_for_its_group():
    """Every answer about routes is in exactly one group, and the groups differ in the way back from some network."""
    groups = route_states()
    assert sum(len(group) for group in groups.values()) == 9 * 3 * 3 * 2
    for ways, group in groups.items():
        for places, drops, gateway, cloud in group:
            answers = RouteAnswers(gateway, cloud, places, drops)
            assert ways == tuple(way_back_by(answers, on_link, family) for on_link in (True, False) for family in (4, 6))


@cache
def golden_patterns() -> list[list[set[str]]]:
    """The rows of the golden table."""
    rows = [line.split() for line in GOLDEN.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [[set(known if cell == "*" else cell.split("|")) for cell, known in zip(row, WORDS.values(), strict=True)] for row in rows[1:]]


def in_the_table(answers: Answers) -> bool:
    """Whether the golden table says that nothing can under these answers."""
    row = words(answers, answers.routes)
    return any(all(word in cell for word, cell in zip(row, pattern, strict=True)) for pattern in golden_patterns())


HEAD = """\
# The answers under which no strategy gives what is asked for. Every other combination has one that does, or one that may.
# Each row is a pattern: * is every answer, | separates answers. Written by UPDATE_GOLDEN=1 pytest tests/system/test_recommend_whole.py;
# read every change. What the words mean: docs/recommendation.md.
"""


def no_strategy_table() -> str:
    """The golden table: the combinations without a recommendation, put together into patterns."""
    groups = {group[0]: group for group in route_states().values()}
    rows = set()
    for families, networks in GROUNDS:
        for answers in space(families, networks, whole=True):
            if recommend(site_of(answers)).recommended is None:
                rows.update(words(answers, state) for state in groups[answers.routes])
    patterns = merged({tuple(frozenset({word}) for word in row) for row in rows})
    lines = sorted(tuple(shown(name, part) for name, part in zip(WORDS, pattern, strict=True)) for pattern in patterns)
    table = [tuple(WORDS), *lines]
    widths = [max(len(row[column]) for row in table) for column in range(len(WORDS))]
    return HEAD + "".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in table)


def words(answers: Answers, state) -> tuple[str, ...]:
    """One combination in the words of the table."""
    sought = (answers.opens, answers.apart, answers.services, answers.seen_as_host, answers.families, answers.networks, *state)
    return tuple(
        next(word for word, value in known.items() if value is one or value == one)
        for known, one in zip(WORDS.values(), sought, strict=True)
    )


def merged(patterns: Iterable[tuple[frozenset[str], ...]]) -> set[tuple[frozenset[str], ...]]:
    """Patterns that differ in one place only become one, place by place until nothing changes."""
    current = set(patterns)
    before = -1
    while len(current) != before:
        before = len(current)
        for place in reversed(range(len(WORDS))):
            together: dict[tuple[frozenset[str], ...], frozenset[str]] = {}
            for pattern in current:
                rest = (*pattern[:place], *pattern[place + 1 :])
                together[rest] = together.get(rest, frozenset()) | pattern[place]
            current = {(*rest[:place], part, *rest[place:]) for rest, part in together.items()}
    return current


def shown(name: str, part: frozenset[str]) -> str:
    """A set of answers: * where it is all of them."""
    return "*" if len(part) == len(WORDS[name]) else "|".join(word for word in WORDS[name] if word in part)
