"""Whether the tunnel keeps apart from the site, and the addresses in it fit."""

from wgwizard.problems import error, warning
from wgwizard.site import Address, Network, Site
from wgwizard.sitefile.addresses import parse_address, refuse_edge
from wgwizard.sitefile.draft import Draft, Located
from wgwizard.sitefile.netindex import NetworkIndex

# The least and most that Linux and WireGuard take; IPv6 needs 1280 (RFC 8200, 5), IPv4 576 (RFC 791); 1500 - 80 is WireGuard over IPv6.
MIN_MTU4, MIN_MTU6, MAX_MTU, USUAL_MTU = 576, 1280, 65535, 1420


def check_tunnel(site: Site, draft: Draft, networks: NetworkIndex) -> None:
    """The tunnel's networks, addresses, interface and MTU."""
    tunnel = NetworkIndex(draft.tunnel_networks)
    _check_overlaps(draft, networks, tunnel)
    _check_addresses(draft, tunnel)
    _check_room(site, draft)
    _check_mtu(site, draft)
    _check_endpoints(site, draft, networks, tunnel)
    if site.tunnel.interface in site.host.interfaces:
        message = f"{site.tunnel.interface} is also Host β's LAN interface"
        draft.problems.append(error("bad-interface", "tunnel.interface", message, "the tunnel needs an interface of its own, such as wg0"))


def _check_overlaps(draft: Draft, networks: NetworkIndex, tunnel: NetworkIndex) -> None:
    for field, inner, outer_field, outer in tunnel.nested:
        draft.problems.append(error("networks-overlap", field, f"{inner} overlaps {outer} ({outer_field})", "keep one of the two"))
    links = NetworkIndex((field, interface.network) for field, interface in draft.host_addresses)
    for field, network in draft.tunnel_networks:
        other = networks.overlapping(network) or links.overlapping(network)
        if other is not None:
            hint = "choose a network that is used nowhere at the site, or leave tunnel.networks out"
            draft.problems.append(error("tunnel-overlaps", field, f"{network} overlaps the site's {other[1]} ({other[0]})", hint))
    for field, network in draft.home_networks:
        _check_home(field, network, draft, networks, tunnel)


def _check_home(field: str, network: Network, draft: Draft, networks: NetworkIndex, tunnel: NetworkIndex) -> None:
    """A point's own LAN that uses the site's or the tunnel's numbers works badly, but only for that point."""
    for index, what in ((networks, "site"), (tunnel, "tunnel")):
        other = index.overlapping(network)
        if other is not None:
            hint = "renumber one of the two, or give this point only single computers at the site (may_reach)"
            draft.problems.append(warning("home-overlaps", field, f"{network} overlaps the {what}'s {other[1]} ({other[0]})", hint))


def _check_addresses(draft: Draft, tunnel: NetworkIndex) -> None:
    """Each address in the tunnel once, and inside the tunnel's networks where these are given."""
    seen: dict[Address, str] = {}
    given: Located[Address] = [*draft.tunnel_addresses, *draft.point_addresses]
    for field, address in given:
        if address in seen:
            hint = "give each its own: WireGuard silently takes an address away from the peer that had it before"
            draft.problems.append(error("duplicate-address", field, f"{address} is also {seen[address]}", hint))
        seen.setdefault(address, field)
        around = tunnel.around(address)
        if around is not None:
            refuse_edge(address, around[1], field, draft.problems)
        elif draft.tunnel_networks:
            wanted = " or ".join(str(network) for _, network in draft.tunnel_networks)
            draft.problems.append(error("outside-tunnel", field, f"{address} is not in tunnel.networks", f"give an address in {wanted}"))


def _check_room(site: Site, draft: Draft) -> None:
    """A tunnel network must hold β and every point."""
    needed = len(site.points) + 1
    for field, network in draft.tunnel_networks:
        usable = network.num_addresses - 2
        if usable < max(needed, 2):
            message = f"{network} has room for {max(usable, 0)}, and {needed} addresses are needed"
            draft.problems.append(error("tunnel-too-small", field, message, "take a larger network, such as a /24"))


def _check_endpoints(site: Site, draft: Draft, networks: NetworkIndex, tunnel: NetworkIndex) -> None:
    """An endpoint behind the tunnel itself is a loop: the tunnel's own packets would go into the tunnel."""
    dialled = [("host.endpoint", site.host.endpoint), *((f"{field}.endpoint", point.endpoint) for field, point in draft.points)]
    for field, endpoint in dialled:
        address = None if endpoint is None else parse_address(endpoint.host, field, [])
        if address is None:
            continue
        inside = tunnel.around(address)
        if inside is not None:
            hint = "give the address at which it is reached without the tunnel"
            draft.problems.append(error("endpoint-loop", field, f"{address} is in the tunnel's own {inside[1]}", hint))
        elif field == "host.endpoint" and networks.around(address) is not None:
            hint = "points that may reach this network would send the tunnel's own packets into the tunnel: give the public address or name"
            draft.problems.append(warning("endpoint-loop", field, f"{address} is inside the site's own network", hint))


def _check_mtu(site: Site, draft: Draft) -> None:
    mtu = site.tunnel.mtu
    if mtu is None:
        return
    ipv6 = any(network.version == 6 for _, network in draft.tunnel_networks) or any(it.cidr.version == 6 for it in site.networks)
    least = MIN_MTU6 if ipv6 else MIN_MTU4
    if not least <= mtu <= MAX_MTU:
        reason = f"IPv6 needs at least {MIN_MTU6}" if ipv6 and mtu >= MIN_MTU4 else f"it is a number from {least} to {MAX_MTU}"
        draft.problems.append(
            error("bad-mtu", "tunnel.mtu", f"the MTU {mtu} does not work: {reason}", f"leave it out, or write {USUAL_MTU}")
        )
    elif mtu > USUAL_MTU:
        message = f"the MTU {mtu} is more than a link of 1500 can carry through WireGuard ({USUAL_MTU})"
        draft.problems.append(warning("large-mtu", "tunnel.mtu", message, "keep it only if every link between the points and β is larger"))
