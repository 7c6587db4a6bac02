"""`python -m tests.benchmarks.applying [ROUNDS]`, as root: an apply over a link with 50 ms of delay, beside its floor and Ansible.

Round trips are the slope over the link's delay, as docs/apply.md counts them, so the host's own work is in neither side. The floor is
what the protocol cannot do without: its two connections, and one exec for each of its phases, which do nothing.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import paramiko

from tests.benchmarks import table
from tests.benchmarks.measure import Figure
from tests.system.apply_support import Client, small_site, with_points
from tests.system.lab import base, inside
from tests.system.lab.entering import enter
from tests.system.lab.host import LabHost
from tests.system.lab.lan import CLONE_NEWNET, Lan, LanWiring, enter_own_network
from tests.system.lab.late import FAR, LateLink

DELAY = 0.05  # seconds there and back
ADDRESS = "192.168.200.2"
PLAYBOOK = Path(__file__).parent / "programs" / "playbook.yaml"
ON_FIRST, ON_SECOND = ("looked at", "staged to activated"), ("looked at anew", "confirmed and kept", "looked at again")


def in_far(work: Callable[[], object]) -> float:
    """How long something takes at the far end of the link, in seconds."""
    spent: list[float] = []

    def there() -> None:
        with open(f"/run/netns/{FAR}") as namespace:  # noqa: PTH123  (its number is what setns wants)
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        begin = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begin)

    thread = threading.Thread(target=there)
    thread.start()
    thread.join()
    return spent[0]


def floor(connections: tuple[tuple[str, ...], ...] = (ON_FIRST, ON_SECOND)) -> None:
    """These connections, and an exec that does nothing for each phase."""
    for phases in connections:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # a lab of our own
        client.connect(ADDRESS, username=base.ADMIN, key_filename=str(base.client_key()), look_for_keys=False, allow_agent=False)
        transport = client.get_transport()
        assert transport is not None
        transport.sock.setsockopt(6, 1, 1)  # TCP_NODELAY
        for _ in phases:
            _, output, _ = client.exec_command("sudo -n true")
            output.channel.recv_exit_status()
        client.close()


@contextmanager
def lab(delay: float) -> Iterator[tuple[LabHost, Path]]:
    """A host at the other end of a link, with the machine's Python for Ansible, and a directory for the person."""
    host = LabHost("beta", LanWiring(2), enable=("nftables.service",), binds={sys.base_prefix: "/opt/python"})
    host.write("/usr/local/bin/python3", '#!/bin/sh\nLD_LIBRARY_PATH=/opt/python/lib exec /opt/python/bin/python3 "$@"\n', mode=0o755)
    host.boot()
    link = LateLink(delay / 2)
    try:
        with TemporaryDirectory() as folder:
            yield host, Path(folder)
    finally:
        link.close()
        host.destroy()


def measured(delay: float, rounds: int) -> dict[str, float]:
    """The least seconds of each over such a link."""
    with lab(delay) as (host, folder):
        client = Client(host, folder / "known_hosts", str(base.client_key()), small_site())
        client.know_host()
        in_far(client.apply)
        points = client.site
        found: dict[str, list[float]] = {}
        for turn in range(rounds):
            found.setdefault("look", []).append(in_far(lambda: client.apply(dry_run=True)))
            client.change_site(with_points(points, 3 if turn % 2 == 0 else 2))
            found.setdefault("apply", []).append(in_far(client.apply))
            found.setdefault("floor", []).append(in_far(floor))
            found.setdefault("login", []).append(in_far(lambda: floor((ON_FIRST[:1],))))
        before = client.site
        found["ansible"] = [ansible(folder, host, client, with_points(before, count)) for count in (4, 3)]
        return {what: min(seconds) for what, seconds in found.items()}


def ansible(folder: Path, host: LabHost, client: Client, site: object) -> float:
    """The same kind of change by a playbook: the files, the rules loaded, the tunnel brought to its file."""
    client.change_site(site)  # type: ignore[arg-type]
    (folder / "points").write_text("\n".join(point.name for point in client.site.points))
    words = ["ansible-playbook", "-i", f"{ADDRESS},", "-u", base.ADMIN, "--private-key", str(base.client_key())]
    variables = {
        **os.environ,
        "ANSIBLE_HOST_KEY_CHECKING": "false",
        "ANSIBLE_PIPELINING": "true",
        "ANSIBLE_HOME": str(folder),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "control"),
    }
    extra = ["-e", f"ansible_python_interpreter=/usr/local/bin/python3 number={len(client.site.points)}", str(PLAYBOOK)]
    begin = time.perf_counter()
    done = subprocess.run(["ip", "netns", "exec", FAR, *words, *extra], env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ansible-playbook failed:\n{done.stdout}{done.stderr}\n{host.console()}")
    return time.perf_counter() - begin


def main() -> int:
    """Measure over both links, and print."""
    if shutil.which("ansible-playbook") is None:
        sys.exit("ansible-playbook is not installed: pip install '.[bench]'")
    if inside.why_not_inside():
        enter("tests.benchmarks.applying", *sys.argv[1:])
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    enter_own_network()
    network = Lan()
    near, far = measured(0.0, rounds), measured(DELAY, rounds)
    network.close()
    trips = {what: (far[what] - near[what]) / DELAY for what in near}
    print(f"The least of {rounds} runs; a link with {DELAY * 1000:.0f} ms there and back, and one without.\n\n{table.HEAD}")  # noqa: T201
    # Of the budget of 9.5 round trips and 0.15 s even the floor takes more here; so the floor is the measure, as for the whole.
    one = Figure("one phase cold: log in and look, beside a login and an exec that does nothing", far["look"], 1.3, far["login"])
    print(table.line(one))  # noqa: T201
    ours, least = trips["apply"] * DELAY, trips["floor"] * DELAY
    print(table.line(Figure("a whole apply: what its round trips take", ours, 1.3, least)))  # noqa: T201
    print("\n      round trips     50 ms      0 ms")  # noqa: T201
    for what, count in trips.items():
        print(f"{what:>8} {count:8.1f} {far[what]:9.2f} s {near[what]:7.2f} s")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
