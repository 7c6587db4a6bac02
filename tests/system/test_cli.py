"""The command line against a real host: every exit code on the way from a first dry run to the uninstall."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.lab import base
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take

pytestmark = pytest.mark.live
ROOT = Path(__file__).parent.parent.parent
SITE = """\
version: 1
name: lab
site: {networks: [192.168.200.0/24], routes: []}
host: {addresses: [192.168.200.2/24], endpoint: "192.168.200.2:51820", ssh: admin@192.168.200.2}
points: [{name: laptop}]
needs: {opens: points}
"""


@pytest.fixture
def wgwizard(tmp_path: Path, client_key: str) -> Callable[..., tuple[int, str, str]]:
    """Runs a verb in a folder with a site file, as its caller has no terminal: exit code, stdout, stderr."""
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "phrase").write_text("correct horse\n")
    (tmp_path / "phrase").chmod(0o600)

    def run(verb: str, *words: str) -> tuple[int, str, str]:
        connecting = ("--identity", client_key, "--known-hosts", "known_hosts") if verb != "plan" else ()
        sealed = ("--passphrase-file", "phrase") if verb in ("apply", "plan") else ()
        argv = [sys.executable, "-m", "wgwizard", verb, "site.yaml", *connecting, *sealed, *words]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        found = subprocess.run(argv, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        assert "Traceback" not in found.stderr
        return found.returncode, found.stdout, found.stderr

    return run


def test_from_the_first_dry_run_to_the_uninstall(beta: LabHost, wgwizard: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    before = take(beta)
    code, _, words = wgwizard("apply", "--dry-run")
    assert (code, "--accept-host-key SHA256:" in words) == (4, True)
    (tmp_path / "known_hosts").write_text(f"192.168.200.2 {beta.host_key}\n")

    code, changes, _ = wgwizard("apply", "--dry-run")
    assert (code, "/etc/wireguard/wg0.conf" in changes) == (5, True)
    assert before.differences(take(beta)) == []
    code, _, words = wgwizard("apply")
    assert (code, "--yes" in words) == (2, True)
    assert before.differences(take(beta)) == []

    code, lines, _ = wgwizard("apply", "--yes", "--json")
    assert code == 0
    events = [json.loads(line) for line in lines.splitlines()]
    assert events[-1]["outcome"]["state"] == "applied"
    assert beta.sh("wg show wg0 public-key").strip() == events[-1]["outcome"]["host_public_key"]
    assert wgwizard("apply", "--dry-run")[0] == 0

    assert wgwizard("plan", "-o", "out")[0] == 0
    laptop = (tmp_path / "out/laptop/etc/wireguard/wg0.conf").read_text()
    assert f"PublicKey = {events[-1]['outcome']['host_public_key']}" in laptop
    secrets = [line.partition(" = ")[2] for line in laptop.splitlines() if line.startswith(("PrivateKey", "PresharedKey"))]
    assert len(secrets) == 2
    assert not [secret for secret in secrets if secret in changes + lines + words]

    code, told, _ = wgwizard("status")
    assert (code, told.splitlines()[-1]) == (0, "○ laptop: no handshake yet")
    assert re.match(r"wg0: the site lab, .*, applied just now by admin@192\.168\.200\.2 from 192\.168\.200\.254$", told.splitlines()[0])
    assert wgwizard("uninstall")[0] == 2
    assert wgwizard("uninstall", "--yes")[0] == 0
    assert beta.run("ip", "link", "show", "wg0", check=False).returncode != 0


def test_sudo_with_a_password(make_beta: Callable[..., LabHost], wgwizard: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    beta = make_beta(sudo="password", enable=("nftables.service",))
    (tmp_path / "known_hosts").write_text(f"192.168.200.2 {beta.host_key}\n")
    code, _, words = wgwizard("apply", "--yes")
    assert (code, "--sudo-password-file" in words) == (2, True)
    (tmp_path / "sudo").write_text(f"{base.SUDO_PASSWORD}\n")
    (tmp_path / "sudo").chmod(0o600)
    code, out, words = wgwizard("apply", "--yes", "--sudo-password-file", "sudo")
    assert code == 0
    assert base.SUDO_PASSWORD not in out + words
    assert beta.sh("systemctl is-active wg-quick@wg0").strip() == "active"
