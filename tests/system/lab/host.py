"""A lab host: systemd, sshd and sudo over a throw-away copy of a file tree, in its own namespaces."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tests.system.lab import base
from tests.system.lab.inside import LAB, OUR_CGROUP, remove_cgroup
from tests.system.lab.small import with_busybox, with_busybox_init, with_openrc, without_systemd

PID1 = Path(__file__).with_name("pid1.sh")
READY_WITHIN = 180.0  # seconds; 0.5 is usual, a minute in an emulated machine
REBOOTED = -signal.SIGHUP  # how `unshare` tells that its init asked the kernel to reboot
POWERED_OFF = -signal.SIGINT
REBOOTS = {"systemd": ("systemctl", "reboot"), "openrc": ("openrc-shutdown", "-r", "now"), "none": ("reboot",)}
# Where no systemd says so: sshd listens, and OpenRC has started everything else.
_UP = r"""grep -q '^ *[0-9]*: [0-9A-F]*:0016 ' /proc/net/tcp && ! grep -qsx openrc /proc/[0-9]*/comm"""


class Wiring(Protocol):
    """Where a host is plugged in: a network namespace that is made anew at each boot, so that nothing of the last one is left."""

    netns: str

    def connect(self) -> None:
        """Make the network namespace with its links, addresses and routes."""

    def disconnect(self) -> None:
        """Delete it."""


class LabHost:
    """One host; `root` is its file tree seen from outside, `changed` the directory that holds only what differs from `lower`.

    `sudo` is "nopasswd" or "password" (base.SUDO_PASSWORD) for the user base.ADMIN; `enable` names units to enable before boot;
    `binds` maps directories of this machine to where the host sees them. `init` is "systemd", "openrc" (with the variant of that name)
    or "none" (busybox's, and no unit); with `busybox` the usual programs are busybox's, too.
    """

    def __init__(
        self,
        name: str,
        wiring: Wiring,
        *,
        variant: str = "full",
        sudo: str = "nopasswd",
        enable: Sequence[str] = (),
        binds: Mapping[str, str] | None = None,
        init: str = "systemd",
        busybox: bool = False,
    ) -> None:
        self.name = name
        self.binds = " ".join(f"{source}={place}" for source, place in (binds or {}).items())
        self.wiring = wiring
        self.lower = base.tree(variant)
        self.directory = LAB / f"{name}-{os.getpid()}"
        self.root = self.directory / "root"
        self.changed = self.directory / "upper"
        self._cgroup = Path(os.environ[OUR_CGROUP]) / self.directory.name
        self._process: subprocess.Popen[bytes] | None = None
        self.systemd = init == "systemd"
        self._init = init
        self._make_tree(sudo)
        if not self.systemd:
            without_systemd(self.root)
            (with_openrc if init == "openrc" else with_busybox_init)(self.root)
        self._shell = "bash" if busybox else "sh"  # busybox's takes its own ip for the host's
        if busybox:
            with_busybox(self.root)
        if enable:
            subprocess.run(["systemctl", f"--root={self.root}", "enable", "-q", *enable], check=True, capture_output=True)

    def _make_tree(self, sudo: str) -> None:
        self.directory.mkdir()
        _command("mount", "-t", "tmpfs", "-o", "size=256m,mode=755", "lab", str(self.directory))
        for directory in (self.changed, self.directory / "work", self.root):
            directory.mkdir()
        layers = f"lowerdir={self.lower},upperdir={self.changed},workdir={self.directory / 'work'}"
        _command("mount", "-t", "overlay", "-o", layers, "overlay", str(self.root))
        self.write("/etc/hostname", f"{self.name}\n")
        self.write("/etc/hosts", f"127.0.0.1 localhost {self.name}\n::1 localhost {self.name}\n")
        self.write("/etc/machine-id", Path("/proc/sys/kernel/random/uuid").read_text().replace("-", ""))
        tag = "NOPASSWD: " if sudo == "nopasswd" else ""
        self.write("/etc/sudoers.d/admin", f"{base.ADMIN} ALL=(ALL:ALL) {tag}ALL\n", mode=0o440)

    @property
    def pid(self) -> int:
        """The host's pid 1 as this side sees it."""
        if self._process is None or self._process.poll() is not None:
            raise base.LabError(f"{self.name} is not running\n{self.console()}")
        children = " ".join(path.read_text() for path in Path(f"/proc/{self._process.pid}/task").glob("*/children")).split()
        if not children:
            raise base.LabError(f"{self.name} has no init yet\n{self.console()}")
        return int(children[0])

    def boot(self) -> None:
        """Plug the host in, start it, and wait until every unit has started."""
        self.wiring.connect()
        self._cgroup.mkdir(parents=True, exist_ok=True)
        uptime = Path("/proc/uptime").read_text().split(".")[0]
        clocks = ["--time", "--boottime", f"-{uptime}", "--monotonic", f"-{uptime}"]
        namespaces = ["--mount", "--pid", "--uts", "--ipc", "--cgroup", *clocks, "--fork", "--kill-child"]
        enter = ["nsenter", f"--net=/run/netns/{self.wiring.netns}", "unshare", *namespaces, "sh", str(PID1)]
        move = ["sh", "-c", 'echo $$ > "$0/cgroup.procs"; exec "$@"', str(self._cgroup)]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "D": str(self.directory), "BINDS": self.binds}
        environment["INIT"] = "/lib/systemd/systemd" if self.systemd else "/usr/sbin/init"  # Debian 11 has it nowhere else
        with (self.directory / "start").open("ab") as log:
            self._process = subprocess.Popen([*move, *enter], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        state = ""
        while time.monotonic() < deadline:
            time.sleep(0.03)
            try:
                if not self.systemd:
                    if self.run("sh", "-c", _UP, check=False).returncode == 0:
                        return
                    continue
                state = self.run("systemctl", "is-system-running", "--wait", check=False, timeout=READY_WITHIN).stdout.strip()
            except base.LabError:
                if self._process is None or self._process.poll() is not None:
                    raise
                continue
            if state in ("running", "degraded"):
                return
        raise base.LabError(f"{self.name} did not come up in {READY_WITHIN:.0f} s ({state!r})\n{self.console()}")

    def run(self, *command: str, check: bool = True, timeout: float = 60.0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `command` on the host as root; LabError with its output when it fails and `check` is set."""
        environment = ("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_BUS_TIMEOUT=300")  # 25 s are not enough for an emulated one
        enter = ["nsenter", "-t", str(self.pid), "-m", "-p", "-n", "-u", "-i", "-C", "env", "-i", *environment]
        done = subprocess.run([*enter, *command], capture_output=True, text=True, input=stdin, timeout=timeout, check=False)
        if check and done.returncode:
            raise base.LabError(f"{self.name}: {' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def sh(self, script: str, *, check: bool = True, timeout: float = 60.0) -> str:
        """Run a shell script on the host as root, whatever its /bin/sh is, and return what it printed."""
        return self.run(self._shell, "-c", script, check=check, timeout=timeout).stdout

    def write(self, path: str, text: str, *, mode: int = 0o644) -> None:
        """Write a file of the host (running or not), owned by root."""
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(mode)

    def read(self, path: str) -> str:
        """A file of the host's disk (not of its /run or /proc)."""
        return (self.root / path.lstrip("/")).read_text()

    def processes(self) -> dict[int, str]:
        """The host's processes by their ids on this side, each with its command line."""
        found: dict[int, str] = {}
        for listed in self._cgroup.rglob("cgroup.procs"):
            for pid in map(int, listed.read_text().split()):
                with contextlib.suppress(OSError):
                    found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return found

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Everything on the host stands still; what is killed meanwhile is gone when it goes on."""
        self.freeze()
        try:
            yield
        finally:
            self.thaw()

    def freeze(self) -> None:
        """Stop every process of the host where it is."""
        self._set_frozen("1")

    def thaw(self) -> None:
        """Let them go on."""
        self._set_frozen("0")

    def _set_frozen(self, value: str) -> None:
        with contextlib.suppress(FileNotFoundError):  # the host was crashed
            (self._cgroup / "cgroup.freeze").write_text(value)

    def reboot(self) -> None:
        """Reboot, and wait until the host is up again: same disk, new boot id, fresh network namespace."""
        self.run(*REBOOTS[self._init], check=False)
        self._ended(REBOOTED)
        self.boot()

    def await_reboot(self) -> None:
        """Wait for a reboot that something else asked for, and boot again."""
        self._ended(REBOOTED)
        self.boot()

    def crash(self) -> None:
        """Pull the plug: kill the host with everything on it, without a word; `boot` starts it again."""
        self._kill()
        self.wiring.disconnect()

    def _ended(self, how: int) -> None:
        assert self._process is not None
        code = self._process.wait(READY_WITHIN)
        self._process = None
        self.wiring.disconnect()
        self._remove_cgroup()
        if code not in (how, 128 - how):
            raise base.LabError(f"{self.name} ended with {code} instead of {how}\n{self.console()}")

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()  # its --kill-child takes the host's init along, and that its whole pid namespace
            self._process.wait()
            self._process = None
        self._remove_cgroup()

    def _remove_cgroup(self) -> None:
        deadline = time.monotonic() + 5.0
        while self._cgroup.exists() and time.monotonic() < deadline:
            remove_cgroup(self._cgroup)
            time.sleep(0.01)

    def destroy(self) -> None:
        """Kill the host and forget its disk."""
        self._kill()
        self.wiring.disconnect()
        subprocess.run(["umount", "-l", str(self.root)], check=False)
        subprocess.run(["umount", "-l", str(self.directory)], check=False)
        shutil.rmtree(self.directory, ignore_errors=True)

    def console(self) -> str:
        """What init and the kernel of the host said, for messages of failed tests."""
        texts = [path.read_text(errors="replace") for name in ("start", "console") if (path := self.directory / name).exists()]
        return "\n".join(texts)[-4000:]

    @property
    def host_key(self) -> str:
        """The SSH host key as in a known_hosts line: "ssh-ed25519 AAAA…"."""
        return " ".join(self.read("/etc/ssh/ssh_host_ed25519_key.pub").split()[:2])

    @property
    def boot_id(self) -> str:
        """Changes at each boot, as on a real host."""
        return (self.directory / "boot_id").read_text().strip()


def _command(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise base.LabError(f"{' '.join(command)}: exit code {done.returncode}: {done.stderr.strip()}")
