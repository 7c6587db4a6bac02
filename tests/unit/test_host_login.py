"""Logging in to servers and with keys that no sshd would give: a server of paramiko's on the loopback."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest
from msgspec.structs import replace

from tests.system.apply_support import Answers
from wgwizard.cli.asking import TerminalAsk
from wgwizard.errors import RemoteError, UsageError
from wgwizard.host import authentication, key_files, launch
from wgwizard.host.channel import ConnectionLostError
from wgwizard.host.connecting import connect
from wgwizard.host.key_files import KeyFile
from wgwizard.host.logins import Logins
from wgwizard.host.userauth import Transport
from wgwizard.secret import Secret
from wgwizard.target import Target


class Server(paramiko.ServerInterface):
    """Takes what `methods` names; each round of questions is empty, and the next one follows."""

    def __init__(self, methods: str) -> None:
        self.methods = methods

    def get_allowed_auths(self, username: str) -> str:
        return self.methods

    def check_auth_none(self, username: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if self.methods == "none" else paramiko.AUTH_FAILED

    def check_auth_interactive(self, username: str, submethods: str) -> paramiko.InteractiveQuery:
        return paramiko.InteractiveQuery("", "")

    def check_auth_interactive_response(self, responses: list[str]) -> paramiko.InteractiveQuery:
        return paramiko.InteractiveQuery("", "")


@contextmanager
def server(methods: str, known_hosts: Path) -> Iterator[int]:
    """Such a server with its key in `known_hosts`; gives its port."""
    key = paramiko.ECDSAKey.generate()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        known_hosts.write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n")

        def serve() -> None:
            transport = paramiko.Transport(listening.accept()[0])
            transport.add_server_key(key)
            transport.start_server(server=Server(methods))

        threading.Thread(target=serve, daemon=True).start()
        yield port


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without this machine's ssh, agent and keys."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


def test_a_server_that_goes_away_as_soon_as_one_is_logged_in_is_lost_and_nothing_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in = authentication.Authentication.run

    def run(self: authentication.Authentication) -> Transport:
        transport = log_in(self)
        transport.sock.close()
        while transport.is_active():
            time.sleep(0.01)
        return transport

    monkeypatch.setattr(authentication.Authentication, "run", run)
    known = tmp_path / "known"
    with server("none", known) as port, pytest.raises(ConnectionLostError):
        connect(Target(f"me@127.0.0.1:{port}", known_hosts=str(known)), Answers(), Logins()).run(launch.as_user("true"), timeout=1.0)


def test_a_server_that_asks_without_end_is_left(tmp_path: Path) -> None:
    known = tmp_path / "known"
    with server("keyboard-interactive", known) as port, pytest.raises(RemoteError, match="after 20 rounds it has not decided") as caught:
        connect(Target(f"me@127.0.0.1:{port}", known_hosts=str(known)), Answers(), Logins())
    assert f"ssh -o PreferredAuthentications=keyboard-interactive -p {port} me@127.0.0.1" in caught.value.hint


@pytest.mark.parametrize("named", [True, False])
def test_a_key_that_is_gone_since_it_was_found_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool) -> None:
    """Taken away between the look and the reading, whether the command line names it or it is one of the usual ones."""
    known, path = tmp_path / "known", tmp_path / ".ssh" / "id_ecdsa"
    path.parent.mkdir()
    paramiko.ECDSAKey.generate().write_private_key_file(str(path))
    usual = authentication.key_files.look

    def look(file: Path) -> KeyFile:
        found = usual(file)
        file.unlink()
        return found

    monkeypatch.setattr(key_files, "look", look)
    target = Target("", str(path) if named else None, str(known))
    with server("publickey", known) as port, pytest.raises(RemoteError, match="id_ecdsa cannot be read any more: No such file") as caught:
        connect(Target(f"me@127.0.0.1:{port}", target.identity, target.known_hosts), Answers(), Logins())
    assert caught.value.hint == f"See whether it is still there: ls -l {path}"


def test_where_nobody_can_be_asked_for_a_password_the_keys_that_were_tried_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, path = tmp_path / "known", tmp_path / "locked"
    paramiko.ECDSAKey.generate().write_private_key_file(str(path), password="right")
    monkeypatch.setattr("wgwizard.cli.asking.has_terminal", lambda: False)
    target = Target("", str(path), str(known), key_passphrase=Secret("wrong"))
    with server("publickey,password", known) as port, pytest.raises(UsageError, match="asks for the password of me") as caught:
        connect(replace(target, address=f"me@127.0.0.1:{port}"), TerminalAsk(yes=True), Logins())
    assert f"Not used: {path} is locked by a passphrase (1 wrong)." in caught.value.message
    assert caught.value.hint == f"Unlock it into the agent first: ssh-add {path}; or add --ssh-password-file FILE, or log in by key"


def test_a_jump_host_that_fails_is_said_to_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text('#!/bin/sh\ncase "$*" in *beta) echo proxyjump 127.0.0.1:1 ;; esac\n')
    ssh.chmod(0o755)
    with pytest.raises(RemoteError) as caught:
        connect(Target("beta"), Answers(), Logins())
    said = "On the way to beta, at a jump host of ssh's configuration: 127.0.0.1 port 1 cannot be reached"
    assert caught.value.message.startswith(said)
