"""What rendering yields: files and cards, each for one node."""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from wgwizard.problems import named
from wgwizard.secret import Secret


class Artefact(Struct, frozen=True):
    """A file on a node ("host" or a point's name), or a card for the router's administrator (node "router").

    `text` is always safe to show: keys in it read "(hidden)". `whole` is the true content where the artefact holds secrets and is complete.
    `path` is absolute on the node (a short name for cards), `mode` octal as in "0600". `missing` names what is not known yet
    ("host.public_key", "host.interface", "points[0].private_key"), empty when complete.
    """

    node: str
    path: str
    mode: str
    text: str
    whole: Secret | None = None
    missing: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing, so that it is a usable file."""
        return not self.missing

    @property
    def secret(self) -> bool:
        """Whether the true content holds keys."""
        return self.whole is not None

    def content(self) -> str:
        """The true content; call it only where the file is written or sent."""
        return self.text if self.whole is None else self.whole.reveal()


class Bundle(Struct, frozen=True):
    """Every artefact of a plan, β's first, in the order in which they are put in place."""

    artefacts: tuple[Artefact, ...]

    def of(self, node: str) -> tuple[Artefact, ...]:
        """The artefacts of one node."""
        return tuple(artefact for artefact in self.artefacts if artefact.node == node)


_HOST_BRINGS = {
    "host.public_key": "Host β's public key (applying brings it)",
    "host.private_key": "Host β's private key (made there when the plan is applied)",
    "host.interface": "Host β's network interface (found when the plan is applied)",
    "host.endpoint": "Host β's endpoint, which the points dial (asked on its page)",
}


_OF_POINT = re.compile(r"points\[(\d+)\]\.(.+)")
_SEALED = ("private_key", "preshared_key")  # made once: where one lacks, it lies sealed


def lacks_text(missing: Iterable[str], points: Sequence[str] = ()) -> str:
    """What a file lacks (`Artefact.missing`), in words, with what brings it; `points` are the points' names, for a file of Host β."""
    names = tuple(dict.fromkeys(missing))
    sealed = any(name.startswith("points[") and name.endswith(_SEALED) for name in names)
    said = named((_HOST_BRINGS.get(name) or lack_name(name, points) for name in names), most=4)
    return said + (" (sealed when made: their passphrase opens them)" if sealed else "")


def lack_name(name: str, points: Sequence[str] = ()) -> str:
    """One thing that a file lacks, as a person calls it; as in the site file where that has no other name."""
    place = _OF_POINT.fullmatch(name)
    if place is None:
        return name
    what = place[2].replace("_", " ")
    return f"the {what} of {points[int(place[1])]}" if points else f"its {what}"
