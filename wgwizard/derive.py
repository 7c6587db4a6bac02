"""Site + Lock -> the completed Site: tunnel networks, β's and the points' addresses, prefixes of β's LAN addresses.

Pure and deterministic: the same site and lock give the same answer, and what the lock remembers is never given out again.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from ipaddress import IPv4Network, IPv6Network, ip_interface

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.lock import Lock
from wgwizard.problems import Problem, error
from wgwizard.site import Address, Host, InterfaceAddress, Network, Point, Site

HOST = "host"

# Where an IPv4 tunnel network is looked for, in this order. The first block leaves out what home routers hand out by default
# (10.0.0.0/24, 192.168.0.0/24, 192.168.1.0/24): the points' own networks are seldom known (RFC 1918 names the private blocks).
IPV4_POOLS = tuple(IPv4Network(text) for text in ("10.64.0.0/10", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
IPV4_PREFIX = 24
IPV6_PREFIX = 64


def complete(site: Site, lock: Lock) -> tuple[Site, Lock, tuple[Problem, ...]]:
    """The site with everything derived filled in, the lock that remembers it, and what could not be derived."""
    host = _with_prefixes(site)
    networks, problems = _tunnel_networks(site, lock)
    giver = _Giver(networks, _taken(site, lock))
    problems += _stolen_addresses(site, lock)
    own = giver.addresses(HOST, site.tunnel.addresses, lock.addresses.get(HOST, ()))
    points = tuple(_with_addresses(point, giver, lock) for point in site.points)
    problems += giver.problems(networks)
    addresses = dict(lock.addresses) | {HOST: own} | {point.name: point.addresses for point in points}
    filled = replace(site, host=host, points=points, tunnel=replace(site.tunnel, networks=networks, addresses=own))
    return filled, replace(lock, networks=networks, addresses=addresses), problems


def _with_prefixes(site: Site) -> Host:
    """β with the prefix of the site's network where its LAN address was given without one."""
    return replace(site.host, addresses=tuple(_with_prefix(address, site) for address in site.host.addresses))


def _with_prefix(address: InterfaceAddress, site: Site) -> InterfaceAddress:
    if address.network.prefixlen < address.max_prefixlen:
        return address
    lengths = [item.cidr.prefixlen for item in site.networks if item.cidr.version == address.version and address.ip in item.cidr]
    return ip_interface(f"{address.ip}/{max(lengths)}") if lengths else address


# --- tunnel networks -------------------------------------------------------------------------------------------------------


def _tunnel_networks(site: Site, lock: Lock) -> tuple[tuple[Network, ...], tuple[Problem, ...]]:
    """What the site says, else what the lock remembers, else a proposal: IPv4 always, IPv6 where the site has it."""
    if site.tunnel.networks:
        return site.tunnel.networks, ()
    known = _known_networks(site)
    families = [4] + ([6] if any(item.cidr.version == 6 for item in site.networks) else [])
    found: list[Network] = []
    problems: list[Problem] = []
    for family in families:
        remembered = next((network for network in lock.networks if network.version == family), None)
        network = remembered or (propose_ipv4(known, _nodes(site, lock)) if family == 4 else propose_ipv6(known, _seed(site)))
        if network is None:
            problems.append(_no_room())
            continue
        if remembered is not None:
            problems.extend(_overlap(remembered, known))
        found.append(network)
    return tuple(found), tuple(problems)


def _no_room() -> Problem:
    return error(
        "no-free-network",
        "tunnel.networks",
        "no private IPv4 network is left beside the networks of the site and the points' homes",
        "write a network of your choice under tunnel.networks",
    )


def _overlap(remembered: Network, known: Iterable[Network]) -> list[Problem]:
    """The lock's network against what became known since: it is not changed silently, because that would renumber everybody."""
    hits = [other for other in known if other.version == remembered.version and other.overlaps(remembered)]
    return [
        error(
            "tunnel-overlap",
            "tunnel.networks",
            f"the tunnel network {remembered} that was given out earlier overlaps {other}",
            "write another network under tunnel.networks; every point then needs its new file",
        )
        for other in hits[:1]
    ]


def _known_networks(site: Site) -> list[Network]:
    """Every network that the tunnel must not collide with."""
    known = [item.cidr for item in site.networks]
    known += [address.network for address in site.host.addresses]
    known += [network for point in site.points for network in point.home_networks]
    return known


def _nodes(site: Site, lock: Lock) -> int:
    """How many have or had an address, β among them."""
    return len(set(lock.addresses) | {point.name for point in site.points}) + 1


def propose_ipv4(known: Iterable[Network], nodes: int) -> IPv4Network | None:
    """The first network that overlaps no known one, with room for twice the `nodes`, at least a /24; `None` where none is left."""
    size = max(1 << (32 - IPV4_PREFIX), 1 << (2 * nodes + 1).bit_length())
    spans = sorted((int(network.network_address), int(network.broadcast_address)) for network in known if network.version == 4)
    for pool in IPV4_POOLS:
        start = _first_gap(int(pool.network_address), size, spans)
        if start + size - 1 <= int(pool.broadcast_address):
            return IPv4Network((start, 32 - (size.bit_length() - 1)))
    return None


def _first_gap(start: int, size: int, spans: Iterable[tuple[int, int]]) -> int:
    """The first multiple of `size` from `start` on, so that no span (sorted, both ends included) is touched."""
    for first, last in spans:
        if first > start + size - 1:
            break
        if last >= start:
            start = (last // size + 1) * size
    return start


def _seed(site: Site) -> str:
    return " ".join([site.name, *(str(address) for address in site.host.addresses)])


def propose_ipv6(known: Iterable[Network], seed: str) -> Network:
    """A unique local /64 that overlaps no known one: the 40 bits of its global ID come from the site's name and β's addresses.

    RFC 4193, section 3.2, wants them random; a hash of the site is as unlikely to meet another site, and repeatable.
    """
    from hashlib import sha256

    global_id = int.from_bytes(sha256(seed.encode()).digest()[:5], "big")
    spans = sorted((int(network.network_address), int(network.broadcast_address)) for network in known if network.version == 6)
    size = 1 << (128 - IPV6_PREFIX)
    return IPv6Network((_first_gap(0xFD << 120 | global_id << 80, size, spans), IPV6_PREFIX))


# --- addresses -------------------------------------------------------------------------------------------------------------


def _taken(site: Site, lock: Lock) -> set[Address]:
    """Every address that has an owner: written in the site, or given out earlier (deleted points too)."""
    taken = {address for point in site.points for address in point.addresses}
    taken.update(site.tunnel.addresses)
    taken.update(address for addresses in lock.addresses.values() for address in addresses)
    return taken


def _stolen_addresses(site: Site, lock: Lock) -> tuple[Problem, ...]:
    """An address that is written for one point and was given to another, which still has it."""
    automatic = {point.name for point in site.points if not point.addresses}
    owners = {address: name for name, addresses in lock.addresses.items() if name in automatic for address in addresses}
    if not owners:
        return ()
    return tuple(
        error(
            "address-given-out",
            f"points[{index}].addresses[{place}]",
            f"{address} was given to point {owners[address]} earlier",
            f"choose another address for {point.name}, or write one for {owners[address]} too",
        )
        for index, point in enumerate(site.points)
        for place, address in enumerate(point.addresses)
        if address in owners
    )


def _with_addresses(point: Point, giver: "_Giver", lock: Lock) -> Point:
    addresses = giver.addresses(point.name, point.addresses, lock.addresses.get(point.name, ()))
    return point if addresses is point.addresses else replace(point, addresses=addresses)


class _Giver:
    """Gives out addresses in order, one cursor a network, so that all points together cost one walk."""

    def __init__(self, networks: tuple[Network, ...], taken: AbstractSet[Address]) -> None:
        self._taken = taken
        self._ranges = [_Range(network) for network in networks]
        self._short: dict[Network, list[str]] = {}

    def addresses(self, node: str, written: tuple[Address, ...], remembered: tuple[Address, ...]) -> tuple[Address, ...]:
        """What was written; else for each tunnel network what the lock remembers inside it, or the next free one."""
        if written:
            return written
        found: list[Address] = []
        for pool in self._ranges:
            address = next((old for old in remembered if old in pool.network), None) if remembered else None
            address = address if address is not None else pool.next_free(self._taken)
            if address is None:
                self._short.setdefault(pool.network, []).append(node)
            else:
                found.append(address)
        return tuple(found)

    def problems(self, networks: Iterable[Network]) -> tuple[Problem, ...]:
        """One problem for each network that had no address left."""
        return tuple(_exhausted(network, self._short[network]) for network in networks if network in self._short)


def _exhausted(network: Network, nodes: list[str]) -> Problem:
    who = ", ".join(nodes[:3]) + (f" and {len(nodes) - 3} more" if len(nodes) > 3 else "")
    return error(
        "pool-exhausted",
        "tunnel.networks",
        f"the tunnel network {network} has no address left for {who}",
        "take a larger network, or remove deleted points from the lock file to free their addresses",
    )


class _Range(Struct):
    """The usable addresses of one network and how far they were given out."""

    network: Network
    _next: int = 0
    _last: int = 0

    def __post_init__(self) -> None:
        # The first address is the network's own (IPv4) or the routers' anycast address (RFC 4291, section 2.6.1).
        small = self.network.prefixlen >= self.network.max_prefixlen - 1
        self._next = int(self.network.network_address) + (0 if small else 1)
        self._last = int(self.network.broadcast_address) - (1 if self.network.version == 4 and not small else 0)

    def next_free(self, taken: AbstractSet[Address]) -> Address | None:
        """The lowest address that has no owner and was not given out here."""
        kind = type(self.network.network_address)
        while self._next <= self._last:
            address = kind(self._next)
            self._next += 1
            if not taken or address not in taken:  # to hash an address costs more than all of the rest here
                return address
        return None
