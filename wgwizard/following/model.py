"""The words of following one connection: packets, the stages that they pass, and the rules that act there; frozen values."""

from enum import StrEnum

from msgspec import Struct

from wgwizard.site import Address, Network, Protocol

# Stands for the port that the computer which opens a connection chooses by itself (Linux: 32768 to 60999).
EXAMPLE_PORT = "51002"


class Action(StrEnum):
    """What happens to a packet at a node."""

    SENT = "sent"
    ROUTED = "passed on"
    REWRITTEN = "rewritten"
    RESTORED = "turned back"
    ARRIVED = "arrived"
    DROPPED = "dropped"


class Packet(Struct, frozen=True):
    """The ends of a packet; a network stands for any one of its computers, a port of "" for none or any."""

    source: Address | Network
    source_port: str
    destination: Address | Network
    destination_port: str

    def answer(self) -> "Packet":
        """The packet that answers this one."""
        return Packet(self.destination, self.destination_port, self.source, self.source_port)

    @property
    def source_text(self) -> str:
        """As "10.0.0.1:51002"."""
        return _end(self.source, self.source_port)

    @property
    def destination_text(self) -> str:
        """As "192.168.1.20:445"."""
        return _end(self.destination, self.destination_port)

    def __str__(self) -> str:
        return f"{self.source_text} → {self.destination_text}"


def _end(place: Address | Network, port: str) -> str:
    if not port:
        return str(place)
    return f"[{place}]:{port}" if place.version == 6 else f"{place}:{port}"


class Applied(Struct, frozen=True):
    """A rule that acts on the packet: in plain words, and by its technical name or text."""

    said: str
    technical: str


class Stage(Struct, frozen=True):
    """The packet at one node: `was` as it came (`None` where it begins), `now` as it goes on (`None` where it ends).

    `node` is a point's name, "host", "router", or a site computer's or network's name; `back` on the way of the answer.
    """

    node: str
    back: bool
    place: str
    was: Packet | None
    now: Packet | None
    action: Action
    rules: tuple[Applied, ...] = ()


class Followed(Struct, frozen=True):
    """A connection's stages there and back; where it does not work, until where it dies, and what would change that ("" unknown)."""

    title: str
    protocol: Protocol | str | None
    stages: tuple[Stage, ...]
    arrives: bool
    why: str
    would_help: str
