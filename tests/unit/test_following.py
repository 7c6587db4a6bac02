"""One connection followed there and back: the packet before and after each node, and the rules, which stand in the rendered files."""

import pytest
from msgspec.structs import replace

from tests.stages import fast
from tests.system.article import Document, article_document
from tests.unit.article import keyring
from wgwizard import pipeline, sitefile
from wgwizard.following import Action, Connection, Followed, connections, follow
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.picture.canvas import Charset, text_of
from wgwizard.picture.way import nodes_of, stage_lines, table_lines, way
from wgwizard.plan import Plan
from wgwizard.render import render
from wgwizard.trace import trace

WAYS = {
    "masquerade": article_document("masquerade"),
    "forward": article_document("forward"),
    "forward-seen-as-host": article_document("forward", into_tunnel=True),
    "masquerade+forward": article_document("masquerade+forward"),
    "gateway-hosts": article_document("gateway", routes="hosts"),
    "gateway-router": article_document("gateway", routes="router", drops_invalid=False),
    "gateway+forward": article_document("gateway+forward", routes="hosts"),
}


def plan_of(document: Document) -> Plan:
    site, problems = sitefile.read(document)
    assert site is not None, problems
    return pipeline.planned(pipeline.study(site, Lock()), Keyring())


def found(plan: Plan, who: str, what: str) -> Connection:
    return next(one for one in connections(plan, trace(plan)) if (one.who, one.what) == (who, what))


def followed(name: str, who: str, what: str) -> Followed:
    plan = plan_of(WAYS[name])
    return follow(plan, found(plan, who, what))


def told(way_of: Followed) -> list[str]:
    return [f"{'<' if stage.back else '>'} {stage.node}: {stage.was} | {stage.now} {stage.action.value}" for stage in way_of.stages]


def test_masquerade_there_and_back() -> None:
    assert told(followed("masquerade", "endpoint-a → endpoint-b", "everything")) == [
        "> endpoint-a: None | 10.0.0.1 → 192.168.200.22 sent",
        "> host: 10.0.0.1 → 192.168.200.22 | 192.168.200.2 → 192.168.200.22 rewritten",
        "> endpoint-b: 192.168.200.2 → 192.168.200.22 | 192.168.200.2 → 192.168.200.22 arrived",
        "< endpoint-b: None | 192.168.200.22 → 192.168.200.2 sent",
        "< host: 192.168.200.22 → 192.168.200.2 | 192.168.200.22 → 10.0.0.1 turned back",
        "< endpoint-a: 192.168.200.22 → 10.0.0.1 | 192.168.200.22 → 10.0.0.1 arrived",
    ]


def test_a_port_forward_there_and_back() -> None:
    assert told(followed("forward", "endpoint-b → endpoint-a", "tcp port 8081 of Host β, IPv6")) == [
        "> endpoint-b: None | [fd00:200::22]:51002 → [fd00:200::2]:8081 sent",
        "> host: [fd00:200::22]:51002 → [fd00:200::2]:8081 | [fd00:200::22]:51002 → [fd00:10::1]:8000 rewritten",
        "> endpoint-a: [fd00:200::22]:51002 → [fd00:10::1]:8000 | [fd00:200::22]:51002 → [fd00:10::1]:8000 arrived",
        "< endpoint-a: None | [fd00:10::1]:8000 → [fd00:200::22]:51002 sent",
        "< host: [fd00:10::1]:8000 → [fd00:200::22]:51002 | [fd00:200::2]:8081 → [fd00:200::22]:51002 turned back",
        "< endpoint-b: [fd00:200::2]:8081 → [fd00:200::22]:51002 | [fd00:200::2]:8081 → [fd00:200::22]:51002 arrived",
    ]


def test_masquerade_into_the_tunnel_turns_both_ends() -> None:
    stages = told(followed("forward-seen-as-host", "endpoint-b → endpoint-a", "tcp port 8081 of Host β"))
    assert stages[1] == "> host: 192.168.200.22:51002 → 192.168.200.2:8081 | 10.0.0.2:51002 → 10.0.0.1:8000 rewritten"
    assert stages[4] == "< host: 10.0.0.1:8000 → 10.0.0.2:51002 | 192.168.200.2:8081 → 192.168.200.22:51002 turned back"


def test_a_gateway_changes_nothing_and_the_router_is_passed_where_the_route_is_told() -> None:
    by_router = followed("gateway-router", "endpoint-a → endpoint-b", "everything")
    assert [(stage.node, stage.back) for stage in by_router.stages] == [
        ("endpoint-a", False), ("host", False), ("endpoint-b", False),
        ("endpoint-b", True), ("router", True), ("host", True), ("endpoint-a", True),
    ]  # fmt: skip
    assert {str(stage.now) for stage in by_router.stages} == {"10.0.0.1 → 192.168.200.22", "192.168.200.22 → 10.0.0.1"}
    on_computers = followed("gateway-hosts", "endpoint-a → endpoint-b", "everything")
    assert "router" not in [stage.node for stage in on_computers.stages]
    assert "10.0.0.0/24 via 192.168.200.2" in [rule.technical for rule in on_computers.stages[3].rules]


def test_a_refused_connection_ends_where_it_dies_and_says_what_would_change_it() -> None:
    refused = followed("masquerade", "endpoint-b → endpoint-a", "everything")
    assert told(refused) == ["> endpoint-b: 192.168.200.22 → 10.0.0.1 | None dropped"]
    assert "a route to the tunnel network" in refused.would_help
    lost = followed("forward", "endpoint-a → endpoint-b", "everything")
    assert lost.stages[-1].action is Action.DROPPED
    assert not lost.arrives


def test_what_hangs_on_an_unknown_names_the_question_in_the_list_and_on_the_walk() -> None:
    document = WAYS["gateway-hosts"]
    unsaid = {key: value for key, value in document["site"].items() if key != "routes"}
    plan = plan_of({**document, "site": unsaid, "strategy": "gateway"})
    lost = follow(plan, found(plan, "endpoint-a → endpoint-b", "everything"))
    assert "not known: where at the site a route to the tunnel can be added (site.routes)" in lost.why
    assert lost.would_help == "find out where at the site a route to the tunnel can be added, and answer it (Site, site.routes)"


@pytest.mark.parametrize("name", fast(WAYS, first=2))
def test_every_connection_can_be_followed_drawn_and_is_true_to_the_trace(name: str) -> None:
    plan = plan_of(WAYS[name])
    texts = "\n".join(artefact.text for artefact in render(plan, keyring(plan.site)).artefacts)
    rendered = " ".join(texts.split())
    rows = trace(plan)
    every = list(connections(plan, rows))
    assert [one.reach for one in every if one.computer is None] == list(rows)
    for one in every:
        way_of = follow(plan, one)
        assert way_of.arrives is one.reach.reachable
        assert way_of.stages, way_of
        assert (way_of.stages[-1].action is Action.DROPPED) is not way_of.arrives, way_of
        if not way_of.arrives:
            assert way_of.would_help, way_of.why
        for before, after in zip(way_of.stages, way_of.stages[1:], strict=False):
            assert after.back is not before.back or after.was == before.now, way_of
        for rule in (rule for stage in way_of.stages for rule in stage.rules if rule.technical.startswith("table inet")):
            _, _, text = rule.technical.partition(": ")
            assert text, rule
            assert " ".join(text.split()) in rendered, rule
        fits(plan, one, way_of)


def fits(plan: Plan, connection: Connection, way_of: Followed) -> None:
    nodes = nodes_of(plan, connection, way_of)
    assert {stage.node for stage in way_of.stages} <= {node.key for node in nodes}
    for width, charset in ((40, Charset.UNICODE), (78, Charset.ASCII), (120, Charset.UNICODE)):
        for at in range(len(way_of.stages)):
            for drawn in (
                way(nodes, way_of, at, width, charset),
                stage_lines(way_of, at, width, charset),
                table_lines(way_of, at, width, charset),
            ):
                lines = text_of(drawn).split("\n")
                assert [line for line in lines if len(line) > width] == []
                assert charset is Charset.UNICODE or all(line.isascii() for line in lines)


def test_what_is_seen_at_the_end_is_what_the_trace_says() -> None:
    for document in WAYS.values():
        plan = plan_of(document)
        for one in connections(plan, trace(plan)):
            seen = one.reach.source_seen
            if one.reach.reachable and seen is not None and not isinstance(seen, str):
                end = next(stage for stage in reversed(follow(plan, one).stages) if not stage.back)
                assert end.was is not None
                assert end.was.source == seen


def test_a_right_that_all_of_the_site_covers_is_permitted_by_the_rule_that_stands_there() -> None:
    document = article_document("masquerade")
    document["points"][0]["may_reach"] = [{"to": "endpoint-b", "protocol": "tcp", "ports": [445]}, {"to": "site"}]
    plan = plan_of(document)
    permitted = follow(plan, found(plan, "endpoint-a → endpoint-b", "tcp 445")).stages[1].rules[1]
    assert "@full_site4" in permitted.technical
    narrow = replace(plan, from_points=tuple(item for item in plan.from_points if item.target == "endpoint-b"))
    permitted = follow(narrow, found(narrow, "endpoint-a → endpoint-b", "tcp 445")).stages[1].rules[1]
    assert "@permit_tcp4" in permitted.technical


def test_the_route_that_is_named_is_the_one_that_serves_the_computers_network() -> None:
    """The computers beside Host β have a route of their own; those of another network are served by the router's."""
    document = article_document("gateway", routes="hosts")
    document["site"]["routes"] = ["router", "hosts"]
    plan = plan_of(document)
    near, far = (
        {rule.said for stage in follow(plan, found(plan, f"endpoint-a → {name}", "everything")).stages for rule in stage.rules}
        for name in ("endpoint-b", "cameras")
    )
    assert "a route that was told on the computers" in near
    assert "a route that was told on the router" in far


def test_a_computer_to_which_a_right_leads_is_not_refused_in_the_row_of_its_network() -> None:
    document = article_document("masquerade")
    first, *others = document["points"]
    plan = plan_of({**document, "points": [{**first, "may_reach": [{"to": "endpoint-b"}]}, *others]})
    rows = [(one.reach.reachable, one.what) for one in connections(plan, trace(plan)) if one.who == "endpoint-a → endpoint-b"]
    assert rows == [(True, "everything"), (True, "everything, IPv6")]


def test_what_a_right_names_and_cannot_reach_yet_is_not_told_as_refused_by_the_rights_too() -> None:
    named = {"name": "b", "may_reach": [{"to": "endpoint-b"}]}
    document = article_document("gateway")
    document["site"].pop("routes", None)
    document["points"] = [named]
    document["strategy"] = "gateway"
    plan = plan_of(document)
    why = [one.reach.why for one in connections(plan, trace(plan)) if one.who == "b → endpoint-b" and one.reach.family == 4]
    assert [text.split(":")[0] for text in why] == ["not known"]
