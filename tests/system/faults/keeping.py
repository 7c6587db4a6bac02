"""What must not be lost, touched or done twice: files, rules and sessions of others, baselines, a colleague's lock, routes learned."""

import os
import socket
import struct
import subprocess
import threading
import time

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client, with_points
from tests.system.faults import owners
from tests.system.faults.cutting import client_killed, plug_of
from tests.system.faults.ends import WG0
from tests.system.faults.logging_in import secrets_of
from tests.system.faults.world import UNDO_AFTER, World, look
from tests.system.lab.lan import ip
from wgwizard.applying import Step
from wgwizard.errors import RemoteError
from wgwizard.site import Service

SITE_POINTS = 3


SWITCH = "/proc/sys/net/ipv4/conf/eth0/forwarding"
CHANGES = {  # what is done, and undone
    "a file": (
        "cp -a /etc/wireguard /tmp/w; echo '# theirs' >> /etc/wireguard/wg0.conf",
        "rm -r /etc/wireguard; cp -a /tmp/w /etc/wireguard",
    ),
    "an address": ("ip address add 10.9.9.9/32 dev eth0", "ip address del 10.9.9.9/32 dev eth0"),
    "a switch": (f"cat {SWITCH} >/tmp/switch; echo 1 >{SWITCH}", f"cat /tmp/switch >{SWITCH}"),
}


def changed_since_preview(world: World, _: Step | None, kind: str) -> None:
    """A file, a rule or an address comes between the preview and the apply."""
    act, back = CHANGES[kind]
    world.client.answers.before_confirm = lambda: world.host.sh(act)
    world.healing.append(lambda: world.host.sh(back))
    assert "changed" in str(world.fails())


def only_counters(world: World, _: Step | None, kind: str) -> None:
    world.begin()
    world.client.apply()
    world.client.change_site(with_points(world.client.site, SITE_POINTS))
    world.client.answers.before_confirm = lambda: world.host.sh("touch /etc/wireguard/wg0.conf /etc/wgwizard/*; ping -c1 -W1 10.64.0.1")
    assert world.client.apply().state == "applied"


def second_wizard(world: World, _: Step | None, kind: str) -> None:
    """Somebody else applies while the first one is being verified."""
    world.begin()
    first = world.client
    second = Client(world.host, first.known_hosts, first.identity, first.site)
    ready, go_on, states = threading.Event(), threading.Event(), []
    world.at(Step.VERIFY, lambda: (ready.set(), go_on.wait(30)), frozen=False)
    work = threading.Thread(target=lambda: states.append(first.apply().state))
    second.answers.before_confirm = lambda: (work.start(), ready.wait(30), None)[2]
    with pytest.raises(RemoteError, match=r"admin@192\.168\.200\.2 from 192\.168\.200\.254"):
        second.apply()
    go_on.set()
    work.join(60)
    assert states == ["applied"]


def old_lock(world: World, _: Step | None, kind: str) -> None:
    world.begin()
    world.host.sh(
        "mkdir -p /run/wgwizard/transaction && printf 'id=old\\nboot=another\\nuntil=999999\\n' > /run/wgwizard/transaction/owner"
    )
    assert world.client.apply().state == "applied"


def odd_file(world: World, _: Step | None, kind: str) -> None:
    """Applied over and uninstalled: bytes, mode, owner and time as they were."""
    owners.put(world.host, WG0.tunnel, owners.ODD, 0o640, 0, owners.ADM)
    os.utime(world.host.root / WG0.tunnel[1:], (1577934245, 1577934245))
    assert world.apply().state == "applied"
    assert world.client.uninstall().state == "uninstalled"
    assert int((world.host.root / WG0.tunnel[1:]).stat().st_mtime) == 1577934245


def rules_of_others(world: World, _: Step | None, kind: str) -> None:
    """A ban comes in while ours is undone; it stays, and goes with the snapshot of before only because we take it away."""
    world.host.sh(
        "nft add table inet f2b; nft add set inet f2b banned '{ type ipv4_addr; }'; nft add element inet f2b banned '{ 192.0.2.8 }'"
    )
    world.begin()
    ban = "nft add element inet f2b banned '{ 192.0.2.9 }'"
    world.client.confirm_timeout = UNDO_AFTER
    world.at(Step.VERIFY, lambda: (world.host.sh(ban), plug_of(world).unplug()), frozen=False)
    world.healing.append(plug_of(world).plug)
    assert isinstance(world.fails(), RemoteError)
    deadline = time.monotonic() + 10
    while (world.run / "transaction").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert "192.0.2.8, 192.0.2.9" in world.host.sh("nft list table inet f2b")
    world.host.sh("nft delete element inet f2b banned '{ 192.0.2.9 }'")


def ifindex(world: World) -> str:
    return world.host.sh("cat /sys/class/net/wg0/ifindex").strip()


class Peer:
    """point1, in this process's network: a tunnel to the host that has shaken hands."""

    def __init__(self, world: World) -> None:
        self.name = f"p{os.getpid()}"
        keyring, site = world.client.keyring, world.client.site
        tunnel = world.host.read(WG0.tunnel)
        own = tunnel.split(keyring.public["point1"])[1].split("AllowedIPs = ")[1].split("/")[0]
        self.hub = tunnel.split("Address = ")[1].split("/")[0]
        subprocess.run(["wireguard-go", self.name], check=True, capture_output=True, stdin=subprocess.DEVNULL)
        conf = (
            f"[Interface]\nPrivateKey = {keyring.private['point1'].reveal()}\n[Peer]\nPublicKey = {keyring.public['host']}\n"
            f"PresharedKey = {keyring.preshared['point1'].reveal()}\nAllowedIPs = {self.hub}/32\n"
            f"Endpoint = 192.168.200.2:{site.tunnel.port}\nPersistentKeepalive = 5\n"
        )
        subprocess.run(["wg", "setconf", self.name, "/dev/stdin"], input=conf, text=True, check=True)
        for words in (
            ("address", "add", f"{own}/32", "dev", self.name),
            ("link", "set", self.name, "up"),
            ("route", "add", self.hub, "dev", self.name),
        ):
            subprocess.run(["ip", *words], check=True)
        subprocess.run(["ping", "-c", "1", "-w", "10", self.hub], capture_output=True, check=False)

    def close(self) -> None:
        ip("link", "delete", self.name)


def again(world: World, _: Step | None, kind: str) -> None:
    """Nothing to do: nothing is written, and a session in the tunnel does not notice."""
    world.apply()
    peer = Peer(world)
    try:
        world.host.sh("touch /tmp/marker")
        shakes = "wg show wg0 latest-handshakes | sort"
        stands, index, handshakes = look(world.host), ifindex(world), world.host.sh(shakes)
        assert {line.split()[1] == "0" for line in handshakes.splitlines()} == {True, False}
        assert world.client.apply().state == "unchanged"
        assert (ifindex(world), world.host.sh(shakes)) == (index, handshakes)
        assert stands.differences(look(world.host)) == []
        assert world.host.sh("find /etc /var/lib/wgwizard /usr /root -newer /tmp/marker").split() == []
    finally:
        peer.close()


def through_the_tunnel(world: World, _: Step | None, kind: str) -> None:
    """Logged in through the tunnel that is changed: points may come, its port may not change."""
    world.client.site = replace(world.client.site, host=replace(world.client.site.host, services=(Service("ssh", "tcp", 22),)))
    world.apply()
    index, peer = ifindex(world), Peer(world)
    site, address = world.client.site, world.client.address
    try:
        world.client.address = f"admin@{peer.hub}"
        assert world.client.known_hosts is not None
        world.client.known_hosts.write_text(f"{peer.hub},192.168.200.2 {world.host.host_key}\n")
        if kind == "its port":
            world.client.change_site(replace(site, tunnel=replace(site.tunnel, port=51999)))
            assert "logged in through wg0" in str(world.fails())
            world.client.change_site(site)
        else:
            world.client.change_site(with_points(site, SITE_POINTS))
            assert world.client.apply().state == "applied"
    finally:
        world.client.address = address
        peer.close()
    assert ifindex(world) == index


def edited_then_uninstalled(world: World, _: Step | None, kind: str) -> None:
    """What was edited after the apply stays, and is named; the rest is as before."""
    world.apply()
    forwarding = WG0.forwarding(systemd=world.host.systemd)
    place = world.host.root / forwarding[1:]
    edited = place.read_bytes() + b"# mine\n"
    world.host.sh(f"cp -p {forwarding} /tmp/ours; echo '# mine' >> {forwarding}")
    outcome = world.client.uninstall()
    assert any(f"{forwarding} was edited since" in note for note in outcome.notes)
    assert place.read_bytes() == edited
    before = world.begin()
    paths = [line.split(": ")[1] for line in before.differences(look(world.host)) if line.startswith("files: ")]
    kept_for_it = [path for path in ("/etc/wgwizard",) if path not in before.files and forwarding.startswith(path)]
    assert paths == [*kept_for_it, forwarding]
    assert len(before.differences(look(world.host))) == len(paths)
    if forwarding in before.files:
        owners.put(world.host, forwarding, b"# by hand\r\n", 0o604, owners.ADMIN, owners.ADM)
    else:
        place.unlink()
        if kept_for_it:
            place.parent.rmdir()


def uninstalled(world: World, _: Step | None, kind: str) -> None:
    """The baseline is back, and no key of ours is left in any file."""
    world.apply()
    world.client.change_site(with_points(world.client.site, SITE_POINTS))
    world.client.apply()
    assert world.client.uninstall().state == "uninstalled"
    assert world.client.uninstall().state == "absent"
    keys = [secret.encode() for secret in secrets_of(world)]
    for top in (world.host.changed, world.run.parent):
        for path in top.rglob("*"):
            if path.is_file() and not path.is_symlink() and "journal" not in str(path):
                assert [True for key in keys if key in path.read_bytes()] == [], path


def advertise_router() -> None:
    """A router advertisement on the LAN (RFC 4861, 4.2): default router for half an hour, without prefixes."""
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as router:
        router.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        index = socket.if_nametoindex("br0")
        router.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0), ("ff02::1", 0, 0, index))


def learned_route(world: World, _: Step | None, kind: str) -> None:
    """The default route of IPv6 came by router advertisement; it survives the apply or the undo."""
    learned = "ip -6 route show default | grep -o 'default via fe80[^ ]* dev eth0 proto ra' || true"
    world.host.sh("ip -6 route del default")
    advertise_router()
    deadline = time.monotonic() + 5
    while not (route := world.host.sh(learned)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert route
    if kind == "apply":
        assert world.apply().state == "applied"
        assert world.host.sh("cat /proc/sys/net/ipv6/conf/eth0/accept_ra").strip() == "2"
    else:
        client_killed(world, Step.VERIFY, kind)
        deadline = time.monotonic() + UNDO_AFTER + 8
        while (world.run / "transaction").exists() and time.monotonic() < deadline:
            time.sleep(0.2)
    assert world.host.sh(learned) == route
