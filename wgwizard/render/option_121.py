"""DHCP option 121: its bytes are those of RFC 3442."""

from ipaddress import IPv4Network

from wgwizard.site import Address


def classless_routes(routes: list[tuple[IPv4Network, Address]]) -> bytes:
    """The data of DHCP option 121: for each route the prefix length, the significant bytes of the network, and the router (RFC 3442)."""
    data = bytearray()
    for network, router in routes:
        data.append(network.prefixlen)
        data += network.network_address.packed[: (network.prefixlen + 7) // 8]
        data += router.packed
    return bytes(data)
