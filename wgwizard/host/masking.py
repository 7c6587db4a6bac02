"""What may be shown of text that came from Host β or goes there: keys hidden, control characters escaped, length capped."""

import hashlib
import re
from collections.abc import Iterable

from wgwizard.keys import public_of
from wgwizard.secret import HIDDEN, Secret

SHOWN_CHARACTERS = 4000
MOST_DIGESTS = 200
_SECRET_LINE = re.compile(r"^([ \t]*)(Private-?Key|Preshared-?Key)([ \t]*=[ \t]*)(\S*).*$", re.MULTILINE | re.IGNORECASE)
_BASE64_KEY = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw480]=(?![A-Za-z0-9+/=])")
_CONTROL = re.compile(r"[^\n\t\x20-\x7e\u00a0-\u200a\u2010-\u2027\u2030-\u205f\u2070-\ud7ff\uf900-\ufefe\uff01-\ufffc]")


def shown(output: bytes | str, secrets: Iterable[Secret] = ()) -> str:
    """Remote output fit for a screen, a log or an exception, at most 4000 characters of it.

    Our secrets and everything shaped like a key are hidden (`wg` echoes a malformed private key in its error), control characters
    escaped.
    """
    text = output if isinstance(output, str) else output.decode("utf-8", "backslashreplace")
    for secret in secrets:
        if secret:
            text = text.replace(secret.reveal(), HIDDEN)
    text = _SECRET_LINE.sub(rf"\1\2\3{HIDDEN}", text)
    text = _BASE64_KEY.sub("(key)", text.replace("\r\n", "\n"))
    text = printable(text).strip()
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + f"… ({len(text) - SHOWN_CHARACTERS} characters more)"


def printable(text: str) -> str:
    """Text of the host with its control characters escaped, for a screen."""
    return _CONTROL.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def masked_conf(text: str) -> str:
    """A tunnel's file as the probe shows one: the private key as its public key, preshared keys hidden."""

    def hide(match: re.Match[str]) -> str:
        lead, name, equals, value = match.groups()
        if _is_preshared(name):
            return f"{lead}{name}{equals}{HIDDEN}"
        return f"{lead}{name}{equals}(hidden, of public key {public_of(Secret(value))})"

    return _SECRET_LINE.sub(hide, text)


def _is_preshared(name: str) -> bool:
    return name.lower().startswith("preshared")


def preshared_digest(text: str) -> str:
    """A sha256 of each preshared key of a tunnel's file, in their order, as the probe makes them; "" where it has none.

    Where they are more than MOST_DIGESTS one over all of them, for a host takes a process for each.
    """
    keys = [match[4] for match in _SECRET_LINE.finditer(text) if _is_preshared(match[2])]
    return " ".join(map(key_digest, keys)) if len(keys) <= MOST_DIGESTS else key_digest("\n".join(keys))


def key_digest(key: str) -> str:
    """What stands for a preshared key."""
    return hashlib.sha256(f"{key}\n".encode()).hexdigest()
