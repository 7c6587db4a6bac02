"""How the command line says that one logs in to Host β."""

import argparse

from wgwizard.secret import Secret
from wgwizard.target import Target


def login(options: argparse.Namespace, address: str) -> Target:
    """What the command line says of logging in at `address`."""
    return Target(
        address=address,
        identity=options.identity,
        known_hosts=options.known_hosts,
        accept_host_key=tuple(options.accept_host_key),
        sudo_password=_secret(options.sudo_password_file, "--sudo-password-file"),
        key_passphrase=_secret(options.key_passphrase_file, "--key-passphrase-file"),
        ssh_password=_secret(options.ssh_password_file, "--ssh-password-file"),
        confirm_timeout=options.confirm_timeout,
    )


def _secret(source: str | None, option: str) -> Secret | None:
    if source is None:
        return None
    from wgwizard.cli.asking import read_secret

    return read_secret(source, option)
