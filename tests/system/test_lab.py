"""The lab itself: a host boots, lets `admin` in over SSH, reboots with the same disk, and is compared path by path."""

import subprocess
from pathlib import Path

import pytest

from tests.system.conftest import MakeBeta
from tests.system.lab import base, snapshot
from tests.system.lab.host import LabHost

pytestmark = pytest.mark.live


def ssh(host: LabHost, key: str, tmp_path: Path, command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """OpenSSH's own client as `admin`, with the host's key pinned."""
    known_hosts = tmp_path / "known_hosts"
    known_hosts.write_text(f"192.168.200.2 {host.host_key}\n")
    options = ["-i", key, "-o", f"UserKnownHostsFile={known_hosts}", "-o", "BatchMode=yes", "-F", "none"]
    return subprocess.run(
        ["ssh", *options, "admin@192.168.200.2", command], input=stdin, capture_output=True, text=True, timeout=30, check=False
    )


def test_admin_logs_in_and_becomes_root_without_a_password(beta: LabHost, client_key: str, tmp_path: Path) -> None:
    done = ssh(beta, client_key, tmp_path, "id -un; hostname; sudo -n id -u; sudo nft list ruleset; systemctl is-system-running")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:3] == ["admin", "beta", "0"]
    assert "table inet filter" in done.stdout
    assert done.stdout.split()[-1] == "running"


def test_sudo_asks_for_the_password(make_beta: MakeBeta, client_key: str, tmp_path: Path) -> None:
    host = make_beta(sudo="password")
    assert ssh(host, client_key, tmp_path, "sudo -n true").returncode != 0
    done = ssh(host, client_key, tmp_path, "sudo -S -p '' id -u", stdin=f"{base.SUDO_PASSWORD}\n")
    assert done.stdout.strip() == "0", done.stderr


def test_reboot_keeps_the_disk_and_nothing_else(beta: LabHost) -> None:
    before = beta.boot_id
    beta.sh("echo kept > /root/kept; echo lost > /run/lost; nft add table inet lost; sysctl -w net.ipv4.ip_forward=1")
    beta.reboot()
    assert beta.boot_id != before
    assert beta.read("/root/kept") == "kept\n"
    assert beta.sh("ls /run/lost 2>/dev/null; nft list tables; cat /proc/sys/net/ipv4/ip_forward", check=False) == "table inet filter\n0\n"


def test_a_crash_is_survived(beta: LabHost) -> None:
    beta.sh("echo kept > /root/kept")
    beta.crash()
    beta.boot()
    assert beta.read("/root/kept") == "kept\n"


def test_a_host_left_alone_stays_the_same_and_every_kind_of_change_is_seen(beta: LabHost) -> None:
    first = snapshot.take(beta)
    assert first.differences(snapshot.take(beta)) == []
    beta.sh("chmod 0640 /etc/nftables.conf; echo x >> /etc/hosts; rm /etc/issue; mkdir /etc/new; chown admin /etc/motd")
    beta.sh("nft add table ip new; sysctl -w net.ipv4.conf.eth0.forwarding=1; ip route add 10.9.0.0/16 via 192.168.200.9")
    seen = "\n".join(first.differences(snapshot.take(beta)))
    files = ("/etc/nftables.conf", "/etc/hosts", "/etc/issue", "/etc/new", "/etc/motd")
    for mark in (*files, "table ip new", "eth0.forwarding", "10.9.0.0/16"):
        assert mark in seen


def test_a_bare_host_has_no_nftables_and_installs_it_without_a_network(make_beta: MakeBeta) -> None:
    host = make_beta(variant="bare")
    assert host.run("sh", "-c", "command -v nft || command -v wg", check=False).returncode != 0
    host.sh("DEBIAN_FRONTEND=noninteractive apt-get install -y nftables wireguard-tools wireguard-go", timeout=120)
    assert host.sh("nft list tables && wg --version").startswith("wireguard-tools")


def test_wireguard_comes_up_by_wg_quick(beta: LabHost) -> None:
    key = beta.sh("wg genkey").strip()
    beta.write("/etc/wireguard/wg0.conf", f"[Interface]\nPrivateKey = {key}\nAddress = 10.0.0.2/24\nListenPort = 51822\n", mode=0o600)
    beta.sh("systemctl start wg-quick@wg0")
    assert "listening port: 51822" in beta.sh("wg show wg0")
