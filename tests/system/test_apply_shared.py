"""A host that several have to do with: a colleague without the secrets file, and several tunnels on one host."""

from collections.abc import Callable
from ipaddress import ip_network

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client, small_site
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from wgwizard.errors import SiteRefusedError
from wgwizard.keys import Keyring, remember
from wgwizard.site import Site

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]
CONF = "/etc/wireguard/wg0.conf"


def forget_secrets(client: Client) -> None:
    """From now on the client is a colleague, who has the site file and the lock alone."""
    client.lock = remember(client.lock, client.keyring)
    client.keyring = Keyring()


def running_keys(host: LabHost) -> str:
    return host.sh("wg show wg0 private-key; wg show wg0 preshared-keys | sort")


@pytest.mark.parametrize("shell", ["dash", "busybox"])
@pytest.mark.parametrize("keys_on_host", [True, False])
def test_a_colleague_without_the_secrets_changes_rights_and_keeps_every_key(
    beta: LabHost, make_client: MakeClient, keys_on_host: bool, shell: str
) -> None:
    client = make_client(beta, keys_on_host=keys_on_host)
    client.apply()
    conf, keys = beta.read(CONF), running_keys(beta)
    secrets = [*client.keyring.private.values(), *client.keyring.preshared.values()]
    assert conf.count("\nPresharedKey = ") == 2
    forget_secrets(client)
    beta.run("ln", "-sf", shell, "/bin/sh")

    assert client.apply().state == "unchanged"
    first, second = client.site.points
    client.change_site(replace(client.site, points=(replace(first, may_reach=()), second)))
    outcome = client.apply()
    assert (outcome.state, [change.path for change in outcome.changes]) == ("applied", ["/etc/wgwizard/wg0.nft"])
    assert (beta.read(CONF), running_keys(beta)) == (conf, keys)
    assert client.apply().state == "unchanged"

    # The file itself is written anew, with the keys that were in it.
    client.change_site(replace(client.site, tunnel=replace(client.site.tunnel, mtu=1380)))
    assert [change.path for change in client.apply().changes] == [CONF, "wg0"]
    assert beta.sh("cat /sys/class/net/wg0/mtu").strip() == "1380"
    assert beta.read(CONF) == conf.replace("\nTable = off\n", "\nMTU = 1380\nTable = off\n")
    assert running_keys(beta) == keys
    beta.run("ln", "-sf", "dash", "/bin/sh")
    assert (client.keyring.private, client.keyring.preshared) == ({}, {})
    assert not [secret for secret in secrets if secret.reveal() in repr((outcome, client.events, client.answers))]
    beta.reboot()
    assert running_keys(beta) == keys


def test_a_colleague_cannot_bring_up_a_host_that_never_had_the_keys(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.change_site(client.site)
    forget_secrets(client)
    before = take(beta)
    with pytest.raises(SiteRefusedError) as refused:
        client.apply()
    assert [problem.field for problem in refused.value.problems] == [
        "host.private_key", "points[0].preshared_key", "points[1].preshared_key",
    ]  # fmt: skip
    assert "point2" in refused.value.problems[2].message
    assert "--passphrase-file" in refused.value.hint
    assert before.differences(take(beta)) == []


def second_site() -> Site:
    """Another tunnel on the same host."""
    site = small_site()
    networks = (ip_network("10.77.0.0/24"), ip_network("fd00:77::/64"))
    return replace(site, name="lab2", tunnel=replace(site.tunnel, interface="wg1", port=51821, networks=networks))


@pytest.mark.parametrize("kind", ["dash", "busybox", "without systemd"])
@pytest.mark.parametrize("first_out", ["wg0", "wg1"])
def test_the_last_of_two_tunnels_leaves_the_host_as_it_was_before_the_first(
    make_beta: Callable[..., LabHost], make_client: MakeClient, first_out: str, kind: str
) -> None:
    systemd = kind != "without systemd"
    beta = make_beta(enable=("nftables.service",)) if systemd else make_beta(init="none", busybox=True)
    one, other = make_client(beta), make_client(beta)
    other.site = second_site()
    before = take(beta)
    if systemd:
        beta.run("ln", "-sf", kind, "/bin/sh")
    assert (one.apply().state, other.apply().state) == ("applied", "applied")
    assert sorted(beta.sh("wg show interfaces").split()) == ["wg0", "wg1"]

    leaving, staying = (one, other) if first_out == "wg0" else (other, one)
    leaving.uninstall()
    assert not [change.path for change in staying.apply().changes if not change.path.startswith("/etc/wgwizard/")]
    assert staying.apply().state == "unchanged"
    assert beta.sh("cat /proc/sys/net/ipv4/conf/eth0/forwarding /proc/sys/net/ipv6/conf/all/forwarding").split() == ["1", "1"]
    assert staying.uninstall().notes == ()
    if systemd:
        beta.run("ln", "-sf", "dash", "/bin/sh")
    assert before.differences(take(beta)) == []
