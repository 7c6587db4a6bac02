"""RevokedHostKeys of ssh's configuration: a list of public keys, or a key revocation list (KRL), which ssh-keygen reads."""

import base64
import shutil
import subprocess
from pathlib import Path

import paramiko

from wgwizard.errors import RemoteError
from wgwizard.host.masking import shown

_KRL = b"SSHKRL\n\0"  # PROTOCOL.krl of OpenSSH
_TIMEOUT = 10.0


def is_revoked(file: Path, keys: tuple[bytes, ...]) -> bool:
    """Whether one of these public keys and certificates is in the file; RemoteError where that cannot be known."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _unreadable(file, error.strerror or "") from None
    if content.startswith(_KRL):
        return any(_in_list(file, key) for key in keys)
    words = {word for line in content.splitlines() if not line.lstrip().startswith(b"#") for word in line.split()}
    return any(base64.b64encode(key) in words for key in keys)


def _in_list(file: Path, key: bytes) -> bool:
    line = f"{paramiko.Message(key).get_text()} {base64.b64encode(key).decode()}\n".encode()
    tool = shutil.which("ssh-keygen")
    if tool is None:
        raise RemoteError(f"{file} is a key revocation list, and there is no ssh-keygen here to read it.", "Install OpenSSH's client.")
    done = subprocess.run([tool, "-Q", "-f", str(file), "/dev/stdin"], input=line, capture_output=True, timeout=_TIMEOUT, check=False)
    if done.returncode not in (0, 1):
        raise _unreadable(file, shown(done.stderr))
    return done.returncode == 1


def _unreadable(file: Path, why: str) -> RemoteError:
    return RemoteError(
        f"{file}, which RevokedHostKeys of ssh's configuration names, cannot be read: {why}.",
        "As with ssh, no host is connected to without it: mend the file, or take RevokedHostKeys out of ~/.ssh/config.",
    )
