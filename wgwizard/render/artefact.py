"""What rendering yields: files and cards, each for one node."""

import re
from collections.abc import Iterable

from msgspec import Struct

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


def lacks_text(missing: Iterable[str]) -> str:
    """What a file lacks (`Artefact.missing`), in words, with what brings it."""
    return ", ".join(_HOST_BRINGS.get(name) or _of_point(name) for name in dict.fromkeys(missing))


def _of_point(name: str) -> str:
    place = re.match(r"points\[(\d+)\]\.(.+)", name)
    return name if place is None else f"the {place[2].replace('_', ' ')} of point {int(place[1]) + 1}"
