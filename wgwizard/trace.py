"""Plan -> who reaches whom: for each pair and direction, by which hops, and the source address that the far side sees."""

from dataclasses import dataclass

from wgwizard.site import Address, Family


@dataclass(frozen=True, slots=True)
class Hop:
    """A packet at one node.

    Its addresses when it leaves there, and what was done to it ("routed", "masquerade", "port forward", "dropped").
    """

    node: str
    source: Address | None
    destination: Address | None
    action: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether `origin` can open a connection to `target`.

    Names are points', site networks' and hosts' names or CIDRs, "host" and "points". `protocol` and `ports` are `None`/""
    where all are meant;
    `published` is true where the connection is opened to a port of β that leads on to the point (the port is then β's).
    """

    origin: str
    target: str
    family: Family
    protocol: str | None
    ports: str
    reachable: bool
    published: bool
    hops: tuple[Hop, ...]
    source_seen: Address | str | None
    why: str
