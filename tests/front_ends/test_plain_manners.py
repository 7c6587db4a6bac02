"""What people met who used --plain: one key takes what was found, ? helps everywhere, what is in the way comes first, and defaults fit."""

import sys
from io import StringIO
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from tests.front_ends.test_conversation import BEGIN, PASSPHRASE, Scripted, applied, around, saved
from tests.screens.fake_connector import FakeConnector
from wgwizard import profiles
from wgwizard.errors import CancelledError
from wgwizard.profiles import unfinished
from wgwizard.prompts import converse
from wgwizard.prompts.menus import MenuTalk
from wgwizard.prompts.numbered import NumberedTalk
from wgwizard.prompts.talk import FOUND, KEEP, Asked
from wgwizard.secret import Secret
from wgwizard.wizard.applied import invitation
from wgwizard.wizard.opening import open_preset
from wgwizard.wizard.tools import Tools

EXAMPLE = Asked("Which networks?", current="10.1.0.0/16", remark="○ 10.2.0.0/16, found: eth0", proposed=True, offered="10.2.0.0/16")


def left(talk: Scripted, tools: Tools, **begin) -> Scripted:
    with pytest.raises(CancelledError):
        converse(talk, tools, **begin)
    assert talk.answers == []
    return talk


def squeezed(talk: Scripted) -> str:
    return " ".join(talk.everything.split())


def menu(typed: str, asked: Asked) -> str:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text(typed)
        return MenuTalk(DummyOutput()).text(asked)


# --- what was found --------------------------------------------------------------------------------------------------------


def test_one_key_takes_what_was_found_in_place_of_a_presets_example():
    talk = Scripted(("Which computers", "nas=192.168.7.10"), ("Which networks", FOUND), ("How do you log in", "^D"))
    left(talk, Tools(look_around=around), document=open_preset("home-pi").document)
    asked = next(asked for asked in talk.asked if asked.prompt.startswith("Which networks"))
    assert (asked.current, asked.offered) == ("home=192.168.1.0/24", "home=192.168.7.0/24")  # rights may call it home
    (kept,) = unfinished.drafts()
    assert kept.document["site"]["networks"] == [{"cidr": "192.168.7.0/24", "name": "home"}]
    assert "site.networks" in kept.about.taken


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("+\r", FOUND),
        ("\x1b[B\r", "10.2.0.0/16"),
        ("\r", "10.1.0.0/16"),
        ("10.3.0.0/16\r", "10.3.0.0/16"),
        ("\x1b[B\x7f4\r", "10.2.0.0/14"),
    ],
)
def test_in_menus_down_puts_what_was_found_into_the_line_and_the_first_key_replaces_what_nobody_gave(typed, answer, capsys):
    assert menu(typed, EXAMPLE) == answer
    assert "found: eth0: ↓ takes it" in capsys.readouterr().err


def test_in_lines_a_plus_takes_what_was_found_and_that_is_said(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", StringIO("+\n"))
    assert NumberedTalk().text(EXAMPLE) == FOUND
    assert "found: eth0: + takes it" in capsys.readouterr().err


def test_down_puts_what_stands_into_the_line_where_nothing_else_was_found():
    assert menu("\x1b[B\x7f4\r", Asked("Which networks?", current="10.1.0.0/16", proposed=True)) == "10.1.0.0/14"


@pytest.mark.parametrize("key", ["?", "<", "-", "+", "="])
def test_a_key_behind_an_answer_that_stands_in_the_line_is_that_key(key):
    assert menu(f"{key}\r", Asked("Which networks?", current="10.1.0.0/16")) == key


def test_a_presets_example_that_was_left_as_it_is_still_makes_way_for_the_first_key():
    talk = left(
        Scripted(("Which networks", "<"), ("Which computers", "^D")), Tools(), document=open_preset("home-pi").document
    )  # fmt: skip
    assert [asked.proposed for asked in talk.asked if asked.prompt.startswith("Which computers")] == [True, True]


def test_where_nothing_was_found_a_plus_says_so_and_is_no_answer():
    talk = left(Scripted(("What do you call", FOUND), ("What do you call", "hut"), ("Which computers", "^D")), Tools())
    assert "○ Nothing else was found for this question." in talk.everything


def test_a_presets_example_that_is_right_is_kept_with_one_key():
    networks = [("Which networks", KEEP), ("How do you log in", "<"), ("Which networks", "^D")]
    talk = left(Scripted(("Which computers", "nas=192.168.1.10"), *networks), Tools(), document=open_preset("home-pi").document)
    remarks = [asked.remark for asked in talk.asked if asked.prompt.startswith("Which networks")]
    assert ["= keeps it" in remark for remark in remarks] == [True, False]
    (kept,) = unfinished.drafts()
    assert kept.document["site"]["networks"] == [{"cidr": "192.168.1.0/24", "name": "home"}]
    assert "networks" not in kept.about.preset["site"]


def test_a_scenarios_point_that_was_looked_at_is_the_persons():
    talk = left(
        Scripted(("What next?", "change"), ("Which point", "0"), ("What next?", "^D")), Tools(), document=open_preset("home-pi").document
    )
    lists = [said for said in talk.said if "may reach" in said]
    assert [listed.lstrip()[0] for listed in lists[-2:]] == ["○", "l"]  # no mark before the first point, the laptop


def test_where_no_example_stands_the_key_that_keeps_one_says_so_and_is_no_answer():
    talk = left(Scripted(("What do you call", KEEP), ("What do you call", "hut"), ("Which computers", "^D")), Tools())
    assert "○ No preset's example stands here." in talk.everything


# --- ? ---------------------------------------------------------------------------------------------------------------------


def test_a_question_mark_on_the_recommendation_does_not_say_it_all_again():
    talk = Scripted(*BEGIN, ("What next?", "on"), ("Which way", "?"), ("What next?", "leave"))
    converse(talk, Tools())
    assert talk.everything.count("Who reaches whom") == 1
    assert "Look" not in talk.said[-1]


def test_a_question_mark_helps_where_a_point_is_chosen_and_where_its_file_is_handed_over():
    handed = (
        ("What next?", "give"),
        ("Whose?", "?"),
        ("Whose?", "0"),
        ("How?", "?"),
        ("How?", "<"),
        ("What next?", "?"),
        ("What next?", "leave"),
    )
    talk = applied(FakeConnector(), ("Make these changes?", "y"), *handed)
    assert squeezed(talk).count("A point is set up by one file") == 2
    assert "“Write all files” puts" in squeezed(talk)


def test_a_question_mark_for_a_passphrase_says_what_it_is_for_and_less_than_saves_nothing_yet():
    secrets = (Secret("?"), Secret("<"), PASSPHRASE, Secret("?"), PASSPHRASE)
    talk = Scripted(*BEGIN, ("What next?", "on"), ("What next?", "leave"), secrets=secrets)
    converse(talk, Tools())
    assert squeezed(talk).count("Private keys were made here.") == 4
    assert "× Nothing is saved yet" in talk.everything
    assert profiles.load_keys("home.yaml", PASSPHRASE).private.keys() == {"laptop"}


# --- what comes first, and what later ----------------------------------------------------------------------------------------


def test_a_point_in_the_way_is_asked_from_the_answer_that_is_wrong():
    document = {**open_preset("office-addresses").document, "site": {"networks": ["192.168.7.0/24"]}}
    document["host"] = {"addresses": ["192.168.7.2/24"]}
    talk = left(Scripted(("What next?", "on"), ("What may it reach", "site"), ("What next?", "^D")), Tools(), document=document)
    asked = [asked.prompt for asked in talk.asked]
    assert asked[asked.index("What next?") + 1] == "What may it reach at the site?"


SERVICE = (("What may the site open", "page tcp 80"), ("What next?", "on"))


def test_nothing_is_warned_of_that_a_later_question_settles():
    talk = left(Scripted(*BEGIN, *SERVICE, ("Who opens things", "site"), ("Should the points", "^D")), Tools())
    assert "is not used" not in talk.everything
    assert "\n! laptop" not in talk.everything


def test_what_no_later_question_settled_is_warned_of_beside_the_recommendation():
    talk = left(Scripted(*BEGIN, *SERVICE, ("Which way", "^D")), Tools())
    assert "the service 'page' is not used" in talk.everything


def test_a_presets_example_among_the_questions_that_are_left_alone_is_asked_and_the_others_are_not():
    talk = Scripted(
        ("Which networks", "192.168.7.0/24"), ("What is the address of the site's router", "192.168.7.1"), ("Look at these", "y"),
        ("Where at the site", "<"), ("What is the address of the site's router", "192.168.7.2"), ("Where at the site", "router"),
        ("What kind of router", "^D"),
    )  # fmt: skip
    left(talk, Tools(), document=open_preset("office-addresses").document)
    talk = Scripted(("What would you", "new"), ("Which networks", "192.168.7.0/24"), ("Look at these", "n"), ("How do you log in", "^D"))
    left(talk, Tools())
    assert "router" not in " ".join(asked.prompt for asked in talk.asked)


def test_what_a_points_mark_stands_for_is_said_below_the_list():
    point = {"name": "pump", "opens": "site", "may_reach": [{"to": "192.168.1.20"}]}
    needs = {"opens": "both", "tell_points_apart": False}
    site = {"version": 1, "name": "hut", "site": {"networks": ["192.168.1.0/24"]}, "host": {"addresses": ["192.168.1.10/24"]}}
    profiles.save_site("hut.yaml", {**site, "points": [point], "needs": needs})
    talk = left(Scripted(("Where would you", "points"), ("What next?", "^D")), Tools(), site_path="hut.yaml")
    assert "! pump: " in talk.everything
    assert "'192.168.1.20' is not used: only the site opens connections here" in squeezed(talk)


def test_this_computer_is_called_so_where_it_is_host_itself():
    assert invitation("local", connected=True).startswith("Apply to this computer, where you are asked before the first change")


def test_a_look_is_offered_where_only_the_presets_example_stands_as_the_address():
    document = open_preset("office-addresses").document
    talk = Scripted(("How do you log in", "admin@192.168.7.2"), ("Look at admin@192.168.7.2 now?", "n"), ("Which address does", "^D"))
    left(talk, Tools(FakeConnector()), document=document)


def test_a_saved_site_is_begun_with_the_page_that_is_wanted():
    saved()
    talk = Scripted(
        ("Where would you like to begin?", "?"), ("Where would you like to begin?", "points"), ("What next?", "change"),
        ("What may it reach", "192.168.1.20 tcp 445"), ("What next?", "on"), ("What next?", "leave"),
    )  # fmt: skip
    draft = converse(talk, Tools(), site_path="home.yaml")
    assert talk.answers == []
    assert "What do you call this set-up?" not in [asked.prompt for asked in talk.asked]
    assert draft.is_saved
    assert draft.document["points"][0]["may_reach"] == [{"to": "192.168.1.20", "protocol": "tcp", "ports": [445]}]


def test_from_the_page_to_begin_with_one_gets_back_to_the_first_page():
    saved()
    where, begins = "Where would you like to begin?", "What would you like"
    left(Scripted((begins, "site-home.yaml"), (where, "<"), (begins, "new"), ("What do you call", "^D")), Tools())


# --- defaults --------------------------------------------------------------------------------------------------------------


def test_applying_stands_as_what_is_next_until_it_is_done():
    talk = applied(FakeConnector(), ("Make these changes?", "y"), ("What next?", "<"), ("What next?", "on"), ("What next?", "leave"))
    asked = [asked.current for asked in talk.asked if asked.prompt == "What next?"]
    assert asked == ["on", "apply", "write", "on", "write"]


def test_writing_the_files_stands_as_what_is_next_until_they_are_written():
    given = (("What next?", "give"), ("Whose?", "<"), ("What next?", "write"), ("What next?", "leave"))
    talk = applied(FakeConnector(), ("Make these changes?", "y"), *given)
    assert [asked.current for asked in talk.asked if asked.prompt == "What next?"][2:] == ["write", "write", "leave"]
    talk = Scripted(("What next?", "on"), ("What next?", "on"), ("What next?", "leave"))
    converse(talk, Tools(FakeConnector()), site_path="home.yaml")
    assert talk.asked[-1].current == "leave"


# --- the picture and the code ------------------------------------------------------------------------------------------------


def test_the_network_is_shown_as_a_picture():
    talk = Scripted(*BEGIN, ("What next?", "on"), ("Which would you like to look at?", "picture"), ("What next?", "leave"))
    converse(talk, Tools())
    assert "═══ wg0" in talk.everything


@pytest.mark.parametrize(("answer", "shown"), [("y", True), ("n", False)])
def test_a_code_is_shown_after_a_yes_and_not_before(answer, shown):
    given = (("What next?", "give"), ("Whose?", "0"), ("How?", "code"), ("Show the code", answer), ("What next?", "leave"))
    talk = applied(FakeConnector(), ("Make these changes?", "y"), *given)
    assert ("██ ▄▄▄▄▄ █" in talk.everything) is shown


def test_where_a_code_has_no_room_a_picture_in_a_file_is_named():
    by_hand = (BEGIN[0], ("Which address", "192.168.1.10/24"), BEGIN[2], ("What next?", "on"))
    talk = Scripted(*by_hand, ("What next?", "give"), ("Whose?", "0"), ("How?", "code"), ("What next?", "leave"))
    talk.columns = 40
    converse(talk, Tools())
    assert "save it as a picture" in squeezed(talk)
    assert "██" not in talk.everything
    assert not Path("laptop.conf").exists()
