"""Each way in which a login can fail is told apart, with what was tried and what to do."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.ssh_support import authorize, configure_ssh, make_key, public_of, set_up_sshd
from wgwizard.errors import RemoteError

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]


def failure(client: Client) -> tuple[str, str]:
    """The message and the hint with which a look at the host ends."""
    with pytest.raises(RemoteError) as caught:
        client.apply(dry_run=True)
    return caught.value.message, caught.value.hint


def test_addresses_that_lead_nowhere(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    cases = {
        "admin@no-such-name.invalid": ("No address is known for no-such-name.invalid", "~/.ssh/config"),
        "admin@192.168.200.2:2": ("port 2 cannot be reached: it refuses the connection", "systemctl status ssh"),
        "admin@192.168.200.77": ("cannot be reached: No route to host", "ping 192.168.200.77"),
        "admin@203.0.113.9": ("cannot be reached: Network is unreachable", "ping 203.0.113.9"),
    }
    for client.address, (words, hint) in cases.items():
        message, what_to_do = failure(client)
        assert (words in message, hint in what_to_do) == (True, True), (message, what_to_do)


@pytest.fixture
def server(own_network: None) -> Iterator[Callable[[bytes], int]]:
    """server(what): something at a port of this computer that says `what` and hangs up."""
    listening: list[socket.socket] = []

    def start(what: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listening.append(listener)

        def serve() -> None:
            connection, _ = listener.accept()
            with closing(connection):
                connection.sendall(what)
                connection.recv(100)

        threading.Thread(target=serve, daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for listener in listening:
        listener.close()


@pytest.mark.parametrize("what", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"Exceeded MaxStartups\r\n"])
def test_what_is_no_ssh_server_or_hangs_up(beta: LabHost, make_client: MakeClient, server: Callable[[bytes], int], what: bytes) -> None:
    client = make_client(beta)
    client.address = f"admin@127.0.0.1:{server(what)}"
    message, hint = failure(client)
    assert "hung up before it said that it is an SSH server" in message
    assert ("Is it the SSH port?" in hint, "MaxStartups" in hint) == (True, True)


def test_keys_that_cannot_be_used_are_named_with_the_reason(
    beta: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_to_all, refused = make_key(tmp_path / "open"), make_key(tmp_path / "refused")
    open_to_all.chmod(0o644)
    (tmp_path / "putty.ppk").write_text("PuTTY-User-Key-File-3: ssh-ed25519\n")
    (tmp_path / "dsa").write_text("-----BEGIN DSA PRIVATE KEY-----\nMIIB\n-----END DSA PRIVATE KEY-----\n")
    (tmp_path / "dsa").chmod(0o600)
    names = ("open", "putty.ppk", "dsa", "refused.pub", "absent", "refused")
    configure_ssh(monkeypatch, tmp_path, "Host *\n" + "".join(f" IdentityFile {tmp_path}/{name}\n" for name in names))
    set_up_sshd(beta, "PasswordAuthentication no")
    client = make_client(beta)
    client.identity = None
    message, hint = failure(client)
    assert message.splitlines() == [
        "admin@192.168.200.2 does not let admin in by key.",
        f"Refused: {refused}.",
        f"Not used: {open_to_all} can be read by other users (mode 0644).",
        f"Not used: {tmp_path}/putty.ppk is in PuTTY's format.",
        f"Not used: {tmp_path}/dsa is a DSA key, which SSH no longer takes.",
        f"Not used: {refused}.pub is a public key, and the agent has no private one for it.",
        "The host lets in by: publickey.",
    ]
    assert hint == f"Make it yours alone: chmod 600 {open_to_all}"
    for name, words in (("open", "chmod 600"), ("putty.ppk", "puttygen"), ("dsa", "ssh-keygen -t ed25519")):
        client.identity = str(tmp_path / name)
        assert words in failure(client)[1]


LOGINS = {
    "no shell": ("usermod -s /usr/sbin/nologin admin", "has no shell", "usermod -s /bin/sh admin"),
    "a restricted shell": ("ln -s bash /bin/rbash; usermod -s /bin/rbash admin", "has a restricted shell", "/bin/bash"),
    "an expired password": ("chage -d 0 admin", "must change an expired password first", "ssh admin@192.168.200.2"),
}


@pytest.mark.parametrize("name", LOGINS)
def test_a_login_for_which_nothing_runs_is_explained(beta: LabHost, make_client: MakeClient, name: str) -> None:
    script, words, hint = LOGINS[name]
    beta.sh(script)
    message, what_to_do = failure(make_client(beta))
    assert words in message, message
    assert hint in what_to_do


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('command="echo only the backup",restrict {key}', r"runs something else .* only the backup"),
        ('command="internal-sftp" {key}', "may only transfer files|runs something else"),
    ],
)
def test_a_forced_command_is_explained(beta: LabHost, make_client: MakeClient, tmp_path: Path, line: str, words: str) -> None:
    key = make_key(tmp_path / "key")
    authorize(beta, line.format(key=public_of(key)))
    client = make_client(beta)
    client.identity = str(key)
    assert re.search(words, failure(client)[0])


def test_an_expired_account_is_said_in_the_hosts_words(beta: LabHost, make_client: MakeClient) -> None:
    beta.sh("chage -E 1 admin")
    assert "account has expired" in failure(make_client(beta))[0]


def test_a_shell_that_greets_does_not_matter(beta: LabHost, make_client: MakeClient) -> None:
    beta.write("/home/admin/.bashrc", "echo welcome; echo '@ done arm'; echo careful >&2\n")
    beta.write("/etc/motd", "be nice\n")
    assert make_client(beta).apply().state == "applied"
