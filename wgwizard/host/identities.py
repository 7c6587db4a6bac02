"""The keys with which we log in: an identity file, the agent's, or the default ones."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko
from paramiko.pkey import UnknownKeyType

from wgwizard.applying import Target
from wgwizard.errors import RemoteError

# sshd ends the connection after MaxAuthTries (6) failures, and newer ones then punish the address (sshd_config(5)).
MOST_KEYS = 5
DEFAULT_FILES = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key and where it is from."""

    name: str
    key: paramiko.PKey


def identities(target: Target, configured: tuple[str, ...]) -> Iterator[Identity]:
    """The keys to try, in order and at most five: the named file alone, else the agent's, then those that ssh would use.

    However many keys the agent has, two of the files have their turn.
    """
    if target.identity is not None:
        yield Identity(target.identity, _load(Path(target.identity).expanduser()))
        return
    files = [path for name in configured or DEFAULT_FILES if (path := Path(name).expanduser()).is_file()]
    left = MOST_KEYS
    for agent_key in _agent_keys()[: left - min(len(files), 2)]:
        left -= 1
        yield Identity("agent", agent_key)
    for path in files:
        if left:
            try:
                key = _load(path)
            except RemoteError:
                continue  # a default key that cannot be used is passed over, as ssh does
            left -= 1
            yield Identity(str(path), key)


def _agent_keys() -> tuple[paramiko.PKey, ...]:
    """The agent's keys; none where its socket is stale."""
    if "SSH_AUTH_SOCK" not in os.environ:
        return ()
    try:
        return tuple(paramiko.Agent().get_keys())
    except (OSError, paramiko.SSHException):
        return ()


def _load(path: Path) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(path)
    except FileNotFoundError:
        raise RemoteError(f"The SSH key {path} does not exist.", "Name an existing private key with --identity.") from None
    except (paramiko.PasswordRequiredException, TypeError):
        raise RemoteError(f"The SSH key {path} is locked by a passphrase.", f"Unlock it into the agent first: ssh-add {path}") from None
    except (OSError, ValueError, paramiko.SSHException, UnknownKeyType) as error:
        raise RemoteError(f"The SSH key {path} cannot be read: {error}.", "It must be a private key in OpenSSH or PEM form.") from None
