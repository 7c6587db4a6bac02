"""The keys with which we may log in, in the order in which ssh tries them, and those that cannot be used with the reason."""

import os
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import paramiko
from msgspec import Struct
from paramiko.agent import AgentSSH

from wgwizard.errors import RemoteError
from wgwizard.host import key_files
from wgwizard.host.key_files import KeyFile, PublicHalf, UnusableKeyError
from wgwizard.host.known_hosts import fingerprint
from wgwizard.host.ssh_config import Login
from wgwizard.target import Target

# sshd ends the connection after MaxAuthTries (6) failures, and newer ones then punish the address (sshd_config(5)).
MOST_KEYS = 5
DEFAULT_FILES = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
AGENT_TIMEOUT = 60.0  # somebody may have to touch a security key


class Identity(Struct, frozen=True):
    """A key to try: `name` is its file or what the agent calls it; `key` is the agent's, `file` holds a key that is to be opened.

    `public` is what the server is offered, `None` where only the passphrase shows it.
    """

    name: str
    public: PublicHalf | None
    key: paramiko.PKey | None = None
    file: KeyFile | None = None


class Identities(Struct, frozen=True):
    """The keys to try, and for each that is not tried the reason; `hint` says how to make the first of those usable."""

    found: tuple[Identity, ...]
    left_out: tuple[str, ...] = ()
    hint: str = ""


def identities(target: Target, login: Login) -> Identities:
    """At most five: the agent's keys that ssh's configuration names, its others, then those in files only.

    However many keys the agent has, two of the files have their turn. The file of --identity, where one is given, is the only key.
    """
    files, left_out, hints = _files(target, login)
    agent = _agent_keys(login.agent)
    named = [key for key in agent if _blob(key) in {file.public.blob for file in files if file.public is not None}]
    others = [] if login.identities_only or target.identity is not None else [key for key in agent if key not in named]
    in_agent = {_blob(key) for key in named}
    only_files = [file for file in files if file.private and (file.public is None or file.public.blob not in in_agent)]
    for file in files:
        if not file.private and file.public is not None and file.public.blob not in in_agent:
            left_out.append(f"{file.path} is a public key, and the agent has no private one for it")
    certificates = _certificates(login, files)
    room = MOST_KEYS - len(named) - min(len(only_files), 2)
    too_many = len(others) - max(room, 0)
    if too_many > 0:
        left_out.append(f"{too_many} more keys of the agent, as the host ends the connection after a few")
    keys = [_of_agent(key, certificates) for key in [*named, *others[: max(room, 0)]]]
    keys += [_of_file(file, certificates) for file in only_files]
    return Identities(tuple(keys[:MOST_KEYS]), tuple(left_out), next(iter(hints), ""))


def _files(target: Target, login: Login) -> tuple[list[KeyFile], list[str], list[str]]:
    """The key files that are there, what is wrong with others, and what to do about it; RemoteError for --identity's."""
    names = (target.identity,) if target.identity is not None else login.identity_files or DEFAULT_FILES
    files, left_out, hints = [], [], []
    for name in dict.fromkeys(names):
        path = Path(name).expanduser()
        try:
            files.append(key_files.look(path))
        except FileNotFoundError:
            if target.identity is not None:
                raise RemoteError(f"The SSH key {path} does not exist.", "Name an existing private key with --identity.") from None
        except UnusableKeyError as error:
            if target.identity is not None:
                raise RemoteError(f"The SSH key {path} {error.reason}.", error.hint) from None
            left_out.append(f"{path} {error.reason}")
            hints.append(error.hint)
    return files, left_out, hints


def _certificates(login: Login, files: Iterable[KeyFile]) -> dict[bytes, PublicHalf]:
    """The certificate of each public key that has one, by that key's bytes."""
    named = [key_files.read_public(Path(name).expanduser()) for name in login.certificate_files]
    beside = [file.certificate for file in files]
    found = {key_files.certified_key(certificate): certificate for certificate in (*named, *beside) if certificate is not None}
    return {key: certificate for key, certificate in found.items() if key is not None}


def _of_agent(key: paramiko.AgentKey, certificates: dict[bytes, PublicHalf]) -> Identity:
    name = f"the agent's {key.comment or fingerprint(key.blob)}"
    return Identity(name, certificates.get(key.blob) or PublicHalf(key.get_name(), key.blob), key=key)


def _of_file(file: KeyFile, certificates: dict[bytes, PublicHalf]) -> Identity:
    public = file.public
    return Identity(str(file.path), (certificates.get(public.blob) if public is not None else None) or public, file=file)


def _blob(key: paramiko.AgentKey) -> bytes:
    return bytes(key.blob)


def _agent_keys(where: str | None) -> tuple[paramiko.AgentKey, ...]:
    """The agent's keys; none where its socket is stale. `where` is IdentityAgent's value, `None` for SSH_AUTH_SOCK."""
    path = os.environ.get("SSH_AUTH_SOCK") if where in (None, "SSH_AUTH_SOCK") else os.path.expandvars(where or "")
    if not path or path == "none":
        return ()
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(AGENT_TIMEOUT)
    try:
        connection.connect(str(Path(path).expanduser()))
        agent: Any = AgentSSH()
        agent._connect(connection)  # noqa: SLF001 - paramiko's Agent knows SSH_AUTH_SOCK alone
        return tuple(agent.get_keys())
    except (OSError, paramiko.SSHException):
        connection.close()
        return ()
