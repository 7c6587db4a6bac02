"""Pid 1 of a live run: makes the private mounts, runs pytest or another module, reaps, and takes everything along when it ends.

Nothing here touches the machine's own network, /run or cgroups, but for one directory of cgroups of its own.
"""

import contextlib
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

LAB = Path("/run/wgwizard-lab")
SHARED = Path("/media")  # a place outside /run for what unprivileged test users may read
CGROUPS = LAB / "cgroups"
OUR_CGROUP = "WGWIZARD_LAB_CGROUP"
STALE_AFTER = 600.0  # seconds


def why_not_inside() -> str | None:
    """Why live tests cannot run in this process, `None` when they can."""
    if not CGROUPS.is_dir() or OUR_CGROUP not in os.environ:
        return "live tests run only in private namespaces: use tests/system/run [PYTEST ARGUMENTS], as root"
    return None


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def prepare() -> None:
    """The private mounts: /run (netns names, sockets), /dev/net/tun that an unprivileged user may open, cgroups."""
    _mount("-t", "tmpfs", "-o", "mode=755", "run", "/run")
    LAB.mkdir()
    LAB.chmod(0o755)
    _mount("-t", "tmpfs", "-o", "mode=755", "shared", str(SHARED))
    Path("/run/netns").mkdir()
    Path("/run/wireguard").mkdir(mode=0o700)
    Path("/dev/net").mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", "mode=755", "net", "/dev/net")
    os.mknod("/dev/net/tun", 0o020666, os.makedev(10, 200))
    Path("/dev/net/tun").chmod(0o666)
    CGROUPS.mkdir()
    _mount("-t", "cgroup2", "cgroups", str(CGROUPS))
    _sweep()
    ours = CGROUPS / f"wgwizard-lab-{uuid.uuid4().hex[:8]}"
    ours.mkdir()
    os.environ[OUR_CGROUP] = str(ours)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def _sweep() -> None:
    """Remove the empty cgroups of runs that were killed; the kernel refuses those still in use."""
    for left in CGROUPS.glob("wgwizard-lab-*"):
        if time.time() - left.stat().st_mtime > STALE_AFTER:
            remove_cgroup(left)


def remove_cgroup(cgroup: Path) -> None:
    """Remove a cgroup and those below it, as far as they are empty."""
    for directory, _, _ in os.walk(cgroup, topdown=False):
        with contextlib.suppress(OSError):
            Path(directory).rmdir()


def _run_and_reap(command: list[str]) -> int:
    child = subprocess.Popen(command)
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child.pid:
            return os.waitstatus_to_exitcode(status)


def main() -> int:
    """Prepare, run the Python module that the arguments name with those that follow, and return its exit code."""
    prepare()
    code = _run_and_reap([sys.executable, "-m", *sys.argv[1:]])
    remove_cgroup(Path(os.environ[OUR_CGROUP]))
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
