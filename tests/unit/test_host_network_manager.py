"""A host whose networks NetworkManager runs: when it makes the tunnel, what its keyfile says, and what the host's shell makes of that."""

import subprocess
from ipaddress import ip_interface
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.shells import SHELLS, Shell
from tests.unit.test_host_changes import PEER, PRESHARED, PRIVATE, PUBLIC, applied, bundle, conf, fresh
from tests.unit.test_host_facts import facts
from tests.unit.test_host_firewall import UDP, chain
from tests.unit.test_host_owning import CONF, DROP_IN, run_by_networkd
from wgwizard.host.changes import changes, wanted_of
from wgwizard.host.conf import parse_conf
from wgwizard.host.facts import Facts, HostFile
from wgwizard.host.layout import Layout, Owner
from wgwizard.host.linting import lint_conf
from wgwizard.host.masking import MOST_DIGESTS, masked_conf, preshared_digest
from wgwizard.host.network_manager import with_network_manager
from wgwizard.host.nft_reading import read_rules
from wgwizard.host.nft_verdicts import stops
from wgwizard.host.openings import openings_for
from wgwizard.host.owning import UNMANAGED, owner_of
from wgwizard.host.scripts import script, source
from wgwizard.keys import generate_private
from wgwizard.plan.model import HOST
from wgwizard.render import Artefact, Bundle
from wgwizard.secret import Secret

LAYOUT = Layout("wg0", Owner.NETWORK_MANAGER)
QUICK = Layout("wg0")
KEYFILE = f"""\
# wgwizard: site lab, strategy gateway
# Host β (beta)

[connection]
id=wg0
type=wireguard
interface-name=wg0
uuid={LAYOUT.profile}
autoconnect=false

[wireguard]
listen-port=51820
# private-key=(made on beta)
mtu=1380
peer-routes=false
ip4-auto-default-route=0
ip6-auto-default-route=0

[wireguard-peer.{PEER}]
persistent-keepalive=25
preshared-key=(hidden)
preshared-key-flags=0
allowed-ips=10.0.0.1/32;10.9.0.0/24;

[ipv4]
address1=10.0.0.2/24
{{route}}route-metric=0
method=manual

[ipv6]
address1=fd00:10::2/64
route-metric=0
method=manual
"""
ROUTED = KEYFILE.format(route="route1=10.9.0.0/24\n")
OWN, THERE = f"private-key={PRIVATE.reveal()}", f"private-key=(hidden, of public key {PUBLIC})"


def run_by_network_manager(*version: int) -> Facts:
    """A fresh host whose eth0 NetworkManager configures, with WireGuard in its kernel."""
    made = fresh()
    system = replace(made.system, kernel_wireguard=True, network_manager=version or (1, 42, 4))
    return replace(made, keepers={"eth0": "NetworkManager"}, system=system)


def files_of(table: str = "", *openings: str) -> dict[str, Artefact]:
    text = CONF.format(table=table)
    made = (
        Artefact(HOST, QUICK.rules_unit_file, "0644", "[Unit]\nBefore=network-pre.target shutdown.target wg-quick@wg0.service\n"),
        Artefact(HOST, QUICK.drop_in, "0644", DROP_IN),
        Artefact(HOST, QUICK.tunnel, "0600", text, Secret(text.replace("(hidden)", PRESHARED.reveal()))),
    )
    return with_network_manager({one.path: one for one in made}, LAYOUT, openings)


# --- which host ------------------------------------------------------------------------------------------------------------


def test_a_host_run_by_network_manager_gets_its_tunnel_from_there() -> None:
    assert owner_of(run_by_network_manager(), "wg0") is Owner.NETWORK_MANAGER
    assert owner_of(run_by_network_manager(1, 52), "wg0") is Owner.NETWORK_MANAGER


def with_another(keeper: str) -> Facts:
    there = run_by_network_manager()
    interfaces = {**there.interfaces, "eth1": (ip_interface("10.1.0.1/24"),)}
    return replace(there, interfaces=interfaces, keepers={**there.keepers, **({"eth1": keeper} if keeper else {})})


def test_a_bridge_that_somebody_else_made_and_network_manager_only_shows_does_not_matter() -> None:
    assert owner_of(with_another(""), "wg0") is Owner.NETWORK_MANAGER


@pytest.mark.parametrize(
    "there",
    [
        replace(run_by_network_manager(), keepers={}),
        run_by_network_manager(1, 40, 18),
        replace(run_by_network_manager(), system=replace(run_by_network_manager().system, kernel_wireguard=False)),
        replace(run_by_network_manager(), system=replace(run_by_network_manager().system, tools=frozenset({"firewall-cmd"}))),
        with_another(UNMANAGED),
        with_another("systemd-networkd"),
    ],
    ids=["nobody", "too old", "userspace", "firewalld", "one that it leaves alone", "two programs"],
)
def test_any_other_host_gets_it_from_wg_quick(there: Facts) -> None:
    assert owner_of(there, "wg0") is Owner.WG_QUICK


def test_what_network_manager_leaves_alone_is_nothing_to_networkd() -> None:
    there = run_by_networkd()
    both = replace(
        there, interfaces={**there.interfaces, "eth1": (ip_interface("10.1.0.1/24"),)}, keepers={**there.keepers, "eth1": UNMANAGED}
    )
    assert owner_of(both, "wg0") is Owner.NETWORKD


def test_a_tunnel_of_ours_keeps_its_owner() -> None:
    assert owner_of(replace(run_by_network_manager(), applied={QUICK.tunnel: "x"}), "wg0") is Owner.WG_QUICK
    assert owner_of(replace(fresh(), applied={LAYOUT.tunnel: "x"}), "wg0") is Owner.NETWORK_MANAGER


def test_the_probe_tells_its_version_and_what_it_keeps() -> None:
    found = facts("fresh", system="network_manager=1.42.4\nkernel_wireguard=yes\n", keepers="eth0 NetworkManager\neth1 -\n")
    assert (found.system.network_manager, found.keepers) == ((1, 42, 4), {"eth0": "NetworkManager", "eth1": UNMANAGED})
    assert facts("fresh").system.network_manager == ()


@pytest.mark.parametrize("shell", SHELLS)
def test_only_what_is_connected_by_it_is_kept_by_it(shell: Shell) -> None:
    probe = "keepers() {" + source("probe").split("\nkeepers() {")[1].split("\n}\n")[0] + "\n}\n"
    asked = "network_manager_runs() { true; }; networkd_runs() { false; }\nnmcli() { printf '%s\\n' " + " ".join(
        f"'{line}'" for line in ("eth0:connected", "docker0:connected (externally)", "eth1:unmanaged", "wlan0:disconnected")
    )
    assert said(shell, script(QUICK, main=f"{probe}{asked}; }}\nkeepers; exit")) == "eth0 NetworkManager\neth1 -\n"


# --- its files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("table", "route"), [("", "route1=10.9.0.0/24\n"), ("Table = off\n", "")])
def test_the_keyfile_has_wg_quicks_addresses_routes_keys_and_peers(table: str, route: str) -> None:
    made = files_of(table)[LAYOUT.tunnel]
    assert (made.path, made.mode) == ("/etc/NetworkManager/system-connections/wg0.nmconnection", "0600")
    assert made.text == KEYFILE.format(route=route)
    assert made.content() == made.text.replace("(hidden)", PRESHARED.reveal())


def test_a_family_without_an_address_has_no_routes_either() -> None:
    text = files_of()[LAYOUT.tunnel].text
    assert "method=disabled" not in text
    four = CONF.format(table="").replace(", fd00:10::2/64", "")
    made = with_network_manager(
        {
            QUICK.rules_unit_file: Artefact(HOST, QUICK.rules_unit_file, "0644", "[Unit]\n"),
            QUICK.drop_in: Artefact(HOST, QUICK.drop_in, "0644", DROP_IN),
            QUICK.tunnel: Artefact(HOST, QUICK.tunnel, "0600", four),
        },
        LAYOUT,
        (),
    )
    assert made[LAYOUT.tunnel].text.endswith("\n[ipv6]\nmethod=disabled\n")


def test_the_keyfile_asks_for_the_tunnel_that_the_conf_asks_for_and_for_nothing_strange() -> None:
    one, two = parse_conf(ROUTED), parse_conf(CONF.format(table=""))
    assert replace(one, interface_lines=()) == replace(two, interface_lines=())
    assert list(lint_conf(one)) == []
    assert list(lint_conf(parse_conf(ROUTED.replace("ip4-auto-default-route=0", "fwmark=1")))) == ["the tunnel's file has fwmark"]


def test_our_unit_asks_for_the_connection_once_the_rules_are_there() -> None:
    files = files_of()
    assert files.keys() == {LAYOUT.rules_unit_file, LAYOUT.drop_in, LAYOUT.tunnel}
    unit = files[LAYOUT.drop_in].text.splitlines()
    assert {"Requires=wgwizard-wg0.service", "After=wgwizard-wg0.service NetworkManager.service"} <= set(unit)
    up = f"ExecStart=nmcli -w 15 connection up uuid {LAYOUT.profile}"
    assert unit.index(up) < unit.index("ExecStartPost=ip link set dev wg0 group 7")
    assert f"ExecStop=-nmcli connection down uuid {LAYOUT.profile}" in unit
    assert "Before=network-pre.target shutdown.target wgwizard-tunnel@wg0.service" in files[LAYOUT.rules_unit_file].text


def test_each_interface_has_a_profile_of_its_own() -> None:
    assert LAYOUT.profile != Layout("wg1").profile
    assert LAYOUT.profile == QUICK.profile


def test_the_keyfile_names_the_zone_where_firewalld_is_told_and_firewalld_does_not_write_it_there_anew() -> None:
    (stop,) = stops(read_rules(chain().replace("inet own", "inet firewalld")), "input", UDP)
    (opening,) = openings_for(stop, LAYOUT, 51820, forwarded=False)
    assert opening.line == "in_firewalld wgw-wg0 wg0 51820 by-profile"
    assert "\nautoconnect=false\nzone=wgw-wg0\n" in files_of("", opening.line)[LAYOUT.tunnel].text
    (quick,) = openings_for(stop, QUICK, 51820, forwarded=False)
    assert quick.line == "in_firewalld wgw-wg0 wg0 51820"


def test_a_fresh_host_gets_these_files_and_our_unit_is_started() -> None:
    there = replace(run_by_network_manager(), files={path: HostFile(path) for path in LAYOUT.files})
    wanted = wanted_of(bundle(conf()), there, LAYOUT)
    found = [change.path for change in changes(there, wanted, LAYOUT)]
    assert QUICK.tunnel not in found
    assert [path for path in found if "Network" in path or "tunnel" in path] == [LAYOUT.drop_in, LAYOUT.tunnel, LAYOUT.tunnel_unit]
    file = wanted.file(LAYOUT.tunnel)
    assert file is not None
    assert (file.mode, file.owner) == ("0600", "0:0")
    assert PRESHARED.reveal() not in repr(wanted)


# --- keys ------------------------------------------------------------------------------------------------------------------


def test_keys_that_stand_in_the_keyfile_are_kept() -> None:
    lacking = conf().replace(f"PresharedKey = {PRESHARED.reveal()}", "# PresharedKey = (kept in the site's secrets file)")
    whole = ROUTED.replace("# private-key=(made on beta)", OWN).replace("(hidden)", PRESHARED.reveal())
    file = HostFile(LAYOUT.tunnel, "file", "0600", "0:0", "x", masked_conf(whole), preshared_digest(whole))
    there = replace(applied(), files={LAYOUT.tunnel: file}, applied={LAYOUT.tunnel: "x"})
    made = bundle(lacking)
    without = Bundle(
        tuple(
            replace(one, missing=(*one.missing, "points[0].preshared_key")) if one.path == QUICK.tunnel else one for one in made.artefacts
        )
    )
    wanted = wanted_of(without, there, LAYOUT).file(LAYOUT.tunnel)
    assert wanted is not None
    assert f"\n{THERE}\n" in wanted.shown
    assert "\npreshared-key=(hidden)\npreshared-key-flags=0\n" in wanted.shown
    assert wanted.preshared_digest == preshared_digest(whole)
    assert wanted_of(without, there, LAYOUT).missing == ()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_host_hides_the_keys_of_a_keyfile_as_the_client_does(shell: Shell, tmp_path: Path) -> None:
    whole = ROUTED.replace("# private-key=(made on beta)", OWN).replace("(hidden)", PRESHARED.reveal())
    file = tmp_path / "wg0.nmconnection"
    file.write_text(whole)
    probe = source("probe").split("\nshow_file() {")[0] + "\n"
    main = f"{probe}masked {file}; echo; preshared_digest {file}; exit"
    found = said(shell, script(LAYOUT, main=main, MOST_DIGESTS=str(MOST_DIGESTS)))
    assert found == f"{masked_conf(whole)}\n{preshared_digest(whole)}\n"
    assert masked_conf(whole) == ROUTED.replace("# private-key=(made on beta)", THERE)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_host_puts_its_own_keys_into_a_keyfile_or_makes_one(shell: Shell, tmp_path: Path) -> None:
    sent = ROUTED.replace("preshared-key=(hidden)", "# preshared-key=(kept in the site's secrets file)")
    there = ROUTED.replace("# private-key=(made on beta)", f"private-key = {PRIVATE.reveal()}").replace("(hidden)", PRESHARED.reveal())
    whole = ROUTED.replace("# private-key=(made on beta)", OWN).replace("(hidden)", PRESHARED.reveal())
    assert filled(shell, tmp_path / "1", sent, there) == ("", whole)
    new = generate_private().reveal()
    made = ROUTED.replace("# private-key=(made on beta)", f"private-key={new}")
    assert filled(shell, tmp_path / "2", ROUTED, None, new) == ("", made)
    assert filled(shell, tmp_path / "3", sent, None, new)[0].startswith("@ failed a key is missing")


def filled(shell: Shell, folder: Path, sent: str, there: str | None, generated: str = "") -> tuple[str, str]:
    """What `fill_keys` says, and what becomes of the keyfile that was sent, on a host whose present one is `there`."""
    state, run, tunnel = folder / "state", folder / "run", folder / "wg0.nmconnection"
    (run / "transaction/new").mkdir(parents=True)
    (state / "wg0").mkdir(parents=True)
    staged = run / "transaction/new" / tunnel.name
    staged.write_text(sent)
    if there is not None:
        tunnel.write_text(there)
        (state / "wg0/applied").write_text("")
    main = 'release() { :; }; wg() { printf "%s\\n" "$GENERATED"; }; fill_keys; exit'
    values = {"STATE": str(state), "RUN": str(run), "TUNNEL": str(tunnel), "GENERATED": generated}
    return said(shell, script(LAYOUT, "transaction", main=main, **values)), staged.read_text()


@pytest.mark.parametrize("shell", SHELLS)
def test_wg_takes_what_is_left_of_a_keyfile(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "wg0.nmconnection"
    file.write_text(ROUTED.replace("# private-key=(made on beta)", OWN).replace("(hidden)", PRESHARED.reveal()))
    assert said(shell, script(LAYOUT, "tunnel", main=f"stripped {file}; exit")) == (
        f"[Interface]\nListenPort = 51820\nPrivateKey = {PRIVATE.reveal()}\n[Peer]\nPublicKey = {PEER}\nPersistentKeepalive = 25\n"
        f"PresharedKey = {PRESHARED.reveal()}\nAllowedIPs = 10.0.0.1/32,10.9.0.0/24\n"
    )
    main = f"conf_values {file} '[Aa]ddress[0-9]*'; wanted_routes x {file}; exit"
    assert said(shell, script(LAYOUT, "tunnel", main=main)).split() == ["10.0.0.2/24", "fd00:10::2/64", "10.9.0.0/24"]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("owner", "line"), [(Owner.WG_QUICK, "MTU = 1380"), (Owner.NETWORKD, "MTUBytes = 1380"), (Owner.NETWORK_MANAGER, "mtu=1380")]
)
def test_a_tunnel_whose_file_names_no_mtu_any_more_gets_the_usual_one(shell: Shell, tmp_path: Path, owner: Owner, line: str) -> None:
    there, new = tmp_path / "old/tunnel", tmp_path / "transaction/new/tunnel"
    for file in (there, new):
        file.parent.mkdir(parents=True)
    main = (
        "bounded() { shift; echo $*; }; ip() { :; }; wg() { :; }; stripped() { :; }; wanted_routes() { :; }; current_addresses() { :; }\n"
    )
    values = {"TUNNEL": str(there), "NETWORK": "", "RUN": str(tmp_path)}
    text = script(Layout("wg0", owner), "tunnel", main=f"{main}update_tunnel | grep ' mtu '; exit", **values)
    for before, after, told in (("", line, "1380"), (line, "", "1420"), (line, line, "1380"), ("", "", "")):
        there.write_text(f"[Interface]\n{before}\n")
        new.write_text(f"[Interface]\n{after}\n")
        assert said(shell, text) == (f"ip link set dev wg0 mtu {told}\n" if told else "")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("killed_after", ["the first file", "all files", "the files were taken away"])
@pytest.mark.parametrize("owner", [Owner.NETWORKD, Owner.NETWORK_MANAGER])
def test_whatever_is_staged_yet_is_taken_away_and_its_owner_told(shell: Shell, tmp_path: Path, owner: Owner, killed_after: str) -> None:
    places = {name: tmp_path / name for name in ("unit", "profile", "network.netdev", "network.network")}
    first = places["network.netdev" if owner is Owner.NETWORKD else "profile"]
    files = {"the first file": [first], "all files": [first, places["unit"]], "the files were taken away": [places["unit"]]}
    for file in files[killed_after]:
        file.write_text("")
    values = {"STAGED_UNIT": places["unit"], "STAGED_PROFILE": places["profile"], "STAGED_NETWORK": tmp_path / "network"}
    settings = "".join(f"{name}={place}\n" for name, place in {**values, "DROPPED": tmp_path / "units/dropped"}.items())
    stubs = "on_systemd() { true; }; bounded() { :; }; forget_profile() { :; }; tell_owner() { echo told; }\n"
    assert said(shell, script(Layout("wg0", owner), "starting", main=f"{settings}{stubs}drop_in_away; exit")) == "told\n"
    assert not [place for place in places.values() if place.exists()]


@pytest.mark.parametrize("shell", SHELLS)
def test_other_addresses_come_with_the_ipv6_routes_that_network_manager_makes(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "transaction").mkdir()
    want = tmp_path / "want"
    want.write_text("10.88.0.1/24\nfd00:88::1/64\nfd00:99::1/64\n")
    stubs = "bounded() { shift; echo $*; }; current_addresses() { printf '%s\\n' 10.64.0.1/24 fd00:64::1/64 fd00:99::1/64; }\n"
    route = "ip -6 route replace {} dev wg0 proto kernel metric 1024"
    assert said(shell, script(LAYOUT, "tunnel", main=f"{stubs}sync_addresses {want}; exit", RUN=str(tmp_path))).splitlines() == [
        "ip -6 route flush dev wg0 proto kernel",
        route.format("fd00:99::1/64"),
        "ip -4 address del 10.64.0.1/24 dev wg0",
        "ip -6 address del fd00:64::1/64 dev wg0",
        "ip -4 address add 10.88.0.1/24 dev wg0",
        "ip -6 address add fd00:88::1/64 dev wg0 noprefixroute",
        route.format("fd00:88::1/64"),
    ]
    by_others = said(shell, script(QUICK, "tunnel", main=f"{stubs}sync_addresses {want}; exit", RUN=str(tmp_path)))
    assert "route" not in by_others
    assert "ip -6 address add fd00:88::1/64 dev wg0\n" in by_others


def said(shell: Shell, text: str) -> str:
    done = subprocess.run([*shell, "-s"], input=text, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout
