"""Another firewall of Host β lets the tunnel through once it was told so in its own way, and forgets it with the uninstall."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import Snapshot, take
from tests.system.point_support import ENDPOINT, Side, come_up
from tests.system.test_foreign_forwards import FAMILIES, ON_LAN, connects
from wgwizard.errors import RemoteError
from wgwizard.site import Needs, Opens, Strategy

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

MakeClient = Callable[..., Client]
NFT = """flush ruleset
table inet own {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state vmap { established : accept, related : accept, invalid : drop }
		iifname "lo" accept
		meta l4proto { icmp, icmpv6 } accept
		tcp dport { 22, 80 } accept
		limit rate 5/minute log prefix "in { drop: "
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		iifname "docker0" accept
	}
}
"""
IPTABLES = """
iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -p icmp -j ACCEPT
iptables -A INPUT -p tcp --dport 22 -j ACCEPT
iptables -P INPUT DROP
iptables -A FORWARD -j REJECT
ip6tables -P FORWARD DROP
netfilter-persistent save
systemctl enable --now netfilter-persistent
"""


@dataclass(frozen=True)
class Firewall:
    """How it is switched on, on a host that has it, and what its owner does later; `again` must not shut the tunnel out."""

    variant: str
    start: str
    again: tuple[str, ...]


FIREWALLS = {
    "nft": Firewall(
        "firewalls",
        "cat >/etc/nftables.conf; systemctl restart nftables",
        ("systemctl restart nftables", "systemctl reload nftables"),
    ),
    "iptables": Firewall("docker", IPTABLES, ("systemctl restart netfilter-persistent",)),
    "ufw": Firewall(
        "firewalls",
        "ufw allow 22/tcp && systemctl enable --now ufw && ufw --force enable",
        ("ufw reload", "systemctl restart ufw"),
    ),
    "firewalld": Firewall(
        "firewalls",
        "systemctl enable --now firewalld && until firewall-cmd -q --state; do sleep 0.2; done",
        ("firewall-cmd --reload", "systemctl restart firewalld && until firewall-cmd -q --state; do sleep 0.2; done"),
    ),
    "docker": Firewall(
        "docker",
        "mkdir -p /var/lib/docker && echo 'docker /var/lib/docker tmpfs defaults 0 0' >>/etc/fstab && mount /var/lib/docker && "
        "systemctl enable --now docker",
        ("systemctl restart docker",),
    ),
}
# What follows another unit (PartOf=) is started anew after the command has ended.
SETTLED = "while systemctl list-jobs --no-legend | grep -q .; do sleep 0.1; done"
EACH = pytest.mark.parametrize("firewall", FIREWALLS)


def switched_on(make_beta: Callable[..., LabHost], firewall: str) -> LabHost:
    """A host on which that firewall runs."""
    beta = make_beta(variant=FIREWALLS[firewall].variant, enable=("nftables.service",))
    beta.run("sh", "-c", FIREWALLS[firewall].start, stdin=NFT, timeout=90)
    return beta


def gateway(client: Client) -> Client:
    """Both sides open connections, without NAT."""
    client.strategy = Strategy.GATEWAY
    client.site = replace(client.site, host=replace(client.site.host, endpoint=ENDPOINT), needs=Needs(opens=Opens.BOTH))
    return client


def passages(point: Side) -> list[bool]:
    """Whether connections are answered: from the point to the LAN and from the LAN to the point, in each family."""
    found = [connects(point.space, ON_LAN[family], None) for family in FAMILIES]
    return found + [connects(None, point.addresses[family], point.space) for family in FAMILIES]


def opens(point: Side) -> bool:
    """Whether all of them are answered; a tunnel that was made anew on one side is noticed by the other after 15 s (Keepalive-Timeout)."""
    deadline = time.monotonic() + 40
    while not all(found := passages(point)) and time.monotonic() < deadline:
        time.sleep(0.5)
    return all(found)


@EACH
def test_it_is_told_in_the_same_change_and_forgets_it_with_the_uninstall(
    make_beta: Callable[..., LabHost], plugged: Callable[[LabHost], Side], make_client: MakeClient, tmp_path: Path, firewall: str
) -> None:
    beta = switched_on(make_beta, firewall)
    before = take(beta)
    client = gateway(make_client(beta))
    assert client.apply().state == "applied"
    assert client.apply().state == "unchanged"
    point = come_up(client, plugged(beta), tmp_path)
    assert opens(point)
    beta.sh("sh /etc/wgwizard/wg0.openings close")
    assert not any(passages(point)[::2]), foreign(beta)  # Docker leaves IPv6 alone
    assert client.apply().state == "applied"
    assert opens(point)
    for command in FIREWALLS[firewall].again:
        beta.sh(f"{command}; {SETTLED}", timeout=90)
        assert client.apply(dry_run=True).changes == (), command
        assert opens(point)
    beta.reboot()
    beta.sh("systemctl is-system-running --wait", check=False)
    assert client.apply(dry_run=True).changes == ()
    assert client.status().as_applied
    beta.sh("sh /etc/wgwizard/wg0.openings close")
    assert any("own firewall" in difference.what for difference in client.status().differences)
    assert {change.kind for change in client.apply().changes} == {"run"}
    assert client.uninstall().state == "uninstalled"
    assert steady(before).differences(steady(take(beta))) == []


@pytest.mark.parametrize("firewall", ["ufw", "docker"])
def test_one_that_comes_later_is_told_by_the_next_apply(make_beta: Callable[..., LabHost], make_client: MakeClient, firewall: str) -> None:
    beta = make_beta(variant=FIREWALLS[firewall].variant, enable=("nftables.service",))
    client = gateway(make_client(beta))
    assert client.apply().state == "applied"
    beta.sh(FIREWALLS[firewall].start, timeout=90)
    assert client.apply().state == "applied"
    assert client.apply().state == "unchanged"
    assert "wg0" in foreign(beta)
    assert client.uninstall().state == "uninstalled"
    assert "wg0" not in foreign(beta)


@pytest.mark.parametrize("busybox", [False, True], ids=["dash", "busybox"])
def test_without_systemd_the_start_script_tells_it_again(make_beta: Callable[..., LabHost], make_client: MakeClient, busybox: bool) -> None:
    beta = make_beta(init="none", busybox=busybox)
    beta.write("/etc/own.nft", NFT)
    beta.sh("nft -f /etc/own.nft")
    client = gateway(make_client(beta))
    before = take(beta)
    assert client.apply().state == "applied"
    assert client.apply().state == "unchanged"
    stands = foreign(beta)
    assert "wg0" in stands
    beta.write("/etc/rc.local", "nft -f /etc/own.nft\nsh /etc/wgwizard/wg0.start\n")
    beta.reboot()
    assert foreign(beta) == stands
    beta.sh("rm /etc/rc.local")
    assert client.uninstall().state == "uninstalled"
    assert before.differences(take(beta)) == []


def test_what_nft_does_not_list_is_said_by_apply_and_status_and_the_commands_that_are_named_let_the_tunnel_through(
    make_beta: Callable[..., LabHost], plugged: Callable[[LabHost], Side], make_client: MakeClient, tmp_path: Path
) -> None:
    beta = make_beta(variant="firewalls", enable=("nftables.service",))
    client = gateway(make_client(beta))
    client.apply(dry_run=True)
    beta.sh("iptables-legacy -L; ip6tables-legacy -L")  # an empty table drops nothing
    client.apply()
    assert client.answers.warned == [()]
    assert client.uninstall().state == "uninstalled"
    beta.sh("iptables-legacy -A INPUT -s 192.0.2.9 -j DROP")  # what does not stop the tunnel is nobody's business
    assert client.apply().state == "applied"
    assert client.answers.warned[-1] == ()
    assert client.status().as_applied
    for ip in ("ip", "ip6"):
        beta.sh(f"{ip}tables-legacy -P FORWARD DROP; {ip}tables-legacy -A INPUT -p udp --dport 51820 -j DROP")
    assert client.uninstall().state == "uninstalled"
    assert client.apply().state == "applied"
    (warned,) = client.answers.warned[-1]
    (difference,) = client.status().differences
    point = come_up(client, plugged(beta), tmp_path)
    assert not any(passages(point))
    commands = re.findall("`(ip6?tables-legacy [^`]*)`", difference.what)
    assert re.findall("`(ip6?tables-legacy [^`]*)`", warned) == commands
    assert len(commands) == 6
    for command in commands:
        beta.sh(command)
    assert opens(point)
    assert client.status().as_applied
    assert client.uninstall().state == "uninstalled"


def test_one_that_refuses_is_said_and_told_again_by_the_next_apply(make_beta: Callable[..., LabHost], make_client: MakeClient) -> None:
    beta = switched_on(make_beta, "ufw")
    client = gateway(make_client(beta))
    beta.sh("mv /usr/sbin/ufw /usr/sbin/ufw.real")
    beta.write("/usr/sbin/ufw", "#!/bin/sh\necho 'ERROR: Another app is currently holding the xtables lock' >&2\nexit 1\n", mode=0o755)
    with pytest.raises(RemoteError, match="not as planned: ufw") as refused:
        client.apply()
    assert "another firewall: " in refused.value.message
    assert "holding the xtables lock" in refused.value.message
    beta.sh("mv /usr/sbin/ufw.real /usr/sbin/ufw")
    outcome = client.apply()
    assert (outcome.state, [change.path for change in outcome.changes]) == ("applied", ["ufw"])
    assert client.apply().state == "unchanged"


def test_firewalld_is_not_reloaded_over_settings_that_only_last_until_then(
    make_beta: Callable[..., LabHost], make_client: MakeClient
) -> None:
    beta = switched_on(make_beta, "firewalld")
    before = take(beta)
    client = gateway(make_client(beta))
    beta.sh("firewall-cmd -q --add-port=9999/tcp")
    with pytest.raises(RemoteError, match="only last until it is reloaded"):
        client.apply()
    beta.sh("firewall-cmd -q --remove-port=9999/tcp")
    assert [change.path for change in client.apply().changes] == ["firewalld"]
    assert client.apply().state == "unchanged"
    beta.sh("firewall-cmd -q --add-port=9999/tcp")
    assert client.uninstall().state == "uninstalled"
    stands = beta.sh("nft -s list ruleset")
    assert "tcp dport 9999 accept" in stands
    assert "udp dport 51820" not in stands
    assert '"wg0"' not in stands
    assert before.files == take(beta).files
    beta.sh("firewall-cmd -q --reload")
    assert steady(before).differences(steady(take(beta))) == []


def test_a_firewalld_that_refuses_for_a_moment_keeps_nothing_of_ours(make_beta: Callable[..., LabHost], make_client: MakeClient) -> None:
    beta = switched_on(make_beta, "firewalld")
    before = take(beta)
    client = gateway(make_client(beta))
    assert client.apply().state == "applied"
    refuses = 'case "$*" in *--delete-*) mkdir "/run/refused $*" 2>/dev/null && exit 253 ;; esac'
    beta.sh("mv /usr/bin/firewall-cmd /usr/bin/firewall-cmd.real")
    beta.write("/usr/bin/firewall-cmd", f'#!/bin/sh\n{refuses}\nexec /usr/bin/firewall-cmd.real "$@"\n', mode=0o755)
    assert client.uninstall().state == "uninstalled"
    assert len(beta.sh("ls /run | grep refused").splitlines()) == 3  # each of them, once
    beta.sh("mv /usr/bin/firewall-cmd.real /usr/bin/firewall-cmd; rmdir /run/refused*")
    assert steady(before).differences(steady(take(beta))) == []


def steady(snapshot: Snapshot) -> Snapshot:
    """Docker makes its chains in another order each time, and has files of its own that change."""
    files = {path: entry for path, entry in snapshot.files.items() if not path.startswith(("/var/lib/containerd", "/var/lib/docker"))}
    return replace(snapshot, files=files, ruleset="\n".join(sorted(snapshot.ruleset.splitlines())))


def foreign(host: LabHost) -> str:
    """The rules that are not ours."""
    return host.sh("nft -s list ruleset | awk '/^table inet wgwizard_wg0/ { ours = 1 } !ours { print } /^}/ { ours = 0 }'")
