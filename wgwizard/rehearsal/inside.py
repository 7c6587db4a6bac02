"""Pid 1 of a rehearsal's own namespaces: takes a plan from standard input, answers with the findings, and dies with its parent."""

import os
import pickle
import sys
import threading
from pathlib import Path
from typing import NoReturn

from wgwizard.plan.model import Plan
from wgwizard.rehearsal.measure import Finding, measure
from wgwizard.rehearsal.netns import ReplicaError, run
from wgwizard.rehearsal.replica import Replica
from wgwizard.rehearsal.stand_in import stand_in
from wgwizard.rehearsal.topology import topology
from wgwizard.rehearsal.wireguard import bring_up_all, wait_for_tunnels
from wgwizard.render import render
from wgwizard.trace import trace


def rehearse_here(plan: Plan) -> tuple[Finding, ...]:
    """The findings of a plan, measured in the namespaces that we are in (they must be our own: /run is used)."""
    rehearsed, keyring = stand_in(plan)
    with Replica(topology(rehearsed)) as replica:
        bring_up_all(replica, rehearsed, render(rehearsed, keyring))
        wait_for_tunnels(replica, rehearsed)
        return measure(replica, rehearsed, trace(rehearsed))


def _end_with_parent(held_open: int) -> NoReturn:
    """Nobody ever writes to this pipe: it ends when the parent does, and then the kernel takes this whole namespace along."""
    os.read(held_open, 1)
    os._exit(1)


def _own_run() -> None:
    run(["mount", "-t", "tmpfs", "-o", "mode=755", "run", "/run"])
    for name in ("netns", "wireguard"):
        (Path("/run") / name).mkdir()


def main() -> None:
    """Read a plan, answer with its findings or with the ReplicaError; the argument is the descriptor of the parent's pipe."""
    plan = pickle.load(sys.stdin.buffer)  # noqa: S301  from our own parent, over its pipe
    threading.Thread(target=_end_with_parent, args=(int(sys.argv[1]),), daemon=True).start()
    result: tuple[Finding, ...] | ReplicaError
    try:
        _own_run()
        result = rehearse_here(plan)
    except ReplicaError as error:
        result = error
    sys.stdout.buffer.write(pickle.dumps(result))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
