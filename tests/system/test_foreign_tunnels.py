"""A WireGuard tunnel of somebody else's on a host with ufw or firewalld: what it has is told before anything is changed."""

import re
from collections.abc import Callable

import pytest

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.test_apply_shared import second_site
from tests.system.test_other_firewalls import gateway, steady, switched_on
from wgwizard.errors import RemoteError

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

CONF = """[Interface]
Address = {address}
ListenPort = {port}
PrivateKey = {key}

[Peer]
PublicKey = 1uHTbCMFdzPbBlTCzPAhKNRHD5VPFzNKj6DxWcy4RBo=
AllowedIPs = {peer}
"""
# How its owner told the firewall of it.
TOLD = {
    "ufw": "ufw allow {port}/udp && ufw route allow in on {name}",
    "firewalld": "firewall-cmd -q --permanent --new-zone=vpn && firewall-cmd -q --permanent --zone=vpn --add-interface={name} && "
    "firewall-cmd -q --permanent --add-port={port}/udp && firewall-cmd -q --reload",
}
TAKEN = {
    "name": (("wg0", 51999, "10.99.0.1/24", "10.99.0.2/32"), "The host has an interface wg0 already, and it is not ours."),
    "port": (("wg7", 51820, "10.99.0.1/24", "10.99.0.2/32"), "UDP port 51820 is in use on the host already."),
    "network": (("wg7", 51999, "10.64.0.1/24", "10.64.0.2/32"), "the host's own address 10.64.0.1/24 on wg7"),
}


@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("firewall", TOLD)
def test_what_another_tunnel_has_is_told_and_one_beside_it_leaves_it_as_it_was(
    make_beta: Callable[..., LabHost], make_client: Callable[..., Client], firewall: str, taken: str
) -> None:
    (name, port, address, peer), told = TAKEN[taken]
    beta = switched_on(make_beta, firewall)
    key = beta.sh("wg genkey").strip()
    beta.write(f"/etc/wireguard/{name}.conf", CONF.format(address=address, port=port, key=key, peer=peer), mode=0o600)
    beta.sh(f"systemctl enable -q --now wg-quick@{name}; {TOLD[firewall].format(name=name, port=port)}", timeout=90)
    runs = beta.sh(f"wg showconf {name}")
    client = gateway(make_client(beta))
    before = take(beta)
    with pytest.raises(RemoteError, match=re.escape(told)):
        client.apply()
    assert (client.answers.previews, before.differences(take(beta))) == ([], [])

    beside = gateway(make_client(beta))
    beside.site = second_site()
    assert beside.apply().state == "applied"
    assert beside.connector.status("wg1", beside.target, beside.answers).as_applied
    assert beta.sh(f"wg showconf {name}") == runs
    assert beside.uninstall().state == "uninstalled"
    assert steady(before).differences(steady(take(beta))) == []
