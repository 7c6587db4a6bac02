"""What is wanted and does not work yet: said before it is applied, and first of all that is left to do."""

import pytest

from screens.choices import Choices
from tests.screens.fake_connector import FakeConnector
from tests.screens.person import sit_down
from tests.screens.test_apply import OFFICE
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import open_preset

UNMET = "! Not all that is wanted works yet"


@pytest.mark.slow
async def test_what_would_not_work_is_said_before_apply_now_and_first_of_what_is_left():
    needs, site = {"opens": "points", "tell_points_apart": True}, {"networks": ["192.168.1.0/24"]}
    draft = Draft(OFFICE | {"needs": needs, "site": site})
    async with sit_down(FakeConnector(), draft=draft, begin_at="apply") as person:
        await person.sees(UNMET, "It is not known where at the site", "file server itself", "Apply now")
        await person.press("ctrl+n")
        await person.sees("Done", UNMET, "It is not known where at the site")


@pytest.mark.slow
async def test_nothing_of_the_kind_is_said_where_everything_fits():
    async with sit_down(FakeConnector(), draft=Draft(OFFICE), begin_at="apply") as person:
        await person.sees("○ connect", "Apply now")
        person.sees_no(UNMET)
        await person.press("ctrl+n")
        await person.sees("What to set at the site")
        person.sees_no(UNMET)


async def test_the_recommended_one_says_on_its_own_line_that_and_what_is_missing():
    host = {key: value for key, value in OFFICE["host"].items() if key != "endpoint"}
    lacks = "(●) Masquerade                     ! recommended; missing: Host β's endpoint"
    async with sit_down(draft=Draft({**OFFICE, "host": host}), begin_at="strategy") as person:
        await person.sees(f"{lacks}\n", "no session can begin")
    async with sit_down(draft=open_preset("home-pi"), begin_at="strategy") as person:
        await person.sees(f"{lacks}\n", "still as in the preset's example")
    async with sit_down(draft=Draft(OFFICE), begin_at="strategy") as person:
        await person.sees("(●) Masquerade                     ✓ recommended\n")
        person.sees_no("missing")


async def test_where_no_strategy_fits_what_would_help_comes_first_the_smallest_change_before_the_others():
    needs, site = (
        {"opens": "points", "tell_points_apart": True},
        {"networks": ["192.168.1.0/24"], "routes": ["router"], "router_drops_invalid": True},
    )
    async with sit_down(draft=Draft(OFFICE | {"needs": needs, "site": site}), begin_at="strategy") as person:
        await person.sees("No strategy gives all that you ask", "What would help", "on the router and by DHCP")
        page = person.read()
        lines = [line.strip(" ·") for line in page.splitlines()]
        order = [
            next(place for place, line in enumerate(lines) if line.startswith(words))
            for words in ("if routes", "if the router lets", "if the site need not")
        ]
        assert order == sorted(order), page
        person.sees_no("No strategy gives what is asked for")


async def test_answers_in_the_way_are_told_with_their_page_and_no_key_breaks_the_page():
    document = {**OFFICE, "site": {**OFFICE["site"], "networks": ["10.20.0.0/16"], "router": ["192.168.77.1"]}}
    async with sit_down(draft=Draft(document), begin_at="strategy") as person:
        await person.sees("Some answers are still in the way, on: Site (More questions)", "192.168.77.1 is in none of")
        person.sees_no("Who reaches whom")
        await person.press("down", "up", "space", "pagedown")
        await person.sees("Some answers are still in the way", "Enter leads there")
        await person.press("enter")
        await person.sees("1 of 9 · Site", "192.168.77.1")
        assert person.focused_path() == "site.router"


async def test_where_no_side_can_dial_the_other_that_stands_beside_the_recommendation():
    document = {**OFFICE, "host": {name: value for name, value in OFFICE["host"].items() if name != "endpoint"}}
    async with sit_down(draft=Draft(document), begin_at="strategy") as person:
        await person.sees("Recommended", "no session can begin")


async def test_the_key_for_saving_saves_on_its_page():
    async with sit_down(draft=Draft(OFFICE), begin_at="save") as person:
        await person.press("ctrl+s")
        await person.sees("A passphrase for the keys")


async def test_a_choice_that_the_terminals_new_size_overtakes_stands():
    async with sit_down(draft=Draft(OFFICE), begin_at="strategy") as person:
        page, ways = person.app.page, person.app.page.query_one(Choices)
        ways.action_move(1)
        page.on_resize()  # comes before the page has heard of the choice
        chosen = ways.answer
        await person.press("pagedown")
        assert chosen != "auto"
        assert person.app.draft.document["strategy"] == chosen
