"""The whole way to a host with SELinux enforcing: nothing is denied, and each file has the label that the policy says."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client, with_points
from tests.system.kinds.test_kinds import expected, found, source_seen
from tests.system.lab.lan import Lan
from tests.system.point_support import ENDPOINT, come_up
from tests.system.test_apply import running
from tests.system.test_apply_faults import apply_in_child, at, kill_self
from tests.system.test_foreign_forwards import ON_LAN, PORT
from tests.system.vm import labelled
from wgwizard.applying import State, Step
from wgwizard.host.layout import Layout
from wgwizard.rehearsal import netns
from wgwizard.site import Needs, Opens, Strategy

pytestmark = [pytest.mark.live, pytest.mark.timeout(3000)]

SLOW = 300.0  # seconds that an emulated host gets for a change
UNDO_AFTER = 90.0
OUR_FILES = [
    path for path in Layout("wg0").files if path.endswith((".nft", ".service", ".d/wgwizard.conf", "60-wgwizard-wg0.conf", "wg0.conf"))
]
# Before the first apply one of our files stands there with a label of its own, as where an admin had reason to give it one.
WAS_THERE = "/etc/sysctl.d/60-wgwizard-wg0.conf"
OWN_LABEL = "etc_runtime_t"
# What the policy denies programs of the system itself, with and without us; and what Debian's denies nft and ip where Fedora's does not:
# to append to the log of a change, so that their reason is lost.
NOT_OURS = ("motd.dynamic", 'comm="systemd', 'comm="(systemd', 'path="/run/wgwizard/transaction/log"')


@pytest.fixture
def host(lan: Lan, tmp_path: Path) -> Iterator[labelled.Machine]:
    machine = labelled.Machine(tmp_path, labelled.disk())
    try:
        machine.boot()
        yield machine
    finally:
        machine.destroy()


def client_of(make_client: Callable[..., Client], host: labelled.Machine) -> Client:
    client = make_client(host, confirm_timeout=SLOW)
    client.strategy = Strategy.GATEWAY
    client.site = replace(client.site, host=replace(client.site.host, endpoint=ENDPOINT), needs=Needs(opens=Opens.BOTH))
    return client


def denied(host: labelled.Machine) -> list[str]:
    """What SELinux denied anybody, but for what needs no mending."""
    lines = host.sh("grep -h ' avc: *denied ' /var/log/audit/audit.log* || true").splitlines()
    return [line for line in lines if not any(one in line for one in NOT_OURS)]


def misnamed(host: labelled.Machine) -> list[str]:
    """What of /etc, /var/lib and /run has another label than the policy says."""
    return sorted(host.sh("restorecon -nvr /etc /var/lib /run/systemd/system 2>&1").splitlines())


def labels(host: labelled.Machine) -> list[str]:
    """Each path of /etc with its label, and those of ours elsewhere."""
    return sorted(
        host.sh(
            "find /etc -printf '%Z %p\\n'; find /var/lib/wgwizard* /run/wgwizard* /run/systemd/system/*wg* -printf '%Z %p\\n' || true"
        ).splitlines()
    )


def test_selinux_enforces_here_as_on_a_server(host: labelled.Machine) -> None:
    assert host.sh("getenforce").strip() == "Enforcing"
    assert ":unconfined_t:" in host.sh("id -Z")
    assert ":sshd_t:" in host.sh("ps -o label= -p $(systemctl show -p MainPID --value ssh)")
    assert ":initrc_t:" in host.sh("systemd-run -q --pipe --wait sh -c 'id -Z'")
    host.sh("mkdir -m 700 /run/unlabelled; echo 'table inet x {}' >/run/unlabelled/x.nft")
    assert host.run("systemd-run", "-q", "--wait", "nft", "-c", "-f", "/run/unlabelled/x.nft", check=False).returncode != 0
    assert [line for line in denied(host) if 'comm="nft"' in line and "x.nft" in line and ":iptables_t:" in line]


def test_the_whole_way(host: labelled.Machine, make_client: Callable[..., Client], tmp_path: Path) -> None:
    client = client_of(make_client, host)
    host.sh(f"echo '# ours' >{WAS_THERE}; chcon -t {OWN_LABEL} {WAS_THERE}")
    before, wrong = labels(host), misnamed(host)
    client.confirm_timeout = UNDO_AFTER
    client.on_event = at(Step.VERIFY, State.DONE, kill_self)
    assert apply_in_child(client) == -signal.SIGKILL
    deadline = time.monotonic() + UNDO_AFTER + 60
    while labels(host) != before and time.monotonic() < deadline:
        time.sleep(2)
    assert labels(host) == before
    assert host.sh("nft list tables; ls /sys/class/net").split() == ["eth0", "eth1", "lo"]
    client.on_event = lambda _: None
    client.confirm_timeout = SLOW

    assert client.apply().state == "applied"
    assert denied(host) == []
    assert misnamed(host) == [line for line in wrong if WAS_THERE not in line]
    runs = running(host)
    assert client.apply().state == "unchanged"
    assert client.status().as_applied

    host.reboot()
    assert running(host) == runs
    assert client.status().as_applied
    assert denied(host) == []

    far = host.far_side()
    point, own = come_up(client, far, tmp_path), expected(Strategy.GATEWAY, {})
    reached = {**own, "point to LAN": point.addresses}
    deadline = time.monotonic() + 60
    while found(point) != reached and time.monotonic() < deadline:
        time.sleep(0.5)
    assert found(point) == reached

    client.change_site(with_points(client.site, 4))
    assert client.apply().state == "applied"
    assert len(host.sh("wg show wg0 peers").split()) == 4
    assert client.rollback().state == "rolled back"
    assert len(host.sh("wg show wg0 peers").split()) == 2
    assert source_seen(point.space, ON_LAN[4], PORT, None) == point.addresses[4]
    assert client.status().as_applied
    assert misnamed(host) == [line for line in wrong if WAS_THERE not in line]
    netns.delete([far.space])

    assert client.uninstall().state == "uninstalled"
    assert labels(host) == before
    assert host.sh("nft list tables; ls /sys/class/net").split() == ["eth0", "eth1", "lo"]
    assert denied(host) == []
