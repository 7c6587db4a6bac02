"""Facts and a bundle become changes, refusals and warnings."""

import hashlib
from ipaddress import ip_address, ip_interface, ip_network

import pytest
from msgspec.structs import replace

from wgwizard.host.changes import Wanted, changes, removed_files, running_differences, wanted_of
from wgwizard.host.facts import Facts, HostFile, LivePeer, LiveTunnel, Route, SshPath, System, UnitState
from wgwizard.host.layout import Layout
from wgwizard.host.masking import masked_conf, preshared_digest, shown
from wgwizard.host.safety import NEEDED_TOOLS, SYSTEMD_RUN, refusals, unsupported
from wgwizard.host.uninstalling import uninstall_changes, uninstall_differences
from wgwizard.host.ways_parsing import parse_ways
from wgwizard.keys import generate_preshared, generate_private, public_of
from wgwizard.render import Artefact, Bundle
from wgwizard.secret import Secret

LAYOUT = Layout("wg0")
PRIVATE, PEER, PRESHARED = generate_private(), public_of(generate_private()), generate_preshared()
PUBLIC = public_of(PRIVATE)
SYSCTLS = "# forwarding\nnet/ipv4/conf/eth0/forwarding = 1\nnet.ipv6.conf.all.forwarding=1\n"
RULES = "table inet wgwizard_wg0\ndelete table inet wgwizard_wg0\ntable inet wgwizard_wg0 {\n}\n"
ROUTES = """default via 192.168.200.1 dev eth0
192.168.200.0/24 dev eth0 proto kernel scope link src 192.168.200.2
172.16.5.0/24 via 192.168.200.9 dev eth0
local 192.168.200.2 dev eth0 table local proto kernel scope host src 192.168.200.2
"""
SYSTEM = System("Debian", tools=frozenset((*NEEDED_TOOLS, SYSTEMD_RUN, "nft", "wg", "wg-quick", "bash")), userspace_wireguard=True)
TABLE = "t" * 64


def conf(allowed: str = "10.0.0.1/32", port: int = 51820, address: str = "10.0.0.2/24", *, key: str | None = None) -> str:
    private = "# PrivateKey = (made on beta)" if key is None else f"PrivateKey = {key}"
    head = f"[Interface]\nAddress = {address}\nListenPort = {port}\n{private}\n"
    return f"{head}\n[Peer]\n# a\nPublicKey = {PEER}\nPresharedKey = {PRESHARED.reveal()}\nAllowedIPs = {allowed}\n"


def bundle(text: str, rules: str = RULES, sysctls: str = SYSCTLS) -> Bundle:
    public = text.replace(PRESHARED.reveal(), "(hidden)").replace(PRIVATE.reveal(), "(hidden)")
    missing = ("host.private_key",) if "made on" in text else ()
    texts = {LAYOUT.rules: rules, LAYOUT.rules_unit_file: "[Unit]\n", LAYOUT.drop_in: "[Unit]\nRequires=x\n", LAYOUT.sysctls: sysctls}
    files = [Artefact("host", path, "0644", content) for path, content in texts.items()]
    return Bundle((*files, Artefact("host", LAYOUT.tunnel, "0600", public, Secret(text), missing), Artefact("a", "x", "0600", "")))


def wanted(facts: Facts, text: str | None = None) -> Wanted:
    return wanted_of(bundle(text or conf()), facts, LAYOUT)


def fresh() -> Facts:
    return Facts(
        interfaces={"eth0": (ip_interface("192.168.200.2/24"), ip_interface("fd00:200::2/64"))},
        links=frozenset({"lo", "eth0"}),
        routes=(
            Route(ip_network("0.0.0.0/0"), "eth0", True),
            Route(ip_network("192.168.200.0/24"), "eth0", False),
            Route(ip_network("172.16.5.0/24"), "eth0", True),
        ),
        sysctls={"net/ipv4/conf/eth0/forwarding": "0", "net/ipv6/conf/all/forwarding": "0"},
        udp_ports=frozenset({53}),
        files={path: HostFile(path) for path in LAYOUT.files},
        ssh=SshPath(ip_address("198.51.100.7"), ip_address("192.168.200.2"), 22),
        system=SYSTEM,
        ways=parse_ways({"routes4": ROUTES, "routes6": "fd00:200::/64 dev eth0 metric 256\n"}, LAYOUT.table),
    )


def applied(text: str | None = None) -> Facts:
    """A host on which the bundle stands, with a private key that only the host knows."""
    on_host = (text or conf()).replace("# PrivateKey = (made on beta)", f"PrivateKey = {PRIVATE.reveal()}")
    contents = {artefact.path: artefact.content() for artefact in bundle(on_host).of("host")}
    files = {}
    for path, content in contents.items():
        digest = hashlib.sha256(content.encode()).hexdigest()
        mode, preshared = ("0600", preshared_digest(content)) if path == LAYOUT.tunnel else ("0644", "")
        files[path] = HostFile(path, "file", mode, "0:0", digest, masked_conf(content), preshared)
    peer = LivePeer(PEER, frozenset({"10.0.0.1/32"}), None, None)
    return replace(
        fresh(),
        public_key=PUBLIC,
        sysctls={"net/ipv4/conf/eth0/forwarding": "1", "net/ipv6/conf/all/forwarding": "1"},
        udp_ports=frozenset({53, 51820}),
        links=frozenset({"lo", "eth0", "wg0"}),
        files=files,
        table=TABLE,
        applied_table=TABLE,
        units={unit: UnitState("enabled", "active") for unit in (LAYOUT.rules_unit, LAYOUT.tunnel_unit)},
        tunnel=LiveTunnel(PUBLIC, 51820, (ip_interface("10.0.0.2/24"),), (peer,), 1420),
        applied={path: file.sha256 for path, file in files.items()},
        baseline=dict.fromkeys(files, "absent"),
    )


# --- changes ---------------------------------------------------------------------------------------------------------------


def test_a_fresh_host_gets_every_file_in_order_and_everything_is_started() -> None:
    found = changes(fresh(), wanted(fresh()), LAYOUT)
    elsewhere = (LAYOUT.openings, LAYOUT.start, LAYOUT.service_file, LAYOUT.switches)
    assert [(change.path, change.kind) for change in found] == [
        *((path, "create") for path in LAYOUT.files if path not in elsewhere),
        ("inet wgwizard_wg0", "run"),
        ("wgwizard-wg0.service", "run"),
        ("wg-quick@wg0.service", "run"),
        ("/proc/sys", "run"),
    ]


def test_nothing_changes_on_a_host_that_is_as_wanted() -> None:
    assert changes(applied(), wanted(applied()), LAYOUT) == ()
    with_key = conf(key=PRIVATE.reveal())
    assert changes(applied(with_key), wanted(applied(with_key), with_key), LAYOUT) == ()


def test_a_diff_shows_lines_and_never_a_key() -> None:
    found = changes(applied(), wanted(applied(), conf(allowed="10.0.0.1/32, 10.5.0.0/24")), LAYOUT)
    assert [change.path for change in found] == [LAYOUT.tunnel, "wg0"]
    assert "-AllowedIPs = 10.0.0.1/32\n+AllowedIPs = 10.0.0.1/32, 10.5.0.0/24\n" in found[0].diff
    shown_to_people = repr(found) + repr(changes(fresh(), wanted(fresh(), conf(key=PRIVATE.reveal())), LAYOUT))
    assert PRIVATE.reveal() not in shown_to_people
    assert PRESHARED.reveal() not in shown_to_people


def test_another_private_key_is_a_change_that_shows_public_keys() -> None:
    other = generate_private()
    found = changes(applied(), wanted(applied(), conf(key=other.reveal())), LAYOUT)
    assert f"-PrivateKey = (hidden, of public key {PUBLIC})" in found[0].diff
    assert f"+PrivateKey = (hidden, of public key {public_of(other)})" in found[0].diff


def test_another_preshared_key_alone_is_a_change() -> None:
    text = conf().replace(PRESHARED.reveal(), generate_preshared().reveal())
    found = changes(applied(), wanted(applied(), text), LAYOUT)
    assert [(change.path, change.diff) for change in found] == [(LAYOUT.tunnel, "# preshared keys change (hidden)\n")]


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [("mode", "0640", "# mode 0640 becomes 0644\n"), ("owner", "0:42", "# owner 0:42 becomes root (0:0)\n"), ("sha256", "0", "")],
)
def test_mode_owner_and_bytes_count(field: str, value: str, line: str) -> None:
    facts = applied()
    facts.files[LAYOUT.rules] = replace(facts.files[LAYOUT.rules], **{field: value})
    found = changes(facts, wanted(facts), LAYOUT)
    assert [(change.path, change.kind, change.diff) for change in found] == [(LAYOUT.rules, "change", line)]


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        (replace(applied(), table=None), "inet wgwizard_wg0"),
        (replace(applied(), table="other"), "inet wgwizard_wg0"),
        (replace(applied(), units={**applied().units, LAYOUT.tunnel_unit: UnitState("disabled", "active")}), LAYOUT.tunnel_unit),
        (replace(applied(), units={**applied().units, LAYOUT.rules_unit: UnitState("enabled", "inactive")}), LAYOUT.rules_unit),
        (replace(applied(), sysctls={**applied().sysctls, "net/ipv4/conf/eth0/forwarding": "0"}), "wg0"),
        (replace(applied(), tunnel=replace(applied().tunnel, peers=())), "wg0"),  # type: ignore[type-var]
        (replace(applied(), tunnel=None), LAYOUT.tunnel_unit),  # somebody took it away, and its unit still counts as running
        (replace(applied(), tunnel=None, system=replace(SYSTEM, init="init")), "wg0"),
        (replace(applied(), tunnel=replace(applied().tunnel, up=False)), LAYOUT.tunnel_unit),  # type: ignore[type-var]
    ],
)
def test_what_no_longer_runs_is_a_change(facts: Facts, path: str) -> None:
    assert path in [change.path for change in changes(facts, wanted(facts), LAYOUT)]


def test_a_file_that_is_no_longer_wanted_goes_unless_it_was_edited() -> None:
    facts = applied()
    less = Bundle(tuple(artefact for artefact in bundle(conf()).artefacts if artefact.path != LAYOUT.sysctls))
    want = wanted_of(less, facts, LAYOUT)
    assert [(change.path, change.kind) for change in changes(facts, want, LAYOUT)] == [(LAYOUT.sysctls, "remove")]
    assert removed_files(facts, want, LAYOUT) == (LAYOUT.sysctls,)
    facts.files[LAYOUT.sysctls] = replace(facts.files[LAYOUT.sysctls], sha256="edited")
    assert changes(facts, want, LAYOUT) == ()


def test_what_is_not_known_yet_is_named_but_for_the_key_that_the_host_makes() -> None:
    assert wanted(fresh()).missing == ()
    extra = Artefact("host", LAYOUT.sysctls, "0644", "", missing=("host.interface",))
    assert wanted_of(Bundle((*bundle(conf()).artefacts, extra)), fresh(), LAYOUT).missing == ("host.interface",)


def test_a_file_at_an_unknown_place_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="/etc/passwd"):
        wanted_of(Bundle((*bundle(conf()).artefacts, Artefact("host", "/etc/passwd", "0644", ""))), fresh(), LAYOUT)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (conf(port=51821), "the tunnel listens on port 51820, not 51821"),
        (conf(address="10.0.0.3/24"), "the tunnel's addresses are 10.0.0.2/24, not 10.0.0.3/24"),
        (conf(allowed="10.9.0.0/24"), f"peer {PEER} has AllowedIPs 10.0.0.1/32, not 10.9.0.0/24"),
        (conf().replace(PEER, PUBLIC), f"peer {PEER} is still there"),
        (conf().replace("\n\n", "\nMTU = 1380\n\n", 1), "the tunnel's MTU is 1420, not 1380"),
    ],
    ids=["port", "address", "allowed-ips", "peer", "mtu"],  # the keys are new in every process, and xdist's must agree
)
def test_the_running_tunnel_is_compared_with_the_plan(text: str, line: str) -> None:
    assert running_differences(applied(), wanted(applied())) == ()
    assert line in running_differences(applied(), wanted(applied(), text))


# --- refusals --------------------------------------------------------------------------------------------------------------


def codes(facts: Facts, text: str | None = None) -> set[str]:
    found = refusals(facts, wanted(facts, text), LAYOUT)
    assert all(problem.is_error and problem.hint for problem in found)
    return {problem.code for problem in found}


def test_nothing_is_refused_without_a_reason() -> None:
    assert codes(fresh()) == codes(applied()) == set()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(fresh(), links=frozenset({"wg0"})), "interface-taken"),
        (replace(fresh(), units={LAYOUT.tunnel_unit: UnitState("enabled", "inactive")}), "interface-taken"),
        (replace(fresh(), table=TABLE), "table-taken"),
        (replace(fresh(), files={LAYOUT.tunnel: HostFile(LAYOUT.tunnel, "other")}), "strange-file"),
        (replace(fresh(), udp_ports=frozenset({51820})), "port-in-use"),
        (replace(fresh(), interfaces={"eth1": (ip_interface("10.0.0.9/16"),)}), "tunnel-collides"),
        (replace(fresh(), routes=(Route(ip_network("10.0.0.0/8"), "eth0", True),)), "tunnel-collides"),
        (replace(fresh(), ssh=SshPath(ip_address("10.0.0.77"), ip_address("192.168.200.2"), 22)), "tunnel-collides"),
    ],
)
def test_a_host_that_has_it_already_is_refused(facts: Facts, code: str) -> None:
    assert code in codes(facts)


@pytest.mark.parametrize(
    "allowed", ["192.168.200.0/25", "192.168.0.0/16", "128.0.0.0/1", "0.0.0.0/0", "198.51.100.0/24", "172.16.0.0/12", "::/0"]
)
def test_allowed_ips_over_the_site_or_the_person_are_refused(allowed: str) -> None:
    assert codes(fresh(), conf(allowed=allowed)) == {"allowed-ips-swallow"}


def test_a_port_on_which_the_host_takes_ssh_leads_to_no_point() -> None:
    """Lock-out 16: the host listens on 2222, too, of which the site file says nothing."""
    rules = RULES.removesuffix("}\n") + (
        "\tmap forward_tcp4 {\n\t\ttype inet_service : ipv4_addr . inet_service;\n\t\telements = { PORT : 10.0.0.1 . 80 }\n\t}\n"
        "\tchain prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n"
        '\t\tiifname != "wg0" ip saddr 192.168.200.0/24 ip daddr 192.168.200.2 dnat ip addr . port to tcp dport map @forward_tcp4\n\t}\n}\n'
    )
    facts = replace(fresh(), ways=replace(fresh().ways, ssh_ports=frozenset({22, 2222})))
    for port, expected in (("8080", []), ("2222", ["ssh-port-forwarded"]), ("22", ["ssh-port-forwarded"])):
        want = wanted_of(bundle(conf(), rules.replace("PORT", port)), facts, LAYOUT)
        assert [problem.code for problem in refusals(facts, want, LAYOUT)] == expected


def test_a_point_may_have_networks_behind_it() -> None:
    assert codes(fresh(), conf(allowed="10.0.0.1/32, 192.168.77.0/24")) == set()


@pytest.mark.parametrize(
    ("system", "named"),
    [
        (replace(SYSTEM, kernel="Darwin", name=""), "Darwin is not Linux"),
        (replace(SYSTEM, init="procd", name="OpenWrt 24.10"), "OpenWrt 24.10 is started by procd: its own netifd"),
        (replace(SYSTEM, tools=frozenset({"ip"})), "Debian lacks awk"),
        (replace(SYSTEM, tools=frozenset(NEEDED_TOOLS)), "Debian lacks systemd-run"),
    ],
)
def test_a_host_that_is_not_supported_yet_is_refused_with_the_reason(system: System, named: str) -> None:
    found = unsupported(replace(fresh(), system=system))
    assert [problem.code for problem in found] == ["not-supported-yet"]
    assert named in found[0].message
    assert unsupported(fresh()) == ()


def test_the_package_of_a_missing_program_is_named() -> None:
    tools = frozenset({*NEEDED_TOOLS, "systemd-run"} - {"cmp", "ip"})
    (problem,) = unsupported(replace(fresh(), system=replace(SYSTEM, tools=tools)))
    assert problem.message.endswith("Debian lacks ip, cmp.")
    assert problem.hint.startswith("Install iproute2 (Fedora and RHEL call it iproute), diffutils there and apply again")


def test_without_systemd_a_start_script_stands_for_the_units_and_none_is_asked_for() -> None:
    facts = replace(fresh(), system=replace(SYSTEM, init="init", tools=frozenset(NEEDED_TOOLS)))
    assert unsupported(facts) == ()
    drop_in = "[Service]\nExecStartPost=ip link set dev wg0 group 7\nExecStartPost=sysctl -q -w net/ipv4/conf/wg0/forwarding=1\n"
    plain = bundle(conf())
    units = Bundle(tuple(replaced(artefact, drop_in) if artefact.path == LAYOUT.drop_in else artefact for artefact in plain.artefacts))
    want = wanted_of(units, facts, LAYOUT)
    assert [(file.path, file.mode) for file in want.files][1:4] == [
        (LAYOUT.start, "0755"),
        (LAYOUT.switches, "0644"),
        (LAYOUT.tunnel, "0600"),
    ]
    start = want.file(LAYOUT.start)
    assert start is not None
    lines = start.shown.splitlines()
    assert lines[-2] == '"$ip" link set dev wg0 group 7 || echo 7 >/sys/class/net/wg0/netdev_group || exit 1'
    assert lines[-1] == "echo 1 >/proc/sys/net/ipv4/conf/wg0/forwarding || exit 1"
    assert lines.index("  nft -f /etc/wgwizard/wg0.nft || exit 1") < lines.index("  echo 1 >/proc/sys/net/ipv4/conf/eth0/forwarding")
    assert [change.path for change in changes(facts, want, LAYOUT) if change.kind == "run"] == ["inet wgwizard_wg0", "wg0", "/proc/sys"]


def replaced(artefact: Artefact, text: str) -> Artefact:
    return Artefact(artefact.node, artefact.path, artefact.mode, text)


def test_an_interface_whose_file_would_have_the_name_of_another_is_refused() -> None:
    found = refusals(fresh(), wanted(fresh()), Layout("wgwizard"))
    assert "interface-reserved" in {problem.code for problem in found}
    assert "interface-reserved" not in {problem.code for problem in refusals(fresh(), wanted(fresh()), LAYOUT)}


# --- uninstalling ----------------------------------------------------------------------------------------------------------


def test_uninstalling_names_what_goes_and_what_comes_back() -> None:
    facts = replace(applied(), baseline={**applied().baseline, LAYOUT.tunnel: "file"})
    facts.files[LAYOUT.sysctls] = replace(facts.files[LAYOUT.sysctls], sha256="edited")
    found = {change.path: change.kind for change in uninstall_changes(facts, LAYOUT)}
    assert found == {
        "wg-quick@wg0.service": "run",
        "inet wgwizard_wg0": "run",
        LAYOUT.rules: "remove",
        LAYOUT.rules_unit_file: "remove",
        LAYOUT.drop_in: "remove",
        LAYOUT.tunnel: "change",
    }
    assert uninstall_changes(fresh(), LAYOUT) == ()
    assert uninstall_differences(fresh()) == ()
    assert len(uninstall_differences(applied())) == 2


# --- what is shown ---------------------------------------------------------------------------------------------------------


def test_remote_output_is_shown_without_keys_and_control_characters() -> None:
    output = f"Key is not the correct length: `{PRIVATE.reveal()}'\r\n\x1b[31mred\x07\n\u202egnp.exe \xff".encode() + b"\xff"
    assert shown(output) == "Key is not the correct length: `(key)'\n\\x1b[31mred\\x07\n\\u202egnp.exe ÿ\\xff"
    assert shown(f"PrivateKey = {PRIVATE.reveal()[:30]} tail") == "PrivateKey = (hidden)"
    assert shown("the password is right horse", [Secret("right horse")]) == "the password is (hidden)"
    assert shown("x" * 5000) == "x" * 4000 + "… (1000 characters more)"


def test_a_digest_of_preshared_keys_depends_on_their_order() -> None:
    one, two = generate_preshared().reveal(), generate_preshared().reveal()
    digests = {preshared_digest(f"PresharedKey = {a}\n[Peer]\npresharedkey={b}\n") for a, b in ((one, two), (two, one))}
    assert len(digests) == 2
    assert preshared_digest("[Interface]\n") == ""


def test_what_an_apply_would_do_is_said_as_something_to_be_done():
    """What is not yet as planned is no error before the first apply."""
    nothing_there = [
        line for change in changes(fresh(), wanted(fresh()), LAYOUT) if change.kind == "run" for line in change.diff.splitlines()
    ]
    assert [line for line in nothing_there if not line.startswith("+ ")] == []
    assert "+ set net/ipv4/conf/eth0/forwarding to 1 (now 0)" in nothing_there
    other = changes(applied(), wanted(applied(), conf(port=51821, allowed="10.9.0.0/24")), LAYOUT)
    assert [change.diff for change in other if change.path == LAYOUT.interface] == [
        f"+ listen on port 51821 (now 51820)\n+ give peer {PEER} AllowedIPs 10.9.0.0/24 (now 10.0.0.1/32)\n"
    ]
