"""A Linux point's file for systemd-networkd and for NetworkManager."""

import pytest
from msgspec.structs import replace

from wgwizard.cli.arguments import LINUX_FORMS
from wgwizard.render.artefact import Artefact
from wgwizard.render.forms import Form, in_form
from wgwizard.secret import Secret

KEY, PEER = "QGtleSBrZXkga2V5IGtleSBrZXkga2V5IGtleSBrZXk=", "cGVlciBwZWVyIHBlZXIgcGVlciBwZWVyIHBlZXIgcGU="
TEXT = f"""\
# wgwizard: site lab, strategy gateway
# point laptop

[Interface]
Address = 10.0.0.1/32, fd00:10::1/128
PrivateKey = (hidden)
MTU = 1380
DNS = 192.168.200.1, fd00:200::1, site.lan

[Peer]
# beta
PublicKey = {PEER}
PresharedKey = (hidden)
AllowedIPs = 10.0.0.2/32, 192.168.200.0/24, fd00:200::/64
Endpoint = vpn.example.com:51820
PersistentKeepalive = 25
"""
CONF = Artefact("laptop", "/etc/wireguard/wg0.conf", "0600", TEXT, Secret(TEXT.replace("(hidden)", KEY)))
HEAD = "# wgwizard: site lab, strategy gateway\n# point laptop\n\n"
NETDEV = f"""{HEAD}[NetDev]
Name = wg0
Kind = wireguard
MTUBytes = 1380

[WireGuard]
PrivateKey = (hidden)

[WireGuardPeer]
# beta
PublicKey = {PEER}
PresharedKey = (hidden)
AllowedIPs = 10.0.0.2/32, 192.168.200.0/24, fd00:200::/64
Endpoint = vpn.example.com:51820
PersistentKeepalive = 25
"""
NETWORK = f"""{HEAD}[Match]
Name = wg0

[Link]
ActivationPolicy = manual
RequiredForOnline = no

[Network]
LinkLocalAddressing = no
IPv6AcceptRA = no
Address = 10.0.0.1/32
Address = fd00:10::1/128
DNS = 192.168.200.1
DNS = fd00:200::1
Domains = site.lan

[Route]
Destination = 10.0.0.2/32

[Route]
Destination = 192.168.200.0/24

[Route]
Destination = fd00:200::/64
"""
KEYFILE = f"""{HEAD}[connection]
id=wg0
type=wireguard
interface-name=wg0
autoconnect=false

[wireguard]
private-key=(hidden)
mtu=1380

[wireguard-peer.{PEER}]
endpoint=vpn.example.com:51820
persistent-keepalive=25
preshared-key=(hidden)
preshared-key-flags=0
allowed-ips=10.0.0.2/32;192.168.200.0/24;fd00:200::/64;

[ipv4]
address1=10.0.0.1/32
dns=192.168.200.1;
dns-search=site.lan;
method=manual

[ipv6]
address1=fd00:10::1/128
dns=fd00:200::1;
dns-search=site.lan;
method=manual
"""


def test_networkd_gets_keys_and_peers_in_one_file_and_addresses_and_routes_in_another() -> None:
    netdev, network = in_form(CONF, Form.NETWORKD, "wg0", at_start=False)
    assert (netdev.path, netdev.mode, netdev.text) == ("/etc/systemd/network/50-wg0.netdev", "0640", NETDEV)
    assert (network.path, network.mode, network.content()) == ("/etc/systemd/network/50-wg0.network", "0644", NETWORK)
    assert netdev.content() == NETDEV.replace("(hidden)", KEY)


def test_network_manager_gets_a_keyfile() -> None:
    (keyfile,) = in_form(CONF, Form.NETWORK_MANAGER, "wg0", at_start=False)
    assert (keyfile.path, keyfile.mode, keyfile.text) == ("/etc/NetworkManager/system-connections/wg0.nmconnection", "0600", KEYFILE)
    assert keyfile.content() == KEYFILE.replace("(hidden)", KEY)


def test_a_tunnel_that_is_always_on_needs_nobody_to_switch_it_on() -> None:
    _, network = in_form(CONF, Form.NETWORKD, "wg0", at_start=True)
    (keyfile,) = in_form(CONF, Form.NETWORK_MANAGER, "wg0", at_start=True)
    assert network.text == NETWORK.replace("ActivationPolicy = manual\n", "")
    assert keyfile.text == KEYFILE.replace("autoconnect=false\n", "")


def test_a_family_without_an_address_is_switched_off() -> None:
    conf = replace(CONF, text=TEXT.replace(", fd00:10::1/128", ""), whole=None)
    (keyfile,) = in_form(conf, Form.NETWORK_MANAGER, "wg0", at_start=True)
    assert keyfile.text.endswith("\n[ipv6]\nmethod=disabled\n")


@pytest.mark.parametrize("form", list(Form))
def test_a_key_that_its_owner_keeps_stays_a_comment(form: Form) -> None:
    kept = replace(CONF, text=TEXT.replace("PrivateKey = (hidden)", "# PrivateKey = (kept on laptop)"), whole=None)
    first, *_ = in_form(kept, form, "wg0", at_start=True)
    name = "private-key=" if form is Form.NETWORK_MANAGER else "PrivateKey = "
    assert f"\n# {name}(kept on laptop)\n" in first.text


def test_what_is_missing_stays_missing() -> None:
    conf = replace(
        CONF, text=TEXT.replace(f"PublicKey = {PEER}", "# PublicKey = (not known yet)"), whole=None, missing=("host.public_key",)
    )
    for form in Form:
        assert {one.missing for one in in_form(conf, form, "wg0", at_start=True)} == {("host.public_key",)}


def test_the_command_line_names_every_form() -> None:
    assert tuple(form.value for form in Form) == LINUX_FORMS
