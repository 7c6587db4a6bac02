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
