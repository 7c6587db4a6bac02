"""The command lines by which a script is started on Host β, as root or under sudo, without a value in a shell string.

A script without secrets travels compressed inside the command line (a round trip less); one with secrets goes over stdin, as
a command line is visible on the host. Either way sudo sees, and logs, only `sh -s`.
"""

import base64
import gzip
import shlex

from msgspec import Struct

from wgwizard.secret import Secret

NEEDS_PASSWORD = 96
NO_SENTINEL = 97
NO_TOOLS = 98
SENTINEL = "wgwizard-script-follows"
# What sudo does not take as the password (all of it, where none is asked) is read away up to the sentinel.
_AFTER_SENTINEL = f'while IFS= read -r line; do [ "$line" = {SENTINEL} ] && exec sh -s; done; exit {NO_SENTINEL}'
_WITH_PASSWORD = f"sudo -S -p '' sh -c {shlex.quote(_AFTER_SENTINEL)}"
_ENCODED_TOOLS = f"command -v base64 >/dev/null && command -v gzip >/dev/null || exit {NO_TOOLS}; "
_AUTO = (
    'if [ "$(id -u)" = 0 ]; then set -- sh -s; elif sudo -n sh -c : 2>/dev/null </dev/null; then set -- sudo -n sh -s; '
    f"else command -v sudo >/dev/null || exit {NO_SENTINEL}; exit {NEEDS_PASSWORD}; fi; "
)
_CONNECTION = "echo \"SSH_CONNECTION_SEEN='$SSH_CONNECTION'\"; "


class Command(Struct, frozen=True):
    """A command line and what goes to its stdin."""

    line: str
    stdin: bytes


def inline(script: str, password: Secret | None) -> Command:
    """`script`, which holds no secret, in the command line; `password` only where sudo asks for one."""
    encoded = base64.b64encode(gzip.compress(script.encode(), mtime=0)).decode()
    source = f"{_CONNECTION}echo {encoded} | base64 -d | gzip -dc"
    if password is None:
        body = f'{_ENCODED_TOOLS}{_AUTO}{{ {source}; }} | "$@"'
        return Command(f"exec sh -c {shlex.quote(body)}", b"")
    body = f"{_ENCODED_TOOLS}{{ cat; {source}; }} | {_WITH_PASSWORD}"
    return Command(f"exec sh -c {shlex.quote(body)}", _password_lines(password))


def over_stdin(script: str, password: Secret | None) -> Command:
    """`script` over stdin, so that nothing of it is visible in a process list."""
    if password is None:
        body = f'{_AUTO}exec "$@"'
        return Command(f"exec sh -c {shlex.quote(body)}", script.encode())
    return Command(f"exec {_WITH_PASSWORD}", _password_lines(password) + script.encode())


def as_user(script: str) -> Command:
    """`script` as the user who logged in, without sudo."""
    return Command("sh -s", f"SSH_CONNECTION_SEEN=${{SSH_CONNECTION:-}}\n{script}".encode())


def validation(password: Secret) -> Command:
    """The password tried once, alone: with a script behind it sudo would take the next lines for more attempts."""
    return Command("exec sudo -S -p '' -k sh -c :", password.reveal().encode() + b"\n")


def _password_lines(password: Secret) -> bytes:
    return f"{password.reveal()}\n{SENTINEL}\n".encode()
