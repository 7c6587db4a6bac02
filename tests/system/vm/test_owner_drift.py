"""What the owner of a tunnel is told by hand: it stays as it is, or status names what is another and an apply mends it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.point_support import Side
from tests.system.vm.owner_support import Wrong, carries, connected, look
from tests.system.vm.test_owners import client_of, left
from wgwizard.host.layout import Layout, Owner

pytestmark = [pytest.mark.live, pytest.mark.timeout(2400)]

NETDEV, NETWORK, KEYFILE = *Layout("wg0", Owner.NETWORKD).tunnel_files, Layout("wg0", Owner.NETWORK_MANAGER).tunnel
UP = "sleep 2; for try in $(seq 100); do ip -4 route show default | grep -q eth0 && break; sleep 0.2; done; sleep 2"
OFF_AND_ON = f"nmcli networking off; sleep 3; nmcli networking on; {UP}"
# What changes nothing of the tunnel.
HARMLESS = {
    Owner.NETWORKD: "networkctl reload; sleep 2; networkctl reconfigure wg0; sleep 3; systemctl restart systemd-networkd; sleep 5",
    Owner.NETWORK_MANAGER: "nmcli connection reload; sleep 2; nmcli device reapply wg0; sleep 3; systemctl restart NetworkManager; sleep 5",
}
EDITED = (
    f"sed -i 's/^Address = 10.*/Address = 10.64.0.77\\/24/' {NETWORK}; sed -i 's/^ListenPort.*/ListenPort = 51777/' {NETDEV}\n"
    "networkctl reload; sleep 3; systemctl restart systemd-networkd; sleep 5"
)
MODIFIED = "nmcli connection modify wg0 ipv4.addresses 10.64.0.77/24 wireguard.listen-port 51777; nmcli -w 60 connection up wg0"
# What does: the commands, words of what status says of it, and of what an apply says.
DRIFT = {
    Owner.NETWORKD: (
        (
            EDITED,
            (f"{NETWORK} was edited", "addresses are 10.64.0.77/24", f"{NETDEV} was edited", "51777"),
            (NETWORK, NETDEV, "take the addresses", "listen on port 51820 (now 51777)"),
        ),
        ("networkctl down wg0; sleep 2", ("the tunnel is switched off",), ("+ start",)),
        ("ip link del wg0; networkctl reload; sleep 4", ("the tunnel is switched off",), ("+ start",)),
        ("ip link del wg0; sleep 2", ("the tunnel does not run",), ("+ start",)),
    ),
    Owner.NETWORK_MANAGER: (
        (
            MODIFIED,
            (f"{KEYFILE} was edited", "10.64.0.77/24", "51777"),
            (KEYFILE, "take the addresses", "listen on port 51820 (now 51777)"),
        ),
        (OFF_AND_ON, ("the tunnel does not run",), ("+ start",)),
        ("nmcli -w 60 connection delete wg0", (f"{KEYFILE} is gone", "the tunnel does not run"), (KEYFILE, "+ start")),
        ("ip link set wg0 down; sleep 8", ("the tunnel is switched off",), ("+ start",)),
    ),
}


def test_what_its_owner_is_told_by_hand_is_named_and_mended(
    host: LabHost, owner: Owner, plugged: Callable[[LabHost], Side], make_client: Callable[..., Client], tmp_path: Path
) -> None:
    wrong = Wrong()
    client = client_of(make_client, host)
    if owner is Owner.NETWORK_MANAGER:
        host.sh(OFF_AND_ON)  # it leaves marks of its own on the other interfaces
    client.apply(dry_run=True)
    before = take(host)
    client.apply()
    first = look(host)
    with wrong.on(HARMLESS[owner]):
        host.sh(HARMLESS[owner])
        wrong.stays("what changes nothing", host, first)
        wrong.unless("what changes nothing: status", client.status().differences, ())

    for command, named, mended in DRIFT[owner]:
        with wrong.on(command):
            host.sh(command)
            said = "\n".join(one.what + "\n" + one.diff for one in client.status().differences)
            wrong.unless(f"{command}: not named in {said!r}", [words for words in named if words not in said], [])
            outcome = client.apply()
            told = "\n".join(change.path + "\n" + change.diff for change in outcome.changes)
            wrong.unless(f"{command}: not told in {told!r}", [words for words in mended if words not in told], [])
            wrong.stays(f"{command}, mended", host, first, but=("ifindex",))

    far = plugged(host)
    carries(wrong, "at last", connected(client, far, tmp_path / "last"))
    host.sh("ip link del e1")
    wrong.unless("status at last", client.status().differences, ())
    with wrong.on("the uninstall"):
        wrong.unless("the uninstall", client.uninstall().state, "uninstalled")
        wrong.nothing("left after the uninstall", left(host, before))
    assert wrong == []
