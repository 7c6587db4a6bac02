"""Applying to a real host: fresh, again, changed, and taken off; each test compares the host's whole state."""

import re
from collections.abc import Callable
from ipaddress import ip_address

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Answers, Client, with_points
from tests.system.lab import base
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import Entry, Snapshot, take
from wgwizard.applying import State, Step
from wgwizard.errors import CancelledError, RemoteError
from wgwizard.pipeline import with_host_key
from wgwizard.render import render

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]
OUR_FILES = (
    "/etc/wgwizard/wg0.nft",
    "/etc/systemd/system/wgwizard-wg0.service",
    "/etc/systemd/system/wg-quick@wg0.service.d/wgwizard.conf",
    "/etc/wireguard/wg0.conf",
    "/etc/sysctl.d/60-wgwizard-wg0.conf",
)


def ifindex(host: LabHost) -> str:
    return host.sh("cat /sys/class/net/wg0/ifindex").strip()


def running(host: LabHost) -> str:
    """What runs, private and preshared keys included."""
    return host.sh(
        "wg show wg0 dump | sort; nft -s list table inet wgwizard_wg0; ip addr show dev wg0 | grep 'scope global'; ip route show dev wg0"
    )


def assert_stands(host: LabHost, client: Client, before: Snapshot) -> None:
    """The host is as the client's plan says: files, modes, owners, ruleset, units, sysctls, and nothing besides."""
    after = take(host)
    new_files = {path: entry for path, entry in after.files.items() if before.files.get(path) != entry and entry.kind == "-"}
    assert set(OUR_FILES) <= new_files.keys()
    strangers = [path for path in new_files if path not in OUR_FILES and not path.startswith("/var/lib/wgwizard/")]
    assert strangers == []
    assert (new_files["/etc/wireguard/wg0.conf"].mode, new_files["/etc/wireguard/wg0.conf"].owner) == ("0600", "0:0")
    assert all((new_files[path].mode, new_files[path].owner) == ("0644", "0:0") for path in OUR_FILES if not path.endswith("/wg0.conf"))
    assert after.files["/var/lib/wgwizard"] == Entry("d", "0700", "0:0", "")
    assert [path for path in after.volatile if not path.startswith(("/run/wireguard/", "/run/systemd/units/"))] == []
    assert host.sh("systemctl is-enabled wgwizard-wg0 wg-quick@wg0").split() == ["enabled", "enabled"]
    assert after.units["wgwizard-wg0.service"] == after.units["wg-quick@wg0.service"] == "active"
    assert not [unit for unit in after.units if "rollback" in unit or "activate" in unit or "persist" in unit]
    changed = {name for name in before.sysctls if before.sysctls[name] != after.sysctls.get(name)}
    assert changed == {
        "net.ipv4.conf.eth0.forwarding", "net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.forwarding",
        "net.ipv6.conf.eth0.forwarding", "net.ipv6.conf.lo.forwarding",
    }  # fmt: skip
    assert after.sysctls["net.ipv4.conf.wg0.forwarding"] == "1"
    assert set(re.findall(r"^table .*", after.ruleset, re.MULTILINE)) - set(re.findall(r"^table .*", before.ruleset, re.MULTILINE)) == {
        "table inet wgwizard_wg0 {"
    }
    peers = host.sh("wg show wg0 allowed-ips").splitlines()
    assert len(peers) == len(client.site.points)


@pytest.mark.parametrize("shell", ["dash", "busybox"])
@pytest.mark.parametrize("sudo", ["nopasswd", "password"])
def test_a_fresh_host_gets_the_tunnel_and_a_second_apply_writes_nothing(
    make_beta: Callable[..., LabHost], make_client: MakeClient, sudo: str, shell: str
) -> None:
    beta = make_beta(sudo=sudo, enable=("nftables.service",))
    client = make_client(beta, answers=Answers(password=base.SUDO_PASSWORD))
    before = take(beta)

    beta.run("ln", "-sf", shell, "/bin/sh")
    outcome = client.apply()
    beta.run("ln", "-sf", "dash", "/bin/sh")

    assert (outcome.changed, outcome.state) == (True, "applied")
    assert outcome.host_public_key == beta.sh("wg show wg0 public-key").strip() == client.keyring.public["host"]
    assert client.answers.passwords_asked == ([] if sudo == "nopasswd" else ["admin@192.168.200.2"])
    assert [event.step for event in client.events if event.state is State.DONE] == list(Step)
    assert_stands(beta, client, before)

    beta.sh("touch /tmp/marker")
    stands, index = take(beta), ifindex(beta)
    again = client.apply()
    assert (again.changed, again.state, again.changes) == (False, "unchanged", ())
    assert stands.differences(take(beta)) == []
    assert ifindex(beta) == index
    assert beta.sh("find /etc /var/lib/wgwizard /usr /root -newer /tmp/marker").split() == []
    assert len(client.answers.previews) == 1


def test_the_tunnel_its_rules_and_forwarding_are_there_after_a_reboot(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    before = running(beta)
    beta.reboot()
    assert running(beta) == before
    assert beta.sh("cat /proc/sys/net/ipv4/conf/wg0/forwarding /proc/sys/net/ipv4/conf/eth0/forwarding").split() == ["1", "1"]
    assert client.apply().state == "unchanged"


def test_a_lock_that_was_given_back_but_not_cleared_away_is_cleared_by_the_next_apply(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    beta.sh("mkdir -p -m 700 /run/wgwizard/stale-7/new && echo key >/run/wgwizard/stale-7/new/wg0.conf && touch /run/wgwizard/result-0")
    assert client.apply(dry_run=True).state == "unchanged"
    assert client.status().as_applied
    assert client.apply().state == "unchanged"
    assert beta.sh("ls -d /run/wgwizard", check=False) == ""


def test_a_dry_run_says_what_would_change_and_changes_nothing(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    before = take(beta)
    outcome = client.apply(dry_run=True)
    assert (outcome.changed, outcome.state) == (False, "preview")
    assert [change.path for change in outcome.changes if change.kind == "create"] == list(OUR_FILES)
    assert client.answers.previews == []
    assert before.differences(take(beta)) == []


def test_no_is_taken_for_an_answer(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta, answers=Answers(wanted=False))
    before = take(beta)
    with pytest.raises(CancelledError):
        client.apply()
    assert before.differences(take(beta)) == []


def test_no_secret_is_in_a_preview_an_event_or_an_outcome(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    outcome = client.apply()
    client.change_site(with_points(client.site, 3))
    shown = repr((outcome, client.apply(dry_run=True), client.events, client.answers))
    secrets = [*client.keyring.private.values(), *client.keyring.preshared.values()]
    assert len(secrets) == 4 + 3
    assert [secret for secret in secrets if secret.reveal() in shown] == []


def test_a_private_key_made_on_the_host_stays_there_and_stays_the_same(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta, keys_on_host=True)
    outcome = client.apply()
    private, beta_key = (beta.sh(f"wg show wg0 {which}-key").strip() for which in ("private", "public"))
    assert outcome.host_public_key == beta_key
    assert "host" not in client.keyring.private
    assert f"PrivateKey = {private}\n" in beta.read("/etc/wireguard/wg0.conf")
    assert private not in repr((outcome, client.events))
    assert client.apply().state == "unchanged"

    client.change_site(with_points(client.site, 3))
    assert client.apply().host_public_key == outcome.host_public_key
    assert beta.sh("wg show wg0 private-key").strip() == private

    client.uninstall()
    client.lock = with_host_key(client.lock, beta_key)
    assert f"Host β gets a new key, as its former one is not on it any more; the points were given {beta_key}" in client.apply().notes[0]
    assert beta_key != beta.sh("wg show wg0 public-key").strip()


def test_a_running_tunnel_is_changed_without_a_restart(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    index = ifindex(beta)
    for count in (4, 1):
        client.change_site(with_points(client.site, count))
        outcome = client.apply()
        assert outcome.state == "applied"
        peers = dict(line.split("\t") for line in beta.sh("wg show wg0 allowed-ips").splitlines())
        assert peers.keys() == {client.keyring.public[point.name] for point in client.site.points}
        assert beta.read("/etc/wireguard/wg0.conf").count("[Peer]") == count
        assert ifindex(beta) == index
        assert client.apply().state == "unchanged"


def test_an_address_and_port_of_a_running_tunnel_can_change(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    index = ifindex(beta)
    client.change_site(replace(client.site, tunnel=replace(client.site.tunnel, port=51999, mtu=1380)))
    client.apply()
    assert (beta.sh("wg show wg0 listen-port").strip(), beta.sh("cat /sys/class/net/wg0/mtu").strip()) == ("51999", "1380")
    assert ifindex(beta) == index
    client.rollback()
    assert (beta.sh("wg show wg0 listen-port").strip(), beta.sh("cat /sys/class/net/wg0/mtu").strip()) == ("51820", "1420")
    assert ifindex(beta) == index


def test_an_address_of_a_running_tunnel_can_change_within_its_network(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    index, there = ifindex(beta), client.site.tunnel
    routes = beta.sh("ip route show dev wg0; ip -6 route show dev wg0 | grep -v fe80")
    others = (ip_address("10.64.0.77"), ip_address(f"{there.networks[1].network_address}77"))
    client.change_site(replace(client.site, tunnel=replace(there, addresses=others)))
    assert client.apply().state == "applied"
    shown = "ip -o address show dev wg0 | awk '$4 !~ /^fe80/ { print $4 }'"
    assert set(beta.sh(shown).split()) == {
        f"{address}/{network.prefixlen}" for address, network in zip(others, there.networks, strict=True)
    }
    client.rollback()
    assert set(beta.sh(shown).split()) == {f"{one}/{net.prefixlen}" for one, net in zip(there.addresses, there.networks, strict=True)}
    assert beta.sh("ip route show dev wg0; ip -6 route show dev wg0 | grep -v fe80") == routes
    assert ifindex(beta) == index


def test_another_mtu_than_the_applied_one_is_named_and_mended(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.site = replace(client.site, tunnel=replace(client.site.tunnel, mtu=1380))
    client.apply()
    beta.sh("ip link set dev wg0 mtu 1300")
    assert [one.what for one in client.status().differences] == ["the tunnel's MTU is 1300, not 1380"]
    assert [change.diff for change in client.apply().changes] == ["+ take the MTU 1380 (now 1300)\n"]
    assert client.status().as_applied


@pytest.mark.parametrize(
    ("command", "said"), [("ip link del wg0", "the tunnel does not run"), ("ip link set wg0 down", "the tunnel is switched off")]
)
def test_a_tunnel_that_somebody_took_away_or_switched_off_is_started_again(
    beta: LabHost, make_client: MakeClient, command: str, said: str
) -> None:
    client = make_client(beta)
    client.apply()
    runs, stands = running(beta), take(beta)
    beta.sh(command)
    assert said in {one.what for one in client.status().differences}
    assert "+ start\n" in {change.diff for change in client.apply().changes}
    assert running(beta) == runs
    # The userspace WireGuard gets another link-local address each time.
    passing = ("files: /var/lib/wgwizard/", "addresses:", "routes:")
    assert [line for line in stands.differences(take(beta)) if not line.startswith(passing)] == []
    assert client.apply().state == "unchanged"


def test_uninstall_leaves_forwarding_on_that_something_else_needs_by_now(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    beta.sh("sysctl -qw net.ipv4.ip_forward=1; echo net.ipv6.conf.all.forwarding=1 > /etc/sysctl.d/90-router.conf")
    outcome = client.uninstall()
    assert sorted(outcome.notes) == [
        "forwarding (net/ipv4/conf/eth0/forwarding) stays on: something else on the host needs it by now",
        "forwarding (net/ipv6/conf/all/forwarding) stays on: something else on the host needs it by now",
    ]
    assert beta.sh("cat /proc/sys/net/ipv4/conf/eth0/forwarding /proc/sys/net/ipv6/conf/all/forwarding").split() == ["1", "1"]


def test_missing_packages_are_offered_and_installed_only_with_consent(make_beta: Callable[..., LabHost], make_client: MakeClient) -> None:
    beta = make_beta(variant="bare")
    client = make_client(beta, answers=Answers(may_install=False))
    before = take(beta)
    with pytest.raises(CancelledError, match="nftables, wireguard-tools, wireguard-go"):
        client.apply()
    assert before.differences(take(beta)) == []

    client.answers.may_install = True
    outcome = client.apply()
    packages = ("nftables", "wireguard-tools", "wireguard-go")
    assert client.answers.installs[-1] == (packages, "apt-get install --yes --no-install-recommends " + " ".join(packages))
    assert outcome.state == "applied"
    assert client.apply().state == "unchanged"


def test_handshakes_are_told_by_public_key(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    assert client.handshakes() == {client.keyring.public[point.name]: None for point in client.site.points}


@pytest.mark.parametrize(
    ("sabotage", "reason"),
    [
        ("ip link add wg0 type veth peer name other", "interface wg0 already"),
        ("printf '[Interface]\\n' > /etc/wireguard/wg0.conf; systemctl enable wg-quick@wg0", "in use on the host already"),
        ("nft add table inet wgwizard_wg0", "table inet wgwizard_wg0 already"),
        ("ln -s /etc/passwd /etc/wireguard/wg0.conf", "a link or a directory"),
        ("ip address add 10.64.0.7/16 dev eth0", "10.64.0.7/16 on eth0"),
        ("ip route add 10.64.0.0/12 via 192.168.200.9", "route to 10.64.0.0/12 over eth0"),
    ],
)
def test_what_is_not_ours_is_not_taken(beta: LabHost, make_client: MakeClient, sabotage: str, reason: str) -> None:
    beta.sh(sabotage)
    client = make_client(beta)
    before = take(beta)
    with pytest.raises(RemoteError, match=re.escape(reason)):
        client.apply()
    assert before.differences(take(beta)) == []


def test_what_the_host_runs_is_what_was_rendered(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    facts = []
    plan = client.plan
    client.plan = lambda found: facts.append(found) or plan(found)  # type: ignore[method-assign]
    client.apply()
    artefacts = {artefact.path: artefact for artefact in render(plan(facts[0]), client.keyring).of("host")}
    assert {path: beta.read(path) for path in OUR_FILES} == {path: artefacts[path].content() for path in OUR_FILES}
