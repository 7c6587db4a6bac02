"""What is wrong, in the words of the questions: no path and no key of the site file is left."""

import re

import pytest

from wgwizard import sitefile
from wgwizard.errors import SiteRefusedError
from wgwizard.questions import POINT
from wgwizard.questions.answers import put
from wgwizard.wizard import words
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.words import said

SERVICES = next(question for question in POINT.questions if question.id == "points[*].services")
RIGHTS = next(question for question in POINT.questions if question.id == "points[*].may_reach")
PATHS = re.compile(r"\b(points|site|host|tunnel|needs)[.\[][a-z_\d]|\([a-z_]+\)|\([a-z_]+: |published_port|may_reach")


def field_site(services: dict[str, str], **more: object) -> Draft:
    document = {
        "version": 1,
        "name": "field",
        "site": {"networks": ["192.168.200.0/24"]},
        "host": {"addresses": ["192.168.200.2/24"], "endpoint": "vpn.c.home.arpa:51820", "ssh": "admin@beta"},
        "points": [{"name": name} for name in services],
        "needs": {"opens": "site"},
        "strategy": "forward",
        **more,
    }
    for place, text in enumerate(services.values()):
        document = put(document, f"points[{place}].services", SERVICES, text)
    return Draft(document)


def told(draft: Draft) -> list[str]:
    return [said(problem) for problem in draft.problems() if problem.is_error]


def test_services_that_want_one_port_are_named_and_each_is_told_another_at_once():
    texts = told(field_site({"pump-7": "web tcp 80, ssh tcp 22", "pump-8": "web tcp 80", "pump-9": "page tcp 80, other tcp 8081"}))
    gateway = ", or choose the strategy Site gateway, which publishes none"
    other = "give it another port of Host β: write"
    assert texts == [
        f"× port 22/tcp of Host β is already taken by the login to Host β; {other} ssh tcp 22 as 8022{gateway}",
        f"× port 80/tcp of Host β is already taken by web of pump-7; {other} web tcp 80 as 8080{gateway}",
        f"× port 80/tcp of Host β is already taken by web of pump-7; {other} page tcp 80 as 8082{gateway}",
    ]
    assert (
        told(field_site({"pump-7": "web tcp 80, ssh tcp 22 as 8022", "pump-8": "web tcp 80 as 8080", "pump-9": "page tcp 80 as 8082"}))
        == []
    )


@pytest.mark.parametrize(
    ("typed", "message", "hint"),
    [
        ("80", "'80'", "write web tcp 80"),
        ("tcp 443", "'tcp 443'", "write https tcp 443"),
        ("udp 53", "'udp 53'", "write dns udp 53"),
        ("22", "'22'", "write ssh tcp 22"),
        ("page", "'page'", "write page tcp 80, with its own port in place of 80"),
        ("page tcp", "'page tcp'", "write page tcp 80, with its own port in place of 80"),
    ],
)
def test_half_a_service_is_told_in_one_sentence_how_the_whole_is_written(typed, message, hint):
    assert told(field_site({"pump": typed})) == [f"× {message} is not a whole service: it has a name, tcp or udp, and a port; {hint}"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"tunnel": {"networks": ["192.168.200.0/25"]}}, "overlaps the site's 192.168.200.0/24; choose a network"),
        ({"tunnel": {"networks": ["10.0.0.0/24"], "addresses": ["10.1.0.1"]}}, "10.1.0.1 is not in the tunnel's networks"),
        ({"site": {"networks": ["192.168.200.0/24"], "router": ["10.9.9.9"]}}, "10.9.9.9 is in none of the site's networks"),
        ({"host": {"addresses": ["192.168.200.2/24"], "endpoint": None}}, "neither Host β nor pump can be dialled"),
        ({"site": {}}, "such as 192.168.200.0/24"),
    ],
)
def test_no_path_of_the_site_file_is_left(more, words):
    texts = told(field_site({"pump": "web tcp 80"}, **more))
    assert any(words in text for text in texts), texts
    assert not [text for text in texts if PATHS.search(text)]


def test_what_is_not_used_points_to_its_question():
    draft = field_site({"pump": "web tcp 80"})
    right = put(draft.document, "points[0].may_reach", next(q for q in POINT.questions if q.id == "points[*].may_reach"), "192.168.200.7")
    texts = [said(problem) for problem in Draft(right).problems()]
    assert [text.partition("; ")[2] for text in texts] == ["let the points open connections too, or remove the right"]


def test_an_error_names_the_field_of_each_of_its_problems_once():
    _, problems = sitefile.read({"version": 1, "name": "s", "host": {"addresses": ["192.168.1.2/24"]}, "points": [{"name": "p"}]})
    text = words.told(SiteRefusedError("the site is refused", problems=tuple(problems)))
    assert "the site's network is missing" in text
    assert text.count("(site.networks)") == 1


def told_of_rights(typed: str) -> list[str]:
    """What is told of these rights beside a NAS at the site."""
    site = {"networks": ["192.168.200.0/24"], "hosts": [{"name": "nas", "addresses": ["192.168.200.22"]}]}
    draft = field_site({"lap": ""}, site=site, needs={"opens": "points"}, strategy="auto")
    return told(Draft(put(draft.document, "points[0].may_reach", RIGHTS, typed)))


@pytest.mark.parametrize(
    ("typed", "example"),
    [
        ("nas smb and web page", "nas smb, nas web"),
        ("nas smb web", "nas smb, nas web"),
        ("smb on nas", "nas smb, nas web"),
        ("nas foo", "nas smb, nas web"),
    ],
)
def test_words_that_are_no_right_are_refused_once_with_all_that_can_be_written(typed, example):
    (text,) = told_of_rights(typed)
    assert repr(typed) in text
    assert "tcp or udp with ports, or a service by its usual name such as smb or web, one target after each comma" in text
    assert text.endswith(example)
    assert told_of_rights(example) == []


@pytest.mark.parametrize(
    ("typed", "examples"),
    [
        ("nas: smb, 5000", ["nas smb, nas 5000"]),
        ("nas smb, web", ["nas smb, nas web"]),
        ("nas smb, 80,443", ["nas smb, nas 80", "nas smb, nas 443"]),
        ("ssh", ["nas ssh"]),
    ],
)
def test_a_port_or_a_service_alone_between_commas_is_told_whose_name_to_repeat(typed, examples):
    texts = told_of_rights(typed)
    assert [text.partition("as in ")[2] for text in texts] == examples
    assert all(told_of_rights(example) == [] for example in examples)


def test_a_protocol_that_was_typed_wrongly_is_still_guessed():
    assert told_of_rights("nas tpc 80") == ["× 'tpc' is not known here; did you mean tcp? It is one of tcp, udp"]


def test_words_that_are_no_service_are_refused_once_with_all_that_can_be_written():
    (text,) = told(field_site({"pump-7": "smb and web"}))
    assert "'smb and web' is not understood as one service; write a usual name alone" in text
    assert told(field_site({"pump-7": text.rpartition(": ")[2]})) == []


def test_the_help_of_rights_names_usual_services():
    assert "smb, web or ssh" in RIGHTS.why
