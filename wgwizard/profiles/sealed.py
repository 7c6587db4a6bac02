"""Sealing a secret text with a passphrase: Argon2id (or scrypt) makes the key, ChaCha20-Poly1305 seals (RFC 9106, 7914, 8439).

The form, all ASCII: a line "wgwizard-secrets 1", a line with the key derivation and its numbers (both lines are authenticated with
the text), the sealed text in base64, and a line "end" with the SHA-256 of everything before it, which tells damage from a wrong
passphrase.
"""

import os
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from textwrap import wrap

from msgspec import Struct

from wgwizard.errors import WgwizardError
from wgwizard.secret import Secret

MAGIC = b"wgwizard-secrets "
VERSION = 1
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_RESTORE = "restore it from a backup"
_HEADER = re.compile(
    rb"(argon2id|scrypt) cost=([0-9]{1,8}) memory=([0-9]{1,8}) lanes=([0-9]{1,4}) salt=([A-Za-z0-9+/]{22}==) nonce=([A-Za-z0-9+/]{16})\Z"
)
_BODY = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z")
_END = re.compile(rb"end ([0-9a-f]{64})\n\Z")


class SealError(WgwizardError):
    """Sealed secrets cannot be opened or made; the message says which of the reasons it was."""


class WrongPassphraseError(SealError):
    """The passphrase is not the one with which the secrets were sealed."""


class Derivation(Struct, frozen=True):
    """How the key is made. Argon2id: `cost` passes over `memory` KiB. scrypt: N = `cost`, r = `memory`; `lanes` in both."""

    name: str
    cost: int
    memory: int
    lanes: int

    def is_bearable(self) -> bool:
        """Whether a file may ask for this much: up to 1 GiB and a few seconds."""
        if self.name == "argon2id":
            return 1 <= self.cost <= 16 and 1 <= self.lanes <= 16 and 8 * self.lanes <= self.memory <= 1024 * 1024
        power_of_two = self.cost >= 2 and not self.cost & (self.cost - 1)
        return power_of_two and self.cost <= 2**20 and 1 <= self.memory <= 8 and 1 <= self.lanes <= 4


ARGON2ID = Derivation("argon2id", 3, 64 * 1024, 1)
SCRYPT = Derivation("scrypt", 2**16, 8, 1)


def seal(text: Secret, passphrase: Secret) -> bytes:
    """The text sealed; takes about a second and 64 MiB. Raises SealError for an empty passphrase."""
    from cryptography.exceptions import UnsupportedAlgorithm

    if not passphrase:
        raise SealError("the passphrase is empty", "choose a passphrase of several words")
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    derivation = ARGON2ID
    try:
        key = _key(derivation, passphrase, salt)
    except UnsupportedAlgorithm:
        derivation = SCRYPT
        key = _key(derivation, passphrase, salt)
    return _sealed_with(key, derivation, salt, nonce, text)


def _sealed_with(key: bytes, derivation: Derivation, salt: bytes, nonce: bytes, text: Secret) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    header = MAGIC + b"%d\n" % VERSION
    header += f"{derivation.name} cost={derivation.cost} memory={derivation.memory} lanes={derivation.lanes} ".encode()
    header += b"salt=" + b64encode(salt) + b" nonce=" + b64encode(nonce) + b"\n"
    sealed = ChaCha20Poly1305(key).encrypt(nonce, text.reveal().encode(), header)
    whole = header + "".join(f"{line}\n" for line in wrap(b64encode(sealed).decode(), 100)).encode()
    return whole + f"end {sha256(whole).hexdigest()}\n".encode()


def unseal(content: bytes, passphrase: Secret) -> Secret:
    """The text in sealed content; raises SealError, with a message of its own for each reason."""
    from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    if not passphrase:
        raise SealError("the passphrase is empty", "give the passphrase that the secrets were sealed with")
    header, derivation, salt, nonce, sealed = _taken_apart(content)
    try:
        key = _key(derivation, passphrase, salt)
        return Secret(ChaCha20Poly1305(key).decrypt(nonce, sealed, header).decode())
    except UnsupportedAlgorithm:
        raise SealError("this machine's OpenSSL has no Argon2id", "use OpenSSL 3.2 or newer to open these secrets") from None
    except InvalidTag:
        raise WrongPassphraseError("the passphrase is wrong", "try again; without the passphrase the secrets cannot be opened") from None


def _taken_apart(content: bytes) -> tuple[bytes, Derivation, bytes, bytes, bytes]:
    """Header, derivation, salt, nonce and sealed bytes."""
    whole = _undamaged(content)
    first, second, body = (*whole.split(b"\n", 2), b"", b"")[:3]
    if first != MAGIC + b"%d" % VERSION:
        raise SealError(f"the secrets file is of another version ({first.decode('ascii', 'replace')[:40]})", "update wgwizard")
    match, packed = _HEADER.match(second), body.replace(b"\n", b"")
    if match is None or not _BODY.match(packed):
        raise SealError("the secrets file is damaged (its form is wrong)", _RESTORE)
    derivation = Derivation(match[1].decode(), int(match[2]), int(match[3]), int(match[4]))
    if not derivation.is_bearable():
        raise SealError("the secrets file asks for more work than any that wgwizard wrote", _RESTORE)
    return first + b"\n" + second + b"\n", derivation, b64decode(match[5]), b64decode(match[6]), b64decode(packed)


def _undamaged(content: bytes) -> bytes:
    """Everything before the last line, whose checksum must fit."""
    if not content:
        raise SealError("the secrets file is empty", _RESTORE)
    if not content.startswith(MAGIC):
        if MAGIC.startswith(content):
            raise SealError("the secrets file is cut off (truncated)", _RESTORE)
        raise SealError("this is not a secrets file of wgwizard", "check the file's name")
    end = _END.search(content)
    if end is None:
        raise SealError("the secrets file is cut off (truncated), or its last line is damaged", _RESTORE)
    whole = content[: end.start()]
    if sha256(whole).hexdigest().encode() != end.group(1):
        raise SealError("the secrets file is damaged (its checksum does not fit)", _RESTORE)
    return whole


def _key(derivation: Derivation, passphrase: Secret, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    said = passphrase.reveal().encode()
    if derivation.name == "argon2id":
        return Argon2id(
            salt=salt, length=_KEY_BYTES, iterations=derivation.cost, lanes=derivation.lanes, memory_cost=derivation.memory
        ).derive(said)
    return Scrypt(salt=salt, length=_KEY_BYTES, n=derivation.cost, r=derivation.memory, p=derivation.lanes).derive(said)
