"""The conversation (`--plain`), applied to a real host: what it asks on the way, and what then stands there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.front_ends.test_conversation import PASSPHRASE, Scripted
from tests.system.apply_support import ADDRESS
from tests.system.lab import base
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.test_wizard_apply import SITE
from wgwizard import profiles
from wgwizard.host.connector import SshConnector
from wgwizard.prompts import converse
from wgwizard.secret import Secret
from wgwizard.target import Target
from wgwizard.wizard.tools import Tools

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def talked(talk: Scripted, client_key: str, tmp_path: Path) -> None:
    """The whole conversation from SITE on; every answer was asked for."""
    login = Target("", client_key, str(tmp_path / "known_hosts"), confirm_timeout=30.0)
    converse(talk, Tools(SshConnector(), login=login), document=SITE)
    assert talk.answers == []


def test_a_conversation_puts_its_plan_on_the_host(make_beta: Callable[..., LabHost], client_key: str, tmp_path: Path) -> None:
    host = make_beta(sudo="password", enable=("nftables.service",))
    talk = Scripted(
        ("What next?", "on"),
        ("What next?", "apply"),
        ("Is this Host β?", "y"),
        ("Make these changes?", "y"),
        ("What next?", "write"),
        ("What next?", "look"),
        ("What next?", "prove"),
        ("What next?", "leave"),
        secrets=(PASSPHRASE, PASSPHRASE, Secret(base.SUDO_PASSWORD)),
    )
    talked(talk, client_key, tmp_path)

    keys = profiles.load_lock("lab.yaml").public_keys
    assert host.sh("wg show wg0 public-key").strip() == keys["host"]
    assert {line.split()[0] for line in host.sh("wg show wg0 allowed-ips").splitlines()} == {keys["laptop"], keys["phone"]}
    assert "masquerade" in host.sh("nft list table inet wgwizard_wg0")
    assert f"PublicKey = {keys['host']}" in (tmp_path / "lab/laptop/etc/wireguard/wg0.conf").read_text()
    assert "laptop: no handshake yet" in talk.everything
    assert "✓ the site's router (192.168.200.254): answers" in talk.everything
    assert base.SUDO_PASSWORD not in talk.everything


def test_a_no_in_a_conversation_leaves_the_host_as_it_was(make_beta: Callable[..., LabHost], client_key: str, tmp_path: Path) -> None:
    host = make_beta(sudo="password", enable=("nftables.service",))
    host.sh("install -o admin -g admin -m 0644 /dev/null /home/admin/.sudo_as_admin_successful")
    before = take(host)
    talk = Scripted(
        ("What next?", "on"),
        ("What next?", "apply"),
        ("Is this Host β?", "y"),
        ("Make these changes?", "n"),
        ("What next?", "on"),
        secrets=(PASSPHRASE, PASSPHRASE, Secret(base.SUDO_PASSWORD)),
    )
    talked(talk, client_key, tmp_path)
    assert before.differences(take(host)) == []
    assert ADDRESS in talk.everything
