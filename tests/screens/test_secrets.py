"""What must never be shown: keys in a crash, and configurations must be shown as they are."""

from pathlib import Path

import pytest

from screens.app import WizardApp
from screens.form_step import FormStep
from screens.handover import HandOver
from screens.preview import Preview
from tests.screens.fake_connector import FakeConnector
from tests.screens.person import Person, sit_down
from wgwizard import profiles, sitefile
from wgwizard.keys import Keyring, complete_keyring, remember
from wgwizard.lock import Lock
from wgwizard.profiles import unfinished
from wgwizard.secret import Secret
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import open_site
from wgwizard.wizard.tools import Tools

KEY = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="


def test_a_crash_says_where_and_shows_no_value(monkeypatch, capsys):
    def crash(step: FormStep) -> None:
        private_key = Secret(KEY).reveal()
        raise RuntimeError(f"cannot use {private_key}")

    monkeypatch.setattr(FormStep, "finish", crash)
    app = WizardApp(Draft({"version": 1, "name": "crashing"}), Tools(), begin_at="site")

    async def press(pilot):
        await pilot.press("ctrl+n")

    app.run(headless=True, auto_pilot=press)
    written = "".join(capsys.readouterr())
    assert KEY not in written
    assert "The wizard broke (RuntimeError)" in written
    assert "test_secrets.py" in written
    assert app.return_code == 1
    assert unfinished.drafts()[0].document["name"] == "crashing"


@pytest.mark.parametrize("text", ["[Interface]\nPrivateKey = (hidden)", "[/", "[bold]x[/bold]", "$accent"])
async def test_a_configuration_is_shown_exactly_as_it_is(text):
    async with sit_down(begin_at="files") as person:
        person.app.query_one(Preview).show(text)
        await person.pilot.pause()
        for line in text.splitlines():
            assert line in person.read()


async def test_names_are_never_read_as_markup():
    document = {"version": 1, "name": "[red]x[/", "site": {"networks": ["[bold]1[/bold]"]}, "points": [{"name": "[/]"}]}
    async with sit_down(draft=Draft(document), begin_at="site") as person:
        await person.sees("[red]x[/")
        await person.press("ctrl+n")
        await person.sees("[bold]1[/bold]", "×")
        await person.app.show_page("points")
        await person.sees("[/]")
        await person.press("delete")
        await person.sees("Remove [/]?")


DOCUMENT = {
    "version": 1,
    "name": "home",
    "site": {"networks": ["192.168.200.0/24"]},
    "host": {"addresses": ["192.168.200.2/24"], "endpoint": "vpn.b.home.arpa:51820", "keys": "here", "ssh": "admin@192.168.200.2"},
    "points": [{"name": "phone", "platform": "android"}, {"name": "laptop"}],
}
PASSPHRASE = "four unlikely garden words"
SECRET_STORES = {"home.secrets", "phone.conf", "phone.png"}


def written_below(*folders: Path) -> dict[str, str]:
    """Every file below these folders that is not made to hold secrets."""
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file() and path.name not in SECRET_STORES)
    return {str(path): path.read_bytes().decode("utf-8", "replace") for path in files}


@pytest.mark.slow
async def test_no_key_and_no_passphrase_shows_anywhere_on_the_whole_way(tmp_path, capsys):
    host = FakeConnector()
    host.go_on.set()
    pictures: list[str] = []
    async with sit_down(host, draft=Draft(DOCUMENT), begin_at="files") as person:

        async def clicks(*selectors: str) -> None:
            for selector in selectors:
                await person.clicks(selector)
                pictures.append(person.app.export_screenshot())

        await person.press("h")
        await person.sees("Show keys")
        await clicks("#qr")
        await person.sees("The QR code needs")
        await person.press("x")
        await clicks("#show", "#no", "#save")
        await person.press("enter")
        await person.sees("✓ Saved as phone.conf")
        await clicks("#save")
        await person.press("ctrl+u")
        await person.pastes("phone.png")
        await person.press("enter")
        await person.sees("✓ Saved as phone.png")
        await clicks("#show", "#yes")
        keyring = person.app.draft.keyring
        pictures.clear()
        person.everything_seen.clear()
        await clicks("#show")
        await person.press("escape", "ctrl+n", "ctrl+n")
        await person.sees("A passphrase for the keys")
        for _ in range(2):
            await person.pastes(PASSPHRASE)
            pictures.append(person.app.export_screenshot())
            await person.press("enter")
        await person.sees("9 of 9 · Apply")
        await clicks("#start")
        await person.sees("is not known")
        await person.press("right", "enter")
        await person.sees("password")
        await person.pastes("sudo-password-of-admin")
        await person.press("enter")
        await person.sees("Make these changes")
        await clicks("#yes")
        await person.sees("as planned")
        await person.press("ctrl+n")
        await person.sees("What each point's owner does now")
        await clicks("#done #hand-over", "#qr")
        await person.press("x", "escape")
        pictures.append(person.app.export_screenshot())
    secrets = [*keyring.private.values(), *keyring.preshared.values(), Secret(PASSPHRASE), Secret("sudo-password-of-admin")]
    assert len(secrets) == 7
    said = "".join(capsys.readouterr())
    places = {"screens": "".join(person.everything_seen), "pictures": "".join(pictures), "streams": said, **written_below(tmp_path)}
    found = [(place, number) for place, text in places.items() for number, secret in enumerate(secrets) if secret.reveal() in text]
    assert found == []
    # The search finds what is there: the stores hold what they are made to hold.
    assert keyring.private["phone"].reveal() in Path("phone.conf").read_text()


@pytest.mark.slow
def test_a_crash_while_the_keys_are_shown_tells_none_of_them(monkeypatch, capsys):
    seen = []

    def crash(dialog: HandOver, text: str) -> None:
        content = dialog.file.artefact.content()
        seen.append(content.split("PrivateKey = ")[1][:44])
        raise RuntimeError(content)

    app = WizardApp(Draft(DOCUMENT), Tools(), begin_at="files")

    async def press(pilot):
        person = Person(app, pilot)
        await person.sees("Hand over a point's file")
        await person.press("h")
        await person.sees("Show keys")
        await person.clicks("#show")
        await person.press("right", "enter")
        monkeypatch.setattr(HandOver, "_say", crash)
        await person.waits(lambda: not app.screen.query("#show.-active"))
        await pilot.click("#show")

    app.run(headless=True, auto_pilot=press)
    written = "".join(capsys.readouterr())
    assert "The wizard broke (RuntimeError)" in written
    assert seen
    assert seen[0] not in written


async def test_a_private_key_of_ours_is_refused_where_a_point_brings_its_public_one():
    async with sit_down(draft=Draft(DOCUMENT), begin_at="files") as person:
        private = person.app.draft.keyring.private["laptop"].reveal()
        points = [DOCUMENT["points"][0], {**DOCUMENT["points"][1], "public_key": private}]
        person.app.draft = person.app.draft.with_document({**DOCUMENT, "points": points})
        await person.press("ctrl+s")
        await person.sees("Point 2 · laptop", "× this is the private key of laptop; write the public key")


async def test_secrets_of_another_lock_stop_the_way_and_the_lock_stays():
    site, _ = sitefile.read(DOCUMENT)
    mine, other = (complete_keyring(site, Keyring(), Lock()) for _ in range(2))
    profiles.save_site("home.yaml", DOCUMENT)
    profiles.save_lock("home.yaml", remember(Lock(), other))
    profiles.save_keys("home.yaml", mine, Secret(PASSPHRASE))
    lock = Path("home.lock").read_bytes()
    async with sit_down(draft=open_site("home.yaml", Secret(PASSPHRASE)), begin_at="strategy") as person:
        await person.press("f3")
        await person.sees("7 of 9 · Files", "× The keys do not fit")
        for key in ("ctrl+n", "ctrl+s"):
            await person.press(key)
            await person.sees("7 of 9 · Files", "does not belong to the lock's", "the sign × stops the way")
    assert Path("home.lock").read_bytes() == lock
