"""A host in one of the places where faults are injected, the person's side of it, and the moments of an apply."""

import contextlib
import os
import re
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from msgspec.structs import replace

from tests.system.apply_support import Client
from tests.system.faults import owners
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import Snapshot, take
from wgwizard.applying import Event, Outcome, State, Step
from wgwizard.errors import WgwizardError
from wgwizard.host.facts import Facts
from wgwizard.host.layout import Layout

STATES, SHELLS, INITS = ("fresh", "owned"), ("dash", "busybox"), ("systemd", "none")
UNDO_AFTER = 8.0  # seconds, where the deadline is waited for
NO_HURRY = 40.0  # seconds, where it is not
SCRIPTS = re.compile(r"(sudo -n )?(\S*/)?sh (-s$|/run/wgwizard/transaction/engine\.sh (?!undo))")


@dataclass(frozen=True, order=True)
class Place:
    """On what a fault is injected: `state` of the host before, its /bin/sh (and with busybox's the usual programs), its init."""

    state: str
    shell: str
    init: str

    def __str__(self) -> str:
        return f"{self.state}, {self.shell}, {self.init}"


PLACES = tuple(Place(*values) for values in product(STATES, SHELLS, INITS))


@dataclass
class World:
    """One host and one person; `before` is the host when the first apply began, `facts` what the last probe found."""

    host: LabHost
    client: Client
    place: Place
    folder: Path
    before: Snapshot | None = None
    facts: Facts | None = None
    told: str = ""
    healing: list[Callable[[], object]] = field(default_factory=list)
    timers: list[threading.Timer] = field(default_factory=list)
    watchers: list[threading.Thread] = field(default_factory=list)
    never_came: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        plan = self.client.plan

        def planned(facts: Facts | None) -> object:
            self.facts = facts
            return plan(facts)

        self.client.plan = planned  # type: ignore[method-assign, assignment]
        self.client.confirm_timeout = NO_HURRY

    @property
    def run(self) -> Path:
        """The host's /run/wgwizard as this side sees it."""
        return Path(f"/proc/{self.host.pid}/root/run/wgwizard")

    # -- what the person does -----------------------------------------------------------------------------------------------

    def begin(self) -> Snapshot:
        """Note how the host is, unless that was done."""
        self.before = self.before or look(self.host)
        return self.before

    def apply(self) -> Outcome:
        self.begin()
        return self.client.apply()

    def attempt(self) -> Outcome | WgwizardError:
        """Apply, whatever comes of it; `told` is what the person is told."""
        self.told = ""
        try:
            outcome = self.apply()
        except WgwizardError as error:
            return error
        finally:
            self.await_watchers()
        self.told = outcome.state
        return outcome

    def fails(self) -> WgwizardError:
        """Apply, which has to end in an error."""
        came = self.attempt()
        assert isinstance(came, WgwizardError), came
        return came

    def settle(self) -> None:
        """An apply that works; what comes is judged against the host after it."""
        assert self.client.apply().state == "applied"
        self.before = look(self.host)
        self.client.events.clear()

    def dies(self, step: Step) -> None:
        """Apply in a process of its own that gets SIGKILL at this step."""
        self.begin()
        self.client.change_site(self.client.site)  # keys are made here, so that both processes know them
        self.at(step, kill_self)
        child = os.fork()
        if child == 0:
            try:
                self.client.apply()
            finally:
                os._exit(3)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        self.host.thaw()
        self.client.on_event = lambda _: None
        assert status == -signal.SIGKILL

    # -- moments ------------------------------------------------------------------------------------------------------------

    def at(self, step: Step, act: Callable[[], object], *, frozen: bool = True) -> None:
        """Do something once, when this step runs; the host stands still meanwhile unless `act` needs it alive.

        That a step runs is what the client hears of it; of staging it hears nothing, so the lock on the host is watched for.
        """

        lock = self.run / "transaction/owner"

        def now() -> None:
            with self.host.frozen() if frozen else contextlib.nullcontext():
                act()

        def on_event(event: Event) -> None:
            if (event.step, event.state) == (step, State.RUNNING):
                self.client.on_event = lambda _: None
                if step is Step.STAGE:
                    self.once(lock.exists, now)
                else:
                    now()

        self.client.on_event = on_event

    def once(self, condition: Callable[[], bool], act: Callable[[], object]) -> None:
        """Do something as soon as something holds, beside what else goes on."""

        def watch() -> None:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    if condition():
                        act()
                        return
                time.sleep(0.001)
            self.never_came.append(f"what {act} waits for")

        watcher = threading.Thread(target=watch, daemon=True)
        self.watchers.append(watcher)
        watcher.start()

    def await_watchers(self) -> None:
        """What was to be done as soon as something held is done."""
        while self.watchers:
            self.watchers.pop().join()
        assert self.never_came == []

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something after a while, beside what else goes on."""
        timer = threading.Timer(seconds, act)
        self.timers.append(timer)
        timer.start()

    def scripts(self) -> list[int]:
        """What of ours runs on the host, but for what waits for the deadline."""
        return [pid for pid, line in self.host.processes().items() if SCRIPTS.match(line)]

    def kill_scripts(self) -> None:
        """SIGKILL for all of it."""
        for pid in self.scripts():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    # -- the host -----------------------------------------------------------------------------------------------------------

    def log(self) -> str:
        """What sshd and sudo logged."""
        return self.host.sh("journalctl --no-pager" if self.host.systemd else "cat /run/sshd.log /var/log/sudo.log", check=False)

    def restart_sshd(self) -> None:
        """A new sshd; sessions live on."""
        if self.host.systemd:
            self.host.sh("systemctl restart ssh")
            return
        self.host.sh("kill $(cat /run/sshd.pid); rm -f /run/sshd.pid; true")
        deadline = time.monotonic() + 10
        while not self.host.sh("cat /run/sshd.pid 2>/dev/null || true") and time.monotonic() < deadline:
            time.sleep(0.1)

    def stop_sshd(self) -> None:
        """No sshd, until `start_sshd`."""
        self.host.sh(
            "systemctl stop ssh" if self.host.systemd else "chmod a-x /usr/sbin/sshd; kill $(cat /run/sshd.pid); rm -f /run/sshd.pid; true"
        )

    def start_sshd(self) -> None:
        """sshd again."""
        self.host.sh("systemctl start ssh" if self.host.systemd else "chmod a+x /usr/sbin/sshd; sleep 2")

    def reboot(self) -> None:
        """The host is asked to."""
        self.host.run(*(("systemctl", "reboot") if self.host.systemd else ("reboot",)), check=False)

    def wrap(self, program: str, script: str) -> None:
        """Put a script in a program's place; the program itself is $real."""
        real = self.host.sh(f"command -v {program}").strip()
        self.host.sh(f"mv {real} {real}.real")
        self.host.write(real, f"#!/bin/sh\nreal={real}.real\n{script}\n", mode=0o755)

    def heal(self) -> None:
        """Take away what the fault itself put on the host or the way to it."""
        for timer in self.timers:
            timer.join()
        for step in self.healing:
            step()
        self.healing.clear()


def look(host: LabHost) -> Snapshot:
    """The host as it is, but for the tunnels' own link-local addresses, which are others at each start."""
    found = take(host)
    steady = lambda lines: tuple(line for line in lines if not ("fe80" in line and {"other", "wg0"} & {*line.split()}))  # noqa: E731
    return replace(found, addresses=steady(found.addresses), routes=steady(found.routes))


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def make_host(place: Place, wiring: object, **options: object) -> LabHost:
    """A host in this place, booted; systemd loads /etc/nftables.conf, else /etc/rc.local does what the owner wants."""
    enable = ("nftables.service",) if options.get("variant") != "bare" and place.init == "systemd" else ()
    host = LabHost("beta", wiring, enable=enable, init=place.init, busybox=place.shell == "busybox", **options)  # type: ignore[arg-type]
    if place.init == "none":
        keep_logs(host)
    if place.state == "owned":
        owners.move_in(host)
    if place.init == "none":
        start_at_boot(host)
    host.boot()
    if place.state == "owned":
        owners.assert_moved_in(host)
    return host


def start_at_boot(host: LabHost) -> None:
    """The owner has what every apply asks for, as far as there is something to start."""
    path, start = "/etc/rc.local", Layout("wg0").start
    before = host.read(path) if (host.root / path[1:]).exists() else ""
    host.write(path, f"{before}[ ! -f {start} ] || sh {start}\n")


def keep_logs(host: LabHost) -> None:
    """Where there is no journal, sshd and sudo write files; sshd, which keeps its open, in memory, as the disk becomes read-only."""
    inittab = host.read("/etc/inittab")
    host.write("/etc/inittab", inittab.replace("/usr/sbin/sshd -D", "/usr/sbin/sshd -D -E /run/sshd.log"))
    host.write("/etc/sudoers.d/log", "Defaults logfile=/var/log/sudo.log\n", mode=0o440)
