"""One connection of a plan, followed node by node, there and back: the packet before and after each, and the rules that did it; pure.

The way there is the trace's own (`Reach.hops`); the way back is the same turned round, with β's connection tracking undoing what β
rewrote. It is worked out for one connection at a time, when somebody asks for it.
"""

from wgwizard.following.connections import Connection, connections, shown
from wgwizard.following.model import EXAMPLE_PORT, Action, Applied, Followed, Packet, Stage
from wgwizard.following.rules import Rules
from wgwizard.plan.model import HOST, ROUTER, Plan
from wgwizard.site import Address, Network
from wgwizard.siteroutes import UNKNOWN, is_default_gateway, on_host_link
from wgwizard.trace import POINTS, Hop, Reach
from wgwizard.trace.ways import NOT_KNOWN, Walker

__all__ = ["EXAMPLE_PORT", "Action", "Applied", "Connection", "Followed", "Packet", "Stage", "connections", "follow"]


def follow(plan: Plan, connection: Connection) -> Followed:
    """The stages of one connection; a node that the packet never reaches has none."""
    return _Follower(plan, connection).followed()


class _Follower:
    """Walks along the hops of one row, there and back."""

    def __init__(self, plan: Plan, connection: Connection) -> None:
        self._plan, self._connection, self._reach = plan, connection, connection.reach
        self._rules = Rules(plan, connection.reach)
        self._walker = Walker(plan)
        self._from_point = self._reach.origin == self._reach.point
        service = next((item.service for item in plan.forwards if self._is_published(item.point, item.service.port_on_host)), None)
        self._service_port = str(service.port) if service is not None else self._reach.ports

    def _is_published(self, point: str, port: int) -> bool:
        return self._reach.published and point == self._reach.point and str(port) == self._reach.ports

    def followed(self) -> Followed:
        """The whole way."""
        reach = self._reach
        there = self._there()
        lost = bool(there) and self._lost_answer()
        back = [self._stage_lost(there[-1])] if lost else self._back(there) if reach.reachable else []
        title = f"{self._connection.who}, {self._connection.what}"
        help_text = "" if reach.reachable else _would_help(reach)
        return Followed(title, reach.protocol, (*there, *back), reach.reachable, reach.why, help_text)

    # --- the way there -------------------------------------------------------------------------------------------------

    def _there(self) -> list[Stage]:
        stages: list[Stage] = []
        before: Packet | None = None
        ported = False
        for hop in self._reach.hops:
            if self._is_answer(hop):
                break
            ported = ported or hop.action.startswith("port forward")
            now = self._packet(hop, ported=ported)
            stages.append(self._stage(hop, before, now))
            before = now
        if self._from_point and before is not None and self._reach.target != HOST and (self._reach.reachable or self._lost_answer()):
            stages.append(
                Stage(
                    self._end_name(), False, f"arriving at {self._spoken(self._end_name())}", before, before, Action.ARRIVED, self._landed()
                )
            )
        return stages

    def _is_answer(self, hop: Hop) -> bool:
        """Whether this hop is where an answer is lost: dropped at the site, on a way that began at a point."""
        return self._from_point and hop.action == "dropped" and hop.node not in (HOST, ROUTER, self._reach.point)

    def _lost_answer(self) -> bool:
        hops = self._reach.hops
        return bool(hops) and self._is_answer(hops[-1])

    def _end_name(self) -> str:
        return self._connection.computer.name if self._connection.computer is not None else self._reach.target

    def _packet(self, hop: Hop, *, ported: bool) -> Packet:
        with_ports = self._reach.protocol in ("tcp", "udp")
        port = (self._service_port if ported else self._reach.ports) if with_ports else ""
        return Packet(self._place(hop.source), EXAMPLE_PORT if with_ports else "", self._place(hop.destination), port)

    def _place(self, address: Address | None) -> Address | Network:
        """An address, or for "any computer" the named one, or the network."""
        if address is not None:
            return address
        if self._connection.computer is not None:
            own = [one for one in self._connection.computer.addresses if one.version == self._reach.family]
            network = self._network()
            return next((one for one in own if network is not None and one in network), own[0])
        return self._network() or next(item for item in self._plan.site.tunnel.networks if item.version == self._reach.family)

    def _network(self) -> Network | None:
        """The network of the site that the row is about."""
        reach = self._reach
        word = reach.target if self._from_point else reach.origin
        if word == POINTS:
            return None
        fitting = [item for item in self._plan.site.networks if item.cidr.version == reach.family]
        named = next((item.cidr for item in fitting if word in (item.name, str(item.cidr))), None)
        if named is not None:
            return named
        ends = [address for hop in reach.hops for address in (hop.source, hop.destination) if address is not None]
        return next((item.cidr for item in fitting if any(end in item.cidr for end in ends)), fitting[0].cidr if fitting else None)

    def _stage(self, hop: Hop, before: Packet | None, now: Packet) -> Stage:
        if hop.action == "dropped":
            return Stage(
                self._name(hop.node),
                False,
                f"at {self._spoken(self._name(hop.node))}",
                before or now,
                None,
                Action.DROPPED,
                self._refusal(hop),
            )
        if before is None:
            return Stage(
                self._name(hop.node), False, f"leaving {self._spoken(self._name(hop.node))}", None, now, Action.SENT, self._sent(now)
            )
        if hop.node == HOST:
            return self._at_host(hop, before, now)
        if hop.node == ROUTER:
            rules = (
                self._rules.to_tunnel_by_route(self._network())
                if not self._reach.published and not self._from_point
                else self._rules.on_link(by_router=True),
            )
            return Stage(ROUTER, False, "passing the site's router", before, now, Action.ROUTED, rules)
        return Stage(
            self._name(hop.node),
            False,
            f"arriving at {self._name(hop.node)}",
            before,
            now,
            Action.ARRIVED,
            (self._rules.out_of_tunnel(now),),
        )

    def _name(self, node: str) -> str:
        """A node's name; the computer's where its network stands for it."""
        if node in (HOST, ROUTER, self._reach.point):
            return node
        at_site = self._reach.target if self._from_point else self._reach.origin
        return self._connection.computer.name if self._connection.computer is not None else at_site

    def _spoken(self, name: str) -> str:
        """A node's name in a sentence."""
        is_network = self._connection.computer is None and name not in (HOST, ROUTER, self._reach.point) and self._network() is not None
        named = any(host.name == name for host in self._plan.site.hosts)
        return f"a computer of {name}" if is_network and not named else shown(name)

    def _sent(self, now: Packet) -> tuple[Applied, ...]:
        if self._from_point:
            return (self._rules.into_tunnel(now),)
        if self._reach.published:
            return (self._rules.on_link(by_router=self._behind_router()),)
        return (self._rules.to_tunnel_by_route(self._network()),)

    def _at_host(self, hop: Hop, before: Packet, now: Packet) -> Stage:
        action = Action.REWRITTEN if before != now else Action.ROUTED
        rules = self._rules
        if self._reach.target == HOST:
            return Stage(HOST, False, "arriving at Host β", before, now, Action.ARRIVED, (rules.taken_in(), rules.to_host()))
        if self._from_point:
            found = [rules.taken_in(), rules.permitted(), *([rules.masquerade(now)] if hop.action == "masquerade" else [])]
            return Stage(HOST, False, "leaving Host β towards the LAN", before, now, action, tuple(found))
        published = self._reach.published
        found = [rules.port_forward(now)] if published else []
        found.append(rules.into_point(published=published))
        found += [rules.masquerade_into_tunnel(now)] if hop.action.endswith("masquerade") else []
        return Stage(HOST, False, "leaving Host β into the tunnel", before, now, action, (*found, rules.to_peer()))

    def _landed(self) -> tuple[Applied, ...]:
        return (
            Applied("it answers, if something listens there and its own firewall lets it", "its own firewall; nothing here changes it"),
        )

    def _refusal(self, hop: Hop) -> tuple[Applied, ...]:
        """The rule that drops it, where one does."""
        if hop.node != HOST:
            return ()
        chain = "to_host" if self._reach.target == HOST else "from_points" if self._from_point else "to_points"
        if self._reach.published and "port" in self._reach.why:
            return (Applied("no rule sends this port on, so it ends at Host β itself", "no element in the forward map"),)
        return (self._rules.refused(chain),)

    # --- the way back --------------------------------------------------------------------------------------------------

    def _behind_router(self) -> bool:
        network = self._network()
        return network is not None and not on_host_link(self._plan.site, network) and not is_default_gateway(self._plan.site)

    def _answers(self, end: Stage) -> Packet:
        packet = end.now or end.was
        assert packet is not None  # noqa: S101 - what arrived has a packet
        return packet.answer()

    def _stage_lost(self, end: Stage) -> Stage:
        return Stage(end.node, True, f"the answer of {self._spoken(end.node)}", None, self._answers(end), Action.DROPPED)

    def _back(self, there: list[Stage]) -> list[Stage]:
        """The answer, from the last stage to the first."""
        packet = self._answers(there[-1])
        rewritten = next((stage for stage in there if stage.node == HOST), None)
        stages = [
            Stage(there[-1].node, True, f"{self._spoken(there[-1].node)} answers", None, packet, Action.SENT, self._answer_rules(packet))
        ]
        if there[-1].node != HOST and rewritten is not None:
            if self._from_point:
                stages += self._by_router(packet)
            after = rewritten.was.answer() if rewritten.was is not None else packet
            stages.append(self._host_back(packet, after))
            packet = after
            if not self._from_point and self._behind_router():
                stages.append(
                    Stage(ROUTER, True, "passing the site's router", packet, packet, Action.ROUTED, (self._rules.on_link(by_router=True),))
                )
        first = there[0].node
        arrived = (self._rules.out_of_tunnel(packet),) if self._from_point else ()
        return [*stages, Stage(first, True, f"back at {self._spoken(first)}", packet, packet, Action.ARRIVED, arrived)]

    def _answer_rules(self, packet: Packet) -> tuple[Applied, ...]:
        if self._reach.target == HOST:
            return (self._rules.to_peer(),)
        if not self._from_point:
            return (self._rules.into_tunnel(packet),)
        to_host = packet.destination in {address.ip for address in self._plan.site.host.addresses}
        return (self._rules.on_link(by_router=self._behind_router()) if to_host else self._rules.to_tunnel_by_route(self._network()),)

    def _by_router(self, packet: Packet) -> list[Stage]:
        """The router's stage on the way from the site to β."""
        network = self._network()
        to_host = packet.destination in {address.ip for address in self._plan.site.host.addresses}
        passes = self._behind_router() if to_host or network is None else self._walker.crosses_router(network)
        rule = self._rules.on_link(by_router=True) if to_host else self._rules.to_tunnel_by_route(self._network())
        return [Stage(ROUTER, True, "passing the site's router", packet, packet, Action.ROUTED, (rule,))] if passes else []

    def _host_back(self, packet: Packet, after: Packet) -> Stage:
        """β turns back what it rewrote, and lets the answer through."""
        towards, chain = ("into the tunnel", "to_points") if self._from_point else ("towards the LAN", "from_points")
        rules: list[Applied] = [] if self._from_point else [self._rules.taken_in()]
        rules.append(self._rules.established(chain))
        if packet != after:
            both = packet.source != after.source and packet.destination != after.destination
            what = "both ends" if both else "the source" if packet.source_text != after.source_text else "the destination"
            rules.insert(0 if self._from_point else 1, self._rules.restored(what))
        rules += [self._rules.to_peer()] if self._from_point else []
        action = Action.RESTORED if packet != after else Action.ROUTED
        return Stage(HOST, True, f"leaving Host β {towards}", packet, after, action, tuple(rules))


_HELP = (
    *((f"{NOT_KNOWN}{unknown}", f"find out {unknown.text}, and answer it (Site, {unknown.field})") for unknown in UNKNOWN.values()),
    ("answer is lost", "masquerade, or a route to the tunnel network at the site (site.routes)"),
    ("no route to the tunnel network", "a route to the tunnel network at the site (site.routes), with a site gateway"),
    ("own route table alone", "a route in the cloud's own table, or masquerade"),
    ("behind the site's router", "a route on the site's router (site.routes: router), or masquerade"),
    ("DHCP option 121", "a route on the computers or the router for IPv6 too, or masquerade"),
    ("half of", "a route on the computers or by DHCP, or masquerade"),
    ("points do not reach each other", "nothing here: points are kept apart from each other on purpose"),
    ("not among the point's rights", "name it among what the point may reach (Points, may_reach)"),
    ("only what its rights name", "name it among what the point may reach (Points, may_reach)"),
    ("this service of the host", "name host among what the point may reach (Points, may_reach)"),
    ("only the point's services", "a service with this port on the point (Points, services)"),
    ("only the point opens", "say that the site opens connections too (Needs)"),
    ("only the site opens", "say that the points open connections too (Needs)"),
    ("forwards no ports", "a strategy with port forwards (Strategy), where the site opens connections"),
    ("a port forward alone", "a strategy with masquerade or a gateway (Strategy)"),
    ("permits the site nothing by route", "a site gateway (Strategy), where a route can be added"),
    ("no port of the host", "a service with a port of Host β (Points, services)"),
    ("AllowedIPs", "AllowedIPs that hold it: they follow from what the point may reach and the strategy"),
    ("no IPv", "addresses of this family on both sides: at the site, in the tunnel and on the point"),
    ("does not forward", "networks of this family at the site and in the tunnel"),
    ("the host itself", "nothing is needed: Host β's own services are opened at its address in the tunnel"),
)


def _would_help(reach: Reach) -> str:
    """What would change a refusal, in the words of the pages."""
    return next((text for part, text in _HELP if part in reach.why), "")
