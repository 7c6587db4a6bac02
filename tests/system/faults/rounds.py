"""Faults at random times: what is done, in which place, what goes wrong and when all come from one seed, which names the round."""

import contextlib
import os
import random
import signal
import time
from dataclasses import dataclass

from tests.system.apply_support import with_points
from tests.system.faults.cutting import plug_of
from tests.system.faults.ends import assert_lets_in, assert_new, assert_same
from tests.system.faults.world import PLACES, Place, World, look
from tests.system.lab.snapshot import Snapshot
from wgwizard.applying import State, Step
from wgwizard.errors import CancelledError, WgwizardError

ACTIONS = ("apply", "change", "uninstall")
WHAT = (
    "client killed",
    "link cut for 3 s",
    "link cut for good",
    "scripts killed",
    "reboot",
    "power cut",
    "sshd restarted",
    "deadline meets confirm",
)
LONGEST = 4.0  # seconds from the lock to the fault
REST = 130.0  # seconds after which even the lock of a change that was never armed counts no more


@dataclass(frozen=True)
class Round:
    """`after` seconds since the lock was taken `what` happens; the host undoes after `undo` seconds."""

    seed: str
    place: Place
    action: str
    what: str
    after: float
    undo: float

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.action}, {self.what} after {self.after:.2f} s, undo after {self.undo:.1f} s ({self.place})"


def drawn(seed: str) -> Round:
    """The same round for the same seed."""
    luck = random.Random(seed)
    what = luck.choice(WHAT)
    undo = luck.uniform(6.0, 8.0) if what == "deadline meets confirm" else luck.uniform(6.0, 15.0)
    return Round(seed, luck.choice(PLACES), luck.choice(ACTIONS), what, luck.uniform(0.0, LONGEST), undo)


def play(world: World, this: Round) -> str:
    """Do it, and assert that the host ends in the state of before or the one that is wanted, whole; which of them."""
    original = world.begin()
    if this.action != "apply":
        world.settle()
    points = 4 if this.action == "change" else 2
    world.client.change_site(with_points(world.client.site, points))  # keys are made here, so that another process knows them
    world.client.confirm_timeout = this.undo
    lock = world.run / "transaction/owner"
    if this.what == "client killed":
        child = in_child(world, this)
        world.once(lock.exists, lambda: world.later(this.after, lambda: end(child)))
        os.waitpid(child, 0)
    elif this.what == "deadline meets confirm":
        world.at(Step.CONFIRM, lambda: time.sleep(max(0.0, (world.client.events[-1].undo_in or 0.0) + this.after / 4 - 0.5)), frozen=False)
        act(world, this)
    else:
        world.once(lock.exists, lambda: world.later(this.after, lambda: go_wrong(world, this.what)))
        act(world, this)
    world.await_watchers()
    heard = any((event.step, event.state) == (Step.CONFIRM, State.DONE) for event in world.client.events)
    world.heal()
    if this.what == "reboot":
        world.host.await_reboot()
    elif this.what == "power cut":
        world.host.boot()
    return judged(world, this, original, heard=heard)


def in_child(world: World, this: Round) -> int:
    """The person in a process of its own; its id."""
    child = os.fork()
    if child == 0:
        try:
            act(world, this)
        finally:
            os._exit(3)
    return child


def end(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def act(world: World, this: Round) -> None:
    """What the person does, whatever comes of it."""
    with contextlib.suppress(WgwizardError):
        outcome = world.client.uninstall() if this.action == "uninstall" else world.client.apply()
        world.told = outcome.state


def go_wrong(world: World, what: str) -> None:
    """The fault, now."""
    if what.startswith("link cut"):
        plug_of(world).unplug()
        if what == "link cut for 3 s":
            world.later(3.0, plug_of(world).plug)
        world.healing.append(plug_of(world).plug)
    elif what == "scripts killed":
        with world.host.frozen():
            world.kill_scripts()
    elif what == "reboot":
        world.reboot()
    elif what == "power cut":
        world.host.crash()
    elif what == "sshd restarted":
        world.restart_sshd()


def judged(world: World, this: Round, original: Snapshot, *, heard: bool) -> str:
    """OLD, or NEW where it was confirmed: said so, or files stand otherwise than before, which only a confirmed change does."""
    await_rest_or_contact(world)
    before, now = world.begin(), look_without_passing(world)
    differences = before.differences(now)
    if not differences and not world.told:
        assert_lets_in(world)
        return "OLD"
    if not heard and before.files == now.files:
        assert_same(differences)
    world.client.answers.wanted = True
    if this.action == "uninstall":
        world.client.uninstall()
        assert_same(original.differences(look(world.host)))
        assert_lets_in(world)
    else:
        world.before = original
        assert_new(world)
    return "NEW"


def look_without_passing(world: World) -> Snapshot:
    """The host once systemd has forgotten the unit of ours that has just ended."""
    deadline = time.monotonic() + 10
    now = look(world.host)
    while any("/transient/wgwizard-" in path for path in now.volatile) and time.monotonic() < deadline:
        time.sleep(0.3)
        now = look(world.host)
    return now


def await_rest_or_contact(world: World) -> None:
    """Until nothing is under way; what is left over ends by itself or when somebody looks, who wants nothing."""
    world.client.on_event = lambda _: None
    world.client.answers.wanted = False
    deadline = time.monotonic() + REST
    while (world.run / "transaction").exists():
        assert time.monotonic() < deadline, "it did not come to rest"
        time.sleep(1.0)
        with contextlib.suppress(CancelledError, WgwizardError):
            world.client.apply()
