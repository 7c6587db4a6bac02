"""WireGuard keys: X25519 pairs and preshared keys, in base64 of 32 bytes as `wg` writes them."""

import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from wgwizard.lock import Lock
from wgwizard.problems import Problem, error
from wgwizard.secret import Secret

if TYPE_CHECKING:
    from wgwizard.site import Point, Site

HOST = "host"

# 32 bytes in base64: 42 letters hold 252 bits, the last letter four bits and two that must be zero (RFC 4648, 3.5).
_KEY = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\Z")
_NO_KEY = "A" * 43 + "="


class Keyring(Struct, frozen=True):
    """The keys that are known here: by node ("host" or a point's name); `preshared` by the point's name."""

    public: Mapping[str, str] = field(default_factory=dict)
    private: Mapping[str, Secret] = field(default_factory=dict)
    preshared: Mapping[str, Secret] = field(default_factory=dict)


def key_problem(text: str) -> str | None:
    """Why `text` is not a key as `wg` writes it, as the end of a sentence that begins with the key; `None` for a good one."""
    if _KEY.match(text):
        return "is all zeros" if text == _NO_KEY else None
    if text != text.strip() or not text.isprintable():
        return "has a space, line end or control character in it"
    if "-" in text or "_" in text:
        return "is in the URL-safe alphabet (it has - or _ where WireGuard has + or /)"
    if len(text) != 44:
        return f"has {len(text)} character{'' if len(text) == 1 else 's'}, not 44"
    if not text.endswith("=") or text.endswith("=="):
        return "is not the base64 of 32 bytes"
    return "is not canonical base64 (a letter is wrong)"


def generate_private() -> Secret:
    """A new private key, clamped as `wg genkey` clamps it (RFC 7748, 5)."""
    return _encode(_clamp(os.urandom(32)))


def generate_preshared() -> Secret:
    """A new preshared key."""
    return _encode(os.urandom(32))


def clamped(private: Secret) -> Secret:
    """The private key as `wg` would show it; the public key stays the same."""
    return _encode(_clamp(b64decode(private.reveal())))


def public_of(private: Secret) -> str:
    """The public key of a private one; raises ValueError, without the key in it, for what is not a key."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    if key_problem(private.reveal()) is not None:
        raise ValueError("not a private key")
    return b64encode(X25519PrivateKey.from_private_bytes(b64decode(private.reveal())).public_key().public_bytes_raw()).decode()


def complete_keyring(site: "Site", keyring: Keyring, lock: Lock) -> Keyring:
    """The keyring with what is missing made, once.

    A key that the lock remembers and this keyring has never seen was made elsewhere: it lies in somebody else's secrets file, or in
    one that was not opened. It is not made again, since that would cut off who has it, and its public half stays with the lock. What
    a node keeps to itself (a point with its own `public_key`, β with `keys: host`) is never made here.
    """
    maker = _Maker(keyring, lock)
    maker.host(site)
    for point in site.points:
        maker.point(point)
    return Keyring(maker.public, maker.private, maker.preshared)


def remember(lock: Lock, keyring: Keyring) -> Lock:
    """The lock with the keyring's public keys in it, and for whom preshared keys were made."""
    return replace(lock, public_keys={**lock.public_keys, **keyring.public}, preshared=lock.preshared | keyring.preshared.keys())


def made_elsewhere(site: "Site", keyring: Keyring, lock: Lock) -> tuple[str, ...]:
    """The points whose private or preshared key this keyring lacks, because it was made elsewhere (see `complete_keyring`)."""
    maker = _Maker(keyring, lock)
    return tuple(point.name for point in site.points if maker.lacks_a_secret_of(point))


def joined(sealed: Keyring, made: Keyring) -> Keyring:
    """The keys that were sealed before with those made since; a sealed key is never replaced, and keeps its public half."""
    twice = {node for node, private in sealed.private.items() if made.private.get(node, private) != private}
    public = {**sealed.public, **made.public, **{node: public_of(sealed.private[node]) for node in twice}}
    return Keyring(public, {**made.private, **sealed.private}, {**made.preshared, **sealed.preshared})


class _Maker:
    """Collects the keys of a keyring that is being completed."""

    def __init__(self, keyring: Keyring, lock: Lock) -> None:
        self.public = dict(keyring.public)
        self.private = dict(keyring.private)
        self.preshared = dict(keyring.preshared)
        self._seen = dict(keyring.public)
        self._lock = lock

    def host(self, site: "Site") -> None:
        if not site.host.keys_on_host:
            self._pair(HOST)
        elif HOST in self._lock.public_keys:
            self.public[HOST] = self._lock.public_keys[HOST]
        else:
            self.public.pop(HOST, None)

    def point(self, point: "Point") -> None:
        if point.public_key is not None:
            self.public[point.name] = point.public_key
        else:
            self._pair(point.name)
        if point.preshared_key and point.name not in self.preshared and not self._preshared_elsewhere(point.name):
            self.preshared[point.name] = generate_preshared()

    def lacks_a_secret_of(self, point: "Point") -> bool:
        pair = point.public_key is None and point.name not in self.private and self._pair_elsewhere(point.name)
        return pair or (point.preshared_key and point.name not in self.preshared and self._preshared_elsewhere(point.name))

    def _pair_elsewhere(self, node: str) -> bool:
        """Whether the lock remembers a key that was never seen here; one that was seen and has no private half was a node's own."""
        remembered = self._lock.public_keys.get(node)
        return remembered is not None and remembered != self._seen.get(node)

    def _preshared_elsewhere(self, node: str) -> bool:
        """Who takes a node's public key out of the lock wants new keys for it, the preshared one too."""
        return node in self._lock.preshared and node in self._lock.public_keys

    def _pair(self, node: str) -> None:
        if node in self.private:
            self.public[node] = public_of(self.private[node])
        elif self._pair_elsewhere(node):
            self.public.pop(node, None)
        else:
            self.private[node] = generate_private()
            self.public[node] = public_of(self.private[node])


def keyring_problems(site: "Site", keyring: Keyring, lock: Lock) -> tuple[Problem, ...]:
    """Keys that do not fit each other: a private key given as a public one, one pair on two nodes, a lock of other keys.

    `keyring` as it was opened: what it is completed with fits, and whose own key a point took back is told by its public halves.
    """
    problems: list[Problem] = []
    secret = {it.reveal(): f"the private key of {node}" for node, it in keyring.private.items()}
    secret |= {it.reveal(): f"the preshared key of {node}" for node, it in keyring.preshared.items()}
    owners: dict[str, str] = {}
    for field_, node, public in _public_keys(site, keyring, lock):
        if public in secret:
            problems.append(error("secret-as-public", field_, f"this is {secret[public]}", "write the public key: `wg pubkey` makes it"))
        first = owners.setdefault(public, node)
        if first != node:
            hint = "each node needs its own pair: WireGuard drops a peer that has its own key"
            problems.append(error("duplicate-key-pair", field_, f"the public key of {node} is also that of {first}", hint))
    for node, private in keyring.private.items():
        remembered = lock.public_keys.get(node)
        if remembered is not None and remembered != (keyring.public.get(node) or public_of(private)):
            hint = "restore the secrets file that belongs to this lock, or remove the node's public key from the lock"
            problems.append(error("wrong-key", "", f"the private key of {node} does not belong to the lock's {remembered}", hint))
    return tuple(problems)


def _public_keys(site: "Site", keyring: Keyring, lock: Lock) -> Iterable[tuple[str, str, str]]:
    """Field, node and public key of β and every point whose key is known."""
    known = remember(lock, keyring).public_keys
    if HOST in known:
        yield HOST, HOST, known[HOST]
    for index, point in enumerate(site.points):
        public = point.public_key or known.get(point.name)
        if public is not None:
            yield f"points[{index}].public_key", point.name, public


def _clamp(key: bytes) -> bytes:
    return bytes([key[0] & 248]) + key[1:31] + bytes([(key[31] & 127) | 64])


def _encode(key: bytes) -> Secret:
    return Secret(b64encode(key).decode())
