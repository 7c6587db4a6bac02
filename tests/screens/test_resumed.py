"""A set-up that was left on its last pages and is gone on with: its keys are made and saved like any other's, and stay."""

from pathlib import Path

import pytest

from tests.screens.fake_connector import HOST_PUBLIC_KEY, FakeConnector
from tests.screens.person import sit_down
from tests.screens.test_apply import OFFICE, PASSPHRASE, to_the_changes
from wgwizard import profiles
from wgwizard.profiles.unfinished import Keeper
from wgwizard.questions import Proposal
from wgwizard.secret import Secret


def left_on_the_save_page() -> None:
    keeper = Keeper()
    keeper.note(OFFICE, page="save")
    keeper.flush()
    keeper.close()


@pytest.mark.slow
async def test_a_draft_that_was_left_on_the_save_page_is_saved_with_its_keys_and_keeps_them():
    left_on_the_save_page()
    host = FakeConnector()
    host.go_on.set()
    async with sit_down(host) as person:
        await person.sees("Go on with office")
        await person.press("enter")
        await person.sees("8 of 9 · Save", "office.secrets")
        await person.press("ctrl+n")
        await person.sees("A passphrase for the keys")
        for _ in range(2):
            await person.pastes(PASSPHRASE)
            await person.press("enter")
        await person.sees("Apply to admin@192.168.1.10")
        keys = profiles.load_keys("office.yaml", Secret(PASSPHRASE))
        assert set(keys.private) == {"laptop"}
        await to_the_changes(person)
        await person.press("tab", "tab", "enter")
        await person.sees("✓ Host β is as planned.")
        await person.press("escape")
        await person.sees("8 of 9 · Save")
        await person.press("escape")
        await person.sees("7 of 9 · Files")
        await person.press("ctrl+n")
        await person.sees("8 of 9 · Save")
        await person.press("ctrl+n")
        await person.sees("9 of 9 · Apply")
        person.sees_no("Replace")
    after = profiles.load_keys("office.yaml", Secret(PASSPHRASE))
    assert (after.private, after.preshared) == (keys.private, keys.preshared)
    assert profiles.load_lock("office.yaml").public_keys == {"laptop": keys.public["laptop"], "host": HOST_PUBLIC_KEY}


@pytest.mark.parametrize("origin", [None, pytest.param("office.yaml", marks=pytest.mark.slow)])
async def test_answers_that_nobody_typed_are_marked_when_a_draft_is_gone_on_with(origin):
    """Also where they change a saved site; what the machine shows by then does not matter."""
    document = {"version": 1, "name": "office", "site": {"networks": ["192.168.178.0/24"]}}
    profiles.save_site("office.yaml", OFFICE)
    keeper = Keeper()
    taken = {"site.networks": Proposal("192.168.178.0/24", "this computer's wlan0")}
    keeper.note(document, page="site", origin=origin, taken=taken)
    keeper.flush()
    keeper.close()
    async with sit_down() as person:
        await person.press("enter")
        await person.sees("1 of 9 · Site", "192.168.178.0/24", "found: this computer's wlan0")
        assert person.app.draft.path == (str(Path(origin).absolute()) if origin else None)
