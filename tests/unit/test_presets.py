"""The presets: each is a site file without a complaint, and what its comments say of it is what the program says of it."""

import re
from functools import cache
from ipaddress import ip_network
from pathlib import Path

import pytest

import presets
from tests.docs.worked import work_out
from wgwizard import sitefile
from wgwizard.errors import UsageError
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.pipeline import result, study
from wgwizard.questions import GROUPS, POINT
from wgwizard.questions.about_point import MAY_REACH
from wgwizard.questions.about_site import NETWORKS
from wgwizard.questions.answers import path_for, put, text_at, value_at
from wgwizard.questions.examples import OWN, example_of, example_problems, examples, examples_problem
from wgwizard.questions.naming import name_of
from wgwizard.recommend import TITLES
from wgwizard.site import Strategy
from wgwizard.sitefile import yamltext
from wgwizard.sitefile.filemodel import NOT_SUPPORTED_YET, NetworkPart
from wgwizard.trace import Reach
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.study import study as wizard_study

BY_NAME = {f"article-{strategy.value.replace('+', '-')}": strategy for strategy in Strategy}
# An example's address is no error, and saying that it must be replaced is right.
IS_EXAMPLE = {"documentation-address", "example-endpoint"}
WHY = re.compile(r"Recommended: (\S+), because (.+?)\.( It would be (\S+) if| Nothing would fit if|$)(?: (\S+) were (.+)\.)?")


worked = cache(work_out)


def comment(name: str, start: str) -> list[str]:
    """The lines of a preset's comment that begins with `start`."""
    paragraphs = [part.splitlines() for part in presets.load(name).text.partition("\nversion:")[0].split("\n#\n")]
    return next([line.removeprefix("#").strip() for line in lines] for lines in paragraphs if lines[0].startswith(f"# {start}"))


def said(reach: Reach) -> str:
    """A row of the trace as the presets' comments say it."""
    port = f", {reach.protocol} {reach.ports}".rstrip() if reach.protocol else ""
    works = f"yes, seen as {reach.source_seen}" if reach.reachable else "no"
    return f"{reach.origin} → {reach.target}{port}{' of Host β' if reach.published else ''}: {works}"


def test_every_file_is_offered_once_and_there_are_enough():
    files = {path.stem for path in Path(presets.__file__).parent.glob("*.yaml")}
    assert sorted(presets.names()) == sorted(files)
    assert len(presets.SCENARIOS) >= 10
    assert set(presets.ARTICLE) == set(BY_NAME)
    assert [name for group in presets.GROUPS.values() for name in group] == list(presets.names())


@pytest.mark.parametrize("name", presets.names())
def test_a_preset_is_explained_and_nothing_is_wrong_with_it(name):
    one = worked(name)
    assert {problem.code for problem in one.problems} <= IS_EXAMPLE
    assert one.found.site.strategy is None
    assert "strategy: auto" in one.preset.text
    assert 20 < len(one.preset.title) <= 72  # one line of the wizard's first page, at 80 columns
    assert 60 < len(one.preset.about) <= 240  # four lines below the list there
    assert not one.preset.title.startswith("#")
    assert one.preset.text.count("#") >= 15  # a reader learns why, field by field
    assert max(len(line) for line in one.preset.text.splitlines()) <= 140


@pytest.mark.parametrize("name", presets.names())
def test_the_recommendation_is_what_the_comment_says_and_for_its_reasons(name):
    one = worked(name)
    match = WHY.fullmatch(" ".join(comment(name, "Recommended:")))
    assert match is not None, comment(name, "Recommended:")
    recommendation = one.found.recommendation
    assert (recommendation.chosen.value, recommendation.problems) == (match[1], ())
    assert set(match[2].split("; ")) <= {reason.text for reason in recommendation.ranked[0].why}
    if match[5] is not None:
        other = Strategy(match[4]) if match[4] else None
        answers = {
            (change.question, answer): change.strategy for change in recommendation.would_change for answer in change.answer.split(" | ")
        }
        assert answers.get((match[5], match[6]), "no change") == other, answers


@pytest.mark.parametrize("name", presets.names())
def test_who_reaches_whom_is_what_the_comment_says(name):
    one = worked(name)
    lines = comment(name, "Who reaches whom:")[1:]
    traced = [said(reach) for reach in one.result.reaches]
    assert [line for line in lines if line not in traced] == []
    assert len(lines) >= 3
    assert any(line.endswith(": no") for line in lines) or one.found.recommendation.chosen.routes  # what does not work is said


@pytest.mark.parametrize("name", presets.SCENARIOS)
def test_what_must_be_changed_is_what_the_comment_names(name):
    one = worked(name)
    named = re.findall(r"[a-z_]+(?:\[\d\])?\.[a-z_.]+[a-z]", " ".join(comment(name, "Make it yours:")))
    assert set(named) - {"site.cloud"} == {path for path, _ in examples(one.document, one.document)}


@pytest.mark.parametrize("name", presets.names())
def test_every_answer_of_a_preset_has_its_place_on_the_pages(name):
    """Going through every page and leaving each answer as it stands changes nothing, and no answer is beside the pages."""
    document, seen = worked(name).document, set()
    points = [None, *range(len(document["points"]))]
    for group, point in ((group, point) for group in GROUPS for point in points if (group is POINT) is (point is not None)):
        for question in group.questions:
            path = path_for(question, point)
            if value_at(document, path) is not None:
                seen.add(path)
                document = put(document, path, question, text_at(document, path, question))
    assert sitefile.read(document)[0] == worked(name).site
    assert leaves(worked(name).document) - seen == {"version"}


def leaves(node: object, path: str = "") -> set[str]:
    """The paths of all answers of a document."""
    if path == "points" and isinstance(node, list):
        return {leaf for index, item in enumerate(node) for leaf in leaves(item, f"{path}[{index}]")}
    if not isinstance(node, dict):
        return set() if node is None else {path}  # null says outright that Host β cannot be dialled; on its page that is empty
    return {leaf for key, value in node.items() for leaf in leaves(value, f"{path}.{key}".lstrip("."))}


@pytest.mark.parametrize("name", presets.ARTICLE)
def test_the_strategy_in_the_name_is_the_recommended_one(name):
    assert worked(name).found.recommendation.recommended is BY_NAME[name]
    assert presets.load(name).title.startswith(TITLES[BY_NAME[name]])


def test_the_scenarios_come_to_every_kind_of_answer():
    assert {worked(name).found.recommendation.chosen for name in presets.SCENARIOS} >= set(Strategy) - {Strategy.GATEWAY_FORWARD}


def test_an_unknown_name_gets_the_nearest_one():
    with pytest.raises(UsageError) as caught:
        presets.load("article-masqerade")
    assert caught.value.hint == "did you mean article-masquerade?"


def test_two_customers_with_one_lan_go_together_on_the_laptop():
    """As the consultant's preset says: the second customer has the same LAN, and other machines in it."""
    text = presets.load("consultant").text
    for old, new in {
        "192.168.1.20/32": "192.168.1.40/32",
        "192.168.1.31/32": "192.168.1.41/32",
        "wg-a": "wg-b",
        "10.90.1.": "10.90.2.",
        "customer-a": "customer-b",
    }.items():
        assert old in text
        text = text.replace(old, new)
    document, _ = yamltext.parse(text.encode())
    site, problems = sitefile.read(document)
    assert {problem.code for problem in problems} <= IS_EXAMPLE
    ours = [worked("consultant").result.plan.points[0], result(study(site, Lock()), Keyring()).plan.points[0]]
    assert [interface.interface for interface in ours] == ["wg-a", "wg-b"]
    first, second = ([network for peer in interface.peers for network in peer.allowed_ips] for interface in ours)
    assert not any(one.overlaps(other) for one in first for other in second)
    assert ip_network("192.168.1.40/32") in second


def test_what_the_consultant_is_told_of_translating_networks_is_true():
    text = presets.load("consultant").text
    assert ("(mapped_to) is not supported yet" in text) is ("mapped_to" in NOT_SUPPORTED_YET[NetworkPart])


def test_what_came_with_a_preset_is_named_until_it_is_changed():
    document = worked("home-pi").document
    assert examples(document, None) == ()
    assert ("host.ssh", "pi@192.168.1.10") in examples(document, document)
    assert [problem.field for problem in example_problems(document, document)] == [path for path, _ in examples(document, document)]
    (told,) = examples_problem(document, document)
    answers, _, points = told.message.partition(": ")[2].partition(", the points ")
    assert set(answers.split(", ")) == {name_of(path, document) for path, _ in examples(document, document)}
    assert points.split(", ") == [point["name"] for point in document["points"]]
    assert "Host β's endpoint" in told.message
    mine = {**document, "host": {**document["host"], "ssh": "me@10.1.1.1"}}
    assert {path for path, _ in examples(document, document)} - {path for path, _ in examples(mine, document)} == {"host.ssh"}
    assert examples_problem({}, document) == ()


def test_an_examples_endpoint_is_told_once_and_still_where_no_preset_says_it():
    document = worked("home-pi").document
    for preset, code in ((document, "from-preset"), (None, "example-endpoint")):
        draft = Draft(document, preset=preset)
        assert [problem.code for problem in draft.problems() if problem.field == "host.endpoint"] == [code]
        assert [problem.code for problem in wizard_study(draft)[1]] == [code]


def test_every_own_answer_is_a_question():
    assert {question.id for group in GROUPS for question in group.questions} >= OWN


@pytest.mark.parametrize(
    ("networks", "shown"),
    [
        (["192.168.40.0/24"], "192.168.40.20 tcp 80,445, 192.168.40.0/24"),
        ([{"cidr": "10.20.0.0/24", "name": "lan"}], "10.20.0.20 tcp 80,445, 10.20.0.0/24"),
        (["10.0.0.0/8"], MAY_REACH.example),
        (["fd00::/64"], MAY_REACH.example),
        (["192.168.40.0/2"], MAY_REACH.example),
        ([7], MAY_REACH.example),
        (None, MAY_REACH.example),
    ],
)
def test_an_example_is_of_the_sites_own_network_once_that_is_known(networks, shown):
    document = {"site": {"networks": networks}} if networks is not None else {}
    assert example_of(MAY_REACH, document) == shown
    assert example_of(NETWORKS, document) == NETWORKS.example
