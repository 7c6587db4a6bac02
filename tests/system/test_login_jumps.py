"""Logging in through other hosts: jump hosts, each with its own login and host key, and ssh's ProxyCommand."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.apply_support import Answers, Client
from tests.system.lab import base
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.ssh_support import PASSPHRASE, authorize, configure_ssh, make_key, public_of, set_up_sshd
from wgwizard.applying import Event, State, Step
from wgwizard.errors import RemoteError

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]
MakeBeta = Callable[..., LabHost]


def accepted(host: LabHost) -> list[str]:
    """From where somebody was let in, in order; a session that ends at once may lose its unit in the journal, not its program."""
    log = host.sh("journalctl --sync; journalctl -t sshd --no-pager -o cat")
    return [line.split(" from ")[1].split()[0] for line in log.splitlines() if line.startswith(("Accepted publickey", "Accepted password"))]


@pytest.fixture
def jump(beta: LabHost, make_beta: MakeBeta) -> LabHost:
    """A second host, at .3, with a host key of its own."""
    host = make_beta()
    host.sh("rm /etc/ssh/ssh_host_*; ssh-keygen -q -A; systemctl restart ssh")
    return host


def through(client: Client, config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The client with this configuration of ssh, β being called beta in it, and no known host."""
    configure_ssh(monkeypatch, tmp_path, f"Host beta\n HostName 192.168.200.2\n User admin\n IdentityFile {client.identity}\n{config}")
    client.identity, client.address = None, "beta"
    assert client.known_hosts is not None
    client.known_hosts.unlink(missing_ok=True)
    return client


def test_each_host_on_the_way_has_its_own_login_and_host_key(
    beta: LabHost, jump: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_key(tmp_path / "jump-key", passphrase=PASSPHRASE)
    authorize(jump, public_of(key))
    config = f" ProxyJump near\nHost near\n HostName 192.168.200.3\n User admin\n IdentityFile {key}\n IdentitiesOnly yes\n"
    client = through(make_client(beta, answers=Answers(passphrase=PASSPHRASE)), config, tmp_path, monkeypatch)
    assert client.apply().state == "applied"
    assert [(one.host, one.on_the_way) for one in client.answers.host_keys] == [("192.168.200.3", True), ("192.168.200.2", False)]
    assert client.answers.passphrases_asked == [str(key)]
    assert accepted(beta) == ["192.168.200.3"] * 2  # the change is confirmed over a second connection, which jumps anew
    assert accepted(jump) == ["192.168.200.254"] * 2
    client.uninstall()
    assert len(client.answers.host_keys) == 2


def test_several_jump_hosts_with_a_password_and_a_port(
    beta: LabHost, jump: LabHost, make_beta: MakeBeta, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = make_beta()
    set_up_sshd(far, "Port 2222")
    authorize(jump)
    config = (
        f" ProxyJump 192.168.200.3,admin@192.168.200.4:2222\nHost 192.168.200.3\n User admin\nHost *\n IdentityFile {base.client_key()}\n"
    )
    client = through(make_client(beta, answers=Answers(login=base.SUDO_PASSWORD)), config, tmp_path, monkeypatch)
    assert client.apply().state == "applied"
    assert client.answers.logins_asked == ["admin@192.168.200.3"]
    assert (accepted(far)[0], accepted(beta)[0]) == ("192.168.200.3", "192.168.200.4")


def test_a_jump_host_whose_key_changed_is_refused_and_gets_nothing(
    beta: LabHost, jump: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = through(make_client(beta), " ProxyJump admin@192.168.200.3\n", tmp_path, monkeypatch)
    assert client.known_hosts is not None
    client.known_hosts.write_text(f"192.168.200.3 {beta.host_key}\n")
    with pytest.raises(RemoteError, match=r"host key of 192.168.200.3 changed"):
        client.apply(dry_run=True)
    assert accepted(jump) == accepted(beta) == []


def test_an_accepted_key_serves_one_host_so_that_a_jump_host_cannot_answer_in_the_next_ones_place(
    beta: LabHost, jump: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = through(
        make_client(beta), f" ProxyJump admin@192.168.200.3\nHost *\n IdentityFile {base.client_key()}\n", tmp_path, monkeypatch
    )
    own, jumps = (host.sh("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split()[1] for host in (beta, jump))
    assert own != jumps
    for name in ("ssh_host_ed25519_key", "ssh_host_ed25519_key.pub"):
        beta.write(f"/etc/ssh/{name}", jump.sh(f"cat /etc/ssh/{name}"), mode=0o600)
    beta.sh("rm -f /etc/ssh/ssh_host_rsa_key* /etc/ssh/ssh_host_ecdsa_key*; systemctl restart ssh")
    client.accept_host_key = (jumps, own)
    with pytest.raises(RemoteError, match="which a host on the way to it showed, too"):
        client.apply(dry_run=True)
    assert (len(accepted(jump)), accepted(beta)) == (1, [])
    client.accept_host_key = (jumps, jumps)
    assert client.apply(dry_run=True).state == "preview"
    assert client.answers.host_keys == []


def test_a_jump_host_that_dies_after_the_switch_leaves_the_host_to_undo_by_itself(
    beta: LabHost, jump: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = through(
        make_client(beta), f" ProxyJump admin@192.168.200.3\nHost *\n IdentityFile {base.client_key()}\n", tmp_path, monkeypatch
    )
    client.confirm_timeout = 12.0
    before = take(beta)

    def crash(event: Event) -> None:
        if (event.step, event.state) == (Step.ACTIVATE, State.DONE):
            jump.crash()

    client.on_event = crash
    began = time.monotonic()
    with pytest.raises(RemoteError, match="not confirmed"):
        client.apply()
    time.sleep(max(0.0, began + 25 - time.monotonic()))
    assert before.differences(take(beta)) == []


def test_a_jump_host_that_may_not_forward_is_said(
    beta: LabHost, jump: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_sshd(jump, "AllowTcpForwarding no")
    client = through(
        make_client(beta), f" ProxyJump admin@192.168.200.3\nHost *\n IdentityFile {base.client_key()}\n", tmp_path, monkeypatch
    )
    with pytest.raises(RemoteError, match=r"192.168.200.3 cannot reach .*192.168.200.2 port 22: .*[Aa]dministratively prohibited"):
        client.apply(dry_run=True)


def test_a_proxy_command_is_the_connection(
    beta: LabHost, jump: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = f"-F none -i {base.client_key()} -o UserKnownHostsFile={tmp_path}/proxy -o StrictHostKeyChecking=accept-new"
    config = f" ProxyCommand /usr/bin/ssh {options} -W %h:%p %r@192.168.200.3\n"
    client = through(make_client(beta), config, tmp_path, monkeypatch)
    assert client.apply().state == "applied"
    assert accepted(beta) == ["192.168.200.3"] * 2
