"""What runs scripts on Host β, by SSH or, where the wizard runs on β itself, without."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from msgspec import Struct

from wgwizard.errors import RemoteError
from wgwizard.host.launch import Command
from wgwizard.host.masking import shown

STDOUT_CAP = 32 * 1024 * 1024
STDERR_CAP = 64 * 1024


class Result(Struct, frozen=True):
    """What a script left: its exit status and output."""

    status: int
    stdout: bytes
    stderr: bytes


class ConnectionLostError(RemoteError):
    """The connection ended or went silent while a script ran; what the host did of it is to be asked anew."""


class Connection(ABC):
    """A way to run scripts as a user; `address` is for people, `who` names the user there (user@host), `account` on which machine.

    `host_keys` are those that were seen on the way, by the name under which known_hosts keeps each.
    """

    def __init__(self, address: str, user: str, who: str, account: str, host_keys: Mapping[str, bytes]) -> None:
        self.address = address
        self.user = user
        self.who = who
        self.account = account
        self.host_keys = host_keys

    @property
    @abstractmethod
    def alive(self) -> bool:
        """Whether the other side was still there a moment ago."""

    @abstractmethod
    def close(self) -> None:
        """End the connection."""

    @abstractmethod
    def run(self, command: Command, *, timeout: float, on_line: Callable[[str], None] | None = None) -> Result:
        """Execute `command` and read all of its output, at most `timeout` seconds; `on_line` gets each line as it comes."""

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_to_end(receive: Callable[[float], bytes | None], deadline: float, on_line: Callable[[str], None] | None) -> bytes:
    """All that comes from `receive` (seconds to wait -> bytes, empty at the end, `None` for none in time) before the deadline."""
    blocks: list[bytes] = []
    size, unfinished = 0, b""
    while True:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise ConnectionLostError("The host did not answer in time.", "It undoes by itself what was not confirmed; try again then.")
        block = receive(min(remaining, 1.0))
        if block is None:
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
