"""What every rendered file shares: the first lines, and names made harmless for comments."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from wgwizard.plan.model import Plan
from wgwizard.site import Address, InterfaceAddress, Network

# What wg-quick takes as an interface's name, and what is also harmless in rules, units and settings (wg-quick(8)).
_INTERFACE = re.compile(r"[A-Za-z0-9_=+.@:-]{1,15}")
# The texts of the parts of an IPv4 address: taking one from here costs less than half of making it.
_OCTETS = tuple(map(str, range(256)))


def plain(name: str) -> str:
    """A name without control characters, so that a comment stays one line whatever it holds."""
    if name.isprintable():
        return name
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def header(plan: Plan, what: str) -> list[str]:
    """The comment at the top of a file: who wrote it, for which site and strategy, and what it is."""
    return [signature(plan), f"# {what}"]


def signature(plan: Plan) -> str:
    """The first line of every file: who wrote it, for which site and strategy."""
    return f"# wgwizard: site {plain(plan.site.name)}, strategy {plan.strategy.value}"


def refuse_unsafe_interfaces(plan: Plan) -> None:
    """Interface names stand in rules, units and settings as they are, so any other characters end here with a ValueError."""
    for name in (plan.host.interface, *plan.forwarding.interfaces, *plan.forwarding.accept_ra_interfaces):
        if not _INTERFACE.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of an interface")


def address_text(address: Address) -> str:
    """The text of an address, without its prefix where it has one; `str` takes four times as long."""
    return _ipv4_text(int(address)) if isinstance(address, IPv4Address) else _ipv6_text(int(address))


@lru_cache(maxsize=1 << 18)
def _ipv4_text(number: int) -> str:
    """The text of an IPv4 address, made once: it stands in several files."""
    return f"{_OCTETS[number >> 24]}.{_OCTETS[number >> 16 & 255]}.{_OCTETS[number >> 8 & 255]}.{_OCTETS[number & 255]}"


@lru_cache(maxsize=1 << 18)
def _ipv6_text(number: int) -> str:
    """The text of an IPv6 address, made once: it costs more than the lines that it stands in."""
    return str(IPv6Address(number))


def network_text(network: Network) -> str:
    """The text of a network."""
    return f"{address_text(network.network_address)}/{network.prefixlen}"


def place_text(place: Address | Network) -> str:
    """The text of an address or a network."""
    return address_text(place) if isinstance(place, Address) else network_text(place)


def interface_text(address: InterfaceAddress) -> str:
    """The text of an address with its prefix length."""
    return f"{address_text(address)}/{address.network.prefixlen}"
