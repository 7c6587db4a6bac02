"""How Host β is logged in to; apart from `applying`, as the wizard's first page needs it and nothing else of that."""

from msgspec import Struct

from wgwizard.secret import Secret


class Target(Struct, frozen=True):
    """How to log in: `address` is [user@]host[:port] or a name from ssh's own configuration.

    `identity` and `known_hosts` are paths, `None` for those that ssh would use. `accept_host_key` are the fingerprints ("SHA256:…") that
    are accepted without asking. The secrets are `None` where they are asked for when needed: `key_passphrase` opens the SSH keys,
    `ssh_password` logs in. `confirm_timeout`: seconds until the host undoes.
    """

    address: str
    identity: str | None = None
    known_hosts: str | None = None
    accept_host_key: tuple[str, ...] = ()
    sudo_password: Secret | None = None
    key_passphrase: Secret | None = None
    ssh_password: Secret | None = None
    confirm_timeout: float = 90.0
