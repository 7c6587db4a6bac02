"""Faults on the way in: host keys, sudo, missing tools, a proxy that is dead."""

import hashlib
import subprocess
import time
from pathlib import Path

import pytest

from tests.system.apply_support import Answers
from tests.system.faults.world import UNDO_AFTER, World
from tests.system.lab import base
from tests.system.ssh_support import configure_ssh
from wgwizard.applying import Outcome, Step
from wgwizard.errors import CancelledError, RemoteError
from wgwizard.secret import Secret

NAME = "192.168.200.2"
ODD = "# mine\r\n@cert-authority *.example.net ssh-ed25519 AAAA\n|1|bad|bad ssh-rsa !!\nother ssh-ed25519 AAAAC3Nz\tcomment"


def logins(world: World) -> int:
    """How often sshd let somebody in."""
    return world.log().count("Accepted ")


def known(world: World) -> Path:
    assert world.client.known_hosts is not None
    return world.client.known_hosts


def unknown_key(world: World, _: Step | None, kind: str) -> None:
    known(world).unlink()
    world.client.answers.accept = False
    assert isinstance(world.fails(), CancelledError)
    fingerprint = world.host.sh("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split()[1]
    assert [(key.kind, key.fingerprint) for key in world.client.answers.host_keys] == [("ssh-ed25519", fingerprint)]
    assert fingerprint.startswith("SHA256:")
    assert (known(world).exists(), logins(world)) == (False, 0)


def another_key(world: World, _: Step | None, kind: str) -> None:
    other = world.host.sh("ssh-keygen -q -t ed25519 -N '' -f /tmp/other && cut -d' ' -f1,2 /tmp/other.pub").strip()
    is_refused(world, f"{NAME} {other}\n")


def revoked_key(world: World, _: Step | None, kind: str) -> None:
    is_refused(world, f"{NAME} {world.host.host_key}\n@revoked * {world.host.host_key}\n")


def is_refused(world: World, line: str) -> None:
    """Nothing is asked, and nothing sent."""
    known(world).write_text(line)
    assert isinstance(world.fails(), RemoteError)
    assert (known(world).read_text(), world.client.answers.host_keys, logins(world)) == (line, [], 0)


def known_otherwise(world: World, _: Step | None, kind: str) -> None:
    """The name is hashed, or the key is the second of its type."""
    other = "ssh-ed25519 " + world.host.host_key.split()[1][:-8] + "AAAAAAAA"
    known(world).write_text(f"{NAME} {world.host.host_key}\n" if kind == "hashed" else f"{NAME} {other}\n{NAME} {world.host.host_key}\n")
    if kind == "hashed":
        subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known(world))], check=True, capture_output=True)
    written = known(world).read_bytes()
    assert world.apply().state == "applied"
    assert (known(world).read_bytes(), world.client.answers.host_keys) == (written, [])


def key_changes_meanwhile(world: World, _: Step | None, kind: str) -> None:
    """The host has another key when the client comes back to verify."""
    world.client.confirm_timeout = UNDO_AFTER
    world.host.sh("cp -a /etc/ssh /tmp/ssh")
    world.at(Step.VERIFY, lambda: (world.host.sh("rm /etc/ssh/ssh_host_*; ssh-keygen -q -A"), world.restart_sshd()), frozen=False)
    world.healing += [lambda: world.host.sh("rm /etc/ssh/ssh_host_*; cp -a /tmp/ssh/ssh_host_* /etc/ssh/"), world.restart_sshd]
    assert isinstance(world.fails(), RemoteError)
    assert world.client.answers.host_keys == []


def wrong_sudo_password(world: World, _: Step | None, kind: str) -> None:
    world.client.answers = Answers(password=("wrong pass phrase", "another wrong pass phrase"))
    assert isinstance(world.fails(), RemoteError)
    log = world.log()
    assert log.count("1 incorrect password attempt") == 2
    assert [word for word in ("wrong pass phrase", "main()", "set -u") if word in log] == []


def needless_sudo_password(world: World, _: Step | None, kind: str) -> None:
    world.client.sudo_password = Secret("never needed at all")
    outcome = world.apply()
    assert outcome.state == "applied"
    assert "never needed" not in repr((outcome, world.client.events, world.client.answers)) + world.log()


def missing_tools(world: World, _: Step | None, kind: str) -> None:
    world.client.answers.may_install = False
    error = world.fails()
    assert isinstance(error, CancelledError)
    assert world.client.answers.installs[0][0] == ("nftables", "wireguard-tools", "wireguard-go")


def dead_proxy(world: World, _: Step | None, kind: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        command = {"says why": "echo no way to %h >&2; exit 3", "is not there": "/nowhere/proxy %h", "is silent": "true"}[kind]
        configure_ssh(patch, world.folder, f"Host beta\n HostName {NAME}\n User admin\n ProxyCommand {command}\n")
        world.client.identity, world.client.address = None, "192.168.200.254"  # loads what is loaded on first use
        world.fails()
        world.client.address = "beta"
        began = time.monotonic()
        error = world.fails()
        assert time.monotonic() - began < 2
        said = {"says why": f"no way to {NAME}", "is not there": "/nowhere/proxy", "is silent": "it hung up"}[kind]
        assert said in str(error)
        world.client.identity = str(base.client_key())


def odd_known_hosts(world: World, _: Step | None, kind: str) -> None:
    known(world).write_bytes(ODD.encode())
    assert world.apply().state == "applied"
    added = known(world).read_bytes().removeprefix(f"{ODD}\n".encode())
    # The name is hashed where ssh's configuration says so, which Debian's does: ssh's own program finds it.
    assert (added.count(b"\n"), added.decode().split(" ", 1)[1]) == (1, f"{world.host.host_key}\n")
    subprocess.run(["ssh-keygen", "-F", NAME, "-f", str(known(world))], check=True, capture_output=True)
    assert world.client.apply(dry_run=True).state == "unchanged"
    assert len(world.client.answers.host_keys) == 1


def secrets_of(world: World) -> list[str]:
    keyring = world.client.keyring
    return [secret.reveal() for secret in (*keyring.private.values(), *keyring.preshared.values())]


def assert_masked(world: World, came: Outcome | BaseException) -> None:
    """No key is in what the person sees or could see."""
    seen = repr((came, vars(came) if isinstance(came, BaseException) else "", world.client.events, world.client.answers, str(came)))
    assert [hashlib.sha256(secret.encode()).hexdigest()[:8] for secret in secrets_of(world) if secret in seen] == []
