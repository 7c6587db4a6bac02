"""Keys that are not known here but stand in β's present file: what the host puts in their lines' place (transaction.sh); pure."""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from wgwizard.host.conf import preshared_peers
from wgwizard.host.facts import Facts, HostFile
from wgwizard.host.layout import Layout
from wgwizard.host.masking import MOST_DIGESTS, key_digest, preshared_digest
from wgwizard.plan.model import HOST, Plan
from wgwizard.secret import HIDDEN

PRIVATE_KEY = "host.private_key"
# By the name that the key has for wg-quick and systemd-networkd, or for NetworkManager.
_MADE_THERE = re.compile(r"^# (?:PrivateKey = |private-key=)\(made on .*\)$", re.MULTILINE)
_PRIVATE = re.compile(r"^# (PrivateKey = |private-key=)\((?:made on|kept in) .*\)$", re.MULTILINE)
_KNOWN = re.compile(r"(?:PresharedKey = |preshared-key=)(.*)")
_PRESHARED = re.compile(r"# (PresharedKey = |preshared-key=)\(kept in .*\)")
_PUBLIC = re.compile(r"(?:PublicKey = |\[wireguard-peer\.)([^]]*)\]?")
_HAS_PRIVATE = re.compile(r"^[ \t]*Private-?Key[ \t]*=[ \t]*\(hidden, of public key [A-Za-z0-9+/]{43}=\)", re.MULTILINE | re.IGNORECASE)


class KeptKeys(Struct, frozen=True):
    """The keys in our present file on the host: of which public key its own is, `None` for none, and whose preshared keys it has.

    `preshared` has the digest of each peer's by its public key, "" where the host told `preshared_digest` of all together.
    """

    public_key: str | None
    private: bool
    preshared: Mapping[str, str]
    preshared_digest: str

    def supplied(self, text: str, missing: Iterable[str]) -> frozenset[str]:
        """Those of the `missing` names of β's .conf that the host makes or has, each named as in Artefact.missing."""
        lacks = tuple(missing)
        found = {PRIVATE_KEY} if self.private or _MADE_THERE.search(text) else set()
        names = [name for name in lacks if name.endswith(".preshared_key")]
        found |= {name for name, peer in zip(names, _lacking_preshared(text), strict=True) if peer in self.preshared}
        return frozenset(found)

    def shown_in(self, text: str) -> str:
        """The masked .conf as the probe will show it once the host has put its keys in."""
        kept = f"of public key {self.public_key}" if self.public_key else "made on the host"
        lines, public = [], ""
        for line in _PRIVATE.sub(lambda match: f"{match[1]}(hidden, {kept})", text).split("\n"):
            public = _public_key(line, public)
            lacking = _PRESHARED.fullmatch(line)
            lines.append(f"{lacking[1]}{HIDDEN}" if lacking and public in self.preshared else line)
        return "\n".join(lines)

    def digest_of(self, text: str) -> str:
        """What the probe will show of the preshared keys of this .conf once the host has put in those that are not known here."""
        if not any(peer in self.preshared for peer in _lacking_preshared(text)):
            return preshared_digest(text)
        digests, public = [], ""
        for line in text.splitlines():
            public = _public_key(line, public)
            if known := _KNOWN.fullmatch(line):
                digests.append(key_digest(known[1]))
            elif _PRESHARED.fullmatch(line) and public in self.preshared:
                digests.append(self.preshared[public])
        return " ".join(digests) if "" not in digests and len(digests) <= MOST_DIGESTS else self.preshared_digest


def kept_keys(facts: Facts, layout: Layout) -> KeptKeys:
    """What our file on the host has; nothing where we never applied, as that file is another's."""
    if not facts.ours:
        return KeptKeys(None, False, {}, "")
    file = facts.files.get(layout.tunnel, HostFile(layout.tunnel))
    preshared = digests_by_peer(file.text, file.preshared_digest)
    return KeptKeys(facts.public_key, _HAS_PRIVATE.search(file.text) is not None, preshared, file.preshared_digest)


def another_key(plan: Plan, facts: Facts) -> tuple[str, ...]:
    """What is said where β's key is not the one that the points' files were written for: a host set up anew, or by somebody else."""
    known = next((peer.public_key for point in plan.points for peer in point.peers if peer.node == HOST), None)
    if not plan.site.host.keys_on_host or known is None or known == facts.public_key:
        return ()
    what = f"has another key ({facts.public_key})" if facts.public_key else "gets a new key, as its former one is not on it any more"
    return (f"Host β {what}; the points were given {known}, and cannot connect any more until each has its new file.",)


def digests_by_peer(text: str, preshared_digest: str) -> dict[str, str]:
    """The digest of each peer's preshared key by its public key in a .conf as it is shown; "" where there is one of all together."""
    peers, digests = preshared_peers(text), preshared_digest.split(" ")
    return dict(zip(peers, digests, strict=True)) if len(peers) == len(digests) else dict.fromkeys(peers, "")


def _lacking_preshared(text: str) -> list[str]:
    """The public keys of the peers whose preshared key is not known here, in their order; "" for one without a public key."""
    found, public = [], ""
    for line in text.splitlines():
        public = _public_key(line, public)
        if _PRESHARED.fullmatch(line):
            found.append(public)
    return found


def _public_key(line: str, before: str) -> str:
    """The public key of the section in which `line` stands."""
    if match := _PUBLIC.fullmatch(line):
        return match[1]
    return "" if line.startswith("[") else before
