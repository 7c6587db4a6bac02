"""Whether a host's key is the one we know: OpenSSH's known_hosts, matched as sshd(8) describes it.

paramiko's own loader refuses a whole file for one @revoked line, ignores wildcards and rewrites the file (docs/apply.md).
"""

import base64
import binascii
import hashlib
import hmac
from enum import StrEnum
from fnmatch import translate
from re import IGNORECASE, fullmatch

from msgspec import Struct

MARKERS = ("@revoked", "@cert-authority")


class Verdict(StrEnum):
    """What the files say of a key."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    REVOKED = "revoked"


class Entry(Struct, frozen=True):
    """One line of a known_hosts file: where it stands, its marker ("" for none), host patterns, key type and key bytes."""

    file: str
    line: int
    marker: str
    patterns: str
    kind: str
    key: bytes


def parse(text: str, file: str) -> tuple[Entry, ...]:
    """Every usable line of a file; comments and lines that cannot be read are passed over, as ssh does."""
    found = (_entry(line, file, number) for number, line in enumerate(text.splitlines(), start=1))
    return tuple(entry for entry in found if entry is not None)


def _entry(line: str, file: str, number: int) -> Entry | None:
    words = line.split()
    if not words or words[0].startswith("#"):
        return None
    marker = words.pop(0) if words[0].startswith("@") else ""
    if len(words) < 3 or (marker and marker not in MARKERS):
        return None
    try:
        key = base64.b64decode(words[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    return Entry(file, number, marker, words[0], words[1], key)


def matches(patterns: str, name: str) -> bool:
    """Whether host `name` ("host" or "[host]:port") is meant by the first field of a line: hashed, wildcards, negation."""
    if patterns.startswith("|1|"):
        return _matches_hash(patterns, name)
    hit = False
    for pattern in patterns.split(","):
        wanted, glob = not pattern.startswith("!"), pattern.removeprefix("!")
        if glob and _matches_glob(glob, name):
            if not wanted:
                return False
            hit = True
    return hit


def _matches_glob(glob: str, name: str) -> bool:
    quoted = glob.replace("[", "[[]")
    return fullmatch(translate(quoted), name, IGNORECASE) is not None


def _matches_hash(field: str, name: str) -> bool:
    try:
        salt, digest = (base64.b64decode(part, validate=True) for part in field[3:].split("|"))
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(_digest(salt, name), digest)


def _digest(salt: bytes, name: str) -> bytes:
    return hmac.new(salt, name.encode(), hashlib.sha1).digest()


def hashed(name: str, salt: bytes) -> str:
    """The name as HashKnownHosts has it in the file, so that who reads the file does not learn it; `salt` is 20 random bytes."""
    return "|".join(("", "1", *(base64.b64encode(part).decode() for part in (salt, _digest(salt, name)))))


class KnownKeys(Struct, frozen=True):
    """The lines that speak of one host."""

    entries: tuple[Entry, ...]
    name: str

    def _of(self, marker: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.marker == marker and matches(entry.patterns, self.name))

    def kinds(self) -> tuple[str, ...]:
        """The key types that we know of this host: to be asked for first, else a host with several would seem unknown."""
        return tuple(dict.fromkeys(entry.kind for entry in self._of("")))

    @property
    def authorities(self) -> tuple[Entry, ...]:
        """The lines of authorities that may vouch for this host."""
        return self._of("@cert-authority")

    def trusts(self, authority: bytes) -> bool:
        """Whether this authority's key may vouch for this host."""
        return any(entry.key == authority for entry in self.authorities) and not self.revokes(authority)

    def revokes(self, key: bytes) -> bool:
        """Whether a line marks this key as revoked."""
        return any(entry.key == key for entry in self._of("@revoked"))

    def judge(self, key: bytes) -> tuple[Verdict, Entry | None]:
        """What the files say of this key, with the line that says so.

        A key of a type that we do not have, where we have others of this host, counts as changed: the known types were asked
        for first, so the host no longer has them.
        """
        for entry in self._of("@revoked"):
            if entry.key == key:
                return Verdict.REVOKED, entry
        known = self._of("")
        for entry in known:
            if entry.key == key:
                return Verdict.KNOWN, entry
        return (Verdict.CHANGED, known[0]) if known else (Verdict.UNKNOWN, None)


def fingerprint(key: bytes) -> str:
    """The key's fingerprint as `ssh-keygen -l` shows it: "SHA256:…"."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def new_line(name: str, kind: str, key: bytes, *, after: bytes) -> bytes:
    """The one line to append for a newly accepted key, given the file's present bytes `after` which it goes."""
    lead = b"\n" if after and not after.endswith(b"\n") else b""
    return lead + f"{name} {kind} {base64.b64encode(key).decode()}\n".encode()
