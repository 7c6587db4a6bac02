"""The article's network with a real Host β in it: the program's own command line applies, its own files go to the points."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.system.article import ADMIN, Document, plan_of
from tests.system.lab import base
from tests.system.lab.host import LabHost
from wgwizard.plan import HOST, Plan
from wgwizard.profiles import save_site
from wgwizard.rehearsal.replica import Replica
from wgwizard.rehearsal.topology import topology
from wgwizard.rehearsal.wireguard import start, stop, wait_for_tunnels

REPOSITORY = Path(__file__).parents[2]


class ReplicaWiring:
    """β's place in a replica, for a lab host."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self.netns = replica.netns(HOST)

    def connect(self) -> None:
        """A new network namespace for β, as after a power cut."""
        self._replica.remove(HOST)
        self._replica.add(HOST)

    def disconnect(self) -> None:
        """Delete it."""
        self._replica.remove(HOST)


@dataclass
class Network:
    """The replica with its booted β, and a person at ADMIN's desk who has the program, a site file and a key."""

    replica: Replica
    beta: LabHost
    plan: Plan
    directory: Path

    @property
    def site_file(self) -> Path:
        """The site file that the person wrote."""
        return self.directory / "site-b.yaml"

    def wgwizard(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the program at the desk; asserts that it succeeds."""
        command = [sys.executable, "-m", "wgwizard", *arguments]
        environment = dict(os.environ) | {"PYTHONPATH": str(REPOSITORY), "HOME": str(self.directory), "NO_COLOR": "1"}
        with self.replica.entered(ADMIN):
            done = subprocess.run(
                command,
                cwd=self.directory,
                env=environment,
                capture_output=True,
                text=True,
                timeout=90,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        assert done.returncode == 0, (
            f"wgwizard {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}\n{self.beta.console()}"
        )
        return done

    def login(self) -> list[str]:
        """The options with which the person reaches β."""
        return ["--identity", str(base.client_key()), "--known-hosts", str(self.directory / "known_hosts"), "--yes"]

    def apply(self) -> None:
        """`wgwizard apply` over SSH as an unprivileged user, then the points' files by `wgwizard plan`."""
        self.wgwizard("apply", str(self.site_file), "--passphrase-file", str(self.directory / "passphrase"), *self.login())
        self.write_files()

    def write_files(self) -> None:
        """`wgwizard plan -o`: every file that is complete, and β's install script."""
        arguments = ["--passphrase-file", str(self.directory / "passphrase"), "-o", str(self.directory / "files")]
        self.wgwizard("plan", str(self.site_file), *arguments)

    def install_by_hand(self) -> str:
        """Carry the install script to β and run it there as root, as where β has no SSH; what it said."""
        script = (self.directory / "files/host/install.sh").read_text()
        self.beta.write("/root/install.sh", script, mode=0o700)
        return self.beta.run("/root/install.sh").stdout

    def uninstall(self) -> None:
        """`wgwizard uninstall`."""
        self.wgwizard("uninstall", str(self.site_file), *self.login())

    def point_files(self) -> dict[str, Path]:
        """Each point's tunnel file as the program wrote it."""
        return {point.node: self.directory / "files" / point.node / "etc/wireguard/wg0.conf" for point in self.plan.points}

    def connect_points(self) -> None:
        """Bring the points' files up on the points, and wait until β has answered every one."""
        for node, file in self.point_files().items():
            start(self.replica, node, file.name, file.read_text())
        self.await_tunnels()

    def disconnect_points(self) -> None:
        """Take the points' tunnels down."""
        for point in self.plan.points:
            stop(self.replica, point.node, point.interface)

    def reconnect_points(self) -> None:
        """Both, as when their owners switch the tunnel off and on."""
        self.disconnect_points()
        self.connect_points()

    def await_tunnels(self, seconds: float = 10.0) -> None:
        """Until β has answered every point."""
        assert wait_for_tunnels(self.replica, self.plan, seconds=seconds) == {point.node for point in self.plan.points}


@contextmanager
def network_of(document: Document, directory: Path) -> Iterator[Network]:
    """The replica of a site document, with β booted as a real Debian that nobody has touched."""
    plan = plan_of(document)
    with Replica(topology(plan)) as replica:
        beta = LabHost("beta", ReplicaWiring(replica), enable=("nftables.service",))
        try:
            beta.boot()
            network = Network(replica, beta, plan, directory)
            save_site(str(network.site_file), document)
            (directory / "passphrase").write_text("a passphrase of the tests\n")
            (directory / "passphrase").chmod(0o600)
            (directory / "known_hosts").write_text(f"192.168.200.2 {beta.host_key}\n")
            yield network
        finally:
            beta.destroy()
