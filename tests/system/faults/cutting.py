"""Faults of the moment: the client, the link, a script or the host itself is gone at a step."""

import contextlib
import socket
import threading
import time
from pathlib import Path

from tests.system.faults.ends import WG0
from tests.system.faults.world import NO_HURRY, UNDO_AFTER, World, look
from tests.system.lab.lan import LanWiring
from wgwizard.applying import Event, Step
from wgwizard.errors import CancelledError, RemoteError

BEFORE_CONFIRM = (Step.STAGE, Step.BACKUP, Step.ARM, Step.ACTIVATE, Step.VERIFY, Step.CONFIRM)
BEFORE_ARMED = (Step.STAGE, Step.BACKUP, Step.ARM)
STEPS = (*BEFORE_CONFIRM, Step.PERSIST)


def hurry(world: World, step: Step | None) -> None:
    """The deadline comes soon where it has to come, and late where it must not."""
    world.client.confirm_timeout = NO_HURRY if step is Step.PERSIST else UNDO_AFTER


def client_killed(world: World, step: Step | None, kind: str) -> None:
    assert step is not None
    hurry(world, step)
    world.dies(step)


def link_cut(world: World, step: Step | None, kind: str) -> None:
    assert step is not None
    hurry(world, step)
    world.at(step, plug_of(world).unplug)
    world.healing.append(plug_of(world).plug)
    world.fails()


def link_cut_for_a_while(world: World, step: Step | None, kind: str) -> None:
    assert step is not None
    world.client.confirm_timeout = 15.0
    world.at(step, lambda: (plug_of(world).unplug(), world.later(3.0, plug_of(world).plug)))
    world.attempt()


def plug_of(world: World) -> LanWiring:
    """The host's cable."""
    assert isinstance(world.host.wiring, LanWiring)
    return world.host.wiring


def script_killed(world: World, step: Step | None, kind: str) -> None:
    assert step is not None
    hurry(world, step)
    if step in (Step.VERIFY, Step.CONFIRM):  # nothing runs at their beginning
        world.at(step, lambda: world.once(lambda: bool(world.scripts()), world.kill_scripts), frozen=False)
    else:
        world.at(step, world.kill_scripts)
    world.attempt()
    if step in BEFORE_ARMED:
        await_end_by_contact(world)


def power_cut(world: World, step: Step | None, kind: str) -> None:
    assert step is not None
    world.at(step, world.host.crash)
    assert isinstance(world.fails(), RemoteError)
    world.host.boot()


def rebooted(world: World, step: Step | None, kind: str) -> None:
    assert step is not None
    process = Path(f"/proc/{world.host.pid}")

    def gone(_: object = None) -> None:
        deadline = time.monotonic() + 30
        while process.exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    def reboot() -> None:  # busybox's takes seconds, in which the person's side would come to its end
        world.reboot()
        world.client.on_event = gone
        gone()

    world.at(step, reboot, frozen=False)
    world.attempt()
    world.host.await_reboot()


def cut_while_persisting(world: World, _: Step | None, kind: str) -> None:
    """As soon as one of the files is there the scripts are killed or the power is cut; what stands then is never more open."""
    what, file = kind.split(", after ")
    forwarding = WG0.forwarding(systemd=world.host.systemd)
    start = WG0.rules_unit_file if world.host.systemd else WG0.start
    path = {"the rules": WG0.rules, "what starts them": start, "the tunnel": WG0.tunnel, "forwarding": forwarding}[file]
    place = world.host.root / path[1:]

    def act() -> None:
        with world.host.frozen():
            world.host.crash() if what == "power cut" else world.kill_scripts()

    old = place.read_bytes() if place.exists() else None
    world.at(Step.PERSIST, lambda: world.once(lambda: place.exists() and place.read_bytes() != old, act))
    world.attempt()
    if what == "power cut":
        world.host.boot()
        assert_no_more_open(world)


def assert_no_more_open(world: World) -> None:
    """Without our rules there is no tunnel of ours, and forwarding is as it was."""
    now = look(world.host)
    if f"table inet {WG0.table} " not in now.ruleset:
        before = world.begin()
        assert "wg0" not in world.host.sh("ls /sys/class/net")
        names = [name for name in before.sysctls if name.endswith("forwarding")]
        assert [(name, now.sysctls[name]) for name in names if now.sysctls[name] != before.sysctls[name]] == []


def undo_killed(world: World, _: Step | None, kind: str) -> None:
    """The undo is killed at its beginning or when the tunnel is gone already; the next contact ends it."""
    world.client.confirm_timeout = 5.0
    rolling = world.run / "transaction/rolling"
    gone = Path(f"/proc/{world.host.pid}/root/sys/class/net/wg0")

    def kill() -> None:
        with world.host.frozen():
            world.kill_scripts()

    world.once(lambda: rolling.exists() and (kind == "at its beginning" or not gone.exists()), kill)
    world.dies(Step.VERIFY)
    await_end_by_contact(world)


def await_end_by_contact(world: World) -> None:
    """Whoever looks at the host once the lock counts no more finds it as it was; nothing is wanted of it."""
    deadline = time.monotonic() + 100
    world.client.on_event = lambda _: None
    world.client.answers.wanted = False
    while time.monotonic() < deadline:
        time.sleep(2.0)
        if isinstance(world.attempt(), CancelledError):
            return
    raise AssertionError("the next contact did not end it")


def upload_cut(world: World, _: Step | None, kind: str) -> None:
    relay = Relay()
    world.client.address = f"admin@127.0.0.1:{relay.port}"
    assert world.client.known_hosts is not None
    world.client.known_hosts.write_text(f"[127.0.0.1]:{relay.port} {world.host.host_key}\n")

    def on_event(event: Event) -> None:
        if event.step is Step.STAGE:
            relay.left = int(kind.split()[0])

    world.client.on_event = on_event
    assert isinstance(world.fails(), RemoteError)
    relay.close()
    assert relay.left is not None
    assert relay.left <= 0


class Relay:
    """Between client and sshd; once `left` is set it cuts everything after so many bytes from the client."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        for one in (self.listener, *self.open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(("192.168.200.2", 22))
                self.open += [near, far]
                threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(1024):
                if up and self.left is not None:
                    block = block[: max(0, self.left)]
                    self.left -= 1024
                if block:
                    sink.sendall(block)
                if up and self.left is not None and self.left <= 0:
                    break
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def at_the_same_instant(world: World, _: Step | None, kind: str) -> None:
    """The confirmation is sent so long after the deadline (as the client knows it)."""
    world.client.confirm_timeout = UNDO_AFTER
    _confirmed_at(world, float(kind.split()[0]))


def late_confirm(world: World, _: Step | None, kind: str) -> None:
    world.client.confirm_timeout = UNDO_AFTER
    assert isinstance(_confirmed_at(world, 3.0), RemoteError)


def _confirmed_at(world: World, after: float) -> object:
    def wait() -> None:
        event = world.client.events[-1]
        assert event.undo_in is not None
        time.sleep(max(0.0, event.undo_in + after))

    world.at(Step.CONFIRM, wait, frozen=False)
    return world.attempt()


def undone_absent(world: World, _: Step | None, kind: str) -> None:
    """What was absent is absent again: neither file, nor table, nor interface."""
    client_killed(world, Step.VERIFY, kind)
    before = world.begin()
    absent = [path for path in WG0.files if path not in before.files]
    deadline = time.monotonic() + UNDO_AFTER + 8
    while (world.run / "transaction").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [path for path in absent if (world.host.root / path[1:]).exists()] == []
    assert "wg0" not in world.host.sh("nft list ruleset; ls /sys/class/net").replace("wg0.nft", "")


def sessions_are_killed(world: World, _: Step | None, kind: str) -> None:
    """logind ends everything that a login began."""
    world.host.write("/etc/systemd/logind.conf.d/kill.conf", "[Login]\nKillUserProcesses=yes\n")
    world.host.sh("systemctl restart systemd-logind")
    client_killed(world, Step.VERIFY, kind)
