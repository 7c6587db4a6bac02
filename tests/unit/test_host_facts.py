"""The probe's output, as real hosts gave it, becomes facts.

fresh, applied: Debian 12 of the lab; alpine: Alpine 3.20.3's minirootfs, started by its own busybox, without OpenRC and with no package
added, on the lab's network; raspberry-pi-os: what docs/hosts.md says of it.
"""

from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.test_host_changes import wanted
from wgwizard.host.facts import Facts, Route, SshPath, UnitState
from wgwizard.host.facts_parsing import PACKAGE_MANAGERS, ProbeUnreadableError, parse_facts, sections
from wgwizard.host.layout import Layout, Owner
from wgwizard.host.nft_verdicts import NftPacket, stops
from wgwizard.host.owning import owner_of
from wgwizard.host.packages import install_command, install_hint, missing_packages, no_package_helps
from wgwizard.host.safety import refusals, unsupported
from wgwizard.host.start_script import boot_note

OUTPUT = Path(__file__).with_name("probe_output")
LAYOUT = Layout("wg0")


def facts(name: str, **replaced: str) -> Facts:
    """The facts of a recorded probe, with whole sections replaced."""
    parts = sections((OUTPUT / f"{name}.txt").read_bytes(), "NONCE")
    return parse_facts({**parts, **replaced}, LAYOUT)


def test_a_fresh_host() -> None:
    found = facts("fresh")
    assert found.interfaces == {"eth0": (ip_interface("192.168.200.2/24"), ip_interface("fd00:200::2/64"))}
    assert (found.ipv4_forwarding, found.ipv6_forwarding, found.public_key, found.ours) == (False, False, None, False)
    assert found.ra_default_interfaces == ("eth0",)
    assert found.links == {"lo", "eth0"}
    assert found.ssh == SshPath(ip_address("192.168.200.254"), ip_address("192.168.200.2"), 22)
    assert (found.table, found.tunnel, found.applied) == (None, None, {})
    assert [(table.family, table.name) for table in found.ways.firewall.tables] == [("inet", "filter")]
    assert {file.kind for file in found.files.values()} == {"absent"}
    assert found.files.keys() == set(LAYOUT.files)
    assert (found.system.name, found.system.init, found.system.package_manager) == ("Debian GNU/Linux 12 (bookworm)", "systemd", "apt-get")
    assert (found.system.kernel_wireguard, found.system.userspace_wireguard) == (False, True)
    assert missing_packages(found) == ()
    assert found.transaction.state == "none"
    assert len(found.fingerprint) == 64


def test_a_fresh_alpine_is_read_as_a_fresh_debian_is_and_its_packages_are_named_for_apk() -> None:
    found, debian = facts("alpine"), facts("fresh")
    assert (found.interfaces, found.links, found.ssh) == (debian.interfaces, debian.links, debian.ssh)
    assert (found.ra_default_interfaces, found.ipv4_forwarding, found.ipv6_forwarding) == (("eth0",), False, False)
    default = {Route(ip_network("0.0.0.0/0"), "eth0", True, ip_address("192.168.200.254"))}
    default |= {Route(ip_network("::/0"), "eth0", True, ip_address("fd00:200::254"))}
    assert default <= set(found.routes)
    assert {rule.priority for rule in found.ways.rules} == {0, 32766, 32767}
    assert found.ways.resolvers == (ip_address("192.168.200.254"),)
    assert {file.kind for file in found.files.values()} == {"absent"}
    assert (found.system.name, found.system.init, found.system.package_manager) == ("Alpine Linux v3.20", "init", "apk")
    assert (found.system.openrc, found.system.starts_us, owner_of(found, "wg0")) == (False, False, Owner.WG_QUICK)
    assert unsupported(found) == ()
    packages = missing_packages(found)
    assert install_command(found.system.package_manager, packages) == "apk add nftables wireguard-tools bash wireguard-go"
    assert "until its next restart" in boot_note(found.system.init, LAYOUT)


def test_a_fresh_raspberry_pi_os_is_a_debian_that_network_manager_runs_and_that_lacks_only_the_tools() -> None:
    found = facts("raspberry-pi-os")
    assert (found.system.name, found.system.init, found.system.package_manager) == ("Debian GNU/Linux 12 (bookworm)", "systemd", "apt-get")
    assert (found.system.network_manager, found.keepers) == ((1, 42, 4), {"eth0": "NetworkManager"})
    assert (unsupported(found), refusals(found, wanted(found), LAYOUT)) == ((), ())
    assert (found.ways.firewall.tables, found.ways.ssh_ports) == ((), {22})
    assert found.ways.resolvers == (ip_address("192.168.200.254"),)
    # The kernel under it was not the Pi's own, which has WireGuard.
    assert owner_of(found, "wg0") is Owner.WG_QUICK
    on_a_pi = replace(found, system=replace(found.system, kernel_wireguard=True))
    assert owner_of(on_a_pi, "wg0") is Owner.NETWORK_MANAGER
    assert missing_packages(on_a_pi) == ("wireguard-tools",)


def test_a_default_route_that_network_manager_learned_is_not_one_that_the_kernel_forgets() -> None:
    found = facts("raspberry-pi-os")
    assert found.sysctls["net/ipv6/conf/eth0/accept_ra"] == "0"
    assert [str(route.via) for route in found.routes if str(route.network) == "::/0"] == ["fe80::9880:b5ff:fea7:f264"]
    assert found.ra_default_interfaces == ()
    assert facts("fresh").ra_default_interfaces == ("eth0",)


def test_routes_have_their_family_also_where_only_the_gateway_shows_it_and_that_gateway() -> None:
    found = facts("fresh").routes
    assert Route(ip_network("0.0.0.0/0"), "eth0", gateway=True, via=ip_address("192.168.200.254")) in found
    assert Route(ip_network("::/0"), "eth0", gateway=True, via=ip_address("fd00:200::254")) in found
    assert Route(ip_network("192.168.200.0/24"), "eth0", gateway=False) in found
    assert facts("fresh", routes="default dev ppp0 scope link\nunreachable 10.0.0.0/8\n10.0.0.1 dev x\n").routes == (
        Route(ip_network("0.0.0.0/0"), "ppp0", gateway=False),
        Route(ip_network("10.0.0.1/32"), "x", gateway=False),
    )


def test_ip_forward_is_never_ours_but_the_lan_interfaces_switch_is() -> None:
    """With our tunnel there, eth0 forwards because of us; ip_forward that is on by now was switched on by somebody else."""
    found = facts("applied")
    assert found.sysctls["net/ipv4/conf/eth0/forwarding"] == "1"
    assert found.ipv4_forwarders == frozenset()
    assert facts("applied", sysctls="/proc/sys/net/ipv4/ip_forward:1\n").ipv4_forwarding
    switched = (
        "/proc/sys/net/ipv4/conf/eth0/forwarding:1\n/proc/sys/net/ipv4/conf/all/forwarding:0\n/proc/sys/net/ipv6/conf/e1/forwarding:1\n"
    )
    assert facts("applied", baseline_sysctls=switched).ipv4_forwarders == {"eth0"}


def test_a_host_with_our_tunnel_is_told_as_it_was_without_us() -> None:
    found = facts("applied")
    assert found.ours
    assert "wg0" not in found.interfaces
    assert found.sysctls["net/ipv6/conf/all/forwarding"] == "1"
    assert (found.ipv4_forwarding, found.ipv6_forwarding) == (False, False)
    assert found.tunnel is not None
    assert found.public_key == found.tunnel.public_key
    assert (found.tunnel.listen_port, found.tunnel.mtu, found.tunnel.up) == (51820, 1420, True)
    assert found.tunnel.addresses[0] == ip_interface("10.64.0.1/24")
    assert {"10.64.0.2/32", "fdcc:9c77:4654::2/128"} in [peer.allowed_ips for peer in found.tunnel.peers]
    assert {peer.handshake for peer in found.tunnel.peers} == {None}
    assert found.table == found.applied_table is not None
    assert found.units == {unit: UnitState("enabled", "active") for unit in ("wgwizard-wg0.service", "wg-quick@wg0.service")}
    assert (
        found.applied.keys()
        == found.baseline.keys()
        == set(LAYOUT.files) - {LAYOUT.openings, LAYOUT.start, LAYOUT.service_file, LAYOUT.switches}
    )
    assert set(found.baseline.values()) == {"absent"}
    assert [stop.name for stop in stops(found.ways.firewall, "forward", NftPacket(4, "wg0", "eth0"))] == ["ip filter FORWARD"]
    assert Route(ip_network("10.99.0.0/16"), "eth0", gateway=True, via=ip_address("192.168.200.9")) in found.routes


def test_a_tunnel_that_is_switched_off_is_seen() -> None:
    off = "1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue\n3: wg0: <POINTOPOINT,NOARP> mtu 1380 qdisc noqueue state DOWN group default\n"
    found = facts("applied", links=off).tunnel
    assert found is not None
    assert (found.mtu, found.up) == (1380, False)


def test_files_come_with_mode_owner_digest_and_hidden_keys() -> None:
    conf = facts("applied").files["/etc/wireguard/wg0.conf"]
    assert (conf.kind, conf.mode, conf.owner) == ("file", "0600", "0:0")
    assert conf.text.count("PresharedKey = (hidden)\n") == 2
    assert f"PrivateKey = (hidden, of public key {facts('applied').public_key})\n" in conf.text
    assert len(conf.preshared_digest) == 64
    rules = facts("applied").files["/etc/wgwizard/wg0.nft"]
    assert (rules.mode, rules.preshared_digest) == ("0644", "")
    assert rules.text.startswith("# wgwizard: ")
    assert rules.text.endswith("}\n")


def test_an_output_that_was_cut_is_not_read() -> None:
    whole = (OUTPUT / "fresh.txt").read_bytes()
    with pytest.raises(ProbeUnreadableError):
        sections(whole[: len(whole) // 2], "NONCE")
    with pytest.raises(ProbeUnreadableError):
        sections(whole, "ANOTHER")


def test_odd_bytes_in_a_file_neither_break_the_output_nor_forge_a_section() -> None:
    state = f"file 0640 0:4 1 {'0' * 64}\n\n"
    output = b"\n=N= file /etc/wireguard/wg0.conf\n" + state.encode() + b"\xff\x00\r\n=M= applied\nx\n\n=N= end\n"
    found = parse_facts(sections(output, "N"), LAYOUT)
    assert found.files["/etc/wireguard/wg0.conf"].text == "\\xff\x00\r\n=M= applied\nx\n"
    assert (found.files["/etc/wireguard/wg0.conf"].owner, found.applied) == ("0:4", {})


@pytest.mark.parametrize(
    ("text", "state", "left_over"),
    [
        ("none\n", "none", False),
        ("pending\nid=1\nwho=me\nsince=now\n", "pending", False),
        ("confirmed\nleft_over=yes\n", "confirmed", True),
    ],
)
def test_a_transaction_under_way_is_seen(text: str, state: str, left_over: bool) -> None:
    found = facts("fresh", transaction=text).transaction
    assert (found.state, found.left_over) == (state, left_over)


def test_what_is_missing_is_named_with_the_hosts_own_command() -> None:
    system = "system=Linux\ninit=systemd\ntools= dnf nft bash\n"
    packages = missing_packages(facts("fresh", system=system))
    assert packages == ("wireguard-tools", "wireguard-go")
    assert install_command("dnf", packages) == "dnf install --assumeyes wireguard-tools wireguard-go"
    assert install_command(None, packages) is None
    assert missing_packages(facts("fresh", system="tools= nft wg wg-quick\nkernel_wireguard=yes\n")) == ("bash",)
    assert missing_packages(facts("fresh", system="tools= nft wg wg-quick bash\nkernel_wireguard=yes\n")) == ()


@pytest.mark.parametrize(
    ("kernel", "more", "code"),
    [
        ("6.14.0-63.fc42.x86_64", "", None),
        ("5.14.0-362.8.1.el9_3.x86_64", "", None),
        ("6.9.7-arch1-1", "kernel_is_gone=yes\n", "kernel-is-gone"),
        ("4.18.0-513.5.1.el8_9.x86_64", "", "kernel-without-wireguard"),
        ("4.18.0-553.el8.x86_64", "", "kernel-without-wireguard"),
        ("4.18.0-553.el8.x86_64", "kernel_wireguard=yes\n", None),
    ],
)
def test_a_kernel_whose_wireguard_no_package_brings_is_told_with_what_does(kernel: str, more: str, code: str | None) -> None:
    """The kernels' names are as these distributions give them; nothing of this was run there."""
    problems = no_package_helps(facts("fresh", system=f"kernel={kernel}\n{more}tools= dnf nft\n"))
    assert [problem.code for problem in problems] == ([code] if code else [])
    assert all(kernel in problem.message for problem in problems)
    assert no_package_helps(facts("fresh", system=f"kernel={kernel}\n{more}tools= dnf nft wireguard-go\n")) == ()


def test_every_package_manager_that_we_know_has_its_command_and_a_hint_for_where_that_fails() -> None:
    for manager in PACKAGE_MANAGERS:
        command = install_command(manager, ("nftables",))
        assert command is not None
        assert command.startswith(f"{manager} ")
        assert manager in install_hint(manager) or manager == "zypper"
    assert install_hint(None) == "Install them by hand."
