"""What is recommended, for which reasons, and what would change it (docs/recommendation.md)."""

from ipaddress import ip_interface, ip_network
from itertools import product

import pytest
from msgspec.structs import replace

from wgwizard.recommend import TITLES, Verdict, recommend, unmet
from wgwizard.recommend.fitness import best, outlook_of, rank
from wgwizard.recommend.reasking import reanswers
from wgwizard.recommend.situation import situation_of
from wgwizard.site import Cloud, Host, Needs, Opens, Point, Right, RoutesAt, Service, Site, SiteHost, SiteNetwork, Strategy

LAN = "192.168.200.0/24"
VLAN = "192.168.201.0/24"
WEB = (Service("web", "tcp", 8000),)
M, F, MF, G, GF = Strategy
ROUTER, DHCP, HOSTS = RoutesAt


def site(opens=None, apart=None, routes=None, services=(), networks=(LAN,), points=None, seen_as_host=False, gateway=None, **rest) -> Site:
    """A site with two points, of which only what matters here is said."""
    return Site(
        name="site-b",
        networks=tuple(SiteNetwork(ip_network(network)) for network in networks),
        host=Host(addresses=(ip_interface("192.168.200.2/24"), ip_interface("fd00:200::2/64")), default_gateway=gateway),
        points=points or (Point("a", services=services), Point("a2", services=services)),
        routes_at=None if routes is None else frozenset(routes),
        needs=Needs(None if opens is None else Opens(opens), apart, seen_as_host),
        **rest,
    )


CASES = {
    "the points open, nobody looks at who calls": (site("points", False), M),
    "the same where routes could be added: nothing has to change all the same": (site("points", False, [HOSTS]), M),
    "the points must be told apart": (site("points", True, [HOSTS]), G),
    "nobody knows whether they must": (site("points", None, [HOSTS]), M),
    "nobody knows, and β is the default gateway": (site("points", None, [], gateway=True), G),
    "the site opens listed services": (site("site", None, [], WEB), F),
    "told apart by the ports of β": (site("site", True, [], WEB), F),
    "the site opens, no services, routes": (site("site", None, [HOSTS]), G),
    "both, and routes can be changed": (site("both", False, [DHCP], WEB), G),
    "both, and no routes": (site("both", False, [], WEB), MF),
    "both, and routes not known": (site("both", False, None, WEB), MF),
    "both, told apart, but the router drops": (site("both", True, [ROUTER], WEB, router_drops_invalid=True), None),
    "both, told apart, and the router does not drop": (site("both", True, [ROUTER], WEB, router_drops_invalid=False), G),
    "option 121 is not for IPv6": (site("points", True, [DHCP], networks=(LAN, "fd00:200::/64")), None),
    "host routes do not help behind the router": (site("points", True, [HOSTS], networks=(LAN, VLAN)), None),
    "the router and the hosts together do": (site("points", True, [ROUTER, HOSTS], networks=(LAN, VLAN)), G),
    "a cloud has only its own table": (site("points", True, [HOSTS, DHCP], cloud=Cloud.AWS), None),
    "and there no asymmetry": (site("points", True, [ROUTER], cloud=Cloud.AWS, router_drops_invalid=True), G),
    "nothing is known": (site(), M),
    "nothing is known but services": (site(services=WEB), MF),
    "told apart, no route": (site("points", True, []), None),
    "the site opens, no services, no routes": (site("site", None, []), None),
    "one point opens, the other is opened": (
        site("points", False, [], points=(Point("a"), Point("b", opens=Opens.SITE, services=WEB))),
        MF,
    ),
    "told apart in the LAN by routes, opened from the VLAN by ports": (
        site("both", True, [HOSTS], networks=(LAN, VLAN), points=(Point("a", services=WEB, may_reach=(Right(LAN),)),)),
        GF,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_recommended_strategy(case):
    described, expected = CASES[case]
    found = recommend(described)
    assert found.recommended is expected
    assert found.chosen is expected
    assert not found.overruled
    assert (expected is None) == any(problem.is_error for problem in found.problems)


@pytest.mark.parametrize(
    ("described", "said"),
    [
        (site("points", False), []),
        (site("points", True, [HOSTS]), []),
        (site("points", True), ["It is not known where at the site a route", "To find out: Look for “static routes”"]),
        (
            site("points", True, [HOSTS], strategy=M),
            ["The site must see each point's own address", "What helps: Site gateway, which gives all"],
        ),
        (site("points", True, strategy=M), ["The site must see", "What helps: Site gateway, which may give all", "To find out: Look for"]),
        (site("points", True, [], strategy=M), ["The site must see", "What helps: if the site need not see", "What helps: if "]),
        (site("points", True, []), []),
    ],
)
def test_what_a_chosen_strategy_leaves_undone_and_what_would_help(described, said):
    lines = unmet(recommend(described))
    assert len(lines) == len(said), lines
    assert all(line.startswith(begin) for line, begin in zip(lines, said, strict=True)), lines
    assert all(line.endswith(".") for line in lines)


def test_why_computers_are_told_where_the_router_could_be_is_said():
    def said(*places: RoutesAt, drops: bool | None = None) -> str:
        best = recommend(site("points", True, places, router_drops_invalid=drops)).ranked[0]
        return " ".join(reason.text for reason in best.why)

    assert f"a route on the router alone is not enough for {LAN}: it sees half of those connections, and may drop them" in said(
        ROUTER, HOSTS
    )
    assert "and drops them" in said(ROUTER, DHCP, drops=True)
    assert "not enough" not in said(HOSTS) + said(ROUTER, HOSTS, drops=False)


def test_a_network_that_no_point_may_reach_needs_no_way_back():
    nas = SiteHost("nas", (ip_interface("192.168.200.22/24").ip,))
    described = site("points", True, [HOSTS], networks=(LAN, VLAN), points=(Point("a", may_reach=(Right("nas"),)),), hosts=(nas,))
    assert recommend(described).recommended is G
    assert recommend(replace(described, points=(Point("a"),))).recommended is None


def test_every_strategy_is_ranked_with_reasons_that_name_a_question():
    for described, _ in CASES.values():
        found = recommend(described)
        assert {ranked.strategy for ranked in found.ranked} == set(Strategy)
        verdicts = [list(Verdict).index(ranked.verdict) for ranked in found.ranked]
        assert verdicts == sorted(verdicts)
        for ranked in found.ranked:
            assert bool(ranked.why) == (ranked.verdict is not Verdict.UNFIT)
            assert bool(ranked.why_not) == (ranked.verdict is not Verdict.FITS)
            assert all(
                reason.question.split(".")[0].split("[")[0] in {"needs", "site", "host", "points"}
                for reason in (*ranked.why, *ranked.why_not)
            )


def test_the_question_that_decided_is_cited():
    ranked = {one.strategy: one for one in recommend(site("both", True, [ROUTER], WEB, router_drops_invalid=True)).ranked}
    assert [reason.question for reason in ranked[G].why_not] == ["site.router_drops_invalid"]
    assert [reason.question for reason in ranked[MF].why_not] == ["needs.tell_points_apart"]
    assert [reason.question for reason in ranked[F].why_not] == ["needs.opens"]
    points = (Point("a"), Point("b", opens=Opens.SITE, services=WEB), Point("c", opens=Opens.SITE))
    ranked = {one.strategy: one for one in recommend(site("points", False, [], points=points)).ranked}
    assert [reason.question for reason in ranked[M].why_not] == ["points[1].opens"]
    assert [reason.question for reason in ranked[MF].why_not] == ["points[2].services"]


@pytest.mark.parametrize(
    ("described", "question", "words"),
    [
        (site("points", True, None), "site.routes", "not known where"),
        (site("points", True, []), "site.routes", "no route"),
        (site("points", True, [HOSTS], cloud=Cloud.AZURE), "site.cloud", "its own route table"),
        (site("points", True, [HOSTS], networks=(VLAN,)), "site.routes", "behind the router"),
        (site("points", True, [DHCP], networks=("fd00:200::/64",)), "site.routes", "IPv4 only"),
        (site("points", True, [ROUTER], router_drops_invalid=True), "site.router_drops_invalid", "drops it"),
        (site("points", True, [ROUTER]), "site.router_drops_invalid", "may drop it"),
    ],
)
def test_why_there_is_no_way_back(described, question, words):
    reason = {one.strategy: one for one in recommend(described).ranked}[G].why_not[0]
    assert reason.question == question
    assert words in reason.text


def test_a_site_without_points_yet_is_no_trouble():
    found = recommend(replace(site(), points=()))
    assert found.chosen is M
    assert len(found.ranked) == 5


def test_services_that_make_the_site_open_are_cited():
    ranked = {one.strategy: one for one in recommend(site(services=WEB)).ranked}
    assert [reason.question for reason in ranked[M].why_not] == ["points[0].services"]
    assert [reason.question for reason in ranked[F].why_not] == ["needs.opens"]


def test_what_must_be_changed_at_the_site():
    networks = (LAN, VLAN, "fd00:200::/64")
    found = recommend(site("points", True, [ROUTER, DHCP, HOSTS], networks=networks))
    assert found.ranked[0].changes_needed == ("router", "dhcp", "hosts")
    assert "one route on the router" in found.ranked[0].headline
    assert recommend(site("points", True, [], gateway=True)).ranked[0].changes_needed == ()
    assert recommend(site("points", True, [ROUTER], cloud=Cloud.GCP)).ranked[0].changes_needed == ("router", "cloud")
    assert recommend(site("points", False)).ranked[0].headline == "no routes are needed at the site"


def test_what_does_more_than_was_asked_says_so():
    ranked = {one.strategy: one for one in recommend(site("points", False, [HOSTS])).ranked}
    assert [ranked[M].headline, ranked[MF].headline, ranked[GF].headline] == [
        "no routes are needed at the site",
        "more than needed",
        "more than needed",
    ]
    assert ranked[G].headline == "would also work; needs a route on each computer that the points reach"


def every_answer():
    """A spread over the answers, for what holds of all of them."""
    places = (None, (), (ROUTER,), (DHCP, HOSTS))
    for opens, apart, routes, drops, gateway, services in product(
        (None, *Opens), (None, True, False), places, (None, True), (None, True), ((), WEB)
    ):
        yield site(opens, apart, routes, services, networks=(LAN, VLAN), router_drops_invalid=drops, gateway=gateway)


def test_what_would_change_it_is_true():
    """Each answer named leads to the strategy named, and each answer not named leaves the recommendation as it is."""
    for described in every_answer():
        found = recommend(described)
        named = {(change.question, answer): change.strategy for change in found.would_change for answer in change.answer.split(" | ")}
        for other in reanswers(situation_of(described)):
            strategy = best(rank(other.situation, outlook_of(other.situation)))
            assert named.get((other.question, other.answer), found.recommended) is strategy


@pytest.mark.slow
def test_what_would_change_it_holds_for_the_site_written_anew():
    """The answers as a person would write them into the file, through the front door."""
    for described in every_answer():
        for change in recommend(described).would_change:
            for answer in change.answer.split(" | "):
                assert recommend(answered(described, change.question, answer)).recommended is change.strategy


def answered(described: Site, question: str, answer: str) -> Site:
    """The site with one question answered as in the site file."""
    yes = answer == "true"
    if question == "needs.opens":
        return replace(described, needs=replace(described.needs, opens=Opens(answer)))
    if question == "needs.tell_points_apart":
        return replace(described, needs=replace(described.needs, tell_points_apart=yes))
    if question == "needs.site_clients_seen_as_host":
        return replace(described, needs=replace(described.needs, site_clients_seen_as_host=yes))
    if question == "site.routes":
        return replace(described, routes_at=frozenset(RoutesAt(place) for place in answer.strip("[]").split(", ") if place))
    if question == "site.router_drops_invalid":
        return replace(described, router_drops_invalid=yes)
    if question == "host.default_gateway":
        return replace(described, host=replace(described.host, default_gateway=yes))
    if question == "site.cloud":
        return replace(described, cloud=Cloud(answer))
    assert question == "points[].services"
    return replace(described, points=tuple(replace(point, services=WEB if answer == "given" else ()) for point in described.points))


def test_what_is_not_known_and_matters_says_how_to_find_out():
    found = {reason.question: reason.text for reason in recommend(site()).find_out}
    assert {"needs.opens", "needs.tell_points_apart"} <= set(found)
    found = {reason.question: reason.text for reason in recommend(site("both", False, None, WEB)).find_out}
    assert "on the file server itself" in found["site.routes"]
    found = {reason.question: reason.text for reason in recommend(site("points", True, [ROUTER])).find_out}
    assert "ct state invalid" in found["site.router_drops_invalid"]
    assert not recommend(site("points", False, [], gateway=False, cloud=Cloud.NONE, router_drops_invalid=True)).find_out


def test_what_hangs_on_the_unknown_is_unsure_and_warned_of():
    found = recommend(site("points", True, [ROUTER]))
    assert found.chosen is G
    assert found.ranked[0].verdict is Verdict.UNSURE
    assert [(problem.code, problem.field) for problem in found.problems] == [("hangs-on-unknown", "site.router_drops_invalid")]
    assert found.problems[0].hint.startswith("find out whether the router drops connections of which it sees only half (site.router")
    unsaid = recommend(site("points", True, None))
    assert [(problem.code, problem.field) for problem in unsaid.problems] == [("hangs-on-unknown", "site.routes")]
    assert unsaid.problems[0].hint.startswith("find out where at the site a route to the tunnel can be added (site.routes)")
    assert found.ranked[0].headline == "may work; unknown: the router's filter"
    assert unsaid.ranked[0].headline == "may work; unknown: the site's routes"


def test_a_strategy_written_by_hand_is_obeyed_with_its_losses():
    found = recommend(site("both", True, [HOSTS], WEB, strategy=MF))
    assert (found.chosen, found.recommended, found.overruled) == (MF, G, True)
    assert [(problem.code, problem.is_error) for problem in found.problems] == [("strategy-loses", False)]
    assert "needs.tell_points_apart" in found.problems[0].message
    assert "chosen by hand" in found.problems[0].message
    assert found.problems[0].hint == f"the answers would choose {TITLES[G]} (strategy: auto)"
    agreed = recommend(site("both", True, [HOSTS], WEB, strategy=G))
    assert (agreed.chosen, agreed.overruled, agreed.problems) == (G, False, ())


@pytest.mark.parametrize(
    ("described", "strategy"),
    [
        (site("site", None, [HOSTS], WEB), M),
        (site("points", None, [HOSTS]), F),
        (site("site", None, [HOSTS]), F),
        (site("both", None, []), G),
        (site("points", None, [ROUTER], router_drops_invalid=True), G),
    ],
)
def test_a_strategy_by_hand_that_cannot_work_at_all_is_refused(described, strategy):
    found = recommend(replace(described, strategy=strategy))
    assert found.chosen is None
    assert not found.overruled
    assert [problem.code for problem in found.problems if problem.is_error] == ["strategy-cannot-work"]


def test_where_none_fits_every_way_out_is_said():
    problem = next(problem for problem in recommend(site("points", True, [])).problems if problem.is_error)
    assert problem.code == "no-strategy-fits"
    assert problem.field == "needs.tell_points_apart"
    assert "site.routes: [hosts]" not in problem.message
    assert "site.routes: [dhcp] | [hosts]" in problem.hint
    assert "needs.tell_points_apart: false" in problem.hint


def test_an_answer_that_is_not_used_is_said():
    found = recommend(site("points", False, [], seen_as_host=True))
    assert [(problem.code, problem.field) for problem in found.problems] == [("unused-answer", "needs.site_clients_seen_as_host")]
    assert not recommend(site("site", False, [], WEB, seen_as_host=True)).problems


def test_masquerade_into_the_tunnel_only_where_the_site_opens():
    assert recommend(site("site", None, [], WEB, seen_as_host=True)).masquerade_into_tunnel
    both = recommend(site("both", True, [HOSTS], WEB, seen_as_host=True))
    assert both.masquerade_into_tunnel
    assert both.chosen is GF
    assert not recommend(site("both", True, [HOSTS], seen_as_host=True, strategy=G)).masquerade_into_tunnel
    assert not recommend(site("points", None, [], seen_as_host=True)).masquerade_into_tunnel
    assert not recommend(site("both", None, [], WEB, seen_as_host=True, strategy=M)).masquerade_into_tunnel


def test_the_default_gateway_is_seen_from_the_addresses():
    router = (ip_interface("192.168.200.2/24").ip,)
    assert recommend(site("both", True, [], router=router)).recommended is G
    assert recommend(site("both", True, [], router=router, gateway=False)).recommended is None
    assert recommend(site("both", True, [], router=(ip_interface("192.168.200.1/24").ip,))).recommended is None
