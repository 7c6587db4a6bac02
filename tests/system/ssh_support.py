"""For the tests of logging in: keys of every kind, an sshd set up as asked, and ssh's own configuration for the person."""

import subprocess
from pathlib import Path

import pytest

from tests.system.lab import base
from tests.system.lab.host import LabHost

PASSPHRASE = "open sesame"


def make_key(path: Path, *options: str, passphrase: str = "") -> Path:
    """A private key by ssh-keygen, ed25519 unless the options say otherwise."""
    kind = () if "-t" in options else ("-t", "ed25519")
    subprocess.run(["ssh-keygen", "-q", *kind, *options, "-N", passphrase, "-C", path.name, "-f", str(path)], check=True)
    return path


def public_of(key: Path) -> str:
    """The line of its public half, as authorized_keys has it."""
    return subprocess.run(["ssh-keygen", "-y", "-P", PASSPHRASE, "-f", str(key)], check=True, capture_output=True, text=True).stdout


def authorize(host: LabHost, *lines: str) -> None:
    """Let `admin` in by these public keys alone."""
    host.write(f"/home/{base.ADMIN}/.ssh/authorized_keys", "".join(lines), mode=0o600)
    host.sh("chown admin:admin /home/admin/.ssh/authorized_keys")


def set_up_sshd(host: LabHost, *lines: str) -> None:
    """Restart the host's sshd with these settings."""
    host.write("/etc/ssh/sshd_config.d/0-test.conf", "\n".join(["LogLevel VERBOSE", *lines, ""]))
    host.sh("systemctl restart ssh")


def refused(host: LabHost) -> int:
    """How many attempts to log in sshd refused."""
    log = host.sh("journalctl -u ssh --no-pager -o cat")
    return sum(line.startswith("Failed ") and "Failed none" not in line for line in log.splitlines())


def configure_ssh(monkeypatch: pytest.MonkeyPatch, home: Path, config: str) -> None:
    """ssh's configuration for who runs the tests: `ssh` reads it in place of the user's, and `~` is `home`."""
    (home / ".ssh").mkdir(exist_ok=True)
    (home / "bin").mkdir(exist_ok=True)
    (home / ".ssh/config").write_text(config)
    wrapper = home / "bin/ssh"
    wrapper.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {home}/.ssh/config "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{home}/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
