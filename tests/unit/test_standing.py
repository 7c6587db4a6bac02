"""Which answer stands on a question, what is offered beside it, and how lines and choices fit a width."""

import pytest
from msgspec.structs import replace

from tests.front_ends.test_conversation import around
from wgwizard.prompts.talk import rows
from wgwizard.questions import SITE, STRATEGY, Choice, new_document
from wgwizard.questions.about_host import ADDRESSES, GATEWAY, SSH
from wgwizard.questions.about_site import NAME, NETWORKS
from wgwizard.wizard.applied import WHY, is_next
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.lines import within, wrapped_at
from wgwizard.wizard.looked import is_worth_a_look
from wgwizard.wizard.opening import open_preset
from wgwizard.wizard.standing import standing

HERE = "192.168.7.0/24"


def begun(draft: Draft) -> Draft:
    return replace(draft, here=around())


def test_what_was_found_stands_where_nothing_was_answered_and_is_offered_beside_a_presets_example():
    new = standing(begun(Draft()), NETWORKS.id, NETWORKS)
    assert (new.text, new.offered, new.prefilled) == (HERE, "", True)
    preset = standing(begun(open_preset("office-addresses")), NETWORKS.id, NETWORKS)
    assert (preset.text, preset.offered, preset.prefilled) == ("office=192.168.10.0/24, servers=192.168.20.0/24", HERE, True)


def test_what_was_answered_otherwise_is_changed_in_place_and_what_was_found_is_offered_again():
    draft = begun(Draft()).answered(NETWORKS.id, NETWORKS, "192.168.8.0/24")
    found = standing(draft, NETWORKS.id, NETWORKS, answered=True)
    assert (found.text, found.prefilled) == ("192.168.8.0/24", False)


def test_what_was_taken_stands_as_an_answer_of_ones_own():
    draft = begun(Draft())
    draft = draft.took(NETWORKS.id, NETWORKS, draft.proposals()[NETWORKS.id])
    found = standing(draft, NETWORKS.id, NETWORKS)
    assert (found.text, found.offered, found.prefilled) == (HERE, "", False)


def test_a_name_that_nobody_gave_makes_way_for_the_first_key_until_it_is_given_or_saved():
    assert standing(Draft(), NAME.id, NAME).prefilled
    assert not standing(Draft().answered(NAME.id, NAME, "hut"), NAME.id, NAME).prefilled
    assert not standing(Draft(new_document(), path="home.yaml"), NAME.id, NAME).prefilled
    assert not standing(Draft(), GATEWAY.id, GATEWAY).offered


def test_applying_comes_next_where_it_can_be_done_and_was_not_and_its_help_says_the_same():
    draft = Draft()
    assert is_next(draft, "admin@beta", connected=True)
    assert not is_next(draft, None, connected=True)
    assert not is_next(draft, "admin@beta", connected=False)
    assert not is_next(replace(draft, applied=draft.document), "admin@beta", connected=True)
    assert "When unsure, apply" in WHY


def test_a_look_is_worth_while_where_only_a_presets_example_stands_as_the_address_but_not_by_its_login():
    preset = open_preset("office-addresses")
    assert not is_worth_a_look(preset)
    with_login = preset.answered(SSH.id, SSH, "admin@192.168.7.2")
    assert is_worth_a_look(with_login)
    assert not is_worth_a_look(with_login.answered(ADDRESSES.id, ADDRESSES, "192.168.7.2/24"))


CHOSEN = [question for group in (SITE, STRATEGY) for question in group.questions if question.choices]


@pytest.mark.parametrize("width", [56, 76, 116])
@pytest.mark.parametrize("question", CHOSEN, ids=lambda question: question.id)
def test_choices_break_between_words_and_go_on_below_their_text(question, width):
    for choice, row in zip(question.choices, rows(question.choices, width), strict=True):
        first, *further = row.splitlines()
        assert max(map(len, (first, *further))) <= width
        assert row.split() == f"{choice.label} {choice.example}".split()
        assert all(line.startswith("  ") for line in further)


def test_choices_without_room_for_columns_have_their_example_below():
    long = Choice("a", "A choice with a label that takes its room", "and an example")
    assert rows((long,), 50) == ["A choice with a label that takes its room\n  and an example"]
    assert rows((long,), 24)[0].splitlines() == ["A choice with a label", "  that takes its room", "  and an example"]


def test_a_path_breaks_behind_a_slash_only_where_it_is_longer_than_a_line():
    path = "/etc/systemd/system/wg-quick@wg0.service.d/wgwizard.conf"
    assert wrapped_at(f"host: {path}", 60, further="  ") == ["host:", f"  {path}"]
    assert wrapped_at(f"host: {path}", 50, further="  ") == ["host: /etc/systemd/system/wg-quick@wg0.service.d/", "  wgwizard.conf"]


def test_a_line_of_a_file_goes_on_further_in_than_it_began_and_tabs_count_as_they_are_shown():
    assert list(within(["\tip saddr 10.64.0.0/24 accept", ""], 30)) == ["        ip saddr 10.64.0.0/24", "            accept", ""]
