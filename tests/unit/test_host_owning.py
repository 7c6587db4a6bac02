"""Which program makes the tunnel, and what stands on a host where that is systemd-networkd."""

from ipaddress import ip_interface

import pytest
from msgspec.structs import replace

from tests.unit.test_host_changes import PEER, PRESHARED, PUBLIC, applied, bundle, conf, fresh
from wgwizard.host.changes import changes, wanted_of
from wgwizard.host.conf import parse_conf
from wgwizard.host.facts import Facts, HostFile
from wgwizard.host.layout import Layout, Owner
from wgwizard.host.networkd import with_networkd
from wgwizard.host.owning import owner_of
from wgwizard.plan.model import HOST
from wgwizard.render import Artefact
from wgwizard.secret import Secret

LAYOUT = Layout("wg0", Owner.NETWORKD)
QUICK = Layout("wg0")
CONF = f"""\
# wgwizard: site lab, strategy gateway
# Host β (beta)

[Interface]
Address = 10.0.0.2/24, fd00:10::2/64
ListenPort = 51820
# PrivateKey = (made on beta)
MTU = 1380
{{table}}
[Peer]
# a
PublicKey = {PEER}
PresharedKey = (hidden)
AllowedIPs = 10.0.0.1/32, 10.9.0.0/24
PersistentKeepalive = 25
"""
DROP_IN = """\
# wgwizard: site lab, strategy gateway
# no rules, no tunnel
[Unit]
Requires=wgwizard-wg0.service
After=wgwizard-wg0.service

[Service]
ExecStartPost=ip link set dev wg0 group 7
ExecStartPost=sysctl -q -w net/ipv4/conf/wg0/forwarding=1
"""


def run_by_networkd(**system: object) -> Facts:
    """A fresh host whose eth0 systemd-networkd configures, with WireGuard in its kernel."""
    facts = fresh()
    values = {"kernel_wireguard": True, "networkd_version": 252, "networkd_group": "998", **system}
    return replace(facts, keepers={"eth0": "systemd-networkd"}, system=replace(facts.system, **values))


def files_of(table: str = "") -> dict[str, Artefact]:
    text = CONF.format(table=table)
    whole = Secret(text.replace("(hidden)", PRESHARED.reveal()))
    made = (
        Artefact(HOST, QUICK.rules_unit_file, "0644", "[Unit]\nBefore=network-pre.target shutdown.target wg-quick@wg0.service\n"),
        Artefact(HOST, QUICK.drop_in, "0644", DROP_IN),
        Artefact(HOST, QUICK.tunnel, "0600", text, whole),
    )
    return with_networkd({one.path: one for one in made}, LAYOUT)


def test_a_host_run_by_networkd_gets_its_tunnel_from_there() -> None:
    assert owner_of(run_by_networkd(), "wg0") is Owner.NETWORKD


@pytest.mark.parametrize(
    "facts",
    [
        fresh(),
        run_by_networkd(kernel_wireguard=False),
        run_by_networkd(networkd_version=247),
        run_by_networkd(networkd_group=""),
        replace(run_by_networkd(), keepers={"docker0": "systemd-networkd"}),
        replace(
            run_by_networkd(),
            interfaces={name: (ip_interface(f"10.{number}.0.1/24"),) for number, name in enumerate(("eth0", "eth1"))},
            keepers={"eth0": "systemd-networkd", "eth1": "another"},
        ),
    ],
    ids=["nobody", "userspace", "too old", "no group", "another interface", "two programs"],
)
def test_any_other_host_gets_it_from_wg_quick(facts: Facts) -> None:
    assert owner_of(facts, "wg0") is Owner.WG_QUICK


def test_a_tunnel_of_ours_keeps_its_owner() -> None:
    there = run_by_networkd()
    assert owner_of(replace(there, applied={QUICK.tunnel: "x", QUICK.rules: "y"}), "wg0") is Owner.WG_QUICK
    moved = replace(there, applied={LAYOUT.tunnel: "x"}, keepers={})
    assert owner_of(moved, "wg0") is Owner.NETWORKD


def test_keys_and_peers_stand_in_the_netdev_as_in_the_conf() -> None:
    netdev = files_of()[LAYOUT.tunnel]
    assert netdev.mode == "0640"
    assert netdev.text == (
        "# wgwizard: site lab, strategy gateway\n# Host β (beta)\n\n[NetDev]\nName = wg0\nKind = wireguard\nMTUBytes = 1380\n"
        "\n[WireGuard]\nListenPort = 51820\n# PrivateKey = (made on beta)\n\n[WireGuardPeer]\n"
        f"# a\nPublicKey = {PEER}\nPresharedKey = (hidden)\n"
        "AllowedIPs = 10.0.0.1/32, 10.9.0.0/24\nPersistentKeepalive = 25\n"
    )
    assert netdev.content() == netdev.text.replace("(hidden)", PRESHARED.reveal())


@pytest.mark.parametrize(("table", "route"), [("", "\n[Route]\nDestination = 10.9.0.0/24\n"), ("Table = off\n", "")])
def test_addresses_and_the_routes_that_they_do_not_cover_stand_in_the_network(table: str, route: str) -> None:
    network = files_of(table)[LAYOUT.network]
    assert (network.mode, network.whole) == ("0644", None)
    assert network.text == (
        "# wgwizard: site lab, strategy gateway\n# Host β (beta)\n\n[Match]\nName = wg0\n\n[Link]\nActivationPolicy = manual\n"
        "RequiredForOnline = no\n\n[Network]\nLinkLocalAddressing = no\nIPv6AcceptRA = no\nAddress = 10.0.0.2/24\nAddress = fd00:10::2/64\n"
        + route
    )


def test_both_files_ask_for_the_tunnel_that_the_conf_asks_for() -> None:
    files = files_of()
    one, two = parse_conf(files[LAYOUT.tunnel].text + files[LAYOUT.network].text), parse_conf(CONF.format(table=""))
    assert replace(one, interface_lines=()) == replace(two, interface_lines=())


def test_our_unit_switches_the_interface_on_once_the_rules_are_there() -> None:
    files = files_of()
    assert files.keys() == {LAYOUT.rules_unit_file, LAYOUT.drop_in, LAYOUT.tunnel, LAYOUT.network}
    unit = files[LAYOUT.drop_in].text.splitlines()
    assert unit[:2] == DROP_IN.splitlines()[:2]
    assert "Requires=wgwizard-wg0.service" in unit
    after = "ExecStart=ip link set dev wg0 up"
    assert unit.index(after) < unit.index("ExecStartPost=ip link set dev wg0 group 7")
    assert "Before=network-pre.target shutdown.target wgwizard-tunnel@wg0.service" in files[LAYOUT.rules_unit_file].text


def test_a_fresh_host_gets_these_files_and_our_unit_is_started() -> None:
    facts = replace(run_by_networkd(), files={path: HostFile(path) for path in LAYOUT.files})
    wanted = wanted_of(bundle(conf()), facts, LAYOUT)
    found = [change.path for change in changes(facts, wanted, LAYOUT)]
    assert QUICK.tunnel not in found
    assert [path for path in found if "network" in path or "tunnel" in path] == [
        LAYOUT.drop_in,
        LAYOUT.tunnel,
        LAYOUT.network,
        LAYOUT.tunnel_unit,
    ]
    file = wanted.file(LAYOUT.tunnel)
    assert file is not None
    assert (file.mode, file.owner) == ("0640", "0:998")
    assert PRESHARED.reveal() not in repr(wanted)


def test_a_key_that_stands_in_the_netdev_is_kept() -> None:
    text = files_of()[LAYOUT.tunnel].text.replace("# PrivateKey = (made on beta)", f"PrivateKey = (hidden, of public key {PUBLIC})")
    facts = replace(
        applied(), files={LAYOUT.tunnel: HostFile(LAYOUT.tunnel, "file", "0640", "0:998", "x", text, "d")}, applied={LAYOUT.tunnel: "x"}
    )
    wanted = wanted_of(bundle(conf()), facts, LAYOUT)
    file = wanted.file(LAYOUT.tunnel)
    assert file is not None
    assert f"PrivateKey = (hidden, of public key {PUBLIC})" in file.shown
    assert wanted.missing == ()
