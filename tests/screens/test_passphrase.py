"""Choosing the passphrase of the keys: told how strong it is, made where wanted, and what becomes of keys that cannot be opened."""

from pathlib import Path

import pytest

from screens.new_passphrase import NewPassphrase
from tests.screens.person import sit_down
from wgwizard import profiles, sitefile
from wgwizard.keys import Keyring, complete_keyring, remember
from wgwizard.lock import Lock
from wgwizard.secret import Secret
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import open_site

OFFICE = {
    "version": 1,
    "name": "office",
    "site": {"networks": ["192.168.1.0/24"]},
    "host": {"addresses": ["192.168.1.10/24"], "endpoint": "vpn.b.home.arpa:51820", "keys": "here"},
    "points": [{"name": "laptop"}],
}
TABLET = {**OFFICE, "points": [*OFFICE["points"], {"name": "tablet"}]}
FOUNDERS = Secret("open sesame, said Ali")


def found_office() -> Keyring:
    """The site as its founder saved it."""
    site, _ = sitefile.read(OFFICE)
    keyring = complete_keyring(site, Keyring(), Lock())
    profiles.save_site("office.yaml", OFFICE)
    profiles.save_lock("office.yaml", remember(Lock(), keyring))
    profiles.save_keys("office.yaml", keyring, FOUNDERS)
    return keyring


async def test_whoever_gives_no_passphrase_is_told_that_nothing_was_saved():
    async with sit_down(draft=Draft(OFFICE), begin_at="save") as person:
        await person.app.show_page("files")
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("A passphrase for the keys", "Esc cancel")
        await person.press("escape")
        await person.sees("○ Nothing was saved: that needs a passphrase")
        assert not Path("office.yaml").exists()


async def test_the_strength_stands_there_while_it_is_typed_and_a_weak_one_is_taken_after_being_told():
    async with sit_down(draft=Draft(OFFICE), begin_at="save") as person:
        await person.app.show_page("files")
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("A passphrase for the keys")
        await person.types("office")
        await person.sees("! weak: somebody with the sealed file and a good computer would", "less than a minute")
        await person.types(" rattle nimbly ochre")
        await person.sees("✓ strong:", "more than 10000 years")
        await person.press("ctrl+u")
        await person.pastes("laptop1")
        await person.press("enter")
        await person.pastes("laptop1")
        await person.press("enter")
        await person.sees("! weak:", "! A weak one is taken all the same: OK once more.")
        assert not Path("office.secrets").exists()
        await person.press("enter")
        await person.sees("9 of 9 · Apply")
    assert set(profiles.load_keys("office.yaml", Secret("laptop1")).private) == {"host", "laptop"}
    assert "laptop1" not in "".join(person.everything_seen)


@pytest.mark.slow
async def test_one_that_is_made_is_shown_once_and_typed_once():
    async with sit_down(draft=Draft(OFFICE), begin_at="save") as person:
        await person.app.show_page("files")
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("A passphrase for the keys")
        await person.clicks("#make")
        await person.sees("Write it down now", "✓ strong:")
        dialog = person.app.screen
        assert isinstance(dialog, NewPassphrase)
        made = dialog.query_one("#first").value
        assert len(made.split()) == 6
        assert made in person.read()
        await person.press("enter")
        await person.sees("× The two are not the same.")
        await person.types(made)
        await person.press("enter")
        await person.sees("9 of 9 · Apply")
        assert made not in person.read()
    assert set(profiles.load_keys("office.yaml", Secret(made)).private) == {"host", "laptop"}


@pytest.mark.slow
async def test_a_colleague_without_the_secrets_file_adds_a_point_and_the_founder_goes_on():
    founder = found_office()
    Path("office.secrets").rename("founders.secrets")
    profiles.save_site("office.yaml", TABLET)
    async with sit_down(draft=open_site("office.yaml", None), begin_at="strategy") as person:
        for _ in range(2):
            await person.press("f3")
            await person.sees("7 of 9 · Files")
            await person.press("escape")
        await person.press("ctrl+n", "ctrl+n", "ctrl+n")
        await person.sees("A passphrase for the keys", "Made elsewhere, and kept as they are: the keys of laptop.")
        for _ in range(2):
            await person.pastes("another sesame entirely")
            await person.press("enter")
        await person.sees("9 of 9 · Apply")
    theirs = profiles.load_keys("office.yaml", Secret("another sesame entirely"))
    assert (set(theirs.private), set(theirs.preshared)) == ({"tablet"}, {"tablet"})
    lock = profiles.load_lock("office.yaml")
    assert lock.public_keys == {**founder.public, **theirs.public}
    Path("founders.secrets").rename("office.secrets")
    async with sit_down(draft=open_site("office.yaml", FOUNDERS), begin_at="strategy") as person:
        await person.press("f3")
        await person.sees("7 of 9 · Files", "✓ No warnings")
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("9 of 9 · Apply")
    assert profiles.load_keys("office.yaml", FOUNDERS) == founder
    assert profiles.load_lock("office.yaml") == lock


@pytest.mark.slow
async def test_a_colleague_who_cannot_open_the_secrets_sets_them_aside_and_nothing_of_them_is_lost():
    founder = found_office()
    sealed = Path("office.secrets").read_bytes()
    profiles.save_site("office.yaml", TABLET)
    async with sit_down(draft=open_site("office.yaml", None), begin_at="strategy") as person:
        await person.sees("The passphrase of its keys")
        await person.press("escape", "f3")
        await person.sees("7 of 9 · Files")
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("The passphrase of the keys")
        await person.press("escape")
        await person.sees("Save without that passphrase?", "office.secrets was sealed by somebody")
        await person.press("right", "enter")
        await person.sees("A passphrase for the keys")
        assert Path("office.secrets").read_bytes() == sealed
        for _ in range(2):
            await person.pastes("another sesame entirely")
            await person.press("enter")
        await person.sees("9 of 9 · Apply")
    assert Path("office.secrets.aside").read_bytes() == sealed
    assert set(profiles.load_keys("office.yaml", Secret("another sesame entirely")).private) == {"tablet"}
    assert profiles.load_lock("office.yaml").public_keys["laptop"] == founder.public["laptop"]
