"""What stands in the terminal when the wizard has been left, and what is seen while sealed keys are opened."""

import threading

from screens.unsealing import OpenSealed
from tests.screens.person import sit_down
from wgwizard.profiles.sealed import WrongPassphraseError
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.keeping import Keeping

HOME = {"version": 1, "name": "home", "site": {"networks": ["192.168.1.0/24"]}}


def left_with(draft: Draft) -> str:
    keeping = Keeping()
    keeping.opened(draft)
    keeping.note(draft, "site")
    keeping.flush()
    return keeping.farewell()


def test_whoever_leaves_reads_where_the_answers_are_and_how_to_go_on(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert left_with(Draft(HOME, "my home.yaml", HOME)) == "Everything is saved in my home.yaml.\nTo go on: wgwizard 'my home.yaml'"
    kept = left_with(Draft(HOME)).splitlines()
    assert kept[-1] == "To go on: wgwizard"
    assert [line for line in kept if line.startswith(str(tmp_path)) and line.endswith(".yaml")] != []
    assert left_with(Draft()) == ""


async def test_while_keys_are_opened_that_is_said():
    tried, go_on = [], threading.Event()

    def work(passphrase):
        go_on.wait(30)
        tried.append(passphrase.reveal())
        raise WrongPassphraseError("no", "")

    async with sit_down() as person:
        person.app.push_screen(OpenSealed("The passphrase of its keys", "They lie sealed.", work))
        await person.sees("The passphrase of its keys")
        await person.types("wrong")
        await person.press("enter")
        await person.sees("Opening …")
        go_on.set()
        await person.sees("× That was not it (1 tried so far).")
        person.sees_no("Opening …")
    assert tried == ["wrong"]
