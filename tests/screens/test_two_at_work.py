"""Two at work on one site: the second is told, nothing of the other's is undone without a question, and nothing of one's own is lost."""

import os
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.screens.person import sit_down
from wgwizard import profiles
from wgwizard.keys import Keyring, generate_private, public_of
from wgwizard.lock import Lock, with_others
from wgwizard.profiles import unfinished
from wgwizard.secret import Secret
from wgwizard.wizard.opening import open_site

OFFICE = {
    "version": 1,
    "name": "office",
    "site": {"networks": ["192.168.1.0/24"], "routes": ["router", "dhcp"]},
    "host": {"addresses": ["192.168.1.10/24"], "endpoint": "vpn.b.home.arpa:51820", "ssh": "admin@192.168.1.10"},
    "points": [{"name": "laptop", "public_key": "aG9zdC1iZXRhLXB1YmxpYy1rZXktb2YtYS10ZXN0ISE="}],
    "needs": {"opens": "points", "tell_points_apart": False},
}
HOLD = 'import sys; from wgwizard.profiles.claims import claim_site; claim = claim_site("office.yaml"); print(flush=True); sys.stdin.read()'


@pytest.fixture
def other():
    """Another process that has the site open."""
    profiles.save_site("office.yaml", OFFICE)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


async def rename(person, name):
    await person.press("ctrl+u")
    await person.pastes(name)
    await person.press("ctrl+s")


@pytest.mark.slow
async def test_the_second_is_told_who_has_it_open_and_saving_asks(other):
    async with sit_down(draft=open_site("office.yaml", None), begin_at="site") as person:
        await person.sees(f"! Also open in another wizard (process {other.pid}")
        await rename(person, "annex")
        await person.sees("8 of 9 · Save")
        await person.press("enter")
        await person.sees("office.yaml is not only yours now", f"process {other.pid}", "-name: office", "+name: annex")
        await person.press("escape")
        await person.sees("8 of 9 · Save")
        assert profiles.load_site("office.yaml").document["name"] == "office"
        other.kill()
        other.communicate()
        await person.press("enter")
        await person.sees("9 of 9")
        await person.sees_gone("Also open in")
    assert profiles.load_site("office.yaml").document["name"] == "annex"


async def test_the_second_is_told_behind_the_question_for_the_passphrase_too(other):
    private = generate_private()
    profiles.save_lock("office.yaml", Lock(public_keys={"phone": public_of(private)}))
    profiles.save_keys("office.yaml", Keyring({"phone": public_of(private)}, {"phone": private}), Secret("open sesame"))
    async with sit_down(draft=open_site("office.yaml", None), begin_at="site") as person:
        await person.sees("The passphrase of its keys", f"Also open in another wizard (process {other.pid}")
        await person.press("escape")
        await person.sees("1 of 9 · Site", f"! Also open in another wizard (process {other.pid}")


@pytest.mark.slow
async def test_a_file_that_changed_meanwhile_is_shown_and_replaced_only_after_a_yes():
    profiles.save_site("office.yaml", OFFICE)
    async with sit_down(draft=open_site("office.yaml", None), begin_at="site") as person:
        profiles.save_site("office.yaml", {**OFFICE, "name": "theirs"})
        profiles.save_lock("office.yaml", Lock(public_keys={"phone": "aG9zdC1iZXRhLXB1YmxpYy1rZXktb2YtYS10ZXN0ISE="}))
        await rename(person, "annex")
        await person.sees("8 of 9 · Save")
        await person.press("enter")
        await person.sees("Changed since you opened it: office.yaml, office.lock", "-name: theirs", "+name: annex")
        await person.press("tab", "tab", "tab", "enter")
        await person.sees("9 of 9")
    assert profiles.load_site("office.yaml").document["name"] == "annex"
    assert "phone" in profiles.load_lock("office.yaml").public_keys


@pytest.mark.slow
async def test_a_file_that_changed_meanwhile_can_be_opened_anew_and_ones_own_answers_stay_as_a_draft():
    profiles.save_site("office.yaml", OFFICE)
    async with sit_down(draft=open_site("office.yaml", None), begin_at="site") as person:
        profiles.save_site("office.yaml", {**OFFICE, "name": "theirs"})
        await rename(person, "annex")
        await person.press("enter")
        await person.sees("office.yaml is not only yours now")
        await person.press("tab", "tab", "enter")
        await person.sees("1 of 9 · Site", "theirs")
        await person.press("escape")
        await person.sees("Go on with annex, just now: ! changes name of", "which changed since")
    assert [draft.document["name"] for draft in unfinished.drafts()] == ["annex"]


@pytest.mark.slow
async def test_a_draft_of_a_site_that_is_opened_by_name_is_offered():
    profiles.save_site("office.yaml", OFFICE)
    async with sit_down(draft=open_site("office.yaml", None), begin_at="site") as person:
        await person.press("ctrl+u")
        await person.pastes("annex")
        await person.press("ctrl+q", "right", "enter")
    async with sit_down(draft=open_site("office.yaml", None), begin_at="site") as person:
        await person.sees("Go on where you left off?")
        await person.press("enter")
        await person.sees("1 of 9 · Site", "annex")


@pytest.mark.slow
async def test_a_broken_draft_is_said_and_thrown_away_only_after_a_yes():
    keeper = unfinished.Keeper()
    keeper.note({"name": "x"})
    keeper.flush()
    keeper.close()
    keeper.path.write_text("name: [")
    async with sit_down() as person:
        await person.sees("× A draft that cannot be read")
        await person.press("enter")
        await person.sees("cannot be read", "Nothing was deleted")
        await person.press("escape", "delete")
        await person.sees("Throw this draft away?", "It cannot be brought back.")
        await person.press("enter")
        assert keeper.path.exists()
        await person.press("delete", "right", "enter")
        await person.sees_gone("× A draft that cannot be read")
    assert not keeper.path.exists()


@pytest.mark.slow
def test_a_lock_keeps_what_others_gave_out_and_no_address_gets_a_second_owner():
    one, two, three = (ip_address(f"10.0.0.{last}") for last in (1, 2, 3))
    ours = Lock(addresses={"laptop": (one,), "phone": (two,)}, public_keys={"laptop": "ours"})
    theirs = Lock(addresses={"laptop": (three,), "tablet": (two,), "nas": (three,)}, public_keys={"laptop": "theirs", "nas": "n"})
    merged = with_others(ours, theirs)
    assert merged.addresses == {"laptop": (one,), "phone": (two,), "nas": (three,)}
    assert merged.public_keys == {"laptop": "ours", "nas": "n"}
