"""Network namespaces by name, as `ip netns` keeps them: making, deleting, entering, and running commands in one."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from wgwizard.errors import WgwizardError

DIRECTORY = Path("/run/netns")
CLONE_NEWNET = 0x40000000
COMMAND_SECONDS = 60.0


class ReplicaError(WgwizardError):
    """The replica cannot be built or used on this machine."""


def run(command: Sequence[str], *, stdin: str = "", environment: Mapping[str, str] | None = None) -> str:
    """Run a command and return what it printed; ReplicaError with its own words when it fails."""
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=COMMAND_SECONDS, env=environment, check=False)
    except FileNotFoundError:
        raise ReplicaError(f"{command[0]} is not installed", "install iproute2, nftables, wireguard-tools and wireguard-go") from None
    except subprocess.TimeoutExpired:
        raise ReplicaError(f"{' '.join(command)} did not end within {COMMAND_SECONDS:.0f} seconds") from None
    if done.returncode:
        raise ReplicaError(f"{' '.join(command)}: exit code {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def batch(lines: Sequence[str], *, netns: str | None = None) -> None:
    """Run many `ip` commands in one go, in a namespace or in this one."""
    if lines:
        run(["ip", *(("-n", netns) if netns is not None else ()), "-batch", "-"], stdin="\n".join(lines) + "\n")


def add(name: str) -> None:
    """Make a namespace."""
    run(["ip", "netns", "add", name])


def delete(names: Iterable[str]) -> None:
    """Kill what runs in these namespaces and forget them; no error for one that is not there."""
    there = [name for name in names if (DIRECTORY / name).exists()]
    for pid in _inside({(DIRECTORY / name).stat().st_ino for name in there}):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    batch([f"netns delete {name}" for name in there])


def _inside(inodes: set[int]) -> Iterator[int]:
    """The processes in namespaces with these numbers (namespaces(7)), apart from this one."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or it is somebody else's and none of ours
            if (process / "ns/net").stat().st_ino in inodes and int(process.name) != os.getpid():
                yield int(process.name)


@contextmanager
def entered(name: str) -> Iterator[None]:
    """This thread inside a namespace: its sockets, its /proc/sys/net, and the commands that it starts (setns(2))."""
    with Path("/proc/thread-self/ns/net").open("rb") as before, (DIRECTORY / name).open("rb") as inside:
        _setns(inside.fileno())
        try:
            yield
        finally:
            _setns(before.fileno())


def _setns(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET):
        raise ReplicaError(f"a network namespace cannot be entered: {os.strerror(ctypes.get_errno())}")


def set_sysctls(values: Mapping[str, str]) -> None:
    """Write switches ("net/ipv4/ip_forward") of the namespace that this thread is in."""
    for name, value in values.items():
        (Path("/proc/sys") / name).write_text(value)
