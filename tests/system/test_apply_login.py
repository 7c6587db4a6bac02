"""Logging in to a host to apply: host keys known, unknown, changed and revoked, and sudo with and without a password."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.apply_support import Answers, Client
from tests.system.lab import base
from tests.system.lab.host import LabHost
from wgwizard.errors import RemoteError

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]


def test_a_fingerprint_given_beforehand_is_accepted_and_another_one_is_not(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta, accept_host_key=("SHA256:" + "A" * 43,))
    client.known_hosts.unlink()
    with pytest.raises(RemoteError, match="not the SHA256:AAAA"):
        client.apply(dry_run=True)
    client.accept_host_key = (beta.sh("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split()[1],)
    client.apply(dry_run=True)
    assert client.answers.host_keys == []


def test_sudo_asks_again_after_a_wrong_password_and_never_once_it_had_the_right_one(
    make_beta: Callable[..., LabHost], make_client: MakeClient
) -> None:
    beta = make_beta(sudo="password")
    client = make_client(beta, answers=Answers(password=("mistyped", base.SUDO_PASSWORD)))
    client.apply()
    client.handshakes()
    client.uninstall()
    assert len(client.answers.passwords_asked) == 2


def test_sudo_logs_neither_script_nor_secret(make_beta: Callable[..., LabHost], make_client: MakeClient) -> None:
    beta = make_beta(sudo="password")
    client = make_client(beta, answers=Answers(password=base.SUDO_PASSWORD))
    client.apply()
    log = beta.sh("journalctl --no-pager")
    assert "COMMAND=/usr/bin/sh -c" in log
    assert "main()" not in log
    assert base.SUDO_PASSWORD not in log
    secrets = [*client.keyring.private.values(), *client.keyring.preshared.values()]
    assert [secret for secret in secrets if secret.reveal() in log] == []


@pytest.mark.parametrize("rule", ["admin ALL=(ALL) /usr/bin/true", "admin ALL=(ALL) NOPASSWD: /usr/bin/true", ""])
def test_a_sudo_that_lets_one_do_little_or_nothing_is_said(make_beta: Callable[..., LabHost], make_client: MakeClient, rule: str) -> None:
    beta = make_beta(sudo="password")
    beta.write("/etc/sudoers.d/admin", f"{rule}\n", mode=0o440)
    client = make_client(beta, answers=Answers(password=base.SUDO_PASSWORD))
    with pytest.raises(RemoteError, match=r"sudo does not let admin@192.168.200.2 be root: .*(not allowed to execute|sudoers)") as caught:
        client.apply(dry_run=True)
    assert "`admin ALL=(ALL) ALL`" in caught.value.hint


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An SSH agent without keys, and a home without any; the home."""
    socket = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    while not socket.exists():
        assert process.poll() is None
    yield tmp_path
    process.terminate()
    process.wait()


def test_the_agents_key_lets_us_in(beta: LabHost, make_client: MakeClient, client_key: str, agent: Path) -> None:
    client = make_client(beta)
    client.identity = None
    with pytest.raises(RemoteError, match="does not let admin in by key"):
        client.apply(dry_run=True)
    subprocess.run(["ssh-add", "-q", client_key], check=True)
    assert client.apply(dry_run=True).state == "preview"


def test_an_agent_full_of_other_keys_leaves_room_for_the_key_in_the_home(
    beta: LabHost, make_client: MakeClient, client_key: str, agent: Path
) -> None:
    for number in range(6):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(agent / f"other{number}")], check=True)
        subprocess.run(["ssh-add", "-q", str(agent / f"other{number}")], check=True)
    shutil.copy(client_key, agent / ".ssh/id_ed25519")
    client = make_client(beta)
    client.identity = None
    assert client.apply(dry_run=True).state == "preview"
