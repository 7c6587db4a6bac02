"""What rendering yields: files and cards, each for one node."""

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
