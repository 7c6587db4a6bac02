"""The questions: each explains itself, answers a field of the site file, and its answers survive the document."""

import copy
import re

import pytest

from wgwizard import questions, sitefile
from wgwizard.questions import Kind, answers
from wgwizard.sitefile.filemodel import ROUTER_KINDS
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.points import described

ALL = [(group, question) for group in questions.GROUPS for question in group.questions]
IDS = [question.id for _, question in ALL]


@pytest.mark.parametrize(("group", "question"), ALL, ids=IDS)
def test_why_we_ask_is_three_sentences_with_a_command_and_a_way_out(group, question):
    sentences = re.split(r"(?<=[.?])\s+(?=[A-Z`])", question.why)
    assert len(sentences) == 3, sentences
    assert re.search(r"`[^`]+`", question.why), "the exact command"
    assert "When unsure" in sentences[2] or "when unsure" in sentences[2]


@pytest.mark.parametrize(("group", "question"), ALL, ids=IDS)
def test_prompts_fit_a_terminal_and_choices_hold_their_default(group, question):
    assert len(question.prompt) <= 70
    if question.kind.is_chosen:
        assert question.default in [choice.answer for choice in question.choices] or question.default == ""
        assert question.usual in ("", *[choice.answer for choice in question.choices])
    else:
        assert question.example


def test_every_kind_of_router_that_a_site_file_takes_is_offered():
    question = next(question for _, question in ALL if question.id == "site.router_kind")
    assert {choice.answer for choice in question.choices} == {"", *ROUTER_KINDS}


@pytest.mark.parametrize(
    ("document", "asked"),
    [
        ({}, True),
        ({"site": {"routes": []}, "host": {"endpoint": "vpn.b.home.arpa:51820"}}, True),
        ({"site": {"routes": ["router"]}, "host": {"default_gateway": False}}, True),
        ({"site": {"routes": ["router"], "cloud": "none"}}, True),
        ({"site": {"routes": ["router"]}, "host": {"default_gateway": True}}, False),
        ({"site": {"routes": ["router"], "cloud": "aws"}}, False),
    ],
)
def test_the_kind_of_router_is_asked_where_a_router_may_be_told_something(document, asked):
    group = next(group for group, question in ALL if question.id == "site.router_kind")
    assert ("site.router_kind" in [question.id for question in questions.asked(group, document)]) is asked


def test_every_question_is_asked_once():
    assert sorted(set(IDS)) == sorted(IDS)


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("name", "home", "home"),
        ("site.networks", "192.168.1.0/24, cameras=192.168.201.0/24", ["192.168.1.0/24", {"cidr": "192.168.201.0/24", "name": "cameras"}]),
        ("site.hosts", "nas=192.168.1.20, nas=fd00::20", [{"name": "nas", "addresses": ["192.168.1.20", "fd00::20"]}]),
        ("site.hosts", "nas, 192.168.1.30", [{"name": "nas"}, {"name": "192.168.1.30", "addresses": ["192.168.1.30"]}]),
        ("site.routes", "router hosts", ["router", "hosts"]),
        ("site.routes", "none", []),
        ("site.router_drops_invalid", "no", False),
        ("host.addresses", "192.168.1.10/24, fd00::10/64", ["192.168.1.10/24", "fd00::10/64"]),
        ("tunnel.port", "51822", 51822),
        ("tunnel.port", "many", "many"),
        ("points[0].services", "web tcp 8000 as 8081", [{"name": "web", "protocol": "tcp", "port": 8000, "published_port": 8081}]),
        ("points[0].services", "page", [{"name": "page"}]),
        ("points[0].services", "web 80", [{"name": "web", "port": 80}]),
        (
            "points[0].may_reach",
            "nas tcp 80 8000-8010, host",
            [{"to": "nas", "protocol": "tcp", "ports": [80, "8000-8010"]}, {"to": "host"}],
        ),
        ("points[0].may_reach", "nothing", []),
        ("points[0].preshared_key", "no", False),
        ("needs.opens", "both", "both"),
        ("strategy", "gateway", "gateway"),
    ],
)
def test_an_answer_is_kept_as_the_site_file_has_it_and_read_back_the_same(path, text, value):
    question = next(question for _, question in ALL if question.id == path.replace("[0]", "[*]"))
    document = answers.put({"version": 1, "points": [{}]}, path, question, text)
    assert answers.value_at(document, path) == value
    assert answers.text_at(document, path, question) == text


@pytest.mark.parametrize("text", ["nas tcp 80,445,8000-8010, pc", "nas tcp 80, 445 8000-8010, pc", "nas tcp 80 445 8000-8010, pc"])
def test_ports_of_a_right_may_stand_between_commas(text):
    question = next(question for _, question in ALL if question.id == "points[*].may_reach")
    assert answers.value_of(question, text) == [{"to": "nas", "protocol": "tcp", "ports": [80, 445, "8000-8010"]}, {"to": "pc"}]


def test_what_people_write_for_a_port_of_a_computer_is_a_right_too():
    question = next(question for _, question in ALL if question.id == "points[*].may_reach")
    assert answers.value_of(question, "nas:5001, fd00::1") == [{"to": "nas", "protocol": "tcp", "ports": [5001]}, {"to": "fd00::1"}]


@pytest.mark.parametrize(
    ("text", "rights"),
    [
        ("nas smb, buha https", [("nas", "tcp", [445]), ("buha", "tcp", [443])]),
        ("nas 5000", [("nas", "tcp", [5000])]),
        ("nas:smb, nas: web", [("nas", "tcp", [445]), ("nas", "tcp", [80])]),
        ("nas 5000,5001, pc RDP", [("nas", "tcp", [5000, 5001]), ("pc", "tcp", [3389])]),
        ("pi dns", [("pi", "udp", [53])]),
    ],
)
def test_a_right_may_name_a_service_as_people_do(text, rights):
    question = next(question for _, question in ALL if question.id == "points[*].may_reach")
    assert answers.value_of(question, text) == [{"to": to, "protocol": protocol, "ports": ports} for to, protocol, ports in rights]


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("ssh", {"name": "ssh", "protocol": "tcp", "port": 22}),
        ("SSH as 2222", {"name": "SSH", "protocol": "tcp", "port": 22, "published_port": 2222}),
        ("dns", {"name": "dns", "protocol": "udp", "port": 53}),
        ("page", {"name": "page"}),
    ],
)
def test_a_service_of_a_usual_name_is_whole(text, service):
    question = next(question for _, question in ALL if question.id == "points[*].services")
    assert answers.value_of(question, text) == [service]


def test_a_computer_after_a_right_without_ports_stays_a_right_of_its_own():
    question = next(question for _, question in ALL if question.id == "points[*].may_reach")
    assert answers.value_of(question, "nas tcp, 445") == [{"to": "nas", "protocol": "tcp"}, {"to": "445"}]


def test_an_empty_answer_leaves_nothing_behind():
    question = next(question for _, question in ALL if question.id == "host.endpoint")
    document = answers.put({"version": 1}, "host.endpoint", question, "vpn.b.home.arpa:51820")
    assert answers.put(document, "host.endpoint", question, "") == {"version": 1}
    assert document == {"version": 1, "host": {"endpoint": "vpn.b.home.arpa:51820"}}


def test_a_default_needs_no_word_in_the_document():
    question = next(question for _, question in ALL if question.id == "points[*].preshared_key")
    document = {"version": 1, "points": [{"name": "a", "preshared_key": False}]}
    assert answers.put(document, "points[0].preshared_key", question, "yes") == {"version": 1, "points": [{"name": "a"}]}


def test_answers_never_touch_the_document_they_came_from():
    document = {"version": 1, "points": [{"name": "a"}]}
    question = next(question for _, question in ALL if question.id == "points[*].name")
    assert answers.put(document, "points[0].name", question, "b") == {"version": 1, "points": [{"name": "b"}]}
    assert document == {"version": 1, "points": [{"name": "a"}]}


def test_a_new_set_up_lacks_only_what_nobody_can_guess():
    document = questions.new_document()
    lacking = {problem.field for problem in sitefile.read(document)[1] if problem.is_error}
    assert {answers.steps_of(field)[0] for field in lacking} == {"site", "host", "points"}


@pytest.mark.parametrize(
    ("path", "document", "asked"),
    [
        ("needs.tell_points_apart", {"needs": {"opens": "site"}}, False),
        ("needs.tell_points_apart", {}, True),
        ("needs.site_clients_seen_as_host", {"needs": {"opens": "points"}}, False),
        ("needs.site_clients_seen_as_host", {"needs": {"opens": "both"}}, True),
        ("site.router_drops_invalid", {"site": {"routes": ["router"]}}, True),
        ("site.router_drops_invalid", {"site": {"routes": ["router"]}, "host": {"default_gateway": True}}, False),
        ("site.router_drops_invalid", {"site": {"routes": "dhcp"}}, False),
        ("host.keys", {"host": {"ssh": "admin@beta"}}, True),
        ("host.keys", {}, False),
    ],
)
def test_only_what_matters_is_asked(path, document, asked):
    group = next(group for group, question in ALL if question.id == path)
    assert (path in [question.id for question in questions.asked(group, document)]) is asked


@pytest.mark.parametrize(
    ("path", "point", "asked"),
    [
        ("points[*].endpoint", {}, False),
        ("points[*].endpoint", {"behind_nat": False}, True),
        ("points[*].preshared_key", {"public_key": "x"}, False),
        ("points[*].services", {"opens": "points"}, False),
        ("points[*].may_reach", {"opens": "site"}, False),
        ("points[*].may_reach", {"opens": "both"}, True),
    ],
)
def test_a_points_questions_look_at_that_point(path, point, asked):
    found = questions.asked(questions.POINT, {"points": [{"name": "other"}, point]}, 1)
    assert (path in [question.id for question in found]) is asked


@pytest.mark.parametrize(
    ("opens", "point", "line"),
    [
        ("site", {}, "opens nothing; the site opens web tcp 80 on it"),
        ("both", {}, "may reach all of the site · offers web tcp 80"),
        ("both", {"opens": "site"}, "opens nothing; the site opens web tcp 80 on it"),
        ("site", {"opens": "both", "may_reach": []}, "may reach nothing · offers web tcp 80"),
    ],
)
def test_a_points_line_and_its_questions_say_the_same_of_who_opens(opens, point, line):
    web = {"name": "web", "protocol": "tcp", "port": 80}
    draft = Draft({"needs": {"opens": opens}, "points": [{"name": "pump-7", "services": [web], **point}]})
    assert described(draft, 0) == f"pump-7           linux     {line}"
    asked = [question.id for question in questions.asked(questions.POINT, draft.document, 0)]
    assert ("points[*].may_reach" in asked) is ("may reach" in line)


def test_kinds_that_are_chosen_have_choices_and_typed_ones_have_none():
    assert {bool(question.choices) for _, question in ALL if question.kind.is_chosen} == {True}
    assert {question.choices for _, question in ALL if not question.kind.is_chosen} == {()}
    assert {question.kind for _, question in ALL} == set(Kind)


def test_an_answer_leaves_the_document_before_it_as_it_was():
    before = {"version": 1, "host": {"addresses": ["192.168.200.2/24"]}, "points": [{"name": "a"}, {"name": "b"}]}
    kept = copy.deepcopy(before)
    after = answers.with_value(before, "points[1].name", "c")
    emptied = answers.with_value(after, "host.addresses", None)
    assert before == kept
    assert after["points"] == [{"name": "a"}, {"name": "c"}]
    assert emptied == {"version": 1, "points": [{"name": "a"}, {"name": "c"}]}
    assert after["host"] == kept["host"]
