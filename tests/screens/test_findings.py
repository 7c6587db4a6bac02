"""What the wizard finds stands as the answer, marked, until somebody types; `Surroundings` written here stand in for a machine."""

import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from screens.field import Field
from tests.screens.fake_connector import FakeConnector
from tests.screens.person import Person, matches_golden, sit_down
from tests.unit.test_proposing import LAPTOP, PI
from wgwizard import profiles
from wgwizard.questions import Proposal, new_document
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools

PASSPHRASE = "quiet anvil marble thistle"


async def accepts_the_rest(person: Person) -> int:
    """From the tunnel's page to the saved site by accepting; gives how many keys that took beside the passphrase."""
    ways = (
        ("3 of 9 · Tunnel", "ctrl+n"),
        ("4 of 9 · Points", "enter"),
        ("a new one", "ctrl+n"),
        ("4 of 9 · Points", "ctrl+n"),
        ("5 of 9 · Needs", "ctrl+n"),
        ("Recommended: Masquerade", "ctrl+n"),
        ("7 of 9 · Files", "ctrl+n"),
        ("8 of 9 · Save", "ctrl+n"),
    )
    for title, key in ways:
        await person.sees(title)
        await person.press(key)
    await person.sees("A passphrase for the keys")
    await person.pastes(PASSPHRASE)
    await person.press("enter")
    await person.pastes(PASSPHRASE)
    await person.press("enter")
    await person.sees("9 of 9 · Apply")
    return len(ways) + 2


@pytest.mark.slow
async def test_the_nas_sentence_from_a_laptop_at_the_site_mostly_by_accepting():
    async with sit_down(tools=Tools(look_around=lambda: LAPTOP)) as person:
        await person.press("enter")
        await person.sees("1 of 9 · Site", "found: this computer's wlan0")
        await person.press("tab")
        await person.types("nas")
        matches_golden("found-1-site.txt", person.read())
        await person.press("ctrl+n")
        await person.sees("2 of 9 · Host β")
        await person.types("pi@192.168.178.10")
        await person.press("tab")
        await person.sees("found: the address in your login")
        matches_golden("found-2-host.txt", person.read())
        await person.press("ctrl+n")
        await person.sees("3 of 9 · Tunnel", "10.65.0.0/24", "proposed: unused at the site and on this computer")
        await accepts_the_rest(person)
    site = profiles.load_site("home.yaml").site
    matches_golden("found-laptop.yaml", Path("home.yaml").read_text())
    assert [point.name for point in site.points] == ["annas-laptop"]
    assert str(site.tunnel.networks[0]) == "10.65.0.0/24"


@pytest.mark.slow
async def test_the_first_key_replaces_what_was_found_and_what_hung_on_it_goes_too():
    async with sit_down(tools=Tools(look_around=lambda: LAPTOP), begin_at="site", size=(80, 50)) as person:
        await person.sees("found: this computer's wlan0", "More questions, found: default gateway 192.168.178.1")
        await person.press("tab", "tab")
        await person.types("10.1.0.0/16")
        await person.press("tab")
        person.sees_no("found: this computer's wlan0")
        await person.sees("More questions, all with good answers already")
        await person.press("ctrl+n")
        await person.sees("2 of 9 · Host β")
        assert person.app.draft.document["site"] == {"networks": ["10.1.0.0/16"]}
        assert person.app.draft.taken == {}


@pytest.mark.slow
async def test_what_not_everybody_wants_is_only_offered_and_one_key_takes_it():
    async with sit_down(tools=Tools(look_around=lambda: LAPTOP), begin_at="site", size=(80, 50)) as person:
        await person.sees("More questions, found: default gateway 192.168.178.1")
        await person.clicks("CollapsibleTitle")
        await person.sees("○ 192.168.178.1, found: this computer's name server: ↓ takes it")
        while person.focused_path() != "site.dns.servers":
            await person.press("tab")
        await person.press("down", "ctrl+n")
        await person.sees("2 of 9 · Host β")
        assert person.app.draft.document["site"]["dns"] == {"servers": ["192.168.178.1"]}


@pytest.mark.slow
async def test_a_saved_site_is_not_changed_by_what_is_found():
    document = {**new_document(), "site": {"networks": ["192.168.178.0/24"]}, "host": {"addresses": ["192.168.178.10/24"]}}
    document["points"] = [{"name": "laptop"}]
    profiles.save_site("home.yaml", document)
    draft = Draft(document, "home.yaml", document)
    async with sit_down(tools=Tools(look_around=lambda: LAPTOP), draft=draft, begin_at="site", size=(80, 50)) as person:
        await person.sees("(3 found)")
        await person.press("ctrl+n", "ctrl+n", "ctrl+n")
        await person.sees("4 of 9 · Points")
        assert person.app.draft.document == document


@pytest.mark.slow
async def test_what_is_found_late_leaves_alone_what_is_typed():
    found = threading.Event()

    def slowly():
        found.wait(20)
        return LAPTOP

    async with sit_down(tools=Tools(look_around=slowly), begin_at="site", size=(80, 50)) as person:
        await person.press("tab", "tab")
        await person.types("10.")
        found.set()
        await person.sees("More questions, found: default gateway 192.168.178.1")
        await person.types("1.0.0/16")
        await person.press("ctrl+n")
        await person.sees("2 of 9 · Host β")
        assert person.app.draft.document["site"] == {"networks": ["10.1.0.0/16"]}
        await person.press("ctrl+n")
        await person.sees("×")


@pytest.mark.slow
async def test_on_the_host_itself_nothing_has_to_be_typed_but_a_passphrase():
    async with sit_down(tools=Tools(FakeConnector(), look_around=lambda: PI)) as person:
        await person.sees("What would you like to begin with?")
        await person.press("enter")
        await person.sees("1 of 9 · Site", "found: this computer's eth0")
        await person.press("ctrl+n")
        await person.sees("2 of 9 · Host β", "local", "found: you came here by SSH, from 192.168.1.50")
        await person.press("ctrl+n")
        assert 3 + await accepts_the_rest(person) == 13
    matches_golden("found-on-the-host.yaml", Path("home.yaml").read_text())


async def test_one_finding_soon_after_another_is_not_taken_for_typing():
    """As where a login is typed in one burst: each key proposes another address."""
    async with sit_down(begin_at="host") as person:
        field = next(field for field in person.app.query(Field) if field.path == "host.addresses")
        for text in ("192.168.1.1", "192.168.1.10"):
            field.offer(Proposal(text, "the address in your login"))
        await person.pilot.pause()
        assert field.stands
        await person.sees("192.168.1.10", "found: the address in your login")
        assert "addresses" not in person.app.draft.document["host"]


@pytest.mark.slow
async def test_what_is_found_is_named_once_more_before_it_is_saved():
    async with sit_down(tools=Tools(look_around=lambda: PI), draft=Draft({**new_document(), "points": [{"name": "laptop"}]})) as person:
        await person._until(lambda: person.app.surroundings is not None, "nothing was found")
        await person.press("enter", "ctrl+n", "ctrl+n", "ctrl+n", "ctrl+n", "ctrl+n", "ctrl+n", "ctrl+n")
        await person.sees("8 of 9 · Save")
        matches_golden("found-8-save.txt", person.read())


async def test_a_first_point_is_not_called_as_the_machine_that_nobody_named():
    here = replace(LAPTOP, host_name="vm")
    async with sit_down(tools=Tools(look_around=lambda: here), begin_at="points") as person:
        await person.waits(lambda: person.app.surroundings is not None)
        await person.press("enter")
        await person.sees("a new one", "laptop", "proposed: change it to whose it is", "what runs on this computer")
        person.sees_no("vm")
