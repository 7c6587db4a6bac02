"""A saved site whose keys lie sealed beside it: opened, gone on with, and saved without losing a key."""

from pathlib import Path

import pytest

from tests.screens.person import sit_down
from tests.screens.test_manners import OFFICE
from wgwizard import profiles
from wgwizard.keys import Keyring, generate_private, public_of
from wgwizard.lock import Lock
from wgwizard.secret import Secret
from wgwizard.wizard.opening import open_site


@pytest.mark.slow
async def test_a_site_with_sealed_keys_asks_for_their_passphrase_and_makes_no_new_ones():
    private, passphrase = generate_private(), Secret("open sesame")
    keyring = Keyring({"laptop": public_of(private)}, {"laptop": private})
    profiles.save_site("office.yaml", OFFICE)
    profiles.save_lock("office.yaml", Lock(public_keys=dict(keyring.public)))
    profiles.save_keys("office.yaml", keyring, passphrase)
    draft = open_site("office.yaml", None)
    async with sit_down(draft=draft, begin_at="site") as person:
        await person.sees("The passphrase of its keys")
        await person.pastes("wrong")
        await person.press("enter")
        await person.sees("×", "The passphrase of its keys")
        await person.pastes("open sesame")
        await person.press("enter")
        await person.sees_gone("The passphrase of its keys")
        await person._until(lambda: person.app.draft.passphrase is not None, "the keys were not opened")
        await person.sees("1 of 9 · Site", "What do you call this set-up?", "office")
        await person.press("ctrl+s")
        await person.sees("8 of 9 · Save")
        await person.press("f3")
        await person.sees("7 of 9 · Files")
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("9 of 9 · Apply")
    kept = profiles.load_keys("office.yaml", passphrase)
    assert kept.private["laptop"] == private
    assert set(kept.private) == {"laptop", "phone", "host"}


@pytest.mark.slow
async def test_a_wrong_passphrase_leaves_the_masked_dialog_open_and_a_folder_is_no_site():
    private, passphrase = generate_private(), Secret("open sesame")
    keyring = Keyring({"laptop": public_of(private)}, {"laptop": private})
    profiles.save_site("office.yaml", OFFICE)
    profiles.save_lock("office.yaml", Lock(public_keys=dict(keyring.public)))
    profiles.save_keys("office.yaml", keyring, passphrase)
    Path("office").mkdir()
    async with sit_down() as person:
        await person.press("down", "down", "enter")  # after that site and a new set-up: by its path
        await person.sees("The path of its file:")
        await person.types("office")
        await person.press("enter")
        await person.sees("× office is a directory, not a file", "did you mean office.yaml?")
        await person.types(".yaml")
        await person.press("enter")
        await person.sees("The passphrase of its keys")
        await person.types("open seasme")
        await person.press("enter")
        await person.sees("× That was not it (1 tried so far).", "The passphrase of its keys")
        await person.types("open sesame")
        await person.press("enter")
        await person.sees("1 of 9 · Site")
        await person.sees_gone("The passphrase of its keys")
        assert person.app.draft.keyring.private == {"laptop": private}
    assert not any("sesame" in seen or "seasme" in seen for seen in person.everything_seen)


@pytest.mark.slow
async def test_looking_at_the_files_twice_replaces_no_sealed_key():
    private, passphrase = generate_private(), Secret("open sesame")
    keyring = Keyring({"laptop": public_of(private)}, {"laptop": private})
    profiles.save_site("office.yaml", OFFICE)
    profiles.save_lock("office.yaml", Lock(public_keys=dict(keyring.public)))
    profiles.save_keys("office.yaml", keyring, passphrase)
    async with sit_down(draft=open_site("office.yaml", None), begin_at="site") as person:
        await person.sees("The passphrase of its keys")
        await person.press("escape", "f3")
        await person.sees("7 of 9 · Files")
        await person.press("escape")
        await person.sees("1 of 9")
        await person.press("f3")
        await person.sees("7 of 9 · Files")
        assert "laptop" not in person.app.draft.keyring.private
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("The passphrase of the keys")
        await person.pastes("open sesame")
        await person.press("enter")
        await person.sees("9 of 9 · Apply")
    assert profiles.load_keys("office.yaml", passphrase).private["laptop"] == private
    assert profiles.load_lock("office.yaml").public_keys["laptop"] == keyring.public["laptop"]


@pytest.mark.slow
async def test_a_draft_of_a_saved_site_keeps_its_file_its_lock_and_its_keys():
    private, passphrase = generate_private(), Secret("open sesame")
    keyring = Keyring({"laptop": public_of(private)}, {"laptop": private})
    lock = Lock(public_keys=dict(keyring.public))
    profiles.save_site("office.yaml", OFFICE)
    profiles.save_lock("office.yaml", lock)
    profiles.save_keys("office.yaml", keyring, passphrase)
    async with sit_down(draft=open_site("office.yaml", passphrase), begin_at="site") as person:
        await person.press("ctrl+u")
        await person.pastes("head-office")
        await person.press("ctrl+q", "right", "enter")
    async with sit_down() as person:
        await person.sees("Go on with head-office, just now: changes name of")
        await person.press("enter")
        await person.sees("The passphrase of its keys")
        await person.pastes("open sesame")
        await person.press("enter")
        await person.sees("1 of 9 · Site", "head-office")
        draft = person.app.draft
        assert draft.path is not None
        assert Path(draft.path) == Path("office.yaml").absolute()
        assert (draft.lock, draft.keyring.private) == (lock, keyring.private)
        assert not draft.is_saved


@pytest.mark.slow
async def test_keys_made_without_the_passphrase_join_the_sealed_ones_when_saved():
    private, passphrase = generate_private(), Secret("open sesame")
    keyring = Keyring({"laptop": public_of(private)}, {"laptop": private})
    profiles.save_site("office.yaml", OFFICE)
    profiles.save_lock("office.yaml", Lock(public_keys=dict(keyring.public)))
    profiles.save_keys("office.yaml", keyring, passphrase)
    async with sit_down(draft=open_site("office.yaml", None), begin_at="site") as person:
        await person.sees("The passphrase of its keys")
        await person.press("escape")
        await person.sees_gone("The passphrase of its keys")
        await person.press("f3")
        await person.sees("7 of 9 · Files")
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("The passphrase of the keys", "join them")
        await person.pastes("wrong")
        await person.press("enter")
        await person.sees("× That was not it (1 tried so far).")
        await person.pastes("open sesame")
        await person.press("enter")
        await person.sees("9 of 9 · Apply")
    kept = profiles.load_keys("office.yaml", passphrase)
    assert kept.private["laptop"] == private
    assert set(kept.private) == {"laptop", "phone", "host"}
