"""A preset at the wizard: found by what it is for, begun with, and its example's addresses told from the person's own."""

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from tests.screens.person import Person, sit_down
from tests.unit.test_proposing import LAPTOP
from wgwizard import profiles
from wgwizard.profiles import unfinished
from wgwizard.questions.answers import with_value
from wgwizard.wizard.opening import draft_of, open_preset
from wgwizard.wizard.tools import Tools

EXAMPLE = "! this is the preset's example"


async def goes_to(person: Person, answer: str) -> None:
    """With Tab to the answer that reads so."""
    for _ in range(20):
        focused = person.app.screen.focused
        if isinstance(focused, Input) and focused.value == answer:
            return
        await person.press("tab")
    raise AssertionError(f"no answer {answer!r}:\n{person.read()}")


async def test_the_marked_preset_says_what_it_is_for_and_headings_cannot_be_marked():
    async with sit_down() as person:
        await person.sees("A new set-up", "Scenarios:")
        person.sees_no("A small computer in the flat")
        await person.press("down")
        await person.sees("A file that this wizard wrote earlier")
        await person.press("down")
        await person.sees("A small computer in the flat, behind the provider's router")
        await person.press("down")
        await person.sees("Several people, each with a phone or a laptop of any kind.")
        await person.press("up", "up", "up")
        person.sees_no("A small computer in the flat")


@pytest.mark.slow
async def test_the_examples_addresses_are_named_until_they_are_the_persons_own():
    async with sit_down() as person:
        await person.press("down", "down", "enter")
        await person.sees("1 of 9 · Site", "home=192.168.1.0/24", EXAMPLE)
        await goes_to(person, "home=192.168.1.0/24")
        told = person.read().count(EXAMPLE)
        await person.press("end")
        await person.types("x")
        assert person.read().count(EXAMPLE) == told - 1
        await person.press("backspace", "ctrl+n")
        await person.sees("2 of 9 · Host β", EXAMPLE)
        await goes_to(person, "192.168.1.10/24")
        await person.press("end", *["backspace"] * 4)
        await person.types("1/24")
        await person.press("ctrl+n", "ctrl+n", "ctrl+n", "ctrl+n")
        await person.sees("6 of 9 · Strategy", "Recommended: Masquerade", "! still as in the preset's example: the computers at the site")
        person.sees_no("Host β's address,")
        await person.press("ctrl+s")
        await person.sees("These came with the preset", "pi@192.168.1.10")
        person.sees_no("Host β's address:")
        await person.press("enter")
        await person.sees("A passphrase for the keys")
        for _ in range(2):
            await person.pastes("quiet anvil marble thistle")
            await person.press("enter")
        await person.sees("9 of 9 · Apply")
    loaded = profiles.load_site("home.yaml").site
    assert str(loaded.host.addresses[0]) == "192.168.1.11/24"


async def test_a_preset_named_on_the_command_line_is_told_apart_as_well(monkeypatch):
    from screens import app as wizard

    begun = []
    monkeypatch.setattr(wizard, "check_terminal", lambda *_, **__: None)
    monkeypatch.setattr(wizard.WizardApp, "run", lambda self: begun.append(self.draft))
    wizard.run_wizard(None, document={"version": 1, "host": {"ssh": "pi@192.168.1.10"}})
    assert [problem.field for problem in begun[0].problems() if problem.code == "from-preset"] == ["host.ssh"]


@pytest.mark.slow
async def test_the_first_key_replaces_what_came_with_a_preset_and_none_replaces_what_a_person_typed():
    async with sit_down(draft=open_preset("field-device"), begin_at="site") as person:
        await person.types("pump")
        assert person.app.draft.document["name"] == "pump"
        await person.press("tab", "shift+tab")
        await person.types("field")
        assert person.app.draft.document["name"] == "pumpfield"


async def test_what_a_preset_answers_out_of_sight_is_not_called_good():
    async with sit_down(draft=open_preset("office-addresses"), begin_at="site") as person:
        await person.sees("▼ More questions, with the preset's answers: are they yours?")


async def test_how_many_questions_are_below_is_said_where_it_is_always_seen():
    async with sit_down(draft=open_preset("home-pi"), begin_at="site") as person:
        await person.sees("▼ 7 more below, 1 answered by the preset   ")
        await person.press(*["tab"] * 5)
        await person.sees("▼ 5 more below   ")
        await person.press("ctrl+n")
        await person.sees("2 of 9 · Host β", "▼ 5 more below")
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("4 of 9 · Points")
        person.sees_no("more below")
        await person.press("enter")
        await person.sees("Point 1 · laptop")
        person.sees_no("more below")
        await person.press("escape", "ctrl+n", "ctrl+n", "escape", "escape", "escape", "escape")
        await person.sees("2 of 9 · Host β", "▼ 5 more below")


async def test_the_examples_devices_are_marked_until_somebody_describes_them():
    draft = open_preset("home-pi")
    async with sit_down(draft=draft, begin_at="points") as person:
        await person.sees("○ laptop", "○ as in the scenario: are they yours")
        marked = person.read().count("○ ")
        await person.press("enter", "end")
        await person.types("2")
        await person.press("ctrl+n")
        await person.sees("  laptop2")
        assert person.read().count("○ ") == marked - 1


async def test_an_example_that_is_right_is_kept_with_one_key_or_a_click_and_is_the_persons_from_then_on():
    async with sit_down(draft=open_preset("home-pi"), begin_at="host", size=(80, 40)) as person:
        await person.sees("pi@192.168.1.10")
        told = person.read().count(EXAMPLE)
        await person.sees("! this is the preset's example; type your own, or ↑ keeps it")
        await person.press("up")
        assert person.read().count(EXAMPLE) == told - 1
        assert not person.app.draft.errors_under("host")
        await person.types("@")
        await person.sees("pi@192.168.1.10@")
        await person.press("backspace", "tab")
        rows = person.read().splitlines()
        row = next(place for place, line in enumerate(rows) if "192.168.1.10/24" in line) + 1
        assert await person.pilot.click(offset=(6, row))
        await person.waits(lambda: person.read().count(EXAMPLE) == told - 2)
        assert [problem.field for problem in person.app.draft.problems_under("host") if problem.code == "from-preset"] == ["host.endpoint"]
        person.app.tools.keeping.flush()
        [kept] = unfinished.drafts()
        left = [problem.field for problem in draft_of(kept).problems() if problem.code == "from-preset"]
        assert left == ["site.hosts", "site.networks", "host.endpoint"]


async def test_an_example_that_is_what_was_found_is_kept_with_the_key_that_takes_what_was_found():
    preset = open_preset("home-pi")
    draft = preset.with_document(with_value(preset.document, "site.networks", [{"cidr": "192.168.178.0/24", "name": "home"}]))
    draft = replace(draft, preset=draft.document)
    async with sit_down(tools=Tools(look_around=lambda: LAPTOP), draft=draft, begin_at="site") as person:
        await person.sees("○ found: this computer's wlan0")
        person.sees_no("192.168.178.0/24, found")
        await goes_to(person, "home=192.168.178.0/24")
        told = person.read().count(EXAMPLE)
        await person.press("down")
        assert person.read().count(EXAMPLE) == told - 1
        assert person.app.draft.document == draft.document


async def test_an_example_that_was_kept_is_not_proposed_again_as_the_network_around_the_kept_computers():
    async with sit_down(draft=open_preset("home-pi"), begin_at="site") as person:
        await person.press("tab", "up")
        await person.sees("home=192.168.1.0/24")
        person.sees_no("the usual size")


async def test_a_scenarios_device_that_was_looked_at_is_the_persons():
    async with sit_down(draft=open_preset("home-pi"), begin_at="points") as person:
        await person.sees("○ laptop", "○ phone", "Done there says yes")
        await person.press("enter", "ctrl+n")
        await person.sees("  laptop", "○ phone")
        person.sees_no("○ laptop")
        await person.press("down", "enter", "escape")
        await person.sees("○ phone")
        await person.press("enter", "ctrl+n")
        await person.waits(lambda: "○ " not in person.read().partition("─ the network")[0].partition("Apply")[2])
