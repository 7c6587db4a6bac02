"""Which address stands where in the replica: the site's segments (what is on one link), the internet, the points' homes; pure."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network, ip_address, ip_interface

from msgspec import Struct

from wgwizard.site import Address, Endpoint, InterfaceAddress, Network, Point, Site

INTERNET = "internet"
SPARE_ADDRESS = 101  # the place in a network where the search for a free address begins, away from routers and named hosts

# RFC 2544's benchmark range and RFC 3849's documentation range: no site and no point has its own addresses there.
PUBLIC4 = IPv4Network("198.18.0.0/15")
PUBLIC6 = IPv6Network("2001:db8:ffff::/64")

HOMES = tuple(IPv4Network(text) for text in ("192.168.178.0/24", "10.231.77.0/24", "172.31.9.0/24"))
HOMES6 = IPv6Network("fd9e:21a7:5d03::/64")


class Segment(Struct, frozen=True):
    """What is on one link: `networks` are the site's, `prefixes` the on-link networks that addresses are configured with."""

    label: str
    networks: tuple[Network, ...]
    prefixes: tuple[Network, ...]
    is_beta: bool

    def contains(self, address: Address) -> bool:
        """Whether an address is on this link."""
        return any(address.version == prefix.version and address in prefix for prefix in self.prefixes)

    def interface(self, address: Address) -> InterfaceAddress:
        """The address as it is configured here, with its prefix."""
        prefix = next(prefix for prefix in self.prefixes if address.version == prefix.version and address in prefix)
        return ip_interface(f"{address}/{prefix.prefixlen}")

    def on_link(self, network: Network) -> Network:
        """The part of one of the site's networks that is on this link: β's own network may be smaller than the site's."""
        inside = (prefix for prefix in self.prefixes if _overlap(prefix, network) and prefix.prefixlen > network.prefixlen)
        return next(inside, network)

    def used(self, site: Site) -> set[Address]:
        """The addresses that the site file gives to somebody."""
        return {address.ip for address in site.host.addresses} | set(site.router) | {a for host in site.hosts for a in host.addresses}


def segments_of(site: Site) -> tuple[Segment, ...]:
    """The site's links, β's first.

    On one link are the networks of one name, those that overlap β's own, and those in which one computer (β, the router's
    entry list apart, or a named host) has addresses.
    """
    own = [address.network for address in site.host.addresses]
    groups: list[set[Network]] = [set(own)] if own else []
    for item in site.networks:
        _join(groups, {item.cidr, *(other.cidr for other in site.networks if item.name is not None and other.name == item.name)})
    for host in site.hosts:
        _join(groups, {network for group in groups for network in group for address in host.addresses if holds(network, address)})
    for network in own:
        _join(groups, {other for group in groups for other in group if other.version == network.version and other.overlaps(network)})
    order = {item.cidr: index for index, item in enumerate(site.networks)}
    groups.sort(key=lambda group: (not group & set(own), min(order.get(network, len(order)) for network in group)))
    return tuple(_segment(site, group, own) for group in groups)


def _join(groups: list[set[Network]], together: set[Network]) -> None:
    """Make one group of all groups that share a member with `together`."""
    touched = [group for group in groups if group & together]
    for group in touched:
        groups.remove(group)
    groups.append(together.union(*touched))


def holds(network: Network, address: Address) -> bool:
    """Whether an address is in a network of the same family."""
    return address.version == network.version and address in network


def _segment(site: Site, group: set[Network], own: Sequence[Network]) -> Segment:
    networks = [item for item in site.networks if item.cidr in group]
    names = [item.name for item in networks if item.name is not None] or [str(item.cidr) for item in networks]
    on_link = [network for network in own if network in group]
    on_link += [_roomy(item.cidr) for item in networks if not any(_overlap(item.cidr, network) for network in on_link)]
    label = names[0] if names else "lan of beta"
    return Segment(label, tuple(item.cidr for item in networks), tuple(on_link), bool(set(own) & group))


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _roomy(network: Network) -> Network:
    """The network, widened where a router would have no room beside its only host."""
    smallest = network.max_prefixlen - 3
    return network if network.prefixlen <= smallest else network.supernet(new_prefix=smallest)


def free_address(network: Network, used: Iterable[Address], avoid: Iterable[Network] = ()) -> Address | None:
    """An address of the network that nobody has and that is in none of `avoid`, `None` when there is none (4096 are looked at)."""
    taken, others = set(used), tuple(avoid)
    usable = range(1, min(network.num_addresses - 1, 4096)) or range(network.num_addresses)
    start = min(SPARE_ADDRESS, len(usable) // 2)
    places = (network[place] for place in (*usable[start:], *usable[:start]))
    return next((address for address in places if address not in taken and not any(holds(other, address) for other in others)), None)


class Wan(Struct):
    """Gives out public addresses; the internet is one link with one next hop for everybody, so that any literal address fits."""

    site: Site
    GATEWAYS = (IPv4Interface(f"{PUBLIC4[-2]}/32"), IPv6Interface("fe80::1/64"))
    given: int = 0

    def gateway(self, network: Network) -> Address:
        """The next hop of this family."""
        return next(address.ip for address in self.GATEWAYS if address.version == network.version)

    def addresses(self, endpoint: Endpoint | None) -> tuple[InterfaceAddress, ...]:
        """New public addresses, one a family; an endpoint written as an address stands in for that of its family."""
        self.given += 1
        written = self.literal(endpoint) if endpoint is not None else None
        chosen = [PUBLIC4[self.given], PUBLIC6[self.given + 1]]
        if written is not None and not any(written == address.ip for address in self.site.host.addresses):
            chosen = [written if address.version == written.version else address for address in chosen]
        lengths = {4: 32, 6: 128}
        return tuple(ip_interface(f"{address}/{lengths[address.version]}") for address in chosen)

    @staticmethod
    def literal(endpoint: Endpoint) -> Address | None:
        """The endpoint's address, `None` where it is a name."""
        try:
            return ip_address(endpoint.host)
        except ValueError:
            return None


def home_network(site: Site, point: Point) -> tuple[Network, ...]:
    """The networks of a point's home, one a family: as it says, else some that meet neither the site nor the tunnel."""
    known = [item.cidr for item in site.networks] + list(site.tunnel.networks) + [address.network for address in site.host.addresses]
    said = [network for network in point.home_networks if network.prefixlen <= network.max_prefixlen - 6]
    spare4 = next((home for home in HOMES if not any(_overlap(home, network) for network in known)), HOMES[0])
    homes = (next((network for network in said if network.version == spare.version), spare) for spare in (spare4, HOMES6))
    return tuple(homes)
