"""A set-up that was left on its last pages and is gone on with: its keys are made and saved like any other's, and stay."""

from pathlib import Path

import pytest

from tests.screens.fake_connector import HOST_PUBLIC_KEY, FakeConnector
from tests.screens.person import sit_down
from tests.screens.test_apply import OFFICE, PASSPHRASE, to_the_changes
from wgwizard import profiles
from wgwizard.keys import Keyring
from wgwizard.profiles.unfinished import Keeper
from wgwizard.questions import Proposal
from wgwizard.secret import Secret
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.saving import Seal, seal_of, would_replace


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
        await person.press("tab", "enter")
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


@pytest.mark.slow
async def test_a_saved_site_in_this_directory_is_offered_and_saved_again_by_any_way_of_writing_its_path():
    profiles.save_site("office.yaml", OFFICE)
    async with sit_down() as person:
        await person.press("up", "up", "right")
        person.sees_no("Begin anew?")
        await person.sees("Go on with office.yaml, saved just now")
        await person.press("enter")
        await person.sees("1 of 9 · Site")
        assert person.app.draft.path == "office.yaml"


@pytest.mark.parametrize("path", ["office.yaml", "./office.yaml", "there/../office.yaml"])
def test_a_draft_of_a_saved_site_is_never_taken_for_another_file(path):
    """A kept draft has the whole path of the site that it changes: its keys are joined, not replaced."""
    Path("there").mkdir()
    profiles.save_site("office.yaml", OFFICE)
    profiles.save_keys("office.yaml", Keyring(private={"laptop": Secret("k")}), Secret(PASSPHRASE))
    draft = Draft(OFFICE, str(Path("office.yaml").absolute()), keyring=Keyring(private={"phone": Secret("l")}))
    assert not would_replace(draft, path)
    assert seal_of(draft, path) is Seal.OLD


async def test_where_nothing_can_be_applied_the_keys_are_those_of_the_apply_page():
    """The page before keeps no focus, and with it none of its keys: they would throw a draft away, or begin anew."""
    left_on_the_save_page()
    profiles.save_site("office.yaml", OFFICE)
    async with sit_down(draft=Draft(OFFICE, "office.yaml", OFFICE)) as person:
        await person.press("home", "down")
        await person.sees("Del throw away")
        await person.app.action_go("apply")
        await person.press()
        await person.sees("9 of 9 · Apply", "Your answers are saved in office.yaml.")
        person.sees_no("throw away")
        assert person.app.screen.focused.id == "next"
