"""fail2ban on Host β: whom it keeps out stays out through every step, and applying gets nobody banned."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import Snapshot, take
from tests.system.point_support import Side, come_up
from tests.system.test_other_firewalls import SETTLED, gateway, opens

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

BANNED = "203.0.113.9"
JAIL = """[DEFAULT]
backend = systemd
banaction = nftables
bantime = 1d
[sshd]
enabled = true
"""
ON = """
systemctl enable --now fail2ban
until fail2ban-client ping; do sleep 0.2; done
"""
READY = "until fail2ban-client status sshd; do sleep 0.2; done"
A_STRANGER = ("ssh", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "nobody7@192.168.200.2")


def banned(beta: LabHost) -> str:
    """fail2ban's own table in the kernel."""
    return beta.sh("nft list table inet f2b-table")


def failures(beta: LabHost) -> int:
    """How many failed logins its jail has counted."""
    return next(int(line.split()[-1]) for line in beta.sh(READY).splitlines() if "Total failed" in line)


def without_its_own(snapshot: Snapshot) -> Snapshot:
    """A host but for what fail2ban writes while it runs."""
    return replace(snapshot, files={path: entry for path, entry in snapshot.files.items() if "fail2ban" not in path})


def test_bans_stay_and_whoever_applies_is_not_banned(
    make_beta: Callable[..., LabHost], plugged: Callable[[LabHost], Side], make_client: Callable[..., Client], tmp_path: Path
) -> None:
    beta = make_beta(variant="firewalls", enable=("nftables.service",))
    beta.write("/etc/fail2ban/jail.d/lab.conf", JAIL)
    beta.sh(ON, timeout=90)
    beta.sh(f"{READY}; fail2ban-client set sshd banip {BANNED}; until nft list table inet f2b-table | grep -q {BANNED}; do sleep 0.1; done")
    before, kept_out = take(beta), banned(beta)
    client = gateway(make_client(beta))
    assert client.apply().state == "applied"
    assert client.apply().state == "unchanged"
    point = come_up(client, plugged(beta), tmp_path)
    assert opens(point)
    assert banned(beta) == kept_out
    for command in ("fail2ban-client reload", "systemctl restart fail2ban"):
        beta.sh(f"{command}; {SETTLED}; {READY}; until nft list table inet f2b-table | grep -q {BANNED}; do sleep 0.1; done", timeout=90)
        assert client.apply(dry_run=True).changes == (), command
        assert opens(point)
    beta.reboot()
    beta.sh(f"{READY}; until nft list table inet f2b-table | grep -q {BANNED}; do sleep 0.1; done", timeout=90)
    assert client.apply(dry_run=True).changes == ()
    assert client.status().as_applied
    assert client.rollback().state == "uninstalled"  # before the first apply
    assert client.apply().state == "applied"
    assert banned(beta) == kept_out
    assert client.uninstall().state == "uninstalled"
    assert without_its_own(before).differences(without_its_own(take(beta))) == []
    assert failures(beta) == 0
    subprocess.run(A_STRANGER, check=False, capture_output=True)
    beta.sh(f"until {READY} | grep -q 'Total failed:.1'; do sleep 0.2; done")
