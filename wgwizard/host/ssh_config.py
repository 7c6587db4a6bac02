"""What OpenSSH's own configuration says of a host, as `ssh -G` tells it: aliases, ports, users, keys.

paramiko's reader ignores Include and some of Match; where there is no `ssh` here, an address is taken as it is written.
"""

import getpass
import shutil
import subprocess
from dataclasses import dataclass

from wgwizard.errors import RemoteError
from wgwizard.host.address import SSH_PORT, SshAddress

ASK_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Login:
    """Where to connect, as whom, under which name the host key is kept, and the key files that belong to it."""

    address: SshAddress
    user: str
    known_hosts_name: str
    identity_files: tuple[str, ...] = ()


def resolve(address: SshAddress) -> Login:
    """The login for an address; raises RemoteError where the configuration wants a jump host or proxy, which we do not use."""
    settings = parse(_ask_ssh(address))
    if _first(settings, "proxyjump", "none") != "none" or _first(settings, "proxycommand", "none") != "none":
        raise RemoteError(
            f"ssh's configuration reaches {address} through another host (ProxyJump or ProxyCommand); that is not supported yet.",
            "Run wgwizard on a computer that reaches the host directly, or forward a port: ssh -L 2222:HOST:22 JUMPHOST.",
        )
    host = _first(settings, "hostname", address.host)
    port = int(_first(settings, "port", str(address.port)))
    found = SshAddress(address.user, host, port)
    alias = _first(settings, "hostkeyalias", "")
    user = address.user or _first(settings, "user", "") or getpass.getuser()
    return Login(found, user, alias.lower() or found.known_hosts_name, tuple(settings.get("identityfile", ())))


def parse(text: str) -> dict[str, list[str]]:
    """`ssh -G`'s lines "key value", keys in lower case; a key may come several times."""
    settings: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        settings.setdefault(key.lower(), []).append(value)
    return settings


def _first(settings: dict[str, list[str]], key: str, otherwise: str) -> str:
    return settings.get(key, [otherwise])[0]


def _ask_ssh(address: SshAddress) -> str:
    """`ssh -G` connects nowhere; "" where there is no ssh or it cannot read its configuration."""
    if shutil.which("ssh") is None:
        return ""
    port = ["-p", str(address.port)] if address.port != SSH_PORT else []
    user = ["-l", address.user] if address.user else []
    try:
        done = subprocess.run(
            ["ssh", "-G", *user, *port, "--", address.host], capture_output=True, text=True, timeout=ASK_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
