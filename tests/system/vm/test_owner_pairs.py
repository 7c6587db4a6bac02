"""Three tunnels of three sites on one Host β: one by wg-quick, from before another program ran the networks, two by that program."""

import subprocess
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.point_support import plug
from tests.system.vm.owner_support import SERVICE, Wrong, carries, connected, look
from tests.system.vm.test_owners import client_of, left
from wgwizard.host.layout import Layout, Owner
from wgwizard.rehearsal import netns
from wgwizard.site import Endpoint

pytestmark = [pytest.mark.live, pytest.mark.timeout(2400)]

FORWARDING = "cat /proc/sys/net/ipv4/conf/eth0/forwarding /proc/sys/net/ipv6/conf/all/forwarding"
ETH0_IS_UP = {
    Owner.NETWORKD: "networkctl list | grep -q 'eth0 .* configured'",
    Owner.NETWORK_MANAGER: "nmcli -t -f DEVICE,STATE device | grep -qx eth0:connected",
}


def client_of_site(number: int, make_client: Callable[..., Client], host: LabHost) -> Client:
    """Whoever looks after the site with this number: its own networks, port, interface and endpoint."""
    client, port = client_of(make_client, host), 51820 + number
    networks = (ip_network(f"10.7{number}.0.0/24"), ip_network(f"fd00:7{number}::/64"))
    tunnel = replace(client.site.tunnel, interface=f"wg{number}", port=port, networks=networks)
    endpoint = Endpoint(f"198.51.{100 + number}.1", port)
    client.site = replace(client.site, name=f"lab{number}", tunnel=tunnel, host=replace(client.site.host, endpoint=endpoint))
    return client


def all_carry(wrong: Wrong, what: str, clients: dict[int, Client], host: LabHost, directory: Path) -> None:
    """Each of these tunnels gets its point for a while, and carries."""
    places = {number: plug(host, f"e{number}", 100 + number) for number in clients}
    with wrong.on(f"{what}: TCP"):
        points = {
            number: connected(client, places[number], directory / f"{what}{number}".replace(" ", "-")) for number, client in clients.items()
        }
        for number, point in points.items():
            carries(wrong, f"{what}: wg{number}", point)
    for number, place in places.items():
        subprocess.run(["ip", "-n", host.wiring.netns, "link", "del", f"e{number}"], check=True)
        netns.delete([place.space])


def test_tunnels_of_several_sites_do_not_touch_each_other(
    host: LabHost, owner: Owner, make_client: Callable[..., Client], tmp_path: Path
) -> None:
    wrong = Wrong()
    clients = {number: client_of_site(number, make_client, host) for number in range(3)}
    clients[0].apply(dry_run=True)
    before = take(host)
    host.sh(f"systemctl stop {SERVICE[owner]}.service {SERVICE[owner]}.socket 2>/dev/null || systemctl stop {SERVICE[owner]}")
    with wrong.on("wg0, by wg-quick"):
        clients[0].apply()
    host.sh(f"systemctl start {SERVICE[owner]}; until {ETH0_IS_UP[owner]}; do sleep 0.2; done")
    for number in (1, 2):
        with wrong.on(f"wg{number}"):
            clients[number].apply()
    owners = {0: Owner.WG_QUICK, 1: owner, 2: owner}
    files = [Layout(f"wg{number}", one).tunnel for number, one in owners.items()]
    wrong.unless("who makes them", host.sh(f"ls {' '.join(files)} || true").split(), sorted(files))
    stand = {number: look(host, f"wg{number}") for number in clients}
    with wrong.on("wg1 again"):
        wrong.unless("wg1 again", clients[1].apply().changes, ())
    all_carry(wrong, "all", clients, host, tmp_path)
    with wrong.on("wg1 leaves"):
        wrong.unless("wg1 leaves", clients.pop(1).uninstall().state, "uninstalled")
        wrong.unless("forwarding without wg1", host.sh(FORWARDING).split(), ["1", "1"])
    for number, client in clients.items():
        with wrong.on(f"wg{number} without wg1"):
            wrong.stays(f"wg{number} without wg1", host, stand[number], f"wg{number}")
            wrong.unless(f"wg{number} without wg1: status", client.status().differences, ())
    all_carry(wrong, "without wg1", clients, host, tmp_path)

    with wrong.on("a reboot"):
        host.reboot()
        for number, client in clients.items():
            wrong.stays(f"wg{number} after a reboot", host, stand[number], f"wg{number}", but=("ifindex",))
            wrong.unless(f"wg{number} after a reboot: status", client.status().differences, ())
        all_carry(wrong, "after a reboot", clients, host, tmp_path)
    for number, client in clients.items():
        with wrong.on(f"wg{number} leaves"):
            wrong.unless(f"wg{number} leaves", client.uninstall().state, "uninstalled")
            for other in clients.keys() - {0, number}:
                wrong.unless(f"without wg{number}: wg{other}", bool(look(host, f"wg{other}")), number == 0)
    host.reboot()  # wg-quick's unit has asked for the network to be online
    wrong.nothing("left after the uninstall", left(host, before))
    for number in (1, 2):
        profile = Layout(f"wg{number}").profile
        wrong.unless("what NetworkManager still has", host.sh(f"grep -rs {profile} /run/NetworkManager || true"), "")
    assert wrong == []
