"""Logged in through the very tunnel that is changed (lock-outs 11 and 12): what keeps the session alive is done, the rest is refused.

The tests themselves are the first point; a session that is open all the while is asked for an answer after each change.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client
from tests.system.lab import base
from tests.system.lab.host import LabHost
from tests.system.lab.lan import ip
from tests.system.lab.snapshot import take
from tests.system.test_apply import ifindex
from wgwizard.errors import RemoteError
from wgwizard.keys import generate_preshared, generate_private, public_of
from wgwizard.site import Point, Right, Service, Site

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

MakeClient = Callable[..., Client]
LINK = f"wgp{os.getpid()}"  # its socket lies in one directory for all processes of a run


@dataclass
class Session:
    """A login over the tunnel that stays open."""

    process: "subprocess.Popen[bytes]"

    def answers(self) -> bool:
        """Whether what is sent comes back."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"still there\n")
        self.process.stdin.flush()
        return self.process.stdout.readline() == b"still there\n"


def login(address: str) -> Session:
    command = ["ssh", "-i", str(base.client_key()), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    process = subprocess.Popen(
        [*command, f"{base.ADMIN}@{address}", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return Session(process)


@pytest.fixture
def inside(beta: LabHost, make_client: MakeClient) -> Iterator[Client]:
    """Somebody at the first point, who applied from the LAN and now comes through the tunnel; SSH is open to all points."""
    client = make_client(beta, points=2)
    client.site = replace(client.site, host=replace(client.site.host, services=(Service("ssh", "tcp", 22),)))
    client.apply()
    point, host = client.site.points[0], client.site.tunnel.addresses[0]
    preshared = client.keyring.preshared[point.name].reveal()
    peer = f"[Peer]\nPublicKey = {client.keyring.public['host']}\nPresharedKey = {preshared}\nEndpoint = 192.168.200.2:51820\n"
    conf = f"[Interface]\nPrivateKey = {client.keyring.private[point.name].reveal()}\n{peer}AllowedIPs = {host}/32\n"
    subprocess.run(["mkdir", "-p", "/run/wireguard"], check=True)
    subprocess.run(["wireguard-go", LINK], check=True, capture_output=True)
    subprocess.run(["wg", "setconf", LINK, "/dev/stdin"], input=conf, text=True, check=True)
    ip("address", "add", f"{point.addresses[0]}/32", "dev", LINK)
    ip("link", "set", LINK, "up")
    ip("route", "add", str(host), "dev", LINK)
    client.address = f"{base.ADMIN}@{host}"
    client.know_host(str(host))
    yield client
    ip("link", "delete", LINK)


def changed(site: Site, number: int, **fields: object) -> Site:
    points = list(site.points)
    points[number] = replace(points[number], **fields)  # type: ignore[arg-type]
    return replace(site, points=tuple(points))


def test_what_keeps_the_session_alive_is_done_through_the_tunnel(inside: Client, beta: LabHost) -> None:
    session, index = login(str(inside.site.tunnel.addresses[0])), ifindex(beta)
    assert session.answers()

    inside.change_site(replace(inside.site, points=(*inside.site.points, Point("third"))))
    assert inside.apply().state == "applied"
    assert session.answers()

    # Its own rights change, and another's: the rules alone.
    inside.change_site(changed(changed(inside.site, 0, may_reach=(Right("host"),)), 1, may_reach=()))
    outcome = inside.apply()
    assert [change.path for change in outcome.changes] == ["/etc/wgwizard/wg0.nft"]
    assert session.answers()

    # Another point goes.
    inside.change_site(replace(inside.site, points=(inside.site.points[0], inside.site.points[2])))
    assert inside.apply().state == "applied"
    assert (session.answers(), ifindex(beta), inside.apply().state) == (True, index, "unchanged")
    assert len(beta.sh("wg show wg0 peers").split()) == 2
    session.process.kill()


def test_what_would_end_the_session_is_refused_with_the_reason(inside: Client, beta: LabHost) -> None:
    session, before = login(str(inside.site.tunnel.addresses[0])), take(beta)
    assert session.answers()
    site, lock, keyring = inside.site, inside.lock, inside.keyring
    first = site.points[0].addresses[0]
    for changes, named in (
        (lambda: inside.change_site(replace(site, points=site.points[1:])), f"the point from which you come ({first}) would be removed"),
        (lambda: inside.change_site(changed(site, 0, may_reach=())), f"would not let {first} open port 22 of the host"),
        (lambda: inside.change_site(replace(site, tunnel=replace(site.tunnel, port=51999))), "its ListenPort changes"),
        (lambda: inside.change_site(replace(site, tunnel=replace(site.tunnel, mtu=1380))), "its MTU changes"),
        (lambda: other_preshared(inside), f"the preshared key of the point from which you come ({first}) changes"),
        (lambda: other_host_key(inside), "its key changes"),
    ):
        inside.site, inside.lock, inside.keyring = site, lock, keyring
        changes()
        with pytest.raises(RemoteError) as refused:
            inside.apply()
        assert f"You are logged in through wg0, and {named}" in refused.value.message or named in refused.value.message
        assert "own address in its network" in (refused.value.hint or "")
    with pytest.raises(RemoteError, match="this takes it away"):
        inside.uninstall()
    assert session.answers()
    assert before.differences(take(beta)) == []
    session.process.kill()


def other_preshared(client: Client) -> None:
    name = client.site.points[0].name
    client.keyring = replace(client.keyring, preshared={**client.keyring.preshared, name: generate_preshared()})


def other_host_key(client: Client) -> None:
    private = generate_private()
    client.keyring = replace(
        client.keyring,
        private={**client.keyring.private, "host": private},
        public={**client.keyring.public, "host": public_of(private)},
    )


def test_one_who_comes_from_the_lan_is_told_who_is_cut_off_in_the_tunnel(inside: Client, beta: LabHost) -> None:
    session = login(str(inside.site.tunnel.addresses[0]))
    assert session.answers()
    first = inside.site.points[0].addresses[0]
    inside.address = f"{base.ADMIN}@192.168.200.2"
    inside.know_host()
    inside.change_site(replace(inside.site, points=inside.site.points[1:]))
    outcome = inside.apply()
    assert outcome.state == "applied"
    assert [note for note in outcome.notes if f"{first} is logged in on the host by SSH through wg0" in note]
    session.process.kill()
