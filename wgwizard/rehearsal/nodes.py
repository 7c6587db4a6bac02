"""The words of a replica: nodes, links, routes; frozen values."""

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

from msgspec import Struct, field

from wgwizard.site import Address, InterfaceAddress, Network

LAN_INTERFACE = "eth0"
WAN_INTERFACE = "wan"
DEFAULT_ROUTES: tuple[Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))


class Kind(StrEnum):
    """What a node is."""

    INTERNET = "internet"
    ROUTER = "router"
    HOST = "host"
    SITE_HOST = "site host"
    HOME_ROUTER = "home router"
    POINT = "point"


class Link(Struct, frozen=True):
    """An interface of a node, plugged into a segment (a switch)."""

    interface: str
    segment: str
    addresses: tuple[InterfaceAddress, ...]


class Route(Struct, frozen=True):
    """A route of a node: by `via`, or without it straight out of `interface`."""

    network: Network
    interface: str
    via: Address | None = None


class Node(Struct, frozen=True):
    """One computer of the replica; `rules` is the nftables text of its own firewall and NAT ("": none)."""

    name: str
    kind: Kind
    links: tuple[Link, ...]
    routes: tuple[Route, ...] = ()
    forwards: bool = False
    rules: str = ""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Its addresses, in the order of its links."""
        return tuple(address.ip for link in self.links for address in link.addresses)


class Topology(Struct, frozen=True):
    """The whole replica; `names` are the host names that the internet's DNS would know."""

    nodes: tuple[Node, ...]
    names: Mapping[str, Address] = field(default_factory=dict)

    def node(self, name: str) -> Node:
        """The node of this name."""
        return next(node for node in self.nodes if node.name == name)

    def of_kind(self, *kinds: Kind) -> tuple[Node, ...]:
        """The nodes of these kinds, in their order."""
        return tuple(node for node in self.nodes if node.kind in kinds)


def default_routes(link: Link, gateway: Link) -> tuple[Route, ...]:
    """The default routes out of `link` by the gateway's addresses, one a family that both have."""
    families = {address.version for address in link.addresses}
    by_family = {address.version: address.ip for address in reversed(gateway.addresses)}
    return tuple(
        Route(default, link.interface, by_family[default.version])
        for default in DEFAULT_ROUTES
        if default.version in families and default.version in by_family
    )
