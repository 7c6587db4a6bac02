"""Whoever the host must not lose, and whether the wanted tunnel would swallow the way to them (lock-outs 6 to 10, 12, 15, 17); pure."""

from collections.abc import Iterator
from ipaddress import ip_address

from msgspec import Struct

from wgwizard.host.changes import Wanted
from wgwizard.host.facts import Facts
from wgwizard.host.layout import Layout
from wgwizard.host.simulating import Hop, Routing, planned, today
from wgwizard.problems import Problem, error
from wgwizard.site import Address, Network


class Kept(Struct, frozen=True):
    """Somebody or something that the host must go on reaching: `who` names it; `source` is the host's own address that it uses."""

    who: str
    address: Address
    source: Address | None = None


def kept(facts: Facts) -> tuple[Kept, ...]:
    """All whom the host must not lose: who is logged in (a jump host counts as the client), routers, DNS servers, points' own addresses."""
    found: list[Kept] = []
    if facts.ssh is not None:
        found.append(Kept(f"{facts.ssh.client}, from where you are logged in", facts.ssh.client, facts.ssh.server))
    found += [Kept(f"{peer}, from where somebody is logged in by SSH", peer, own) for peer, own in facts.ways.ssh_peers]
    routing, people = today(facts.ways), tuple(found)
    for route in facts.routes:
        if route.network.prefixlen == 0 and route.via is not None:
            found.append(Kept(f"{route.via}, the host's default gateway", route.via))
    for item in people:
        hop = routing.hop(item.address, item.source)
        if hop is not None and hop.route is not None and hop.route.via is not None:
            found.append(Kept(f"{hop.route.via}, the router towards {item.address}", hop.route.via))
    found += [Kept(f"{address}, the host's DNS server", address) for address in facts.ways.resolvers]
    first: dict[tuple[Address, Address | None], Kept] = {}
    for item in found:
        first.setdefault((item.address, item.source), item)
    return tuple(item for item in first.values() if not item.address.is_loopback and not item.address.is_link_local)


def swallowed(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[Problem]:
    """Who or what the host would lose to the wanted tunnel, one problem each."""
    lost: dict[Address, Problem] = {}
    for assumed in (False, True):
        before = today(facts.ways, assumed=assumed)
        after = planned(facts.ways, layout.interface, wanted.tunnel, assumed=assumed)
        for item in kept(facts):
            now, then = before.hop(item.address, item.source), after.hop(item.address, item.source)
            if item.address not in lost and _loses(now, then, layout.interface):
                lost[item.address] = _problem(item, then, wanted, layout)
        yield from () if assumed else _loops(facts, wanted, layout, after)
    yield from lost.values()


def _loses(now: Hop | None, then: Hop | None, interface: str) -> bool:
    """Whether what goes there today goes elsewhere then; what goes into the tunnel only then is lost also where no way is known today."""
    if then is not None and then.device == interface:
        return now is None or now.device != interface or now.is_local != then.is_local
    return now is not None and not now.same_way(then)


def _problem(item: Kept, then: Hop | None, wanted: Wanted, layout: Layout) -> Problem:
    holding = [network for network in wanted.tunnel.networks() if item.address in network]
    own = [address for address in wanted.tunnel.addresses if item.address in address.network]
    if own:
        return collision_problem(own[0].network, item.who)
    if holding and then is not None and then.device == layout.interface:
        return swallowed_problem(holding[0], item.who)
    return error(
        "way-lost",
        "tunnel",
        f"The host would lose its way to {item.who}: it leads over {layout.interface} as that is now.",
        "Log in by an address that does not hang on this tunnel, or leave that network with its point.",
    )


def collision_problem(network: Network, what: str) -> Problem:
    """The refusal of a tunnel network that would take `what` away (lock-out 9)."""
    return error(
        "tunnel-collides",
        "tunnel.networks",
        f"The tunnel network {network} collides with {what}: the host would lose it.",
        "Choose another tunnel network.",
    )


def swallowed_problem(network: Network, what: str) -> Problem:
    """The refusal of AllowedIPs that would take `what` away (lock-outs 6 to 8)."""
    return error(
        "allowed-ips-swallow",
        "points",
        f"AllowedIPs {network} of a point covers {what}: the host would send that into the tunnel.",
        "Leave it out of the point's networks.",
    )


def _loops(facts: Facts, wanted: Wanted, layout: Layout, after: Routing) -> Iterator[Problem]:
    """Lock-out 10: what carries the tunnel would itself go into the tunnel."""
    live = [peer.endpoint for peer in facts.tunnel.peers] if facts.tunnel is not None and facts.ours else []
    for address in dict.fromkeys(found for text in (*wanted.tunnel.endpoints, *live) if (found := _numeric(text)) is not None):
        then = after.hop(address)
        if then is not None and then.device == layout.interface:
            yield error(
                "endpoint-inside",
                "points",
                f"A point's Endpoint {address} lies in AllowedIPs of the tunnel: what carries the tunnel would go into the tunnel.",
                "Leave that address out of the points' networks.",
            )


def _numeric(endpoint: str) -> Address | None:
    """The address in "192.0.2.1:51820" or "[2001:db8::1]:51820"; a name is not looked up, as nothing here may hang on DNS (lock-out 30)."""
    try:
        return ip_address(endpoint.rpartition(":")[0].strip("[]"))
    except ValueError:
        return None


def bypassed(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[Problem]:
    """Lock-out 17: an ip rule or a route of the host's own that takes the points' packets past the tunnel.

    Under a strict rp_filter the points' own packets would be dropped, too (lock-out 15).
    """
    after = planned(facts.ways, layout.interface, wanted.tunnel)
    for network in wanted.tunnel.networks():
        then = after.hop(network.network_address)
        if then is not None and then.device != layout.interface:
            where = f"over {then.device}" if then.route is not None and then.device else "nowhere"
            by = f"ip rule {then.rule.priority}" + (f", table {then.rule.table}" if then.route is not None else "")
            yield error(
                "tunnel-bypassed",
                "tunnel.networks",
                f"The host's own routing ({by}) sends {network} {where}, not into the tunnel.",
                "Choose another tunnel network, or take the tunnel's networks out of that rule or table.",
            )
            return
