"""How to find an answer out, in the words of the site's router."""

import pytest

from wgwizard.questions import GROUPS, new_document
from wgwizard.questions.answers import with_value
from wgwizard.render.routers.kinds import ROUTERS
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.finding_out import explained
from wgwizard.wizard.opening import open_preset

SPOKEN = ("site.routes", "site.router_drops_invalid", "host.endpoint", "tunnel.port")
EVERY = [question for group in GROUPS for question in group.questions]


def changed(draft: Draft, **answers: object) -> Draft:
    """With other answers to questions about the site."""
    for name, answer in answers.items():
        draft = draft.with_document(with_value(draft.document, f"site.{name}", answer))
    return draft


def spoken(draft: Draft) -> dict[str, str]:
    """The questions whose help says more than why they are asked, with that."""
    more: dict[str, str] = {}
    for question in EVERY:
        text = explained(question, draft)
        assert text.startswith(question.why)
        if text != question.why:
            more[question.id] = text[len(question.why) :]
    return more


@pytest.mark.parametrize("kind", ROUTERS)
def test_every_kind_of_router_speaks_its_own_words_where_the_cards_have_them(kind: str) -> None:
    router, found = ROUTERS[kind], spoken(changed(open_preset("office-addresses"), router_kind=kind))
    assert tuple(found) == SPOKEN
    for text in found.values():
        assert f"{router.name}, {router.place}" in text
        assert "None" not in text
        assert "\n\n· " not in text
    assert "192.168.10.5" in found["host.endpoint"]


def test_what_was_not_read_in_a_source_is_marked_here_too():
    found = spoken(changed(open_preset("office-addresses"), router_kind="fritzbox"))
    assert "(not verified: the names of the pages are from memory)" in found["site.routes"]
    assert "not verified" not in found["host.endpoint"]


@pytest.mark.parametrize("kind", ROUTERS)
def test_in_a_set_up_that_is_just_begun_it_says_what_hangs_on_no_address(kind: str) -> None:
    begun = changed(Draft(new_document()), router_kind=kind)
    assert spoken(begun) == {}
    assert tuple(spoken(changed(begun, networks=["192.168.1.0/24"]))) == ("site.router_drops_invalid",)


@pytest.mark.parametrize("changes", [{}, {"router_kind": "linux"}, {"router_kind": "opnsense", "cloud": "aws"}])
def test_where_no_router_is_told_or_its_kind_has_no_words_nothing_is_added(changes: dict[str, str]) -> None:
    assert spoken(changed(open_preset("office-addresses"), **changes)) == {}
