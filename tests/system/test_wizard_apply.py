"""The wizard itself, applied to a real host: what its pages promise is what then stands there."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.screens.person import Person, sit_down
from tests.system.apply_support import ADDRESS
from tests.system.lab import base
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from wgwizard import profiles
from wgwizard.host.connector import SshConnector
from wgwizard.target import Target
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools

pytestmark = pytest.mark.live

SITE = {
    "version": 1,
    "name": "lab",
    "site": {"networks": ["192.168.200.0/24"], "routes": "none"},
    "host": {"addresses": ["192.168.200.2/24"], "endpoint": "192.168.200.2:51820", "ssh": ADDRESS},
    "points": [{"name": "laptop"}, {"name": "phone"}],
    "needs": {"opens": "points", "tell_points_apart": False},
}


async def to_the_changes(person: Person, host: LabHost) -> None:
    """From the recommendation to the list of changes: saved, logged in, the host's key compared, the password given."""
    await person.sees("Recommended: Masquerade")
    await person.press("ctrl+n", "ctrl+n", "ctrl+n")
    await person.sees("A passphrase for the keys")
    for _ in range(2):
        await person.pastes("a passphrase of the lab")
        await person.press("enter")
    await person.sees("Apply to " + ADDRESS)
    await person.press("enter")
    await person.sees("Is this Host β?", fingerprint(host))
    await person.press("right", "enter")
    await person.sees("The sudo password of")
    await person.pastes(base.SUDO_PASSWORD)
    await person.press("enter")
    await person.sees("on Host β; nothing is changed yet")


def fingerprint(host: LabHost) -> str:
    return host.sh("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split()[1]


def run(steps: Callable[[Person], object], client_key: str, known_hosts: Path) -> list[str]:
    """Sit down at the recommendation of SITE and do the steps; gives every screen that was seen."""

    async def session() -> list[str]:
        login = Target("", client_key, str(known_hosts), confirm_timeout=30.0)
        async with sit_down(tools=Tools(SshConnector(), login=login), draft=Draft(SITE), begin_at="strategy") as person:
            await steps(person)
            return person.everything_seen

    return asyncio.run(session())


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_the_wizard_puts_its_plan_on_the_host_and_waits_for_the_points(
    make_beta: Callable[..., LabHost], client_key: str, tmp_path: Path
) -> None:
    host = make_beta(sudo="password", enable=("nftables.service",))

    async def steps(person: Person) -> None:
        await to_the_changes(person, host)
        await person.press("tab", "enter")
        await person.sees("✓ Host β is as planned.", "✓ look once more")
        await person.press("ctrl+n")
        await person.sees("What each point's owner does now")
        await person.press("enter")
        await person.sees("files written below lab/")
        await person.press("tab", "tab", "enter")
        await person.sees("○ laptop: no handshake yet", "○ phone: no handshake yet")

    seen = run(steps, client_key, tmp_path / "known_hosts")

    keyring = profiles.load_keys("lab.yaml", None)
    lock = profiles.load_lock("lab.yaml")
    assert keyring.private == {}
    assert host.sh("wg show wg0 public-key").strip() == lock.public_keys["host"]
    assert {line.split()[0] for line in host.sh("wg show wg0 allowed-ips").splitlines()} == {
        lock.public_keys["laptop"],
        lock.public_keys["phone"],
    }
    assert "masquerade" in host.sh("nft list table inet wgwizard_wg0")
    assert f"PublicKey = {lock.public_keys['host']}" in (tmp_path / "lab/laptop/etc/wireguard/wg0.conf").read_text()
    assert base.SUDO_PASSWORD not in "".join(seen)
    assert host.read("/etc/wireguard/wg0.conf").split("PrivateKey = ")[1].split()[0] not in "".join(seen)


def test_no_leaves_the_host_as_it_was(make_beta: Callable[..., LabHost], client_key: str, tmp_path: Path) -> None:
    host = make_beta(sudo="password", enable=("nftables.service",))
    host.sh("install -o admin -g admin -m 0644 /dev/null /home/admin/.sudo_as_admin_successful")
    before = take(host)

    async def steps(person: Person) -> None:
        await to_the_changes(person, host)
        await person.press("escape")
        await person.sees("9 of 9 · Apply", "×")

    run(steps, client_key, tmp_path / "known_hosts")
    assert before.differences(take(host)) == []
