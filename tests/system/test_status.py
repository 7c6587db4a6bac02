"""What `wgwizard status` finds on a real host: what was applied, what is not so any more, and what has not ended."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.apply_support import Client, with_points
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.ssh_support import configure_ssh
from tests.system.test_apply_faults import apply_in_child, at, kill_self
from wgwizard.applying import State, Step

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]


def test_a_host_without_a_tunnel_of_ours_says_so(beta: LabHost, make_client: MakeClient) -> None:
    found = make_client(beta).status()
    assert (found.applied, found.as_applied, found.differences, found.under_way) == (False, False, (), "")


def test_what_was_applied_is_told_without_the_sites_file_and_nothing_is_written(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    began = float(beta.sh("date +%s"))
    client.apply()
    now = float(beta.sh("date +%s"))
    stands = take(beta)
    found = client.status()
    assert (found.applied, found.as_applied, found.differences) == (True, True, ())
    assert (found.site, found.strategy, found.who) == ("lab", "masquerade", "admin@192.168.200.2 from 192.168.200.254")
    assert found.at is not None
    assert began <= found.at <= now
    assert found.handshakes == {client.keyring.public[point.name]: None for point in client.site.points}
    assert stands.differences(take(beta)) == []


def test_who_applied_is_a_user_even_where_the_login_is_a_name_of_sshs_configuration(
    beta: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(beta)
    configure_ssh(monkeypatch, tmp_path, "Host site\n HostName 192.168.200.2\n User admin\n")
    client.address = "site"
    client.apply()
    assert client.status().who == "admin@192.168.200.2 from 192.168.200.254"


def test_whatever_was_changed_since_is_named_and_shown_without_its_secrets(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    peer = client.keyring.public["point1"]
    beta.sh(
        "sed -i 's/^AllowedIPs = .*/&, 10.99.0.0\\/24/' /etc/wireguard/wg0.conf; chmod 0640 /etc/wireguard/wg0.conf;"
        " rm /etc/sysctl.d/60-wgwizard-wg0.conf; echo '# theirs' >> /etc/wgwizard/wg0.nft;"
        " nft add rule inet wgwizard_wg0 forward iifname other accept; sysctl -qw net.ipv4.conf.eth0.forwarding=0;"
        f" wg set wg0 peer {peer} remove; systemctl disable -q wg-quick@wg0"
    )
    found = client.status()
    said = {one.what: one.diff for one in found.differences}
    assert found.applied
    assert said.keys() == {
        "/etc/wgwizard/wg0.nft was edited",
        "/etc/wireguard/wg0.conf was edited",
        "/etc/wireguard/wg0.conf has mode 0640 and owner 0:0, not 0600 and 0:0",
        "/etc/sysctl.d/60-wgwizard-wg0.conf is gone",
        "the loaded rules are not those that were applied",
        "net/ipv4/conf/eth0/forwarding is 0, not 1",
        f"peer {peer} is missing",
        "wg-quick@wg0.service is not started at boot",
    }
    assert "+# theirs\n" in said["/etc/wgwizard/wg0.nft was edited"]
    assert ", 10.99.0.0/24\n" in said["/etc/wireguard/wg0.conf was edited"]
    assert '+\t\tiifname "other" accept\n' in said["the loaded rules are not those that were applied"]
    secrets = [*client.keyring.private.values(), *client.keyring.preshared.values()]
    assert [secret for secret in secrets if secret.reveal() in repr(found)] == []

    client.apply()
    assert client.status().as_applied


def test_rules_and_a_tunnel_that_do_not_run_are_named(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    beta.sh("systemctl stop wg-quick@wg0; nft delete table inet wgwizard_wg0")
    said = {one.what for one in client.status().differences}
    assert {"the rules are not loaded", "the tunnel does not run", "wg-quick@wg0.service does not run"} <= said


def test_a_change_that_waits_for_its_confirmation_is_told_with_its_deadline(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta, confirm_timeout=40)
    client.apply()
    client.change_site(with_points(client.site, 3))
    client.on_event = at(Step.ACTIVATE, State.DONE, kill_self)
    assert apply_in_child(client) == -signal.SIGKILL
    found = client.status()
    assert not found.as_applied
    words = found.under_way.split()
    assert "is made and not confirmed yet" in found.under_way
    assert "admin@192.168.200.2 from 192.168.200.254" in found.under_way
    assert 25 < int(words[words.index("in") + 1]) <= 40
