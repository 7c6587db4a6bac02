"""Applying from the wizard. FakeConnector stands in for a real host; the live one is in tests/system."""

import signal
import threading
from pathlib import Path

import pytest

from screens import done
from screens.apply import progress
from tests.screens.fake_connector import FINGERPRINT, HOST_PUBLIC_KEY, FakeConnector
from tests.screens.person import Person, matches_golden, sit_down
from wgwizard import profiles
from wgwizard.applying import Event, State, Step
from wgwizard.wizard.draft import Draft

SUDO = "sudo-PASSWORD-of-admin"
PASSPHRASE = "quiet anvil marble thistle"
OFFICE = {
    "version": 1,
    "name": "office",
    "site": {"networks": ["192.168.1.0/24"], "routes": ["router", "dhcp"]},
    "host": {"addresses": ["192.168.1.10/24"], "endpoint": "vpn.b.home.arpa:51820", "ssh": "admin@192.168.1.10"},
    "points": [{"name": "laptop"}],
    "needs": {"opens": "points", "tell_points_apart": False},
}


async def to_the_apply_page(person: Person) -> None:
    await person.press("ctrl+n", "ctrl+n", "ctrl+n")
    await person.sees("A passphrase for the keys")
    await person.pastes(PASSPHRASE)
    await person.press("enter")
    await person.pastes(PASSPHRASE)
    await person.press("enter")
    await person.sees("9 of 9 · Apply", "Apply to admin@192.168.1.10")


async def to_the_changes(person: Person) -> None:
    await person.press("enter")
    await person.sees("Is this Host β?", FINGERPRINT)
    await person.press("right", "enter")
    await person.sees("The sudo password of admin@192.168.1.10")
    await person.pastes(SUDO)
    await person.press("enter")
    await person.sees("2 changes on Host β; nothing is changed yet", "+table inet wgwizard_wg0 {}")
    await person.press("down")
    await person.sees(
        "+ create  the tunnel, its addresses, keys and points: /etc/wireguard/wg0.conf", "[Interface]", "+PrivateKey = (hidden)"
    )


async def test_a_signal_amid_an_apply_says_what_becomes_of_the_host():
    async with sit_down(FakeConnector(), draft=Draft(OFFICE), begin_at="strategy") as person:
        await to_the_apply_page(person)
        await to_the_changes(person)
        await person.press("tab", "enter")
        await person.sees("● switch over")
        person.app.on_signal(signal.SIGHUP)
        await person.waits(lambda: person.app.return_code is not None)
    said = person.app.parting
    assert said.index("Host β was being changed: it goes back by itself") < said.index("Everything is saved in")
    assert max(map(len, said.splitlines())) < 80


@pytest.mark.slow
async def test_apply_asks_shows_how_far_it_is_and_ends_with_what_the_owners_do():
    host = FakeConnector()
    async with sit_down(host, draft=Draft(OFFICE), begin_at="strategy") as person:
        await to_the_apply_page(person)
        matches_golden("apply-before.txt", person.read())
        await to_the_changes(person)
        matches_golden("apply-changes.txt", person.read())
        await person.press("tab", "enter")
        await person.sees("● switch over", "undo in 1:1", "✓ arm the undo", "○ connect afresh", "the host goes back to how it was")
        assert host.applied == []
        await person.press("ctrl+n")
        await person.sees("9 of 9 · Apply")
        await person.press("ctrl+q")
        await person.sees("Host β is being changed right now.")
        await person.press("escape", "escape")
        await person.sees("8 of 9 · Save")
        await person.press("ctrl+q")
        await person.sees("Host β is being changed right now.")
        await person.press("escape", "ctrl+n")
        await person.sees("9 of 9 · Apply", "✓ arm the undo on the host  if anything goes wrong,", "    Apply again\n")
        host.go_on.set()
        await person.sees("✓ Host β is as planned.", "! ufw is active: 2 rules were added")
        person.sees_no("undo in")
        matches_golden("apply-after.txt", person.read())
        await person.press("ctrl+n")
        await person.sees("✓ Apply", "What each point's owner does now", "wg0.conf")
        assert (host.applied, [target.address for target in host.targets]) == (["masquerade"], ["admin@192.168.1.10"])
        assert [secret is not None and secret.reveal() for secret in host.sudo] == [SUDO]
        assert profiles.load_lock("office.yaml").public_keys["host"] == HOST_PUBLIC_KEY
        await person.press("enter")
        person.sees_no("Host β is not as these answers say")
        await person.sees("files written below office/", "keep office/ to yourself")
        await person.press("pageup")
        written = [path for path in Path().rglob("*.conf") if "laptop" in path.parts]
        assert [path.stat().st_mode & 0o777 for path in written] == [0o600]
        assert f"PublicKey = {HOST_PUBLIC_KEY}" in written[0].read_text()
        host.handshake_of = person.app.draft.keyring.public["laptop"]
        await person.press("tab", "tab", "enter")
        await person.sees("✓ laptop: handshake 3 s ago")
        await person.clicks("#prove")
        await person.sees("! peer laptop is missing", "! nas, tcp 443: never answers")
    seen = "".join(person.everything_seen)
    secrets = [*person.app.draft.keyring.private.values(), *person.app.draft.keyring.preshared.values()]
    assert [text for text in (SUDO, PASSPHRASE, *(secret.reveal() for secret in secrets)) if text in seen] == []


@pytest.mark.slow
async def test_a_failure_says_that_the_host_went_back_and_lets_one_try_again():
    host = FakeConnector(fails_at=Step.ACTIVATE)
    host.go_on.set()
    async with sit_down(host, draft=Draft(OFFICE), begin_at="strategy") as person:
        await to_the_apply_page(person)
        await to_the_changes(person)
        await person.press("tab", "enter")
        await person.sees(
            "× the tunnel did not come up, so the host went back to how it was", "journalctl -u wg-quick@wg0", "× switch over"
        )
        person.sees_no("undo in")
        matches_golden("apply-failed.txt", person.read())
        assert host.applied == []
        await person.press("ctrl+n")
        await person.sees("✓ Save × Apply", "applying them failed: go back to Apply")
        await person.press("escape")
        await person.sees("● Apply", "× switch over")
        await person.press("escape")
        await person.sees("● Save × Apply")
        await person.press("ctrl+n")
        await person.sees("● Apply", "Apply again")
        host.fails_at = None
        await to_the_changes(person)
        await person.press("tab", "enter")
        await person.sees("✓ Host β is as planned.")
        await person.press("ctrl+n")
        await person.sees("✓ Save ✓ Apply")
    assert host.applied == ["masquerade"]


async def test_a_failed_apply_is_a_failed_step_and_one_that_was_refused_a_skipped_one():
    failing = FakeConnector(fails_at=Step.ACTIVATE)
    failing.go_on.set()
    saved = Draft(OFFICE, path="office.yaml", saved=OFFICE)
    for host, keys, said in ((failing, ("tab", "enter"), "× Apply (failed)"), (FakeConnector(), ("escape",), "- Apply")):
        async with sit_down(host, draft=saved, begin_at="apply", size=(100, 24)) as person:
            await to_the_changes(person)
            await person.press(*keys)
            await person.sees("Apply again")
            await person.press("ctrl+n")
            await person.sees("Done", said)


async def test_the_help_and_the_main_action_agree_whether_to_apply():
    async with sit_down(FakeConnector(), draft=Draft(OFFICE), begin_at="apply") as person:
        await person.sees("▸Apply now")
        await person.press("f1")
        await person.sees("When unsure, apply:", "going on without loses nothing")
    async with sit_down(draft=Draft(OFFICE), begin_at="apply") as person:
        await person.sees("▸Go on ▶")
        await person.press("f1")
        await person.sees("The next page says what to do by hand", "When unsure, go on:")


@pytest.mark.slow
async def test_an_unknown_host_key_is_refused_by_habit():
    """Enter alone must not trust a key, nor change a host."""
    host = FakeConnector()
    async with sit_down(host, draft=Draft(OFFICE), begin_at="strategy") as person:
        await to_the_apply_page(person)
        await person.press("enter")
        await person.sees("Is this Host β?")
        await person.press("enter")
        await person.sees("× the host key was not accepted")
    assert host.sudo == []


async def test_what_to_know_before_stands_above_the_changes():
    warning = (
        "The host's own firewall drops what comes out of the tunnel (ip filter FORWARD, policy drop). Allow it: ufw route allow in on wg0"
    )
    async with sit_down(FakeConnector(warns=(warning,)), draft=Draft(OFFICE), begin_at="strategy") as person:
        await to_the_apply_page(person)
        await person.press("enter")
        await person.sees("Is this Host β?")
        await person.press("right", "enter")
        await person.sees("The sudo password of admin@192.168.1.10")
        await person.pastes(SUDO)
        await person.press("enter")
        await person.sees("2 changes on Host β; nothing is changed yet", "! The host's own firewall", "Allow it: ufw route allow in on wg0")
        await person.press("down")
        await person.sees("+table inet wgwizard_wg0 {}")


@pytest.mark.slow
async def test_no_to_the_changes_changes_nothing():
    host = FakeConnector()
    async with sit_down(host, draft=Draft(OFFICE), begin_at="strategy") as person:
        await to_the_apply_page(person)
        await to_the_changes(person)
        await person.press("escape")
        await person.sees("× nothing was changed")
    assert host.applied == []


@pytest.mark.slow
async def test_apply_can_be_skipped_and_the_files_then_say_what_they_lack():
    host = FakeConnector()
    async with sit_down(host, draft=Draft(OFFICE), begin_at="strategy") as person:
        await to_the_apply_page(person)
        await person.press("ctrl+n")
        undone, way_in = "Host β is not as these answers say", "the only way in: UDP port 51820 -> 192.168.1.10 port 51820"
        await person.sees("✓ Save", "- Apply", undone, "wgwizard apply", way_in)
        await person.press("pagedown")
        await person.sees("Apply first")
        await person.sees("its file is not complete yet, missing: Host β's public key")
        person.sees_no("sudo install")
        await person.press("enter")
        await person.sees("○ not complete yet: laptop")
    assert host.targets == []
    assert [path for path in Path().rglob("*.conf") if "laptop" in path.parts] == []


@pytest.mark.slow
async def test_without_a_login_the_files_come_with_a_script_that_installs_them():
    """The host's LAN interface is not known here and its key is made there, so that only the script can finish its files."""
    by_hand = {"addresses": ["192.168.1.10/24"], "endpoint": "vpn.b.home.arpa:51820", "keys": "host"}
    draft = Draft({**OFFICE, "host": by_hand}, path="office.yaml")
    async with sit_down(draft=draft, begin_at="done") as person:
        await person.sees("What to do on Host β", "there: sudo sh host/install.sh")
        await person.press("enter")
        await person.sees("files written below office/", "○ not complete yet: laptop")
        person.sees_no("host.interface")
    on_host = {str(path.relative_to("office/host")) for path in Path("office/host").rglob("*") if path.is_file()}
    assert "install.sh" in on_host
    assert not {"etc/wireguard/wg0.conf", "etc/sysctl.d/60-wgwizard-wg0.conf"} & on_host
    script = Path("office/host/install.sh")
    assert script.stat().st_mode & 0o777 == 0o700
    assert "put '/etc/wireguard/wg0.conf' 0600 with_key <<" in script.read_text()
    assert "put '/etc/sysctl.d/60-wgwizard-wg0.conf' 0644 settings <<" in script.read_text()


@pytest.mark.slow
class Counting(FakeConnector):
    """Counts how often it is looked at."""

    looks = 0

    def handshakes(self, interface, target, ask):
        self.looks += 1
        return {}


@pytest.mark.slow
async def test_the_last_page_looks_in_one_loop_and_only_while_it_is_shown(monkeypatch):
    host, answer = Counting(), threading.Event()
    monkeypatch.setattr(done, "EVERY", 0.02)
    Path("site").write_text("a file where the folder would be")
    async with sit_down(host, draft=Draft(OFFICE), begin_at="done") as person:
        await person.clicks("#wait")
        await person.waits(lambda: host.looks > 2)
        await person.clicks("#write")
        await person.sees("× ")
        page = person.app.page
        assert page.waiting
        await person.press("escape")
        await person.sees("9 of 9")
        assert not page.waiting
        looked = host.looks
        assert not answer.wait(0.2)
        assert host.looks <= looked + 1  # the look that was under way
        await person.press("ctrl+n")
        await person.clicks("#wait")
        await person.waits(lambda: host.looks > looked + 2)


def test_every_step_of_an_apply_has_its_line():
    lines = progress({step: Event(step, State.FAILED, f"told of {step}") for step in Step}, 80).splitlines()
    assert [line.split("told of ")[1] for line in lines] == [step.value for step in Step]
    assert {line[0] for line in lines} == {"×"}
