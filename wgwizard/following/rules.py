"""Which rules act on a connection at each node, as they stand in the rendered files."""

from collections.abc import Iterable

from msgspec.structs import replace

from wgwizard.following.model import Applied, Packet
from wgwizard.host.layout import table_name
from wgwizard.plan.model import InterfacePlan, Permit, Plan
from wgwizard.render.nft_nodes import Rule
from wgwizard.render.nftables import IP, Ruleset
from wgwizard.site import Address, Network, RoutesAt
from wgwizard.siteroutes import is_default_gateway, way_back
from wgwizard.trace import Reach

_TOLD = {RoutesAt.ROUTER: "on the router", RoutesAt.DHCP: "by DHCP", RoutesAt.HOSTS: "on the computers"}


class Rules:
    """The rules of one connection: β's ruleset for its point alone, so that the cost does not grow with the other points."""

    def __init__(self, plan: Plan, reach: Reach) -> None:
        self._plan, self._reach = plan, reach
        self._ip = IP[reach.family]
        self._interface = plan.host.interface
        self._table = f"table inet {table_name(self._interface)}"
        self._point = next(item for item in plan.points if item.node == reach.point)
        own = replace(
            plan,
            from_points=_of(plan.from_points, reach.point),
            to_host=_of(plan.to_host, reach.point),
            to_points=_of(plan.to_points, reach.point),
            forwards=tuple(item for item in plan.forwards if item.point == reach.point),
        )
        self._ruleset = Ruleset(own)
        self._all = own

    # --- WireGuard -----------------------------------------------------------------------------------------------------

    def into_tunnel(self, packet: Packet) -> Applied:
        """The point's AllowedIPs choose β for a destination."""
        return self._allowed(self._point, packet.destination, f"{self._reach.point} sends what is for {{}} into the tunnel")

    def out_of_tunnel(self, packet: Packet) -> Applied:
        """The point takes in what its AllowedIPs hold as a source."""
        return self._allowed(self._point, packet.source, f"{self._reach.point} takes in from the tunnel what comes from {{}}")

    def taken_in(self) -> Applied:
        """β takes in from a point only its own addresses."""
        return self._peer("Host β takes in from {} only what comes from its own address")

    def to_peer(self) -> Applied:
        """β chooses the point by the destination."""
        return self._peer("the destination says for whom it is encrypted: {}")

    def _allowed(self, interface: InterfacePlan, place: Address | Network, said: str) -> Applied:
        held = next((network for peer in interface.peers for network in peer.allowed_ips if _holds(network, place)), None)
        text = str(held) if held is not None else str(place)
        return Applied(said.format(text), f"AllowedIPs {text} of Host β in {interface.interface}.conf on {interface.node}")

    def _peer(self, said: str) -> Applied:
        address = self._reach.address
        own = f"{address}/{address.max_prefixlen}" if address is not None else ""
        return Applied(said.format(self._reach.point), f"AllowedIPs {own} of {self._reach.point} in {self._interface}.conf on Host β")

    # --- β's ruleset ---------------------------------------------------------------------------------------------------

    def permitted(self) -> Applied:
        """What lets a point's packet through to the site."""
        return self._named("from_points", self._permit_rule(), "the point has the right to this")

    def established(self, chain: str) -> Applied:
        """What lets an answer through."""
        return self._named(chain, self._first(getattr(self._ruleset, chain)(), "ct state"), "answers of open connections pass")

    def refused(self, chain: str) -> Applied:
        """What refuses all that nothing permits."""
        return self._named(chain, self._first(getattr(self._ruleset, chain)(), "reject"), "nothing permits it, so Host β refuses it")

    def to_host(self) -> Applied:
        """What lets a point open β itself."""
        protocol = self._reach.protocol
        wanted = "echo-request" if protocol == "icmp" else f"{protocol} dport"
        return self._named("to_host", self._first(self._ruleset.to_host(), wanted), "the point may open this on Host β")

    def into_point(self, *, published: bool) -> Applied:
        """What lets the site's packet through to a point."""
        if published:
            return self._named("to_points", self._first(self._ruleset.to_points(), "ct status dnat"), "the host's own port forwards pass")
        protocol = self._reach.protocol
        wanted = "@open_points" if protocol is None else f"@service_{protocol}"
        return self._named("to_points", self._first(self._ruleset.to_points(), wanted), "the site may open this on the point")

    def masquerade(self, packet: Packet) -> Applied:
        """What gives the packet β's own LAN address."""
        rule = self._first(self._ruleset.postrouting(), "oifname !=")
        return self._named(
            "postrouting", rule, f"masquerade: the source becomes Host β's own, {packet.source}; the port stays where it is free"
        )

    def masquerade_into_tunnel(self, packet: Packet) -> Applied:
        """What gives the packet β's own tunnel address."""
        rule = self._first(self._ruleset.postrouting(), "ct status dnat")
        return self._named("postrouting", rule, f"masquerade: the point sees Host β, {packet.source}")

    def port_forward(self, packet: Packet) -> Applied:
        """What sends a port of β on to the point's service."""
        rule = self._first(self._ruleset.prerouting(), f"{self._reach.protocol} dport map")
        said = f"port forward: port {self._reach.ports} of Host β leads to {packet.destination_text} on {self._reach.point}"
        return self._named("prerouting", rule, said)

    def restored(self, what: str) -> Applied:
        """Connection tracking undoes a rewriting for the answer."""
        return Applied(f"Host β remembers the connection and turns {what} back", "conntrack: the reply direction of the same entry")

    def _permit_rule(self) -> Rule | None:
        """The rule of the permit that the row of the trace is about; where all of the site is permitted, that one."""
        rules = self._ruleset.from_points()
        exact = [permit for permit in self._all.from_points if self._is_row(permit)]
        for permits in (tuple(exact), self._all.from_points):
            for rule in Ruleset(replace(self._all, from_points=permits)).from_points() if permits else ():
                ours = self._ip in rule.matches[0].split() if rule.matches else False
                ping = any("echo-request" in match for match in rule.matches)
                if ours and rule in rules and ping is (self._reach.protocol == "icmp"):
                    return rule
        return None

    def _is_row(self, permit: Permit) -> bool:
        ports = ",".join(str(item) for item in permit.ports)
        return (permit.protocol, ports) == (self._reach.protocol, self._reach.ports) and permit.target == self._reach.target

    def _first(self, rules: Iterable[Rule], part: str) -> Rule | None:
        """The first rule that has the part, in this family where it names one."""
        other = "ip6" if self._ip == "ip" else "ip"
        for rule in rules:
            text = f" {' '.join(rule.matches)} {rule.statement} "
            family = f" {self._ip} " in text or f" {other} " not in text
            if part in text and family and not ("icmpv6" in text and self._ip == "ip"):
                return rule
        return None

    def _named(self, chain: str, rule: Rule | None, said: str) -> Applied:
        text = f": {' '.join((*rule.matches, rule.statement))}" if rule is not None else ""
        return Applied(said, f"{self._table}, chain {chain}{text}")

    # --- the site ------------------------------------------------------------------------------------------------------

    def to_tunnel_by_route(self, network: Network | None) -> Applied:
        """How a computer of this site network finds the points: by the one of the planned routes that serves it."""
        if is_default_gateway(self._plan.site):
            return Applied("Host β is the default gateway, so everything that is not for the site goes there", "the default route")
        address = self._reach.address
        planned = [item for item in self._plan.routes if address is not None and _holds(item.network, address)]
        place = way_back(self._plan.site, network).at if network is not None else None
        route = next((item for item in planned if item.at is place), next(iter(planned), None))
        if route is None:
            return Applied("a route to the tunnel network", "no such route is planned")
        return Applied(f"a route that was told {_TOLD[route.at]}", f"{route.network} via {route.via}")

    def on_link(self, *, by_router: bool) -> Applied:
        """How packets go between β's own LAN address and the site."""
        if by_router:
            return Applied("the network lies behind the site's router, which knows the way", "its routes between the site's own networks")
        return Applied("on the same network as Host β, no route is needed", "the network's own route (scope link)")


def _of(permits: tuple[Permit, ...], point: str) -> tuple[Permit, ...]:
    return tuple(permit for permit in permits if permit.point == point)


def _holds(network: Network, place: Address | Network) -> bool:
    if isinstance(place, Address):
        return network.version == place.version and place in network
    return network.version == place.version and place.network_address in network and place.broadcast_address in network
