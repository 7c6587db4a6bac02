"""A tunnel that the program makes which runs the host's other networks: the whole way, with WireGuard in the kernel."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client, with_points
from tests.system.kinds.test_kinds import expected, found, source_seen
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import Snapshot, take
from tests.system.point_support import ENDPOINT, Side, come_up
from tests.system.test_apply import ifindex, running
from tests.system.test_apply_faults import apply_in_child, at, kill_self
from tests.system.test_foreign_forwards import ON_LAN, PORT
from tests.system.vm.machine import NETWORK_MANAGER
from wgwizard.applying import State, Step
from wgwizard.host.layout import Layout, Owner
from wgwizard.site import Needs, Opens, Strategy

pytestmark = [pytest.mark.live, pytest.mark.timeout(1500)]

SLOW = 900.0  # seconds that an emulated host gets for a change, on a machine that others use, too
UNDO_AFTER = 60.0
# Its addresses stand there already; systemd-networkd 252 asks for such again and again, if they are its own.
LAN = """\
[Match]
Name=eth0

[Network]
KeepConfiguration=yes
LinkLocalAddressing=no
IPv6AcceptRA=no
"""
# NetworkManager takes over an interface that has just what a connection says when it starts first.
CONNECTION = """\
[connection]
id=lan
type=ethernet
interface-name=eth0

[ipv4]
address1=192.168.200.2/24,192.168.200.254
method=manual

[ipv6]
address1=fd00:200::2/64,fd00:200::254
method=manual
"""
# What NetworkManager itself writes down, of each of its connections, too, if some minutes later; and what it starts for a while.
NOTES = "/var/lib/NetworkManager"
BESIDES = (f"files: {NOTES}/", "units: systemd-hostnamed.service: ", "units: NetworkManager-dispatcher.service: ")
FILES = {
    "/etc/wgwizard/wg0.nft": ("0644", "0:0"),
    "/etc/systemd/system/wgwizard-wg0.service": ("0644", "0:0"),
    "/etc/systemd/system/wgwizard-tunnel@wg0.service": ("0644", "0:0"),
    "/etc/sysctl.d/60-wgwizard-wg0.conf": ("0644", "0:0"),
}
FILES_OF = {
    Owner.NETWORKD: {
        "/etc/systemd/network/50-wg0.netdev": ("0640", "0:systemd-network"),
        "/etc/systemd/network/50-wg0.network": ("0644", "0:0"),
    },
    Owner.NETWORK_MANAGER: {"/etc/NetworkManager/system-connections/wg0.nmconnection": ("0600", "0:0")},
}


def run_by_networkd(make_beta: Callable[..., LabHost]) -> LabHost:
    """A host whose networks systemd-networkd runs."""
    made = make_beta(enable=("systemd-networkd.service",))
    made.write("/etc/systemd/network/10-lan.network", LAN)
    made.sh("systemctl daemon-reload; networkctl reload; until networkctl list | grep -q 'eth0 .* configured'; do sleep 0.2; done")
    return made


def run_by_network_manager(make_beta: Callable[..., LabHost]) -> LabHost:
    """A host whose networks NetworkManager runs."""
    made = make_beta(variant=NETWORK_MANAGER)
    made.write("/etc/NetworkManager/system-connections/lan.nmconnection", CONNECTION, mode=0o600)
    made.write("/etc/NetworkManager/conf.d/lab.conf", "[main]\nno-auto-default=*\n")
    made.sh("systemctl enable -q --now NetworkManager")
    made.sh("until nmcli -t -f DEVICE,STATE device | grep -qx eth0:connected; do sleep 0.2; done")
    return made


RUN_BY = {Owner.NETWORKD: run_by_networkd, Owner.NETWORK_MANAGER: run_by_network_manager}


def left(host: LabHost, before: Snapshot) -> list[str]:
    """What is not as it was, but for what the kernel's WireGuard does itself when an interface is switched on (wg_open in Linux)."""
    lines = [line for line in before.differences(take(host)) if line != "sysctls: net.ipv4.conf.all.send_redirects: 1 -> 0"]
    return [*known_to_network_manager(host, "/run/NetworkManager"), *(line for line in lines if not line.startswith(BESIDES))]


def known_to_network_manager(host: LabHost, *places: str) -> list[str]:
    """Where it still has our connection."""
    return host.sh(f"grep -rs {Layout('wg0').profile} {' '.join(places)} || true").split()


def client_of(make_client: Callable[..., Client], host: LabHost, **options: Any) -> Client:
    client = make_client(host, confirm_timeout=SLOW, **options)
    client.strategy = Strategy.GATEWAY
    client.site = replace(client.site, host=replace(client.site.host, endpoint=ENDPOINT), needs=Needs(opens=Opens.BOTH))
    return client


def new_files(host: LabHost, before: set[str]) -> dict[str, tuple[str, str]]:
    group = host.sh("getent group systemd-network").split(":")[2]
    files = {path: entry for path, entry in take(host).files.items() if path not in before and entry.kind == "-"}
    owners = {f"0:{group}": "0:systemd-network"}
    ours = {path: entry for path, entry in files.items() if not path.startswith("/var/lib/wgwizard/")}
    return {path: (entry.mode, owners.get(entry.owner, entry.owner)) for path, entry in ours.items()}


def test_the_whole_way(
    host: LabHost, owner: Owner, plugged: Callable[[LabHost], Side], make_client: Callable[..., Client], tmp_path: Path
) -> None:
    client = client_of(make_client, host)
    client.apply(dry_run=True)
    before = take(host)
    assert client.apply().state == "applied"
    assert new_files(host, set(before.files)) == FILES | FILES_OF[owner]
    assert host.sh("cat /sys/class/net/wg0/uevent; pgrep wireguard-go || true").split() == [
        "DEVTYPE=wireguard",
        "INTERFACE=wg0",
        f"IFINDEX={ifindex(host)}",
    ]
    runs = running(host)
    again = client.apply()
    assert (again.state, again.changes) == ("unchanged", ())
    assert client.status().as_applied

    host.reboot()
    assert running(host) == runs
    assert client.status().as_applied
    assert client.apply().state == "unchanged"

    point, own = come_up(client, plugged(host), tmp_path), expected(Strategy.GATEWAY, {})
    reached = {**own, "point to LAN": point.addresses}
    deadline = time.monotonic() + 60
    while found(point) != reached and time.monotonic() < deadline:
        time.sleep(0.5)
    assert found(point) == reached

    index = ifindex(host)
    client.change_site(with_points(client.site, 4))
    assert client.apply().state == "applied"
    assert ifindex(host) == index
    assert len(host.sh("wg show wg0 peers").split()) == 4
    assert source_seen(point.space, ON_LAN[4], PORT, None) == point.addresses[4]
    assert client.rollback().state == "rolled back"
    assert ifindex(host) == index
    assert len(host.sh("wg show wg0 peers").split()) == 2
    assert client.status().as_applied
    assert source_seen(point.space, ON_LAN[4], PORT, None) == point.addresses[4]

    assert client.uninstall().state == "uninstalled"
    host.sh("ip link del e1")
    assert left(host, before) == []
    host.reboot()
    assert left(host, before) == []
    assert known_to_network_manager(host, NOTES) == []


def test_a_client_killed_before_the_confirmation_leaves_the_host_as_it_was(host: LabHost, make_client: Callable[..., Client]) -> None:
    client = client_of(make_client, host)
    client.apply(dry_run=True)
    before = take(host)
    client.confirm_timeout = UNDO_AFTER
    client.on_event = at(Step.VERIFY, State.DONE, kill_self)
    assert apply_in_child(client) == -signal.SIGKILL
    deadline = time.monotonic() + UNDO_AFTER + 60
    while left(host, before) and time.monotonic() < deadline:
        time.sleep(1)
    assert left(host, before) == []
