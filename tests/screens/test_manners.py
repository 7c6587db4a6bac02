"""How the wizard behaves: nothing is lost, nothing is said too early, and every way of working it works."""

from pathlib import Path
from typing import Any

import pytest

from screens.chrome import StepBar
from screens.save import SaveStep
from tests.screens.person import sit_down
from wgwizard import profiles
from wgwizard.profiles import unfinished
from wgwizard.questions import new_document
from wgwizard.secret import Secret
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import draft_of
from wgwizard.wizard.saving import Seal, save

OFFICE = {
    "version": 1,
    "name": "office",
    "site": {"networks": ["192.168.1.0/24"], "routes": ["router", "dhcp"]},
    "host": {"addresses": ["192.168.1.10/24"], "endpoint": "vpn.b.home.arpa:51820"},
    "points": [{"name": "laptop"}, {"name": "phone", "platform": "android"}],
    "needs": {"opens": "points", "tell_points_apart": False},
}


@pytest.mark.slow
async def test_back_loses_nothing():
    async with sit_down(begin_at="site") as person:
        await person.press("tab", "tab")
        await person.pastes("192.168.1.0/24")
        await person.press("ctrl+n", "tab")
        await person.pastes("192.168.1.")
        await person.press("escape")
        await person.sees("1 of 9 · Site", "192.168.1.0/24")
        await person.press("escape")
        await person.sees("What would you like to begin with?")
        await person.sees("Go on with these answers (home)")
        await person.press("ctrl+n")
        await person.sees("1 of 9 · Site", "192.168.1.0/24")
        await person.press("f3")
        await person.sees("2 of 9 · Host β")
        assert person.app.draft.document["site"] == {"networks": ["192.168.1.0/24"]}
        assert person.app.draft.document["host"]["addresses"] == ["192.168.1."]


@pytest.mark.slow
async def test_beginning_anew_asks_before_answers_are_lost():
    async with sit_down(begin_at="site") as person:
        await person.press("ctrl+u")
        await person.pastes("garden")
        await person.press("escape")
        await person.sees("Go on with these answers (garden)")
        await person.press("down", "enter")
        await person.sees("Begin anew?")
        await person.press("enter")
        await person.sees_gone("Begin anew?")
        assert person.app.draft.document["name"] == "garden"
        await person.press("enter")
        await person.sees("Begin anew?")
        await person.press("right", "enter")
        await person.sees("1 of 9 · Site")
        assert person.app.draft.document == new_document()


async def test_a_problem_is_said_beside_its_field_when_it_is_left_and_never_before():
    async with sit_down(begin_at="site") as person:
        await person.press("tab", "tab")
        await person.pastes("192.168.1.0/33")
        person.sees_no("×")
        await person.press("tab")
        await person.sees("× '192.168.1.0/33'")
        rows = person.read().splitlines()
        place = next(place for place, row in enumerate(rows) if "×" in row)
        assert rows[place - 1].strip() == "192.168.1.0/33"
        await person.press("shift+tab", "backspace", "backspace")
        await person.pastes("24")
        person.sees_no("×")


UNUSED = "'web' is not used"


async def test_what_hangs_on_a_question_that_was_not_asked_yet_is_said_once_it_was():
    """A service is described before it is asked who opens things; the usual answer to that is nobody's yet."""
    host = {"addresses": ["192.168.1.10/24"], "endpoint": "vpn.b.home.arpa:51820"}
    begun = Draft({**new_document(), "site": {"networks": ["192.168.1.0/24"]}, "host": host})
    async with sit_down(draft=begun, begin_at="points") as person:
        await person.press("enter")
        await person.types("pump")
        await person.press("tab", "tab", "tab")
        await person.pastes("web tcp 8000")
        await person.press("tab")
        person.sees_no(UNUSED)
        await person.press("ctrl+n")
        await person.sees("▸   pump", "offers web")
        await person.press("ctrl+n")
        await person.sees("5 of 9 · Needs")
        await person.press("ctrl+n")
        await person.sees("6 of 9 · Strategy", UNUSED)
        assert person.app.draft.accepted == ("needs.opens", "needs.tell_points_apart")
        await person.press("escape", "escape")
        await person.sees("▸ ! pump")
        await person.press("enter")
        await person.sees(UNUSED)
        person.app.tools.keeping.flush()
        [kept] = unfinished.drafts()
        assert draft_of(kept).accepted == person.app.draft.accepted


@pytest.mark.parametrize(
    ("point", "changes"),
    [({"opens": "points"}, {}), ({}, {"path": "site.yaml"}), ({}, {"preset": {"version": 1}}), ({}, {"accepted": ("needs.opens",)})],
)
def test_a_warning_that_hangs_on_an_answer_that_was_given_is_not_held_back(point: dict[str, str], changes: dict[str, Any]) -> None:
    web = [{"name": "web", "protocol": "tcp", "port": 8000}]
    document = {**OFFICE, "needs": new_document()["needs"], "points": [{"name": "pump", "services": web, **point}]}
    assert [problem.code for problem in Draft(document, **changes).problems_under("points")] == ["service-unused"]
    assert Draft({**document, "points": [{"name": "pump", "services": web}]}).problems_under("points") == ()


async def test_next_goes_to_the_first_problem_and_stays():
    async with sit_down(begin_at="site") as person:
        await person.press("ctrl+n")
        await person.sees("1 of 9 · Site", "×")
        assert person.focused_path() == "site.networks"


async def test_next_unfolds_a_problem_that_is_folded_away():
    draft = Draft({**OFFICE, "host": {**OFFICE["host"], "services": [{"name": "dns", "protocol": "udp"}]}})
    async with sit_down(draft=draft, begin_at="host") as person:
        await person.press("ctrl+n")
        await person.sees("2 of 9 · Host β", "×")
        assert person.focused_path() == "host.services"


async def test_enter_goes_from_answer_to_answer_and_then_to_the_next_page():
    async with sit_down(draft=Draft(OFFICE), begin_at="needs") as person:
        assert person.focused_path() == "needs.opens"
        await person.press("enter")
        assert person.focused_path() == "needs.tell_points_apart"
        await person.press("enter")
        await person.sees("6 of 9 · Strategy")


async def test_a_question_that_does_not_matter_is_not_asked():
    async with sit_down(draft=Draft(OFFICE), begin_at="needs") as person:
        person.sees_no("only Host β's address as the caller")
        await person.press("down")
        await person.sees("only Host β's address as the caller")


@pytest.mark.slow
async def test_overruling_says_what_is_lost_and_is_saved():
    async with sit_down(draft=Draft(OFFICE), begin_at="strategy") as person:
        await person.sees("Recommended: Masquerade")
        while "Your choice: Site gateway " not in person.read():
            await person.press("down")
        person.sees_no("Recommended:")
        assert person.app.draft.document["strategy"] == "gateway"
        await person.press("enter", "ctrl+n", "ctrl+n")
        await person.sees("A passphrase for the keys")
        await person.pastes("one")
        await person.press("enter")
        await person.pastes("another")
        await person.press("enter")
        await person.sees("× The two are not the same.")
        assert not Path("office.secrets").exists()
        await person.press("escape", "escape", "escape")
        await person.sees("6 of 9 · Strategy")
        await person.press("home", *["up"] * 5)
        await person.sees("Recommended: Masquerade")
        assert "strategy" not in person.app.draft.document


async def test_a_strategy_that_cannot_work_stops_the_way():
    async with sit_down(draft=Draft({**OFFICE, "strategy": "forward"}), begin_at="strategy") as person:
        await person.sees("Cannot work here: Port forward")
        await person.press("ctrl+n")
        await person.sees("6 of 9 · Strategy")


@pytest.mark.slow
async def test_the_mouse_works_for_everything():
    async with sit_down(draft=Draft(OFFICE), begin_at="needs") as person:
        await person.clicks("Choices", (2, 2))
        assert person.app.draft.document["needs"]["opens"] == "both"
        across = next(widget for widget in person.app.query("Choices") if widget.across)
        await person.pilot.click(across, offset=(1, 0))
        assert person.app.draft.document["needs"]["tell_points_apart"] is True
        await person.clicks("#next")
        await person.sees("6 of 9 · Strategy")
        await person.clicks("#back")
        await person.sees("5 of 9 · Needs")
        await person.clicks("StepBar", (1, 0))
        await person.sees("1 of 9 · Site")
        await person.clicks("#next")
        await person.sees("2 of 9 · Host β")


async def test_help_says_why_and_a_question_mark_can_be_typed():
    async with sit_down(begin_at="site") as person:
        await person.press("f1")
        await person.sees("The name becomes the name of the saved file", "`hostname`")
        await person.press("escape", "end", "?")
        await person.sees("home?")
        await person.press("backspace", "enter", "enter", "tab", "enter", "tab", "?")
        await person.sees("a static route, a fixed line")


@pytest.mark.slow
async def test_points_are_edited_and_removed():
    async with sit_down(draft=Draft(OFFICE), begin_at="points") as person:
        await person.press("enter", "end")
        await person.pastes("-2")
        await person.press("escape")
        await person.sees("Keep what you typed for this point?")
        await person.press("enter")
        await person.sees("4 of 9 · Points", "laptop-2")
        await person.press("down", "delete")
        await person.sees("Remove phone?")
        await person.press("right", "enter")
        await person.sees("4 of 9 · Points", "laptop-2")
        assert [point["name"] for point in person.app.draft.document["points"]] == ["laptop-2"]
        await person.press("delete")
        await person.press("right", "enter", "ctrl+n")
        await person.sees("4 of 9 · Points", "×")
        assert "points" not in person.app.draft.document


async def test_two_points_of_one_name_are_told_before_the_next_page():
    async with sit_down(draft=Draft({**OFFICE, "points": [{"name": "laptop"}, {"name": "laptop"}]}), begin_at="points") as person:
        await person.press("ctrl+n")
        await person.sees("Point 2 · laptop", "×")


@pytest.mark.slow
async def test_leaving_asks_once_keeps_the_draft_and_the_next_start_offers_it():
    async with sit_down(begin_at="site") as person:
        await person.press("ctrl+u")
        await person.pastes("garden")
        await person.press("ctrl+q")
        await person.sees("Leave the wizard?", "They are kept as a draft")
        await person.press("ctrl+q", "escape")
        await person.sees("1 of 9 · Site")
        await person.press("ctrl+q", "right", "enter")
    assert person.app.return_code == 130
    assert unfinished.drafts()[0].document["name"] == "garden"
    async with sit_down() as person:
        await person.sees("Go on with garden, just now: not saved yet")
        await person.press("enter")
        await person.sees("1 of 9 · Site", "garden")


@pytest.mark.slow
async def test_a_saved_site_is_opened_and_a_bad_path_is_said():
    profiles.save_site("office.yaml", OFFICE)
    async with sit_down() as person:
        await person.press("down", "down", "enter")
        await person.sees("The path of its file:")
        await person.pastes("ofice.yaml")
        await person.press("enter")
        await person.sees("× ", "ofice.yaml")
        await person.press("ctrl+u")
        await person.pastes("office.yaml")
        await person.press("enter")
        await person.sees("1 of 9 · Site", "office")
        await person.press("ctrl+q")
        await person.sees("Everything is saved in office.yaml.")
        await person.press("right", "enter")
    assert person.app.return_code == 0
    assert unfinished.drafts() == ()


async def test_what_cannot_be_opened_is_said_and_its_path_is_there_again():
    Path("bad.yaml").write_text("version: 1\npoints: 7\n", encoding="utf-8")
    async with sit_down() as person:
        await person.press("down", "enter")
        await person.pastes("./bad.yaml")
        await person.press("enter")
        await person.sees("It was not opened", "points")
        await person.press("escape", "enter")
        await person.sees("The path of its file:", "./bad.yaml")
        await person.press("escape")
        await person.sees_gone("The path of its file:")


async def test_saving_early_goes_to_what_is_missing():
    async with sit_down(begin_at="needs") as person:
        await person.press("ctrl+s")
        await person.sees("1 of 9 · Site", "×")
        assert person.focused_path() == "site.networks"


async def test_help_and_what_is_to_be_found_out_speak_the_routers_own_words():
    site = {"networks": ["192.168.1.0/24"], "routes": ["router"], "router_kind": "opnsense"}
    office = Draft({**OFFICE, "site": site, "needs": {"opens": "points", "tell_points_apart": True}})
    async with sit_down(draft=office, begin_at="site", size=(80, 40)) as person:
        await person.press(*["tab"] * 7)
        assert person.focused_path() == "site.router_drops_invalid"
        await person.press("f1", "end")
        await person.sees("OPNsense, in its web page", "Static route filtering: is it", "▌ Close ▐")
    async with sit_down(draft=office, begin_at="strategy", size=(80, 50)) as person:
        await person.press("pagedown")
        await person.sees("How to find out", "OPNsense, in its web page", "Static route")
    async with sit_down(draft=office, begin_at="host") as person:
        await person.press("tab", "tab", "f1")
        await person.sees("Firewall → NAT → Destination NAT", "▌ Close ▐")


async def test_a_page_that_cannot_be_shown_yet_says_why_another_one_is():
    async with sit_down() as person:
        await person.press("f3")
        await person.sees("1 of 9 · Site", "! Before Files: answers are missing or wrong, on: Site, Host β, Points", "network is missing")
        await person.pastes("192.168.1.0/24")
        await person.sees_gone("Before Files")
        await person.press("ctrl+n", "f3")
        await person.sees("2 of 9 · Host β", "! Before Files: answers are missing or wrong, on: Host β, Points")
        await person.press("escape")
        await person.sees("1 of 9 · Site")
        person.sees_no("Before Files")


async def test_whoever_asks_for_applying_comes_to_saving_and_saves_it_himself():
    secret, sealed = Secret("quiet anvil marble thistle"), Path("office.yaml")
    async with sit_down(draft=save(Draft(OFFICE), str(sealed), secret, Seal.NEW), begin_at="needs") as person:
        await person.press("tab", "left")
        assert person.app.draft.document["needs"]["tell_points_apart"] is True
        before = sealed.read_text()
        await person.clicks("StepBar", offset=(person.app.query_one(StepBar).size.width - 8, 0))
        await person.sees("8 of 9 · Save", "! Before Apply comes Save")
        assert not person.app.query_one(SaveStep).busy
        assert sealed.read_text() == before


async def test_another_file_is_replaced_only_when_one_says_so():
    Path("office.yaml").write_text("mine\n")
    async with sit_down(draft=Draft(OFFICE), begin_at="strategy") as person:
        await person.press("ctrl+n", "ctrl+n", "ctrl+n")
        await person.sees("Replace office.yaml?")
        await person.press("enter")
        await person.sees("8 of 9 · Save")
    assert Path("office.yaml").read_text() == "mine\n"


async def test_a_directory_that_is_not_there_is_said_before_a_passphrase_is_asked_for():
    async with sit_down(draft=Draft(OFFICE), begin_at="strategy") as person:
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("8 of 9 · Save")
        await person.press("ctrl+u")
        await person.pastes("nowhere/office.yaml")
        await person.press("ctrl+n")
        await person.sees("8 of 9 · Save", "× There is no directory nowhere.")
    assert not Path("nowhere").exists()


@pytest.mark.slow
async def test_long_ipv6_texts_do_not_break_the_layout():
    address = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"
    document = {
        **OFFICE,
        "name": "a-rather-long-name-for-a-site-that-goes-on-and-on-and-on-to-63",
        "site": {"networks": ["2001:db8:aaaa:bbbb::/64", "2001:db8:aaaa:cccc::/64", "192.168.1.0/24"]},
        "host": {"addresses": [f"{address}/64", "192.168.1.10/24"], "endpoint": f"[{address}]:51820", "ssh": "admin@" + "a" * 55},
        "points": [{"name": "p" * 40, "addresses": ["fd00:1111:2222:3333:4444:5555:6666:7777"]}],
        "tunnel": {"networks": ["fd00:1111:2222:3333::/64", "10.0.0.0/24"]},
    }
    async with sit_down(draft=Draft(document), begin_at="site") as person:
        for place in ("1 of 9", "2 of 9", "3 of 9", "4 of 9", "5 of 9", "6 of 9", "7 of 9"):
            await person.sees(place)
            rows = person.read().splitlines()
            assert len(rows) == 24
            assert max(len(row) for row in rows) <= 80
            assert rows[0].startswith(" wgwizard")
            assert "^N next" in rows[-1]
            await person.press("ctrl+n")


async def test_back_from_a_page_that_was_jumped_to_leads_where_one_was():
    async with sit_down(draft=Draft(OFFICE), begin_at="site") as person:
        await person.press("f3")
        await person.sees("· Files")
        await person.press("escape")
        await person.sees("1 of 9 · Site")
        await person.press("f3", "ctrl+n")
        await person.sees("· Save")
        await person.press("escape")
        await person.sees("· Files")


async def test_what_is_laid_out_for_the_preview_has_its_width_also_where_the_terminal_changed_meanwhile():
    async with sit_down(draft=Draft(OFFICE), begin_at="files") as person:
        await person.sees("✓ laptop → 192.168.1.0/24, everything, seen as 192.168.1.10")
        await person.press("ctrl+n")
        for size in ((90, 40), (80, 24)):
            await person.pilot.resize_terminal(*size)
        await person.press("escape")
        await person.sees("7 of 9 · Files", "✓ laptop → 192.168.1.0/24, everything, seen as 192.168.1.10")


async def test_a_page_that_was_reached_can_be_gone_to_again_whatever_is_wrong_before_it():
    async with sit_down(draft=Draft({**OFFICE, "name": ""}), begin_at="tunnel") as person:
        await person.app.show_page("site")
        await person.app.action_go("host")
        await person.sees("2 of 9 · Host β", "× Site")
        await person.app.action_go("files")
        await person.sees("1 of 9 · Site", "Before Files: answers are missing or wrong")
