"""The forwarding of our tunnel opens no path between β's other interfaces, and cuts off none that was there or that comes later.

β has a second interface e1, behind which is FAR; the tests themselves are a computer of the LAN (docs/strategies.md, Rules).
"""

import dataclasses
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from ipaddress import ip_network
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client, small_site
from tests.system.lab.host import LabHost
from tests.system.lab.lan import ip
from tests.system.point_support import Side, connect_point, plug
from wgwizard.rehearsal import netns
from wgwizard.render import install_script, render
from wgwizard.site import Endpoint, Needs, Opens, Site, Strategy, Tunnel

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

MakeClient = Callable[..., Client]
FAMILIES = (4, 6)
ON_LAN = {4: "192.168.200.254", 6: "fd00:200::254"}
PORT = 7777
# "one way": a packet arrives, but no answer comes back, as where only the interface that it came in on forwards.
OPEN, CLOSED = {4: "open", 6: "open"}, {4: "closed", 6: "closed"}


def routes(verb: str) -> None:
    """The LAN's routes to what lies behind β, FAR and the tunnels."""
    for network, via in (("198.51.0.0/16", "192.168.200.2"), ("10.0.0.0/8", "192.168.200.2"), ("fd00::/16", "fd00:200::2")):
        ip("route", verb, network, "via", via)


@pytest.fixture
def far(beta: LabHost) -> Iterator[Side]:
    side = plug(beta, "e1", 100)
    routes("add")
    yield side
    routes("delete")
    netns.delete([side.space])


def inside(space: str | None) -> AbstractContextManager[object]:
    return netns.entered(space) if space else nullcontext()


def connects(origin: str | None, address: str, listener: str | None, port: int = PORT) -> bool:
    """Whether a TCP connection from one namespace (None: the LAN) is answered by the listener in the other."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with inside(listener):
        server = socket.create_server(("", PORT), family=family)
    with server, inside(origin):
        try:
            socket.create_connection((address, port), timeout=1.2).close()
        except OSError:
            return False
        return True


def arrives(origin: str | None, address: str, listener: str | None) -> bool:
    """Whether a datagram from one namespace comes to the other."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with inside(listener):
        receiver = socket.socket(family, socket.SOCK_DGRAM)
    with inside(origin):
        sender = socket.socket(family, socket.SOCK_DGRAM)
    with receiver, sender:
        receiver.bind(("", PORT))
        receiver.settimeout(0.7)
        try:
            sender.sendto(b"here", (address, PORT))
            return receiver.recv(16) == b"here"
        except OSError:  # nothing came, or β refused it
            return False


def path(origin: str | None, address: str, listener: str | None) -> str:
    if connects(origin, address, listener):
        return "open"
    return "one way" if arrives(origin, address, listener) else "closed"


def from_lan(side: Side) -> dict[int, str]:
    return {family: path(None, side.addresses[family], side.space) for family in FAMILIES}


def to_lan(side: Side) -> dict[int, str]:
    return {family: path(side.space, ON_LAN[family], None) for family in FAMILIES}


def rules(host: LabHost) -> str:
    return host.sh("nft -s list table inet wgwizard_wg0")


def install(host: LabHost, client: Client) -> None:
    """The install script of a plan for which nobody has looked at β."""
    client.change_site(client.site)
    plan = client.plan(None)
    script = install_script(plan, render(plan, client.keyring))
    assert script.complete
    host.write("/root/install.sh", script.content(), mode=0o700)
    host.run("/root/install.sh")


def by_apply(host: LabHost, client: Client) -> None:
    client.apply()


BOTH_WAYS = pytest.mark.parametrize("put", [by_apply, install])
Put = Callable[[LabHost, Client], None]


# --- a second interface ----------------------------------------------------------------------------------------------------


@BOTH_WAYS
def test_no_path_is_opened_to_another_interface(beta: LabHost, far: Side, make_client: MakeClient, put: Put) -> None:
    """LAN and FAR stay apart as they were; without our drops the switches that we need would join them."""
    client = make_client(beta)
    assert (from_lan(far), to_lan(far)) == (CLOSED, CLOSED)
    put(beta, client)
    assert (from_lan(far), to_lan(far)) == (CLOSED, CLOSED)
    before = rules(beta)
    put(beta, client)
    assert rules(beta) == before
    beta.sh("nft delete chain inet wgwizard_wg0 foreign_ipv4; nft delete chain inet wgwizard_wg0 foreign_ipv6")
    assert from_lan(far) == {4: "one way", 6: "open"}, "the test itself must see a path where there is one"


SWITCHES = {
    "for every interface": "net.ipv4.ip_forward=1",
    "for the two alone": "net.ipv4.conf.eth0.forwarding=1 net.ipv4.conf.e1.forwarding=1",
}


@BOTH_WAYS
@pytest.mark.parametrize("switches", SWITCHES.values(), ids=SWITCHES)
def test_a_path_that_was_there_stays_open(beta: LabHost, far: Side, make_client: MakeClient, put: Put, switches: str) -> None:
    """Also when the same is put in place again: by then the switches are on because of us, too."""
    beta.sh(f"sysctl -qw {switches} net.ipv6.conf.all.forwarding=1")
    client = make_client(beta)
    for _ in range(2):
        put(beta, client)
        assert (from_lan(far), to_lan(far)) == (OPEN, OPEN)


def test_one_family_that_was_forwarded_says_nothing_of_the_other(beta: LabHost, far: Side, make_client: MakeClient) -> None:
    beta.sh("sysctl -qw net.ipv4.ip_forward=1")
    make_client(beta).apply()
    assert (from_lan(far), to_lan(far)) == ({4: "open", 6: "closed"}, {4: "open", 6: "closed"})


def test_containers_that_come_later_are_not_cut_off(beta: LabHost, far: Side, make_client: MakeClient) -> None:
    """As Docker does it: it switches ip_forward on, publishes a port by DNAT and masquerades what containers open."""
    client = make_client(beta)
    client.apply()
    beta.sh(
        "sysctl -qw net.ipv4.ip_forward=1\n"
        "nft add table ip docker\n"
        "nft add chain ip docker pre '{ type nat hook prerouting priority dstnat; }'\n"
        "nft add chain ip docker post '{ type nat hook postrouting priority srcnat; }'\n"
        f"nft add rule ip docker pre iifname eth0 tcp dport 8080 dnat to {far.addresses[4]}:{PORT}\n"
        "nft add rule ip docker post ip saddr 198.51.100.0/24 oifname eth0 masquerade\n"
    )
    assert connects(None, "192.168.200.2", far.space, port=8080)
    assert to_lan(far) == {4: "open", 6: "closed"}
    assert from_lan(far) == CLOSED, "what is not published stays closed, as long as nothing is applied again"
    client.apply()
    assert from_lan(far) == {4: "open", 6: "closed"}


# --- a second tunnel -------------------------------------------------------------------------------------------------------


def site_of(interface: str, number: int) -> Site:
    """A site gateway on a tunnel of its own, whose one point is FAR."""
    site = small_site(points=1)
    tunnel = Tunnel(interface, (ip_network(f"10.{number}.0.0/24"), ip_network(f"fd00:10:{number}::/64")), port=51820 + number)
    endpoint = Endpoint("198.51.100.1", 51820 + number)
    needs = Needs(opens=Opens.BOTH)
    return replace(site, name=interface, host=replace(site.host, endpoint=endpoint), tunnel=tunnel, needs=needs)


def test_two_tunnels_on_one_host_do_not_cut_each_other_off(beta: LabHost, far: Side, make_client: MakeClient, tmp_path: Path) -> None:
    """Both are put in place, the points of each reach the site and are reached; FAR itself stays apart, also when one tunnel goes."""
    clients = {}
    for number, interface in enumerate(("wg0", "wg1")):
        clients[interface] = dataclasses.replace(make_client(beta), site=site_of(interface, number), strategy=Strategy.GATEWAY)
        clients[interface].apply()
    for interface, client in clients.items():
        point = connect_point(client, far, tmp_path)
        assert (to_lan(point), from_lan(point)) == (OPEN, OPEN), interface
        ip("link", "delete", interface, netns=far.space)
    assert (from_lan(far), to_lan(far)) == (CLOSED, CLOSED)
    clients["wg0"].uninstall()
    assert (from_lan(far), to_lan(far)) == (CLOSED, CLOSED)
    clients["wg1"].apply()
    assert (from_lan(far), to_lan(far)) == (CLOSED, CLOSED)
    point = connect_point(clients["wg1"], far, tmp_path)
    assert (to_lan(point), from_lan(point)) == (OPEN, OPEN)
