"""The programs that read our files take them: nft, wg, wg-quick, systemd and sysctl, for every golden case's complete files.

Each file is used in a network namespace of its own; the install script runs on a disposable Host β.
"""

import os
import subprocess
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

import presets
from tests.golden.case import Case, case_folders, work_out
from tests.system.conftest import MakeBeta
from tests.system.lab.host import LabHost
from wgwizard import sitefile
from wgwizard.host.layout import table_name
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.pipeline import result, study
from wgwizard.render import Artefact, install_script
from wgwizard.render.nftables import UNKNOWN_LAN
from wgwizard.sitefile import yamltext

pytestmark = pytest.mark.live

CASES = [folder.name for folder in case_folders()]
GOLDEN = case_folders()[0].parent
# A name in Endpoint= is looked up by wg; no resolver answers here.
NAME, ADDRESS = "vpn.b.home.arpa", "192.0.2.1"


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A shell script in a fresh network namespace, with its own directory of WireGuard sockets."""
    setup = "set -e; mount -t tmpfs wireguard /run/wireguard; ip link set lo up\n"
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", setup + script, "sh", *arguments]
    environment = os.environ | {"WG_QUICK_USERSPACE_IMPLEMENTATION": "wireguard-go", "WG_ENDPOINT_RESOLUTION_RETRIES": "1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return work_out(GOLDEN / request.param)


def complete(case: Case, ending: str, node: str | None = None) -> list[Artefact]:
    return [a for a in case.bundle.artefacts if a.complete and a.path.endswith(ending) and node in (None, a.node)]


def on_disk(artefact: Artefact, directory: Path) -> Path:
    """The true file, with its own name, as root would have it."""
    path = directory / artefact.node / Path(artefact.path).name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(artefact.content().replace(NAME, ADDRESS))
    path.chmod(int(artefact.mode, 8))
    return path


def test_nft_checks_and_loads_the_rules_twice(case: Case, tmp_path: Path) -> None:
    (rules,) = [artefact for artefact in case.bundle.artefacts if artefact.path.endswith(".nft")]
    if rules.missing:
        unfinished = run('nft -f "$1"', str(on_disk(rules, tmp_path)))
        assert (rules.missing, unfinished.returncode) == (("host.interface",), 1), "nft must not take what is not finished"
        rules = replace(rules, text=rules.text.replace(UNKNOWN_LAN, "eth0"), missing=())
    done = run(
        'nft -c -f "$1"; nft -f "$1"; nft -s list ruleset >"$1.1"; nft -f "$1"; nft -s list ruleset >"$1.2"', str(on_disk(rules, tmp_path))
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, second = ((tmp_path / "host" / f"wg0.nft.{number}").read_text() for number in (1, 2))
    assert first == second
    assert first.count("table inet ") == 1
    assert first.count("chain from_points") == 1


@pytest.mark.parametrize("name", presets.names())
def test_nft_checks_and_loads_the_rules_of_each_preset(name: str, tmp_path: Path) -> None:
    document, _ = yamltext.parse(presets.load(name).text.encode())
    site, _ = sitefile.read(document)
    assert site is not None
    (rules,) = [a for a in result(study(site, Lock()), Keyring()).bundle.artefacts if a.path.endswith(".nft")]
    path = on_disk(replace(rules, text=rules.text.replace(UNKNOWN_LAN, "eth0"), missing=()), tmp_path)
    done = run('nft -c -f "$1"; nft -f "$1"; nft -f "$1"; nft list tables', str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["table", "inet", table_name(site.tunnel.interface)]


def test_wg_quick_brings_every_interface_up(case: Case, tmp_path: Path) -> None:
    """β's interface has the listen port, every peer with its own addresses and no route but the tunnel's own."""
    files = complete(case, ".conf", "host")
    for artefact in [a for a in files if a.path.startswith("/etc/wireguard/")] + [
        a for point in case.plan.points for a in complete(case, ".conf", point.node)
    ]:
        path = on_disk(artefact, tmp_path)
        path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith("DNS = ")) + "\n")
        done = run('wg-quick up "$1" >&2; wg show wg0 allowed-ips; ip route show dev wg0; ip -6 route show dev wg0', str(path))
        assert done.returncode == 0, f"{artefact.node}: {done.stderr}"
        interface = next(i for i in (case.plan.host, *case.plan.points) if i.node == artefact.node)
        for peer in interface.peers:
            assert all(str(network) in done.stdout for network in peer.allowed_ips)


def test_wg_takes_what_wg_quick_strips(case: Case, tmp_path: Path) -> None:
    script = 'umask 077; wireguard-go wg0 >&2; wg-quick strip "$1" >"$1.stripped"; wg setconf wg0 "$1.stripped"; wg show wg0 dump | wc -l'
    for artefact in complete(case, "wg0.conf"):
        if not artefact.path.startswith("/etc/wireguard/"):
            continue
        done = run(script, str(on_disk(artefact, tmp_path)))
        assert done.returncode == 0, done.stderr
        peers = len(case.plan.host.peers) if artefact.node == "host" else 1
        assert done.stdout.split() == [str(1 + peers)]


def test_systemd_verifies_the_units(case: Case, tmp_path: Path) -> None:
    units = tmp_path / "units"
    for artefact in case.bundle.of("host"):
        if artefact.path.startswith("/etc/systemd/system/"):
            path = units / artefact.path.removeprefix("/etc/systemd/system/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(artefact.content())
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"}
    names = ["wgwizard-wg0.service", "wg-quick@wg0.service"]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, env=environment, check=False)
    ours = [line for line in done.stderr.splitlines() if "wgwizard" in line or "wg-quick@wg0" in line]
    assert (done.returncode, ours) == (0, [])


def test_sysctl_applies_the_settings(case: Case, tmp_path: Path) -> None:
    for artefact in [a for a in complete(case, ".conf", "host") if "/sysctl.d/" in a.path]:
        script = 'ip link add eth0 type veth peer name other; sysctl -p "$1"; cat /proc/sys/net/ipv4/ip_forward'
        done = run(script, str(on_disk(artefact, tmp_path)))
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert done.stdout.split()[-1] == "0", "IPv4 must be forwarded on our interfaces only"


# --- the install script -----------------------------------------------------------------------------------------------------

FILES = "/etc/wgwizard /etc/wireguard /etc/systemd/system/wgwizard-wg0.service /etc/systemd/system/wg-quick@wg0.service.d /etc/sysctl.d"
STATE = f"""
find {FILES} -type f -newer /root/before | sort | xargs sha256sum
nft -s list table inet wgwizard_wg0 | sha256sum
wg show wg0 dump | head -1 | cut -f 3
sysctl -n net.ipv4.conf.wg0.forwarding net.ipv4.conf.eth0.forwarding net.ipv6.conf.all.forwarding net.ipv4.ip_forward
"""


def installed(host: LabHost, name: str) -> str:
    """Run the install script of a case on a host; what it printed."""
    case = work_out(GOLDEN / name)
    script = install_script(case.plan, case.bundle)
    assert script.complete
    host.write("/root/install.sh", script.content(), mode=0o700)
    return host.run("/root/install.sh").stdout


@pytest.mark.parametrize("name", ["4-masquerade-forward", "14-required-fields-only", "13-key-made-on-the-host"])
def test_the_install_script_does_its_work_once(make_beta: MakeBeta, name: str) -> None:
    host = make_beta(enable=("nftables.service",))
    host.sh("touch -d '1 minute ago' /root/before")
    first = installed(host, name)
    state = host.sh(STATE)
    assert "written: /etc/wireguard/wg0.conf" in first
    assert state.split()[-4:-1] == ["1", "1", "0" if name.startswith("14") else "1"]
    assert state.split()[-1] == "0"
    second = installed(host, name)
    assert "written" not in second
    assert host.sh(STATE) == state


def settled(host: LabHost) -> str:
    """The state once the tunnel is up again by itself."""
    deadline = time.monotonic() + 20
    active = (
        "systemctl is-active wg-quick@wg0.service && systemctl is-active wgwizard-wg0.service && systemctl list-jobs | grep -q '^No jobs'"
    )
    while host.run("sh", "-c", active, check=False).returncode:
        assert time.monotonic() < deadline, host.sh("systemctl status wg-quick@wg0.service", check=False)
        time.sleep(0.1)
    return host.sh(STATE)


def test_what_was_installed_survives_a_reboot_and_a_flush(make_beta: MakeBeta) -> None:
    """`systemctl restart nftables` takes every table away for a moment: the tunnel goes down with them, and comes back after them."""
    host = make_beta(enable=("nftables.service",))
    host.sh("touch -d '1 minute ago' /root/before")
    installed(host, "4-masquerade-forward")
    state = host.sh(STATE)
    host.sh("systemctl restart nftables.service")
    assert settled(host) == state
    order = host.sh(
        "journalctl --no-pager -o cat -u nftables.service -u wg-quick@wg0.service -u wgwizard-wg0.service | grep -E '^(Stopp|Start|Finish)'"
    )
    stop, flush = order.rindex("Stopped wg-quick@wg0"), order.rindex("Stopping nftables")
    assert stop < flush < order.rindex("Finished wgwizard-wg0") < order.rindex("Starting wg-quick@wg0")
    host.sh("systemctl reload nftables.service")
    assert settled(host) == state
    host.reboot()
    assert settled(host) == state


def test_the_rules_stand_before_any_interface_comes_up(make_beta: MakeBeta) -> None:
    """Forwarding is on as soon as sysctl.d is read; what it opens must be closed before a packet can come."""
    host = make_beta(enable=("nftables.service",))
    installed(host, "4-masquerade-forward")
    host.reboot()
    settled(host)
    times = host.sh("for unit in wgwizard-wg0.service network-pre.target; do systemctl show -P ActiveEnterTimestampMonotonic $unit; done")
    rules, network = map(int, times.split())
    assert 0 < rules <= network


def test_without_its_rules_the_tunnel_does_not_start(make_beta: MakeBeta) -> None:
    host = make_beta(enable=("nftables.service",))
    installed(host, "4-masquerade-forward")
    host.sh("systemctl stop wg-quick@wg0.service wgwizard-wg0.service; echo broken > /etc/wgwizard/wg0.nft")
    assert host.run("systemctl", "start", "wg-quick@wg0.service", check=False).returncode != 0
    assert "wg0" not in host.sh("ip -br link")


def test_the_install_script_overwrites_nobodys_file(make_beta: MakeBeta) -> None:
    host = make_beta()
    host.write("/etc/wireguard/wg0.conf", "[Interface]\n", mode=0o600)
    case = work_out(GOLDEN / "4-masquerade-forward")
    host.write("/root/install.sh", install_script(case.plan, case.bundle).content(), mode=0o700)
    done = host.run("/root/install.sh", check=False)
    assert done.returncode != 0
    assert "not wgwizard's" in done.stderr
    assert host.read("/etc/wireguard/wg0.conf") == "[Interface]\n"
    assert host.sh("nft list tables; ls /etc/wgwizard 2>&1", check=False).count("wgwizard_wg0") == 0


def test_ipv6_that_was_forwarded_before_stays_open(make_beta: MakeBeta) -> None:
    """β forwarded IPv6 between other interfaces: the script leaves the drop for foreign forwards out, this time and the next."""
    host = make_beta(enable=("nftables.service",))
    host.sh("sysctl -q -w net.ipv6.conf.all.forwarding=1")
    installed(host, "4-masquerade-forward")
    assert "foreign_ipv6" not in host.sh("nft list table inet wgwizard_wg0")
    assert "written" not in installed(host, "4-masquerade-forward")


def test_the_private_key_made_on_the_host_is_in_no_file_of_ours(make_beta: MakeBeta) -> None:
    host = make_beta(enable=("nftables.service",))
    told = installed(host, "13-key-made-on-the-host")
    private = next(line for line in host.read("/etc/wireguard/wg0.conf").splitlines() if line.startswith("PrivateKey = "))
    assert len(private.removeprefix("PrivateKey = ")) == 44
    assert private.removeprefix("PrivateKey = ") not in told
    assert host.sh("wg show wg0 public-key").strip() in told
    assert host.sh("stat -c %a /etc/wireguard/wg0.conf").strip() == "600"
