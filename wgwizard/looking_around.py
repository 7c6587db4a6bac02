"""Looks at the machine that the wizard runs on: reads a few files and asks a few commands that change nothing and send nothing."""

import os
import platform
import shutil
import subprocess
import time
from pathlib import Path

from wgwizard.host.local import SSH_CONNECTION, connection_of_parents
from wgwizard.surroundings import Surroundings
from wgwizard.surroundings_parsing import parse_surroundings

# All commands together; each takes a few milliseconds where nothing hangs.
PATIENCE = 1.0
_COMMANDS = {
    "addresses": (("ip", "-o", "addr", "show"),),
    "links": (("ip", "-o", "link", "show"),),
    "routes": (("ip", "-4", "route", "show"), ("ip", "-6", "route", "show")),
}
# Where there is no `ip`, as on macOS.
_INSTEAD = {"ifconfig": (("ifconfig", "-a"),), "netstat": (("netstat", "-rn"),)}
_STUB = Path("/etc/resolv.conf")
# The servers behind systemd-resolved's stub (systemd-resolved.service(8)).
_BEHIND_STUB = Path("/run/systemd/resolve/resolv.conf")
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"), Path("/run/systemd/container"))


def look_around() -> Surroundings:
    """What this machine shows; what cannot be found out in time is left out."""
    deadline = time.monotonic() + PATIENCE
    commands = _COMMANDS if _program("ip") else _INSTEAD
    said = {name: "".join(_answer(words, deadline) for words in lines) for name, lines in commands.items()}
    said |= {
        "resolv.conf": _text(_BEHIND_STUB) or _text(_STUB),
        "udp": _text(Path("/proc/net/udp")) + _text(Path("/proc/net/udp6")),
        "model": _text(Path("/proc/device-tree/model")),
        "host_name": platform.node(),
        "system": platform.system(),
        "ssh": os.environ.get(SSH_CONNECTION) or connection_of_parents(),
        "container": "yes" if any(mark.exists() for mark in _CONTAINER_MARKS) else "",
    }
    return parse_surroundings(said)


def _program(name: str) -> str | None:
    """A command's path; those of the system are often not on a plain user's PATH."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"]))


def _answer(words: tuple[str, ...], deadline: float) -> str:
    program, left = _program(words[0]), deadline - time.monotonic()
    if program is None or left <= 0:
        return ""
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(
            [program, *words[1:]], capture_output=True, stdin=subprocess.DEVNULL, timeout=left, env=environment, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
