"""A connection to Host β by SSH that is logged in: one script an exec (`connecting` makes one).

Facts on paramiko 5.1 are in docs/apply.md: its exit status without a timeout is worked around here.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence

import paramiko

from wgwizard.host.channel import STDERR_CAP, Connection, ConnectionLostError, Result, read_to_end
from wgwizard.host.launch import Command
from wgwizard.host.logins import account
from wgwizard.host.masking import shown
from wgwizard.host.ssh_config import Login

CONNECT_TIMEOUT = 15.0
_DISCONNECTED = (paramiko.SSHException, OSError, EOFError)
logging.getLogger("paramiko").addHandler(logging.NullHandler())


class SshConnection(Connection):
    """An authenticated connection over any number of jump hosts, which it ends with itself."""

    def __init__(self, transports: Sequence[paramiko.Transport], login: Login, host_keys: Mapping[str, bytes]) -> None:
        host_key = transports[-1].get_remote_server_key().asbytes()
        super().__init__(str(login.address), login.user, login.who, account(login.who, host_key), host_keys)
        self._transport = transports[-1]
        self._way = tuple(transports)

    @property
    def alive(self) -> bool:
        """Whether the other side was still there a moment ago."""
        return self._transport.is_active()

    def close(self) -> None:
        """End the connection, and those that it goes through."""
        for transport in reversed(self._way):
            transport.close()

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
                stdout = read_to_end(_receiver(channel), deadline, on_line)
                return Result(_exit_status(channel, deadline), stdout, errors.finish(deadline))
        except _DISCONNECTED as error:
            raise ConnectionLostError(
                f"The connection to {self.address} was lost: {shown(str(error)) or 'it ended'}.",
                "What was begun there is finished or undone by the host itself; run the same command again to see how it stands.",
            ) from error


def _send(channel: paramiko.Channel, data: bytes) -> None:
    with contextlib.suppress(*_DISCONNECTED):  # the reading side reports a lost connection
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
        with contextlib.suppress(*_DISCONNECTED):
            while block := self._channel.recv_stderr(32768):
                self._data += block[: max(0, STDERR_CAP - len(self._data))]

    def finish(self, deadline: float) -> bytes:
        """What came, once it ended."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        return self._data


def _receiver(channel: paramiko.Channel) -> Callable[[float], bytes | None]:
    def receive(seconds: float) -> bytes | None:
        channel.settimeout(seconds)
        try:
            return channel.recv(65536)
        except TimeoutError:
            return None

    return receive


def _exit_status(channel: paramiko.Channel, deadline: float) -> int:
    """The exit status; paramiko's own wait for it has no timeout."""
    if not channel.status_event.wait(max(0.0, deadline - time.monotonic())) or channel.exit_status < 0:
        raise ConnectionLostError(
            "The connection ended before the host said how its script ended.", "Run the same command again to see how it stands."
        )
    return channel.exit_status
