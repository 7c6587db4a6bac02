"""What has the focus is on the screen, whatever is said beside the answers above it."""

import pytest
from textual.widgets import Collapsible, Input, Static

from screens.field import Field
from screens.form import Form
from tests.screens.person import Person, sit_down
from tests.stages import fast
from wgwizard.questions.about_site import ROUTER_KIND, SITE
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import open_preset

FIELD = {
    "version": 1,
    "name": "field",
    "site": {"networks": ["192.168.200.0/24"]},
    "host": {"addresses": ["192.168.200.2/24"], "endpoint": "vpn.b.home.arpa:51820", "ssh": "admin@beta:80"},
    "points": [{"name": "pump 7", "services": [{"name": "web", "protocol": "tcp", "port": 80}, {"name": "web", "protocol": "tcp"}]}],
    "needs": {"opens": "site"},
    "strategy": "forward",
}


def check_in_view(person: Person) -> None:
    focused = person.app.screen.focused
    form = next((node for node in focused.ancestors if isinstance(node, Form)), None)
    if form is None:
        return
    field = next((node for node in focused.ancestors if isinstance(node, Field)), None)
    assert focused.region.y >= form.region.y, person.read()
    assert focused.region.y < form.region.bottom, person.read()
    if field is not None and isinstance(focused, Input):
        rows = person.read().splitlines()
        assert field.question.prompt in rows[focused.region.y - 1], person.read()


@pytest.mark.slow
async def test_tab_leads_to_questions_that_are_on_the_screen_whatever_is_said_of_the_answer_before():
    async with sit_down(draft=Draft(FIELD), begin_at="points") as person:
        await person.press("enter")
        for answer in ("pump 7", "", "80, 22, web tcp 80, web tcp 81, 443"):
            if answer:
                await person.press("ctrl+u")
                await person.pastes(answer)
            await person.press("tab")
            check_in_view(person)
        await person.sees("More questions")
        await person.press("enter")
        for _ in range(12):
            await person.press("tab")
            if isinstance(person.app.screen.focused, Input):
                await person.pastes("x y, z")
            check_in_view(person)


async def test_a_point_with_rare_answers_opens_at_its_first_question():
    document = {**FIELD, "points": [{"name": "anna", "addresses": ["10.88.0.11"], "platform": "windows"}]}
    async with sit_down(draft=Draft(document), begin_at="points") as person:
        await person.press("enter")
        await person.sees("Point 1 · anna", "What is this point called?", "▼ More questions")
        assert person.focused_path() == "points[0].name"
        assert person.app.screen.query_one(Form).scroll_y == 0
        check_in_view(person)


async def test_every_kind_of_router_is_on_a_small_screen_at_once():
    draft = Draft({"version": 1, "name": "home", "site": {"networks": ["192.168.1.0/24"]}})
    async with sit_down(draft=draft, begin_at="site") as person:
        await person.press("tab", "tab", "tab", "enter", "tab", "tab", "tab")
        assert person.focused_path() == "site.router_kind"
        await person.sees("What kind of router is it?", *(choice.label for choice in ROUTER_KIND.choices))
        await person.sees("▸(●) Another, or I am not sure")
        assert ROUTER_KIND.choices[0].label == "Another, or I am not sure"
        await person.press("end", "up")
        check_in_view(person)
        await person.sees("(●) Cisco IOS")
        assert person.app.draft.document["site"]["router_kind"] == "cisco"


async def test_where_the_kinds_of_router_have_no_room_the_list_begins_at_its_top_and_follows_the_marked_row():
    draft = Draft({"version": 1, "name": "home", "site": {"networks": ["192.168.1.0/24"]}})
    async with sit_down(draft=draft, begin_at="site", size=(60, 14)) as person:
        await person.press("tab", "tab", "tab", "enter", "tab", "tab", "tab")
        assert person.focused_path() == "site.router_kind"
        await person.sees("What kind of router is it?", "▸(●) Another, or I am not sure")
        for key, label in (("end", "A Linux computer"), ("up", "Cisco IOS"), ("home", "Another, or I am not sure")):
            await person.press(key)
            await person.sees(f"▸(●) {label}")


async def test_a_choice_that_takes_a_question_away_above_itself_stays_on_the_screen():
    """The kind of router is not asked of a cloud; the first and the last choice have their keys."""
    async with sit_down(draft=Draft(FIELD), begin_at="site") as person:
        field = next(field for field in person.app.query(Field) if field.path == "site.cloud")
        field.query_ancestor(Collapsible).collapsed = False
        field.control.focus()
        for key in ("home", "down", "up", "end", "home"):
            await person.press(key)
            await person.waits(lambda: "▸" in person.read())
            check_in_view(person)


async def test_a_form_that_was_left_before_its_focus_could_be_shown_shows_nothing():
    async with sit_down(begin_at="site") as person:
        form = person.app.query_one(Form)
        await form.remove()
        form._show_focused()


@pytest.mark.parametrize("size", fast([(60, 20), (80, 20)]))
async def test_a_points_rights_are_read_whole_in_the_list_on_a_small_terminal(size: tuple[int, int]) -> None:
    async with sit_down(draft=open_preset("family-devices"), begin_at="points", size=size) as person:
        await person.sees("tablet", "films tcp 8096", "udp 53")
        assert "…" not in person.read()


async def walk(person: Person, key: str) -> None:
    """Five pages on or back, each seen before the next."""
    for _ in range(5):
        await person.press(key)


@pytest.mark.slow
async def test_a_text_that_became_shorter_while_another_page_was_shown_leaves_no_gap_below_it():
    routes = next(question for question in SITE.questions if question.id == "site.routes")
    host = {"addresses": ["192.168.200.2/24"], "endpoint": "vpn.b.home.arpa:51820", "default_gateway": False}
    asked = {"points": [{"name": "anna"}], "needs": {"opens": "points", "tell_points_apart": True}}
    document = {**FIELD, "host": host, **asked}
    del document["strategy"]
    async with sit_down(draft=Draft(document), begin_at="site") as person:
        await walk(person, "ctrl+n")
        await walk(person, "escape")
        person.app.page.change(person.app.draft.answered("site.routes", routes, "hosts"))
        await person.waits(lambda: "routes" in person.app.draft.document["site"])
        person.app.page.enter(person.app.draft)
        await walk(person, "ctrl+n")
        assert person.app.here == "strategy", person.read()
        for part in person.app.page.query("#reasons, #else, #reach").results(Static):
            assert part.size.height == len(str(part.content).splitlines()), part.id
