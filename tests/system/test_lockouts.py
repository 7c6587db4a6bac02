"""Lock-outs (docs/lockouts.md) on a real host: what is found before is refused with the host untouched; what is not, the check finds.

Cases that no site file can make are made by altering what was rendered; `unguarded` takes the refusals away, to show the second line.
"""

import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from ipaddress import ip_network

import pytest
from msgspec import structs
from msgspec.structs import replace

from tests.system.apply_support import Client
from tests.system.lab import base
from tests.system.lab.host import LabHost
from tests.system.lab.lan import ip
from tests.system.lab.snapshot import take
from tests.system.test_apply_faults import UNDO_AFTER, apply_in_child, assert_old, at, kill_self
from wgwizard.applying import State, Step
from wgwizard.errors import RemoteError
from wgwizard.host import connector
from wgwizard.host.transaction import RETRIES
from wgwizard.keys import Keyring
from wgwizard.plan.model import Plan
from wgwizard.render import render
from wgwizard.render.artefact import Artefact, Bundle
from wgwizard.secret import Secret
from wgwizard.site import Site

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

MakeClient = Callable[..., Client]
Alter = Callable[[str], str]
CONF, RULES = "/etc/wireguard/wg0.conf", "/etc/wgwizard/wg0.nft"
FAR = "203.0.113.7"


@pytest.fixture
def altered(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Alter], None]:
    """altered(PATH, CHANGE): the host's file at PATH is rendered with a change in it."""

    def alter(path: str, change: Alter) -> None:
        def rendered(plan: Plan, keyring: Keyring) -> Bundle:
            return Bundle(tuple(_altered(item, change) if item.path == path else item for item in render(plan, keyring).artefacts))

        monkeypatch.setattr(connector, "render", rendered)

    return alter


def _altered(item: Artefact, change: Alter) -> Artefact:
    if item.node != "host":
        return item
    text = change(item.text)
    assert text != item.text
    return structs.replace(item, text=text, whole=Secret(change(item.whole.reveal())) if item.whole is not None else None)


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No refusal before an apply."""
    monkeypatch.setattr(connector.safety, "refusals", lambda *_: ())


@pytest.fixture
def far(lan: object) -> Iterator[str]:
    """Somebody in another network, whom the host reaches by its default gateway, the tests' own address in the LAN."""
    ip("address", "add", f"{FAR}/32", "dev", "lo")
    yield FAR
    ip("address", "delete", f"{FAR}/32", "dev", "lo")


def assert_refused(host: LabHost, client: Client, *named: str) -> None:
    """Refused with all of `named` in the message, nothing touched, and the same in a dry run."""
    before = take(host)
    for dry_run in (True, False):
        with pytest.raises(RemoteError) as refused:
            client.apply(dry_run=dry_run)
        assert [text for text in named if text not in refused.value.message] == [], refused.value.message
    assert client.answers.previews == []
    assert before.differences(take(host)) == []


def with_tunnel(site: Site, network: str) -> Site:
    return replace(site, tunnel=replace(site.tunnel, networks=(ip_network(network),)))


def allowed(*networks: str) -> Alter:
    """More AllowedIPs for the first point, and their routes by wg-quick."""
    more = "".join(f", {network}" for network in networks)
    return lambda text: text.replace("Table = off\n", "").replace("/32, ", f"/32{more}, ", 1)


# --- found before ----------------------------------------------------------------------------------------------------------


SWALLOWING = {
    "6 more specific than the LAN": (("192.168.200.128/25",), "192.168.200.254, from where you are logged in"),
    "6 the LAN itself": (("192.168.200.0/24",), "the host's own network 192.168.200.0/24 on eth0"),
    "7 a routed client": (("203.0.113.0/24",), f"{FAR}, from where somebody is logged in by SSH"),
    "8 everything in halves": (("0.0.0.0/1", "128.0.0.0/1"), f"{FAR}, from where somebody is logged in by SSH"),
    "8 everything": (("0.0.0.0/0",), f"{FAR}, from where somebody is logged in by SSH"),
    "6 the IPv6 LAN": (("fd00:200::/72",), "the host's own network fd00:200::/64 on eth0"),
    "a DNS server": (("198.18.5.0/24",), "198.18.5.53, the host's DNS server"),
}


def test_allowed_ips_that_would_swallow_somebody_are_refused_and_it_is_said_who(
    beta: LabHost, make_client: MakeClient, altered: Callable[[str, Alter], None], far: str
) -> None:
    beta.sh("echo nameserver 198.18.5.53 >/etc/resolv.conf")
    client = make_client(beta)
    with logged_in_from(far):
        for networks, named in SWALLOWING.values():
            altered(CONF, allowed(*networks))
            assert_refused(beta, client, named)


def test_the_default_gateway_is_not_swallowed_either_when_one_comes_by_ipv6(
    beta: LabHost, make_client: MakeClient, altered: Callable[[str, Alter], None]
) -> None:
    client = make_client(beta)
    client.address = f"{base.ADMIN}@fd00:200::2"
    client.know_host("fd00:200::2")
    altered(CONF, allowed("192.168.200.254/32"))
    assert_refused(beta, client, "192.168.200.254, the host's default gateway")


def logged_in_from(address: str) -> "subprocess.Popen[bytes]":
    """A second session of somebody else's, who comes from this address."""
    command = ["ssh", "-b", address, "-i", str(base.client_key()), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    session = subprocess.Popen(
        [*command, f"{base.ADMIN}@192.168.200.2", "echo in; cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert session.stdout is not None
    assert session.stdout.readline() == b"in\n"
    return session


COLLIDING = {
    "9 the tunnel network holds a client": ("203.0.113.0/24", "true", "true", f"{FAR}, from where somebody is logged in by SSH"),
    "9 a route of the host": (
        "10.99.1.0/24", "ip route add 10.99.0.0/16 via 192.168.200.9", "ip route del 10.99.0.0/16", "10.99.0.0/16 over eth0",
    ),
    "17 an ip rule goes past the tunnel": (
        "10.99.1.0/24",
        "ip route add default via 192.168.200.9 table 77; ip rule add to 10.99.0.0/16 lookup 77 priority 100",
        "ip rule del priority 100; ip route flush table 77",
        "(ip rule 100, table 77) sends 10.99.1.2/32 over eth0",
    ),
    "20 the name is taken": ("10.99.1.0/24", "ip link add wg0 type veth peer name x", "ip link del wg0", "an interface wg0 already"),
    "21 the port is taken": (
        "10.99.1.0/24", "wireguard-go wg7 && wg set wg7 listen-port 51820", "ip link del wg7", "UDP port 51820 is in use",
    ),
    "25 26 their own PostUp and SaveConfig": (
        "10.99.1.0/24",
        f"mkdir -p /etc/wireguard; printf '[Interface]\\nPostUp = touch /x\\nSaveConfig = true\\n' >{CONF}",
        f"rm {CONF}",
        "has PostUp, SaveConfig",
    ),
}  # fmt: skip


def test_a_tunnel_that_collides_with_what_the_host_has_is_refused(beta: LabHost, make_client: MakeClient, far: str) -> None:
    make_client(beta)
    with logged_in_from(far):
        for network, prepare, undo, named in COLLIDING.values():
            beta.sh(prepare)
            client = make_client(beta)  # which remembers no network that was given out
            client.site = with_tunnel(client.site, network)
            assert_refused(beta, client, named)
            beta.sh(undo)


HARMFUL: dict[str, tuple[str, Alter]] = {
    "1 input drops": (
        RULES,
        lambda text: text.replace("hook input priority filter; policy accept", "hook input priority filter; policy drop"),
    ),
    "3 no established": (RULES, lambda text: text.replace("\t\tct state established,related accept\n", "")),
    "4 only open connections": (
        RULES,
        lambda text: text.replace('\t\tiifname "wg0" jump to_host\n', "\t\tct state new tcp dport 22 drop\n"),
    ),
    "5 no neighbour discovery": (
        RULES,
        lambda text: text.replace('\t\tiifname "wg0" jump to_host\n', "\t\tmeta l4proto ipv6-icmp drop\n\t\tmeta l4proto udp drop\n"),
    ),
    "18 flush ruleset": (RULES, lambda text: "flush ruleset\n" + text),
    "23 DNS": (CONF, lambda text: text.replace("Table = off\n", "Table = off\nDNS = 192.0.2.53\n")),
    "25 PostUp": (CONF, lambda text: text.replace("Table = off\n", "Table = off\nPostUp = iptables -P INPUT DROP\n")),
    "14 ip_forward": ("/etc/sysctl.d/60-wgwizard-wg0.conf", lambda text: text + "net.ipv4.ip_forward = 1\n"),
}


def test_files_that_could_lock_out_are_never_sent(beta: LabHost, make_client: MakeClient, altered: Callable[[str, Alter], None]) -> None:
    client = make_client(beta)
    for path, change in HARMFUL.values():
        altered(path, change)
        assert_refused(beta, client, "These files could lock you out of the host")


# --- caught by the check ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "change"),
    [
        pytest.param(*HARMFUL["1 input drops"], id="1"),
        pytest.param(*HARMFUL["4 only open connections"], id="4"),
        pytest.param(CONF, allowed("192.168.200.254/32"), id="6"),
    ],
)
@pytest.mark.usefixtures("unguarded")
def test_what_nobody_found_before_is_undone_because_no_new_connection_works(
    beta: LabHost, make_client: MakeClient, altered: Callable[[str, Alter], None], path: str, change: Alter
) -> None:
    altered(path, change)
    client = make_client(beta, confirm_timeout=8.0)
    before = take(beta)
    with pytest.raises(RemoteError, match=r"undone|undoes|not confirmed"):
        client.apply()
    beta.sh("while [ -e /run/wgwizard ]; do sleep 0.2; done", timeout=20)
    assert before.differences(take(beta)) == []
    with socket.create_connection(("192.168.200.2", 22), timeout=3) as again:
        assert again.recv(4) == b"SSH-"


# --- excluded by design ----------------------------------------------------------------------------------------------------


def test_a_login_that_is_refused_after_the_change_is_tried_a_few_times_only(beta: LabHost, make_client: MakeClient) -> None:
    """Lock-out 24: sshd's penalties and fail2ban count attempts, and a new one every second would keep us out for good."""
    client = make_client(beta, confirm_timeout=40)
    deny, log = "/etc/ssh/sshd_config.d/0-deny.conf", "journalctl -u ssh --no-pager -o cat"
    client.on_event = at(Step.VERIFY, State.RUNNING, lambda: beta.sh(f"echo DenyUsers admin >{deny}; systemctl restart ssh"))
    before = take(beta)
    with pytest.raises(RemoteError, match="It was undone"):
        client.apply()
    beta.sh(f"rm {deny}; systemctl restart ssh")
    assert 1 <= beta.sh(log).count("User admin from 192.168.200.254 not allowed because listed in DenyUsers") <= len(RETRIES)
    waits = [event for event in client.events if event.text.startswith("trying again in ")]
    assert [(event.step, event.undo_in is not None) for event in waits] == [(Step.VERIFY, True)] * (len(RETRIES) - 1)
    assert before.differences(take(beta)) == []


def test_a_wall_clock_that_jumps_moves_neither_the_lock_nor_the_deadline(beta: LabHost, make_client: MakeClient) -> None:
    """Lock-out 29, with a `date` that is a fake: the kernel's clock cannot be set in the lab."""
    beta.sh("mv /usr/bin/date /usr/bin/date.real")
    beta.write("/usr/bin/date", '#!/bin/sh\nexec /usr/bin/date.real -d "$(cat /tmp/jump 2>/dev/null || echo now)" "$@"\n', mode=0o755)
    client, other = make_client(beta, confirm_timeout=UNDO_AFTER), make_client(beta)
    before = take(beta)
    for jump in ("+1 day", "-1 day"):
        client.on_event = at(Step.ACTIVATE, State.DONE, kill_self)
        assert apply_in_child(client) == -signal.SIGKILL
        beta.sh(f"echo '{jump}' >/tmp/jump")
        with pytest.raises(RemoteError, match="Another session is changing this host"):
            other.apply(dry_run=True)
        assert_old(beta, before, within=UNDO_AFTER + 20)
