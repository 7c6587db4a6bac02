"""What runs scripts on Host β, by SSH or, where the wizard runs on β itself, without."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wgwizard.errors import RemoteError
from wgwizard.host.launch import Command

STDOUT_CAP = 32 * 1024 * 1024
STDERR_CAP = 64 * 1024


@dataclass(frozen=True, slots=True)
class Result:
    """What a script left: its exit status and output."""

    status: int
    stdout: bytes
    stderr: bytes


class ConnectionLostError(RemoteError):
    """The connection ended or went silent while a script ran; what the host did of it is to be asked anew."""


class Connection(ABC):
    """A way to run scripts as a user; `address` is for people, `who` names the user there (user@host).

    `host_keys` are those that were seen on the way, by the name under which known_hosts keeps each.
    """

    def __init__(self, address: str, user: str, who: str, host_keys: Mapping[str, bytes]) -> None:
        self.address = address
        self.user = user
        self.who = who
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
