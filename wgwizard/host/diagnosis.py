"""Why nothing can be run for a login that worked: no shell, a command of its own, file transfers only, an expired password."""

from wgwizard.errors import RemoteError
from wgwizard.host.channel import Connection
from wgwizard.host.launch import Command
from wgwizard.host.masking import shown

_ASK = Command("exec sh -c 'echo wgwizard-$((40 + 2))'", b"")
_ANSWER = b"wgwizard-42"
_TIMEOUT = 15.0
# What the host says -> what it means, and what to do; the first that fits.
_MEANINGS = (
    (("sftp connections only", "sftp-server"), "may only transfer files", "Log in as a user who may run commands."),
    (
        ("account is currently not available", "nologin", "/bin/false"),
        "has no shell",
        "Log in as another user, or give this one a shell there: usermod -s /bin/sh {user}",
    ),
    (
        ("password has expired", "password change required", "change your password"),
        "must change an expired password first",
        "Log in once by hand to change it: ssh {who}",
    ),
    (("account has expired",), "has an expired account", "Let an admin there extend it: chage -E -1 {user}"),
    (("restricted",), "has a restricted shell", "Log in as a user with a full shell, such as /bin/bash."),
)


def why_nothing_runs(connection: Connection) -> RemoteError | None:
    """What stands in the way of any command of this login; `None` where commands run."""
    result = connection.run(_ASK, timeout=_TIMEOUT)
    if _ANSWER in result.stdout:
        return None
    said = shown(result.stdout + b"\n" + result.stderr)[:500]
    for signs, meaning, hint in _MEANINGS:
        if any(sign in said.lower() for sign in signs):
            return RemoteError(f"{connection.who} is let in, but {meaning}: {said}", hint.format(user=connection.user, who=connection.who))
    return RemoteError(
        f"{connection.who} is let in, but runs something else than what is asked for: {said or 'it says nothing'}",
        "A command is forced for this key or user (command= in authorized_keys, ForceCommand); use another key or user.",
    )
