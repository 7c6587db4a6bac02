"""What is typed on another page while something runs beside the screen is not undone when that ends."""

import threading
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.screens.fake_connector import HOST_PUBLIC_KEY, FakeConnector
from tests.screens.person import sit_down
from tests.screens.test_apply import OFFICE, to_the_apply_page, to_the_changes
from wgwizard import profiles
from wgwizard.host.facts import Facts
from wgwizard.lock import Lock, with_others
from wgwizard.secret import Secret
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import open_site
from wgwizard.wizard.saving import Seal, conflict, save
from wgwizard.wizard.study import whole


async def rename(person, name):
    await person.press("ctrl+u")
    await person.pastes(name)
    await person.waits(lambda: person.app.draft.document["name"] == name)


async def to_the_first_page(person):
    while "1 of 9" not in person.read():
        await person.press("escape")


@pytest.mark.slow
async def test_answers_given_while_the_host_is_changed_stand_when_it_is():
    host = FakeConnector()
    async with sit_down(host, draft=Draft(OFFICE), begin_at="strategy") as person:
        await to_the_apply_page(person)
        await to_the_changes(person)
        await person.press("tab", "enter")
        await person.sees("● switch over")
        await to_the_first_page(person)
        await rename(person, "annex")
        host.go_on.set()
        await person.waits(lambda: "host" in person.app.draft.lock.public_keys)
        assert person.app.draft.document["name"] == "annex"
        assert profiles.load_lock("office.yaml").public_keys["host"] == HOST_PUBLIC_KEY


class SlowLook(FakeConnector):
    """Its host answers when it is told to."""

    def look(self, target, ask):
        self.go_on.wait(20)
        return Facts(ipv4_forwarding=True)


async def test_that_the_keys_are_being_opened_is_seen_and_the_page_is_made_anew_with_them(monkeypatch):
    draft = whole(Draft(OFFICE))
    saved = save(draft, "office.yaml", Secret("open sesame"), Seal.NEW)
    go_on = threading.Event()
    load_keys = profiles.load_keys
    monkeypatch.setattr(profiles, "load_keys", lambda path, passphrase: (go_on.wait(20), load_keys(path, passphrase))[1])
    async with sit_down(FakeConnector(), draft=open_site("office.yaml", None), begin_at="files") as person:
        await person.sees("The passphrase of its keys")
        await person.pastes("open sesame")
        await person.press("enter")
        await person.sees("Opening …")
        go_on.set()
        await person.waits(lambda: person.app.draft.passphrase is not None)
        await person.sees("7 of 9")
        assert person.app.draft.keyring.private == saved.keyring.private
        await person.waits(lambda: person.app.page.result.keyring.private == saved.keyring.private)


@pytest.mark.slow
async def test_answers_given_while_the_host_is_looked_at_stand_when_it_was():
    host = SlowLook()
    async with sit_down(host, draft=Draft(OFFICE), begin_at="host") as person:
        await person.press("f4")
        await person.sees("looking at admin@192.168.1.10")
        await to_the_first_page(person)
        await rename(person, "annex")
        host.go_on.set()
        await person.waits(lambda: person.app.draft.host is not None)
        assert person.app.draft.document["name"] == "annex"


@pytest.mark.slow
async def test_answers_given_while_the_keys_are_sealed_stand_when_they_are(monkeypatch):
    go_on = threading.Event()
    save_keys = profiles.save_keys
    monkeypatch.setattr(profiles, "save_keys", lambda *given: (go_on.wait(20), save_keys(*given)))
    async with sit_down(FakeConnector(), draft=Draft(OFFICE), begin_at="strategy") as person:
        await person.press("ctrl+n", "ctrl+n", "ctrl+n")
        await person.sees("A passphrase for the keys")
        for _ in range(2):
            await person.pastes("quiet anvil marble thistle")
            await person.press("enter")
        await to_the_first_page(person)
        await rename(person, "annex")
        go_on.set()
        await person.waits(lambda: person.app.draft.path is not None)
        assert person.app.draft.document["name"] == "annex"
        assert profiles.load_site("office.yaml").document["name"] == "office"
        person.sees_no("9 of 9")


@pytest.mark.slow
async def test_a_lock_file_that_cannot_be_written_after_an_apply_is_said_and_the_key_serves_all_the_same():
    host = FakeConnector()
    async with sit_down(host, draft=Draft(OFFICE), begin_at="strategy") as person:
        await to_the_apply_page(person)
        await to_the_changes(person)
        await person.press("tab", "enter")
        await person.sees("● switch over")
        Path("office.lock").unlink()
        Path("office.lock").mkdir()
        host.go_on.set()
        await person.sees("✓ Host β is as planned.", "× office.lock is a directory, not a file")
        assert person.app.draft.lock.public_keys["host"] == HOST_PUBLIC_KEY


@pytest.mark.slow
async def test_what_others_did_while_the_host_was_changed_is_joined_or_still_seen_when_saving():
    host = FakeConnector()
    async with sit_down(host, draft=Draft(OFFICE), begin_at="strategy") as person:
        await to_the_apply_page(person)
        await to_the_changes(person)
        await person.press("tab", "enter")
        await person.sees("● switch over")
        lock = profiles.load_lock("office.yaml")
        profiles.save_lock("office.yaml", with_others(lock, Lock(addresses={"tablet": (ip_address("10.20.30.40"),)})))
        profiles.save_site("office.yaml", {**OFFICE, "name": "theirs"})
        host.go_on.set()
        await person.waits(lambda: "host" in person.app.draft.lock.public_keys)
        joined = profiles.load_lock("office.yaml")
        assert (joined.public_keys["host"], "tablet" in joined.addresses) == (HOST_PUBLIC_KEY, True)
        draft = person.app.draft
        assert draft.path is not None
        found = conflict(draft, draft.path, "")
        assert found is not None
        assert found.text == "Changed since you opened it: office.yaml."
