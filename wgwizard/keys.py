"""WireGuard keys: X25519 pairs and preshared keys, in base64 of 32 bytes as `wg` writes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from wgwizard.secret import Secret

# 32 bytes in base64: 42 letters hold 252 bits, the last letter four bits and two that must be zero (RFC 4648, 3.5).
_KEY = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\Z")
_NO_KEY = "A" * 43 + "="


@dataclass(frozen=True, slots=True)
class Keyring:
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
        return f"has {len(text)} characters, not 44"
    if not text.endswith("=") or text.endswith("=="):
        return "is not the base64 of 32 bytes"
    return "is not canonical base64 (a letter is wrong)"
