"""SSH keys in files: which key is in one, whether it is locked, why it cannot be used, and opening it."""

import base64
import binascii
import os
import stat
from io import StringIO
from pathlib import Path

import paramiko
from msgspec import Struct

from wgwizard.secret import Secret

_DASHES = b"-----BEGIN "
_OPENSSH = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_PUTTY = b"PuTTY-User-Key-File-"
_OTHERS = 0o077


class UnusableKeyError(Exception):
    """Why a file is no key that we can use, and what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class PublicHalf(Struct, frozen=True):
    """A public key or certificate as the server is offered it: its type, such as "ssh-ed25519", and bytes."""

    kind: str
    blob: bytes


class KeyFile(Struct, frozen=True):
    """A private key in a file; `public` is `None` where only the passphrase shows it. `private` is false for a .pub file."""

    path: Path
    locked: bool
    public: PublicHalf | None
    certificate: PublicHalf | None = None
    private: bool = True


def look(path: Path) -> KeyFile:
    """What is in a key file, without its passphrase; raises UnusableKeyError, FileNotFoundError where there is none."""
    try:
        data = path.read_bytes()
        about = path.stat()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnusableKeyError(f"cannot be read: {error.strerror}", f"See whose it is: ls -l {path}") from None
    if data.startswith(_PUTTY):
        raise UnusableKeyError("is in PuTTY's format", f"Convert it: puttygen {path} -O private-openssh -o {path.with_suffix('')}")
    if not data.lstrip().startswith(_DASHES):
        public = _public_line(data)
        if public is None:
            raise UnusableKeyError("is no SSH key", "Name a private key, such as ~/.ssh/id_ed25519.")
        return KeyFile(path, False, public, private=False)
    if about.st_mode & _OTHERS and about.st_uid == os.getuid():
        raise UnusableKeyError(
            f"can be read by other users (mode {stat.S_IMODE(about.st_mode):04o})", f"Make it yours alone: chmod 600 {path}"
        )
    locked, public = _look_inside(path, data)
    if public is not None and public.kind == "ssh-dss":
        raise UnusableKeyError("is a DSA key, which SSH no longer takes", "Make a new one: ssh-keygen -t ed25519")
    if public is not None and public.kind.startswith("sk-"):
        raise UnusableKeyError("is on a security key", f"Put it into the agent, which can use it: ssh-add {path}")
    certificate = read_public(path.with_name(path.name + "-cert.pub"))
    return KeyFile(path, locked, public, certificate)


def _look_inside(path: Path, data: bytes) -> tuple[bool, PublicHalf | None]:
    """Whether it is locked, and its public key: OpenSSH's format has it in the clear, else it may lie beside the file."""
    if b"BEGIN DSA PRIVATE KEY" in data:
        return False, PublicHalf("ssh-dss", b"")
    if data.lstrip().startswith(_OPENSSH):
        return _openssh_header(data)
    beside = read_public(path.with_name(path.name + ".pub"))
    return b"ENCRYPTED" in data, beside


def _openssh_header(data: bytes) -> tuple[bool, PublicHalf | None]:
    """PROTOCOL.key of OpenSSH: "openssh-key-v1", cipher, kdf, its options, how many keys, the first one's public half."""
    body = b"".join(line for line in data.split(b"\n") if line and not line.startswith(b"-----"))
    try:
        message = paramiko.Message(base64.b64decode(body))
        magic = message.get_bytes(15)
        cipher, _, _, _, blob = message.get_text(), message.get_text(), message.get_binary(), message.get_int(), message.get_binary()
        kind = paramiko.Message(blob).get_text()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        magic = b""
    if magic != b"openssh-key-v1\0":
        raise UnusableKeyError("is damaged", "Take it from a backup, or make a new one: ssh-keygen -t ed25519")
    return cipher != "none", PublicHalf(kind, blob)


def read_public(path: Path) -> PublicHalf | None:
    """The public key or certificate in a file; `None` where there is none."""
    try:
        return _public_line(path.read_bytes())
    except OSError:
        return None


def _public_line(data: bytes) -> PublicHalf | None:
    words = data.split(b"\n")[0].split()
    try:
        blob = base64.b64decode(words[1], validate=True)
        return PublicHalf(paramiko.Message(blob).get_text(), blob) if words[0].isascii() else None
    except (IndexError, binascii.Error, UnicodeDecodeError, ValueError):
        return None


def certified_key(certificate: PublicHalf) -> bytes | None:
    """The public key that a certificate is of, as bytes; `None` for a kind that we do not know."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    line = f"{certificate.kind} ".encode() + base64.b64encode(certificate.blob)
    try:
        found = serialization.load_ssh_public_identity(line)
        if not isinstance(found, serialization.SSHCertificate):
            return None
        text = found.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return base64.b64decode(text.split()[1])


def opened(path: Path, passphrase: Secret | None) -> paramiko.PKey | None:
    """The private key, `None` for a wrong passphrase; UnusableKeyError where it cannot be used at all."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    password = None if passphrase is None else passphrase.reveal().encode()
    try:
        data = path.read_bytes()
    except OSError as error:  # it was there when it was looked at
        raise UnusableKeyError(f"cannot be read any more: {error.strerror}", f"See whether it is still there: ls -l {path}") from None
    load = serialization.load_ssh_private_key if data.lstrip().startswith(_OPENSSH) else serialization.load_pem_private_key
    try:
        loaded = load(data, password)
        plain = loaded.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
        return _as_paramiko(plain.decode())
    except (ValueError, TypeError, UnsupportedAlgorithm, paramiko.SSHException) as error:
        if passphrase is not None and not isinstance(error, UnsupportedAlgorithm):
            return None
        raise UnusableKeyError("cannot be read as an SSH key", "It must be an Ed25519, ECDSA or RSA key in OpenSSH or PEM form") from None


def _as_paramiko(text: str) -> paramiko.PKey:
    for make in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return make.from_private_key(StringIO(text))
        except paramiko.SSHException:
            continue
    raise paramiko.SSHException("of no kind that paramiko knows")
