"""What OpenSSH's own configuration says of a host, as `ssh -G` tells it: aliases, ports, users, keys, and the way there.

paramiko's reader ignores Include and some of Match; where there is no `ssh` here, an address is taken as it is written.
"""

import getpass
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.errors import RemoteError
from wgwizard.host.address import SSH_PORT, SshAddress, parse_address

ASK_TIMEOUT = 10.0
MOST_HOPS = 8
KNOWN_HOSTS = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
GLOBAL_KNOWN_HOSTS = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
Settings = Mapping[str, list[str]]
# What is in single quotes, where a shell changes nothing, or all up to the next of them.
_QUOTED = re.compile(r"""'[^']*'|(?:"(?:[^"\\]|\\.)*"|\\.|[^'"\\])+""", re.DOTALL)


class Login(Struct, frozen=True):
    """Where to connect, as whom, under which name the host key is kept, and what belongs to it.

    `agent` is the agent's socket, "none" for no agent, `None` for the usual one. A new host key goes to the first of `known_hosts`.
    `jumps` are the hosts on the way as they are written, the nearest first; `proxy` is a command that is the connection. `revoked_keys`
    is the file of RevokedHostKeys, `None` where none is named; `hash_names` is HashKnownHosts.
    """

    address: SshAddress
    user: str
    known_hosts_name: str
    identity_files: tuple[str, ...] = ()
    certificate_files: tuple[str, ...] = ()
    identities_only: bool = False
    agent: str | None = None
    known_hosts: tuple[str, ...] = KNOWN_HOSTS
    global_known_hosts: tuple[str, ...] = GLOBAL_KNOWN_HOSTS
    jumps: tuple[str, ...] = ()
    proxy: str | None = None
    revoked_keys: str | None = None
    hash_names: bool = False

    @property
    def key_host(self) -> str:
        """The name of the host key without a port, as certificates have it; HostKeyAlias where it is set."""
        usual = self.known_hosts_name == self.address.known_hosts_name
        return self.address.host.lower() if usual else self.known_hosts_name

    @property
    def who(self) -> str:
        """user@host."""
        return f"{self.user}@{self.address.host}"


def way(address: SshAddress) -> tuple[Login, ...]:
    """The logins that lead to an address, itself last: each jump host with what ssh's configuration says of it.

    Of several jump hosts only the nearest one's own way is followed, as `ssh -J` does. RemoteError where they lead in a circle.
    """
    return _way(address, ())


def _way(address: SshAddress, behind: tuple[SshAddress, ...]) -> tuple[Login, ...]:
    login = resolve(address)
    if login.address in behind or len(behind) > MOST_HOPS:
        raise RemoteError(
            f"The jump hosts of ssh's configuration lead in a circle: {address} is on the way to itself.",
            f"Look at what `ssh -G {behind[0].host} | grep -i proxyjump` says.",
        )
    jumps = [_jump_address(text) for text in login.jumps]
    if not jumps:
        return (login,)
    nearest = _way(jumps[0], (*behind, login.address))
    return (*nearest, *(replace(resolve(jump), jumps=(), proxy=None) for jump in jumps[1:]), login)


def _jump_address(text: str) -> SshAddress:
    return parse_address(text.removeprefix("ssh://").rstrip("/"))


def resolve(address: SshAddress) -> Login:
    """The login for one address."""
    settings = parse(_ask_ssh(address))
    host = _first(settings, "hostname", address.host)
    port = int(_first(settings, "port", str(address.port)))
    found = SshAddress(address.user, host, port)
    alias = _first(settings, "hostkeyalias", "")
    user = address.user or _first(settings, "user", "") or getpass.getuser()
    tokens = {"%": "%", "d": str(Path.home()), "h": host, "k": alias or host, "n": address.host, "p": str(port), "r": user}
    tokens |= {"u": getpass.getuser(), "l": socket.gethostname(), "L": socket.gethostname().partition(".")[0]}
    return Login(
        found,
        user,
        alias.lower() or found.known_hosts_name,
        _expanded(settings.get("identityfile", []), tokens),
        _expanded(settings.get("certificatefile", []), tokens),
        _first(settings, "identitiesonly", "no") == "yes",
        next(iter(_expanded(settings.get("identityagent", []), tokens)), None),
        _files(settings, "userknownhostsfile", KNOWN_HOSTS, tokens),
        _files(settings, "globalknownhostsfile", GLOBAL_KNOWN_HOSTS, tokens),
        tuple(jump for jump in _unless_none(settings, "proxyjump").split(",") if jump),
        _proxy(settings, tokens),
        expand(_unless_none(settings, "revokedhostkeys"), tokens) or None,
        _first(settings, "hashknownhosts", "no") == "yes",
    )


def _proxy(settings: Settings, tokens: Mapping[str, str]) -> str | None:
    command = _unless_none(settings, "proxycommand")
    if command and _first(settings, "proxyusefdpass", "no") == "yes":
        raise RemoteError(
            "ssh's configuration reaches the host by a ProxyCommand with ProxyUseFdpass, which is not supported.",
            "Use a ProxyCommand without it, or a ProxyJump.",
        )
    return expand_in_shell(command, tokens) if command else None


def _files(settings: Settings, key: str, otherwise: tuple[str, ...], tokens: Mapping[str, str]) -> tuple[str, ...]:
    """A list of files on one line; "none" is an empty list."""
    named = _first(settings, key, " ".join(otherwise)).split()
    return tuple(expand(name, tokens) for name in named if name != "none")


def _expanded(texts: list[str], tokens: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(expand(text, tokens) for text in texts)


def expand(text: str, tokens: Mapping[str, str]) -> str:
    """%h and its like as ssh_config(5) lists them; `ssh -G` shows them as they are written."""
    return re.sub("%(.)", lambda match: tokens.get(match[1], match[0]), text)


def expand_in_shell(command: str, tokens: Mapping[str, str]) -> str:
    """The same in a command line, so that its shell takes a name as it is, in whatever quotes: one may hold a backslash or a dollar."""
    escaped = {sign: re.sub(r"([\\$])", r"\\\1", value) for sign, value in tokens.items()}
    return _QUOTED.sub(lambda part: expand(part[0], tokens if part[0].startswith("'") else escaped), command)


def parse(text: str) -> dict[str, list[str]]:
    """`ssh -G`'s lines "key value", keys in lower case; a key may come several times."""
    settings: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        settings.setdefault(key.lower(), []).append(value)
    return settings


def _first(settings: Settings, key: str, otherwise: str) -> str:
    return settings.get(key, [otherwise])[0]


def _unless_none(settings: Settings, key: str) -> str:
    value = _first(settings, key, "none")
    return "" if value == "none" else value


def _ask_ssh(address: SshAddress) -> str:
    """`ssh -G` connects nowhere; "" where there is no ssh. RemoteError where it cannot read its configuration, or not in time."""
    if shutil.which("ssh") is None:
        return ""
    port = ["-p", str(address.port)] if address.port != SSH_PORT else []
    user = ["-l", address.user] if address.user else []
    command = ["ssh", "-G", *user, *port, "--", address.host]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=ASK_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        raise RemoteError(
            f"ssh did not say within {ASK_TIMEOUT:.0f} seconds what its configuration says of {address.host}.",
            f"`{' '.join(command)}` waits as well: look for a `Match exec` in ~/.ssh/config whose command does not end.",
        ) from None
    except OSError as error:
        raise RemoteError(f"ssh cannot be started: {error.strerror}.", f"See what is there: ls -l {shutil.which('ssh')}") from None
    if done.returncode != 0:
        raise RemoteError(
            f"ssh cannot read its own configuration: {done.stderr.strip() or 'it gives no reason'}",
            f"`{' '.join(command)}` says the same; mend ~/.ssh/config.",
        )
    return done.stdout
