"""Addresses and networks as people write them -> typed values, or a problem that says what is wrong with the text.

Every reader takes the text, the field's path and a list to which it adds problems; it returns `None` where the text is refused.
`ipaddress` alone is too kind: it takes masks for prefixes and zones, and other programs read leading zeros to base 8.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_interface, ip_network

from wgwizard.problems import Problem, error, warning
from wgwizard.site import Address, InterfaceAddress, Network, usual_network
from wgwizard.sitefile.shape import shown

_PREFIX = re.compile(r"(?:0|[1-9][0-9]{0,2})\Z")
_ADDRESS_CHARACTERS = re.compile(r"[0-9A-Fa-f:.]+\Z")
_LEADING_ZERO = re.compile(r"(?:^|\.)0[0-9]")

# https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-special-registry
_UNUSABLE4: tuple[tuple[Network, str, str], ...] = (
    (IPv4Network("0.0.0.0/32"), "unspecified-address", "is the unspecified address"),
    (IPv4Network("0.0.0.0/8"), "reserved-address", 'is in 0.0.0.0/8 ("this network")'),
    (IPv4Network("127.0.0.0/8"), "loopback-address", "is a loopback address"),
    (IPv4Network("169.254.0.0/16"), "link-local-address", "is a link-local address"),
    (IPv4Network("224.0.0.0/4"), "multicast-address", "is a multicast address"),
    (IPv4Network("255.255.255.255/32"), "broadcast-address", "is the broadcast address"),
    (IPv4Network("240.0.0.0/4"), "reserved-address", "is in the reserved block 240.0.0.0/4"),
)
_UNUSABLE6: tuple[tuple[Network, str, str], ...] = (
    (IPv6Network("::/128"), "unspecified-address", "is the unspecified address"),
    (IPv6Network("::1/128"), "loopback-address", "is the loopback address"),
    (IPv6Network("::ffff:0:0/96"), "mapped-address", "is an IPv4-mapped address"),
    (IPv6Network("fe80::/10"), "link-local-address", "is a link-local address"),
    (IPv6Network("ff00::/8"), "multicast-address", "is a multicast address"),
)
_ODD = (
    (IPv6Network("2002::/16"), "transition-address", "is a 6to4 address"),
    (IPv6Network("64:ff9b::/96"), "transition-address", "is a NAT64 address"),
    (IPv6Network("2001:db8::/32"), "documentation-address", "is reserved for documentation"),
    (IPv4Network("192.0.2.0/24"), "documentation-address", "is reserved for documentation"),
    (IPv4Network("198.51.100.0/24"), "documentation-address", "is reserved for documentation"),
    (IPv4Network("203.0.113.0/24"), "documentation-address", "is reserved for documentation"),
)
_PRIVATE4 = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
# The blocks that nobody can dial over the internet; Python's is_private takes several of them together.
_NOT_PUBLIC: tuple[tuple[Network, str], ...] = (
    (IPv4Network("127.0.0.0/8"), "a loopback address"),
    (IPv6Network("::1/128"), "a loopback address"),
    (IPv4Network("169.254.0.0/16"), "a link-local address"),
    (IPv6Network("fe80::/10"), "a link-local address"),
    (IPv4Network("10.0.0.0/8"), "a private address"),
    (IPv4Network("172.16.0.0/12"), "a private address"),
    (IPv4Network("192.168.0.0/16"), "a private address"),
    (IPv6Network("fc00::/7"), "a private address"),
    (IPv4Network("100.64.0.0/10"), "an address inside a provider's network (RFC 6598)"),
    (IPv4Network("198.18.0.0/15"), "an address for measurements (RFC 2544)"),
)
_GLOBAL6 = IPv6Network("2000::/3")
_LOCAL6 = IPv6Network("fc00::/7")
_NAT64 = IPv6Network("64:ff9b::/96")
_WIDEST = {4: 8, 6: 8}


def not_public(address: Address) -> str:
    """What an address is that nobody can dial over the internet; nothing where that can be."""
    return next((kind for network, kind in _NOT_PUBLIC if address.version == network.version and address in network), "")


def read_address(text: str, field: str, problems: list[Problem]) -> Address | None:
    """A computer's own address, without a prefix."""
    address = parse_address(text, field, problems)
    return None if address is None or refuse_unusable(address, text, field, problems) else address


def read_interface(text: str, field: str, problems: list[Problem]) -> tuple[InterfaceAddress, bool] | None:
    """A computer's own address with its prefix, and whether the prefix was said; neither network nor broadcast address."""
    if "/" not in text:
        address = read_address(text, field, problems)
        return None if address is None else (ip_interface(address), False)
    first, _, prefix = text.partition("/")
    address = read_address(first, field, problems)
    if address is None or not _prefix_fits(prefix, address.version, text, field, problems):
        return None
    interface: InterfaceAddress = ip_interface((address, int(prefix)))
    if refuse_edge(address, interface.network, field, problems):
        return None
    return interface, True


def refuse_edge(address: Address, network: Network, field: str, problems: list[Problem]) -> bool:
    """Say so when `address` is the network's own or its broadcast address, which no computer can have."""
    if network.num_addresses <= 2 or address not in (network.network_address, network.broadcast_address):
        return False
    if address == network.network_address:
        problems.append(
            error("network-address", field, f"{address} is the address of the network {network} itself", "give a computer's address")
        )
        return True
    if network.version == 4:
        problems.append(error("broadcast-address", field, f"{address} is the broadcast address of {network}", "give a computer's address"))
        return True
    return False


def read_network(text: str, field: str, problems: list[Problem]) -> Network | None:
    """A network as a CIDR, without host bits; the whole internet is refused, odd and public ones are warned of."""
    first, slash, prefix = text.partition("/")
    address = parse_address(first, field, problems)
    if address is None:
        return None
    if not slash:
        hint = f"write {usual_network(address)} for a network, or {ip_network(address)} for this one address"
        problems.append(error("no-prefix", field, f"{shown(text)} is an address, not a network", hint))
        return None
    if not _prefix_fits(prefix, address.version, text, field, problems):
        return None
    network: Network = ip_network((address, int(prefix)), strict=False)
    if network.prefixlen < _WIDEST[network.version]:
        message = f"{shown(text)} takes in (nearly) the whole internet"
        problems.append(error("too-wide", field, message, "name the networks that are really there; a full tunnel is not supported yet"))
        return None
    if network.network_address != address:
        problems.append(error("host-bits", field, f"{shown(text)} has bits set after the prefix", f"did you mean {network}?"))
        return None
    if refuse_unusable(network.network_address, text, field, problems):
        return None
    _warn_odd_network(network, field, problems)
    return network


def parse_address(text: str, field: str, problems: list[Problem]) -> Address | None:
    """The text as an address of any kind; what `ipaddress` would tolerate and other programs read differently is refused."""
    if _ADDRESS_CHARACTERS.match(text):
        try:
            return IPv6Address(text) if ":" in text else IPv4Address(text)
        except ValueError:
            pass
    problems.append(error("bad-address", field, *_address_fault(text)))
    return None


def _address_fault(text: str) -> tuple[str, str]:
    """Why `text` is not an address, and what to do."""
    if "%" in text:
        return f"{shown(text)} has a zone (%…)", "write the address alone; link-local addresses do not work through a tunnel"
    if text != text.strip() or not text.isprintable() or " " in text:
        return f"{shown(text)} has a space or control character in it", "remove it"
    if not text.isascii():
        return f"{shown(text)} has digits or letters that are not ASCII", "type it again with plain digits"
    if _LEADING_ZERO.search(text) and ":" not in text:
        return f"{shown(text)} has a leading zero, which some programs read to base 8", "remove the zero"
    if "/" in text:
        return f"{shown(text)} is not one address", "write the address without a prefix"
    return f"{shown(text)} is not an IPv4 or IPv6 address", "write it like 192.168.200.2 or fd00:200::2"


def _prefix_fits(prefix: str, version: int, text: str, field: str, problems: list[Problem]) -> bool:
    most = 32 if version == 4 else 128
    if _PREFIX.match(prefix) and int(prefix) <= most:
        return True
    reason = "a mask instead of a prefix" if "." in prefix else f"the prefix {shown('/' + prefix)}"
    problems.append(
        error("bad-prefix", field, f"{shown(text)} has {reason}", f"write a number from 0 to {most} after the /, without leading zeros")
    )
    return False


def refuse_unusable(address: Address, text: str, field: str, problems: list[Problem]) -> bool:
    """Say so when no computer in a routed network can have this address; warn of transition addresses."""
    number = int(address)
    if isinstance(address, IPv4Address):
        first = number >> 24
        if 0 < first < 224 and first not in (127, 169):
            return False
        unusable = next((row for row in _UNUSABLE4 if address in row[0]), None)
    else:
        if address in _LOCAL6:
            return False
        unusable = next((row for row in _UNUSABLE6 if address in row[0]), None)
        if unusable is None and address not in _GLOBAL6 and address not in _NAT64:
            unusable = (_GLOBAL6, "reserved-address", "is outside 2000::/3 and fc00::/7, which are all that is in use")
    if unusable is not None:
        problems.append(
            error(unusable[1], field, f"{shown(text)} {unusable[2]}", "give an address that a computer in the network can have")
        )
        return True
    odd = odd_kind(address)
    if odd is not None and odd[0] == "transition-address":
        problems.append(warning(odd[0], field, f"{address} {odd[1]}", "check that it is really meant"))
    return False


def odd_kind(address: Address) -> tuple[str, str] | None:
    """The code and words for an address that is usable but seldom meant: documentation, 6to4, NAT64."""
    return next(((code, words) for network, code, words in _ODD if address in network), None)


def _warn_odd_network(network: Network, field: str, problems: list[Problem]) -> None:
    odd = odd_kind(network.network_address)
    if odd is not None and odd[0] == "documentation-address":
        problems.append(warning(odd[0], field, f"{network} {odd[1]}", "replace the example with your own network"))
    elif isinstance(network, IPv4Network) and not any(network.subnet_of(private) for private in _PRIVATE4):
        hint = "use a private network (RFC 1918) unless this one is really yours"
        problems.append(warning("public-network", field, f"{network} is public address space", hint))
