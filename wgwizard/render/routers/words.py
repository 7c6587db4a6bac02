"""What every kind of router is asked for, and what it gives: steps in its own words."""

from collections.abc import Callable

from msgspec import Struct

from wgwizard.plan.model import RouteNeeded
from wgwizard.render.option_121 import ByDhcp
from wgwizard.site import Address, Network


class Steps(Struct, frozen=True):
    """Lines that add a thing, that check it and that take it away again, each one a command or what is clicked.

    `doubt`: what of them was not read in a source, for the reader's eyes; empty where all was.
    """

    add: tuple[str, ...]
    check: tuple[str, ...]
    remove: tuple[str, ...]
    doubt: str = ""


class Routes(Struct, frozen=True):
    """The routes that the router needs, and a name for what is added: letters, digits and underscores."""

    tag: str
    routes: tuple[RouteNeeded, ...]


class HalfSeen(Struct, frozen=True):
    """The networks of each family between which the router sees half of each connection; a family without any is empty."""

    tag: str
    four: tuple[Network, ...]
    six: tuple[Network, ...]


class WayIn(Struct, frozen=True):
    """The way in from the internet: UDP `outside` is forwarded to β's IPv4 address at `inside`; to its IPv6 address it is let through."""

    tag: str
    outside: int
    inside: int
    four: Address | None
    six: Address | None


class Router(Struct, frozen=True):
    """One kind of router: `name` as people call it, `place` where the lines are typed or clicked, and its sets of steps."""

    name: str
    place: str
    route: Callable[[Routes], Steps]
    half_seen: Callable[[HalfSeen], Steps]
    way_in: Callable[[WayIn], Steps]
    by_dhcp: Callable[[ByDhcp], Steps]
