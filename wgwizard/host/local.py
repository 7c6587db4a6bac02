"""Host β where the wizard runs on it: the same command lines as over SSH, in a shell here, with sudo as there."""

import contextlib
import getpass
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from wgwizard.host.channel import STDERR_CAP, Connection, ConnectionLostError, Result, read_to_end
from wgwizard.host.launch import Command

SSH_CONNECTION = "SSH_CONNECTION"
MOST_PARENTS = 64


class LocalConnection(Connection):
    """This computer. Somebody who is logged in to it by SSH is passed on, so that the checks against lock-outs know of them."""

    def __init__(self) -> None:
        user = getpass.getuser()
        who = f"{user}@{socket.gethostname()}"
        super().__init__("this computer", user, who, who, {})
        self._environment = {**os.environ, SSH_CONNECTION: os.environ.get(SSH_CONNECTION) or connection_of_parents()}

    @property
    def alive(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """There is nothing to end."""

    def run(self, command: Command, *, timeout: float, on_line: Callable[[str], None] | None = None) -> Result:
        """Execute `command` and read all of its output, at most `timeout` seconds; `on_line` gets each line as it comes."""
        deadline = time.monotonic() + timeout
        # A session of its own: Ctrl-C reaches the wizard alone, which then undoes, and sudo finds no terminal to ask at.
        process = subprocess.Popen(
            ["/bin/sh", "-c", command.line],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment,
            start_new_session=True,
        )
        try:
            errors = _Reader(process.stderr)
            threading.Thread(target=_send, args=(process.stdin, command.stdin), daemon=True).start()
            stdout = read_to_end(_receiver(process.stdout), deadline, on_line)
            status = process.wait(max(0.1, deadline - time.monotonic()))
            return Result(status, stdout, errors.finish(deadline))
        except subprocess.TimeoutExpired:
            _end(process)
            raise ConnectionLostError(
                "A script on this computer did not end in time.", "What it began is finished or undone by itself; look again."
            ) from None
        except BaseException:
            _end(process)
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the script and its children, which may outlive it and keep its pipes; what runs as root by sudo ends when it next writes.

    It is never waited for here: somebody who may not kill it would wait as long as it likes.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    threading.Thread(target=process.wait, daemon=True).start()


def _send(stdin: IO[bytes] | None, data: bytes) -> None:
    if stdin is not None:
        with contextlib.suppress(OSError), stdin:  # a script that does not read to the end says so by its status
            stdin.write(data)


def _receiver(stdout: IO[bytes] | None) -> Callable[[float], bytes | None]:
    def receive(seconds: float) -> bytes | None:
        if stdout is None:
            return b""
        ready, _, _ = select.select([stdout], [], [], seconds)
        return os.read(stdout.fileno(), 65536) if ready else None

    return receive


class _Reader:
    """Reads stderr beside stdout, as a full pipe of either stops the script."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._stream = stream
        self._data = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        if self._stream is not None:
            with self._stream as lines:  # closed here, for a close elsewhere would wait for this reading
                for line in lines:
                    self._data += line[: max(0, STDERR_CAP - len(self._data))]

    def finish(self, deadline: float) -> bytes:
        """What came, once it ended."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        return self._data


def connection_of_parents() -> str:
    """SSH_CONNECTION of the nearest process above that has it, "" for none: sudo takes it away."""
    pid = os.getppid()
    for _ in range(MOST_PARENTS):
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            return ""
        for item in environment:
            if item.startswith(b"SSH_CONNECTION="):
                return item.partition(b"=")[2].decode("ascii", "replace")
        if pid == 0:
            break
    return ""
