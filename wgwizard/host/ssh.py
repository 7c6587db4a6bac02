"""A connection to Host β by SSH: host key first, then authentication by key, then one script an exec.

Facts on paramiko 5.1 are in docs/apply.md: its own known_hosts loader, its missing TCP_NODELAY and its exit status without a
timeout are worked around here.
"""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import paramiko

from wgwizard.applying import Ask, HostKey, Target
from wgwizard.errors import CancelledError, RemoteError
from wgwizard.host import known_hosts
from wgwizard.host.address import SshAddress, parse_address
from wgwizard.host.host_keys import HostKeyFiles
from wgwizard.host.identities import Identity, identities
from wgwizard.host.launch import Command
from wgwizard.host.masking import shown
from wgwizard.host.ssh_config import Login, resolve

CONNECT_TIMEOUT = 15.0
DEAD_PEER_MILLISECONDS = 8000
STDOUT_CAP = 32 * 1024 * 1024
STDERR_CAP = 64 * 1024
_DISCONNECTED = (paramiko.SSHException, OSError, EOFError)
logging.getLogger("paramiko").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Result:
    """What a script left: its exit status and output."""

    status: int
    stdout: bytes
    stderr: bytes


class ConnectionLostError(RemoteError):
    """The connection ended or went silent while a script ran; what the host did of it is to be asked anew."""


class Connection:
    """An authenticated connection; `run` executes one script."""

    def __init__(self, transport: paramiko.Transport, login: Login, host_key: bytes) -> None:
        self._transport = transport
        self.address = login.address
        self.user = login.user
        self.host_key = host_key

    @property
    def alive(self) -> bool:
        """Whether the other side was still there a moment ago."""
        return self._transport.is_active()

    def close(self) -> None:
        """End the connection."""
        self._transport.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, command: Command, *, timeout: float, on_line: Callable[[str], None] | None = None) -> Result:
        """Execute `command` and read all of its output, at most `timeout` seconds; `on_line` gets each line as it comes."""
        deadline = time.monotonic() + timeout
        try:
            channel = self._transport.open_session(timeout=CONNECT_TIMEOUT)
            with contextlib.closing(channel):
                channel.exec_command(command.line)
                errors = _ErrorReader(channel)
                sender = threading.Thread(target=_send, args=(channel, command.stdin), daemon=True)
                sender.start()
                stdout = _read_stdout(channel, deadline, on_line)
                return Result(_exit_status(channel, deadline), stdout, errors.finish(deadline))
        except _DISCONNECTED as error:
            raise ConnectionLostError(
                f"The connection to {self.address} was lost: {shown(str(error)) or 'it ended'}.",
                "What was begun there is finished or undone by the host itself; run the same command again to see how it stands.",
            ) from error


def _send(channel: paramiko.Channel, data: bytes) -> None:
    with contextlib.suppress(OSError, paramiko.SSHException):  # the reading side reports a lost connection
        channel.sendall(data)
        channel.shutdown_write()


class _ErrorReader:
    """Reads a channel's stderr beside its stdout, as a full window of either stops the host."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel
        self._data = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, paramiko.SSHException):
            while block := self._channel.recv_stderr(32768):
                self._data += block[: max(0, STDERR_CAP - len(self._data))]

    def finish(self, deadline: float) -> bytes:
        """What came, once it ended."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        return self._data


def _read_stdout(channel: paramiko.Channel, deadline: float, on_line: Callable[[str], None] | None) -> bytes:
    blocks: list[bytes] = []
    size, unfinished = 0, b""
    while True:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise ConnectionLostError("The host did not answer in time.", "It undoes by itself what was not confirmed; try again then.")
        channel.settimeout(min(remaining, 1.0))
        try:
            block = channel.recv(65536)
        except TimeoutError:
            continue
        if not block:
            return b"".join(blocks)
        size += len(block)
        if size > STDOUT_CAP:
            raise RemoteError("The host sent more output than any answer can have.", "Look at what /bin/sh on the host prints at start.")
        blocks.append(block)
        if on_line:
            *lines, unfinished = (unfinished + block).split(b"\n")
            for line in lines:
                on_line(shown(line))


def _exit_status(channel: paramiko.Channel, deadline: float) -> int:
    """The exit status; paramiko's own wait for it has no timeout."""
    if not channel.status_event.wait(max(0.0, deadline - time.monotonic())) or channel.exit_status < 0:
        raise ConnectionLostError(
            "The connection ended before the host said how its script ended.", "Run the same command again to see how it stands."
        )
    return channel.exit_status


def connect(target: Target, ask: Ask, *, pinned: bytes | None = None) -> Connection:
    """A new authenticated connection; an unknown host key is asked about with no connection open, then pinned.

    `pinned` is the key that an earlier connection saw: any other is refused. Raises RemoteError or CancelledError.
    """
    login = resolve(parse_address(target.address))
    address = login.address
    files = HostKeyFiles.of(target, login.known_hosts_name)
    transport = _handshake(address, files.known.kinds())
    key = _key_of(transport)
    try:
        if pinned is None:
            verdict = files.check(key)
            if verdict is known_hosts.Verdict.UNKNOWN:
                transport.close()  # the server's login grace time does not run while a person reads
                _accept(target, ask, address, key, files)
                pinned = key.asbytes()
                transport = _handshake(address, (key.get_name(),))
                key = _key_of(transport)
        if pinned is not None and key.asbytes() != pinned:
            raise RemoteError(
                f"The host key of {address} changed between two connections.", "Do not go on: find out what answers at this address."
            )
        _authenticate(transport, login, target)
    except BaseException:
        transport.close()
        raise
    return Connection(transport, login, key.asbytes())


def _accept(target: Target, ask: Ask, address: SshAddress, key: paramiko.PKey, files: HostKeyFiles) -> None:
    print_ = known_hosts.fingerprint(key.asbytes())
    if target.accept_host_key is not None:
        if target.accept_host_key != print_:
            raise RemoteError(
                f"{address} shows the host key {print_}, not the {target.accept_host_key} that was to be accepted.",
                "Compare with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the host's console.",
            )
    elif not ask.accept_host_key(HostKey(address.host, address.port, key.get_name(), print_)):
        raise CancelledError("The host key was not accepted; nothing was sent to the host.")
    files.remember(key)


def _handshake(address: SshAddress, kinds: tuple[str, ...]) -> paramiko.Transport:
    """A connection with its encryption agreed and nothing authenticated yet, the known key types asked for first."""
    try:
        connection = socket.create_connection((address.host, address.port), timeout=CONNECT_TIMEOUT)
    except OSError as error:
        raise RemoteError(
            f"{address} port {address.port} cannot be reached: {error.strerror or error}.",
            "Check the address, and that the host's SSH server runs and is let through.",
        ) from error
    try:
        _set_options(connection)
        transport = paramiko.Transport(connection)
        options = transport.get_security_options()
        offered = tuple(options.key_types)
        first = tuple(kind for known in kinds for kind in _algorithms(known) if kind in offered)
        options.key_types = first + tuple(kind for kind in offered if kind not in first)
        transport.start_client(timeout=CONNECT_TIMEOUT)
    except _DISCONNECTED as error:
        connection.close()
        raise RemoteError(
            f"{address} port {address.port} answers, but not as an SSH server that we can talk to: {shown(str(error)) or 'it hung up'}.",
            "Too many attempts in a short time can cause this; wait a minute and try again.",
        ) from error
    return transport


def _algorithms(kind: str) -> tuple[str, ...]:
    """The signature algorithms of a key type: an RSA key signs with SHA-2 (RFC 8332)."""
    return ("rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,)


def _set_options(connection: socket.socket) -> None:
    """No waiting for full segments (48 ms an exec), and a dead peer noticed in about 8 s."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_USER_TIMEOUT", DEAD_PEER_MILLISECONDS),
        ("TCP_KEEPIDLE", 4),
        ("TCP_KEEPINTVL", 2),
        ("TCP_KEEPCNT", 3),
    ):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _key_of(transport: paramiko.Transport) -> paramiko.PKey:
    return transport.get_remote_server_key()


def _authenticate(transport: paramiko.Transport, login: Login, target: Target) -> None:
    tried: list[str] = []
    for identity in identities(target, login.identity_files):
        tried.append(identity.name)
        if _accepted(transport, login.user, identity):
            return
    shown_keys = ", ".join(tried) if tried else "no key was found: neither in an agent nor in ~/.ssh"
    raise RemoteError(
        f"{login.address} does not let {login.user} in by key ({shown_keys}).",
        "Add your public key to ~/.ssh/authorized_keys there (ssh-copy-id), or name the right key with --identity.",
    )


def _accepted(transport: paramiko.Transport, user: str, identity: Identity) -> bool:
    try:
        return not transport.auth_publickey(user, identity.key)
    except paramiko.AuthenticationException:
        return False
    except _DISCONNECTED as error:
        raise RemoteError(
            f"The host ended the connection during authentication: {shown(str(error)) or 'no reason given'}.",
            "It may count failed attempts; wait a minute, and name the right key with --identity.",
        ) from error
