"""The plan's own rendered files, brought up on the replica's nodes by the real wg-quick, nft and sysctl."""

import errno
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from wgwizard.plan import HOST, Plan
from wgwizard.rehearsal import netns
from wgwizard.rehearsal.replica import Replica
from wgwizard.render.artefact import Artefact, Bundle
from wgwizard.site import Address

# A round trip to a port of β on which nobody listens ends in one of these: refused by the port, or by β's rules.
ANSWERED = {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.EACCES}
CLOSED_PORT = 9  # discard, RFC 863

# wireguard-go keeps its socket in /run/wireguard by the interface's name, which is the same on every node: each has its own
# mounts. The names of endpoints stand in the node's own /etc/hosts, as the internet's DNS would answer.
BRING_UP = """
mount -t tmpfs own /run/wireguard && mount --bind "$1/hosts" /etc/hosts && exec wg-quick up "$2"
"""


def bring_up(replica: Replica, node: str, artefacts: Iterable[Artefact]) -> None:
    """Put a node's rendered files into effect in the order of the bundle: β's rules and switches, then the tunnel."""
    after: list[list[str]] = []
    for artefact in artefacts:
        path = PurePosixPath(artefact.path)
        if artefact.missing:
            raise netns.ReplicaError(f"{artefact.path} of {node} is not complete: {', '.join(artefact.missing)} missing")
        if path.suffix == ".nft":
            with replica.entered(node):
                netns.run(["nft", "-f", "-"], stdin=artefact.content())
        elif path.is_relative_to("/etc/sysctl.d"):
            with replica.entered(node):
                netns.set_sysctls(_settings(artefact.content()))
        elif path.is_relative_to("/etc/systemd/system"):
            after += _after_start(artefact.content())
        elif path.is_relative_to("/etc/wireguard"):
            start(replica, node, path.name, artefact.content())
    for command in after:
        replica.run(node, *command)


def bring_up_all(replica: Replica, plan: Plan, bundle: Bundle) -> None:
    """Every node of the plan, β first: the points' first handshake would be lost otherwise, and is tried again after 5 s only."""
    for node in (HOST, *(point.node for point in plan.points)):
        bring_up(replica, node, bundle.of(node))


def start(replica: Replica, node: str, name: str, conf: str) -> None:
    """`wg-quick up` with a file of this name and text; DNS lines are left out, for no node has a resolver to change.

    Without WireGuard in the kernel wg-quick itself turns to wireguard-go.
    """
    Path("/run/wireguard").mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="wgwizard-replica-"))  # 0700: the file holds keys
    try:
        kept = [line for line in conf.splitlines() if line.partition("=")[0].strip().lower() != "dns"]
        file = directory / name
        file.touch(mode=0o600)
        file.write_text("\n".join(kept) + "\n")
        names = [f"{address} {host}" for host, address in replica.topology.names.items()]
        (directory / "hosts").write_text("\n".join(["127.0.0.1 localhost", "::1 localhost", *names]) + "\n")
        with replica.entered(node):
            netns.run(["unshare", "--mount", "sh", "-c", BRING_UP, "sh", str(directory), str(file)])
    finally:
        shutil.rmtree(directory)


def stop(replica: Replica, node: str, interface: str) -> None:
    """Take a node's tunnel down; with the interface wireguard-go ends."""
    replica.run(node, "ip", "link", "delete", interface)


def _settings(text: str) -> dict[str, str]:
    """The lines "net/… = value" of a sysctl.d file."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _after_start(unit: str) -> list[list[str]]:
    """What systemd would run after the tunnel's unit has started."""
    return [line.partition("=")[2].split() for line in unit.splitlines() if line.startswith("ExecStartPost=")]


def wait_for_tunnels(replica: Replica, plan: Plan, *, seconds: float = 10.0) -> frozenset[str]:
    """Make every point speak through its tunnel, and return those that β answered within `seconds`."""
    waiting = {point.node for point in plan.points}
    deadline = time.monotonic() + seconds
    sockets: list[tuple[str, socket.socket]] = []
    try:
        for node in sorted(waiting):
            with replica.entered(node):
                sockets += [(node, _towards(address)) for address in plan.site.tunnel.addresses[:1]]
        while waiting and time.monotonic() < deadline:
            waiting -= _answered(sockets)
            time.sleep(0.02)
    finally:
        for _, channel in sockets:
            channel.close()
    return frozenset(point.node for point in plan.points) - waiting


def _towards(address: Address) -> socket.socket:
    channel = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
    channel.setblocking(False)
    channel.connect((str(address), CLOSED_PORT))
    return channel


def _answered(sockets: Sequence[tuple[str, socket.socket]]) -> set[str]:
    """The nodes whose datagram was refused by β, which proves the way there and back; the others speak again."""
    found = set()
    for node, channel in sockets:
        try:
            channel.send(b"?")
        except OSError as error:
            found |= {node} if error.errno in ANSWERED else set()
    return found
