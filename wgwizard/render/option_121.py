"""DHCP option 121: the routes that a DHCP server tells the computers of one network, and the forms in which servers take them.

The bytes are those of RFC 3442, dnsmasq's form is that of dnsmasq(8), Kea's that of its manual.
"""

from ipaddress import IPv4Network

from msgspec import Struct

from wgwizard.site import Address

_ANYWHERE = IPv4Network("0.0.0.0/0")


class ByDhcp(Struct, frozen=True):
    """Pairs of a network and its next hop for the computers of `network`, and a name for what is added.

    The default route by `router` stands in every form, after them: a computer that takes option 121 ignores the router option.
    """

    tag: str
    network: IPv4Network
    routes: tuple[tuple[IPv4Network, Address], ...]
    router: Address | None

    def octets(self) -> bytes:
        """The option's data, for a router that is known."""
        if self.router is None:
            raise ValueError("without the router's address there is no default route")
        return classless_routes([*self.routes, (_ANYWHERE, self.router)])

    def dnsmasq(self) -> str:
        """The option's value as dnsmasq takes it."""
        return ",".join(f"{network},{via}" for network, via in self._words())

    def kea(self) -> str:
        """The option's value as Kea takes it."""
        return ", ".join(f"{network} - {via}" for network, via in self._words())

    def _words(self) -> list[tuple[IPv4Network, str]]:
        default = "(the router's address)" if self.router is None else str(self.router)
        return [*((network, str(via)) for network, via in self.routes), (_ANYWHERE, default)]


def classless_routes(routes: list[tuple[IPv4Network, Address]]) -> bytes:
    """The data of DHCP option 121: for each route the prefix length, the significant bytes of the network, and the router (RFC 3442)."""
    data = bytearray()
    for network, router in routes:
        data.append(network.prefixlen)
        data += network.network_address.packed[: (network.prefixlen + 7) // 8]
        data += router.packed
    return bytes(data)
