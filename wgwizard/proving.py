"""Plan -> the connections that Host β tries as proof, and what it means when nothing comes back (docs/proof.md); pure."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct, field

from wgwizard.applying import Proven
from wgwizard.plan.model import Permit, Plan, lan_address
from wgwizard.site import Address, Network, RoutesAt

# Where the rights name no port: an answer on any of these, even a refusal, shows that packets find the way there and back.
USUAL_PORTS = (443, 80, 22)
MOST = 200  # connections that one proof tries
_LACKS = {RoutesAt.ROUTER: "the router lacks", RoutesAt.DHCP: "the DHCP server does not give out"}
_COMPUTERS_LACK = "the computers there lack"


class Answer(StrEnum):
    """What became of a connection; SILENT is no answer in time."""

    OPEN = "open"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SILENT = "silent"

    @property
    def came_back(self) -> bool:
        """Whether the computer itself answered."""
        return self in (Answer.OPEN, Answer.REFUSED)


_BEST_FIRST = tuple(Answer)


class Destination(Struct, frozen=True):
    """Somewhere that points may connect to by TCP; `named` is false where the rights name no port, and the usual ones are tried."""

    target: str
    address: Address
    ports: tuple[int, ...] = USUAL_PORTS
    named: bool = False

    def __str__(self) -> str:
        where = self.target if self.target == str(self.address) else f"{self.target} ({self.address})"
        return f"{where}, tcp {', '.join(map(str, self.ports))}" if self.named else where


class Attempt(Struct, frozen=True):
    """One connection, from `source` (`None`: the address that Host β chooses by itself)."""

    destination: Destination
    port: int
    source: Address | None


class Unanswered(Struct, frozen=True):
    """What a point itself tried lately: it went out of Host β, and no answer came back."""

    source: Address
    protocol: str
    destination: Address
    port: int


class Answers(Struct, frozen=True):
    """What came of the attempts: each one's answer, which destinations answered ping from which source, and which no neighbour has.

    `dropped_here` names the chain of another firewall of Host β that stops what goes out to a destination; `unanswered` is what points
    tried themselves.
    """

    by_attempt: Mapping[Attempt, Answer]
    echoes: frozenset[tuple[Address, Address | None]] = frozenset()
    absent: frozenset[Address] = frozenset()
    dropped_here: Mapping[Destination, str] = field(default_factory=dict)
    refused_packets: Mapping[str, int] = field(default_factory=dict)
    unanswered: frozenset[Unanswered] = frozenset()


def destinations(plan: Plan) -> tuple[Destination, ...]:
    """Every computer at the site that points may reach by TCP, each once: what rights name, else the hosts that the site names."""
    found: dict[tuple[Address, tuple[int, ...]], Destination] = {}
    for permit in plan.from_points:
        for destination in _of_permit(plan, permit):
            found.setdefault((destination.address, destination.ports), destination)
    return tuple(found.values())


def _of_permit(plan: Plan, permit: Permit) -> Iterator[Destination]:
    if permit.protocol not in (None, "tcp"):
        return
    ports = tuple(ports.first for ports in permit.ports)
    for place in permit.destinations:
        if isinstance(place, Address):
            yield Destination(permit.target, place, ports or USUAL_PORTS, bool(ports))
        else:
            for name, address in _known_in(plan, place):
                yield Destination(name, address, ports or USUAL_PORTS, bool(ports))


def _known_in(plan: Plan, network: Network) -> Iterator[tuple[str, Address]]:
    """The computers in a network that the site names, with its router and its name servers."""
    site = plan.site
    own = {item.ip for item in site.host.addresses}
    for name, address in _named_in(plan):
        if address.version == network.version and address in network and address not in own:
            yield name, address


def _named_in(plan: Plan) -> list[tuple[str, Address]]:
    site = plan.site
    known = [(host.name, address) for host in site.hosts for address in host.addresses]
    return (
        known + [("the site's router", address) for address in site.router] + [("the site's name server", one) for one in site.dns.servers]
    )


def attempts(plan: Plan) -> tuple[Attempt, ...]:
    """The connections to try: from β's own address, and where points arrive with theirs also from β's in the tunnel.

    At most MOST, and all of a destination's or none.
    """
    found: list[Attempt] = []
    for destination in destinations(plan):
        sources = _sources(plan, destination.address)
        if len(found) + len(destination.ports) * len(sources) > MOST:
            break
        found += [Attempt(destination, port, source) for port in destination.ports for source in sources]
    return tuple(found)


def _sources(plan: Plan, address: Address) -> tuple[Address | None, ...]:
    if not plan.strategy.routes:
        return (None,)
    return (None, *(own for own in plan.site.tunnel.addresses if own.version == address.version))


def proven(plan: Plan, answers: Answers) -> tuple[Proven, ...]:
    """What the answers prove, destination by destination, then what cannot be tried, and what became of what points tried themselves."""
    tried = dict.fromkeys(attempt.destination for attempt in answers.by_attempt)
    found = [_Judge(plan, answers, destination).verdict() for destination in tried]
    untried = [destination for destination in destinations(plan) if destination not in tried]
    found += [Proven(None, str(destination), f"not tried: only {MOST} connections are") for destination in untried]
    others = dict.fromkeys(f"{permit.target}, {permit.protocol}" for permit in plan.from_points if permit.protocol not in (None, "tcp"))
    found += [Proven(None, what, "not tried: only TCP shows by itself whether it arrived") for what in others]
    return (*found, *_unanswered(plan, answers.unanswered), *_refused(answers.refused_packets))


def _unanswered(plan: Plan, unanswered: frozenset[Unanswered]) -> list[Proven]:
    """Whatever a point tried in vain, with names where the site has them; UDP may need no answer, and TCP's may be on its way."""
    points = {address: point.name for point in plan.site.points for address in point.addresses}
    names = {address: name for name, address in reversed(_named_in(plan))}
    own = {*plan.site.tunnel.addresses, *(item.ip for item in plan.site.host.addresses)}
    found = set()
    for one in unanswered:
        if one.destination in own:
            continue
        where = f"{names[one.destination]} ({one.destination})" if one.destination in names else str(one.destination)
        found.add(f"{points.get(one.source, 'a point')} ({one.source}) to {where}, {one.protocol} {one.port}")
    return [Proven(None, what, "was tried lately, went out of Host β, and nothing came back") for what in sorted(found)]


_CHAINS = {
    "from_points": "from points into the site, beyond their rights",
    "to_points": "from the site to points, beyond what they offer",
    "to_host": "from points to Host β itself",
}


def _refused(packets: Mapping[str, int]) -> list[Proven]:
    return [
        Proven(None, "our rules", f"refused {count} packet{'' if count == 1 else 's'} {_CHAINS[chain]}")
        for chain, count in packets.items()
        if count and chain in _CHAINS
    ]


class _Judge:
    """What the answers say about one destination."""

    def __init__(self, plan: Plan, answers: Answers, destination: Destination) -> None:
        self.plan, self.answers, self.destination = plan, answers, destination
        self.address = destination.address
        sources = _sources(plan, self.address)
        self.tunnel = sources[-1]
        self.by_source = {source: self._best(source) for source in sources}

    def _best(self, source: Address | None) -> Answer:
        found = [self.answers.by_attempt.get(Attempt(self.destination, port, source), Answer.SILENT) for port in self.destination.ports]
        return min(found, key=_BEST_FIRST.index)

    def verdict(self) -> Proven:
        """Works or not, and why."""
        own, last = self.by_source[None], self.by_source[self.tunnel]
        what, where = str(self.destination), f" from {self.tunnel}" if self.tunnel is not None else ""
        if last is Answer.OPEN:
            return Proven(True, what, f"answers{where}")
        if last is Answer.REFUSED:
            if not self.destination.named:
                return Proven(True, what, f"answers{where}")
            return Proven(False, what, f"is there{where}, and says that nothing listens on that port")
        return Proven(False, what, self._no_way_back() if own.came_back else self._silent(own))

    def _no_way_back(self) -> str:
        """It answers Host β, and nothing comes back to the tunnel's address."""
        families = [network for network in self.plan.site.tunnel.networks if network.version == self.address.version]
        tunnel = ", ".join(map(str, families))
        first = f"answers Host β, and nothing comes back to {self.tunnel} in the tunnel"
        if (self.address, self.tunnel) in self.answers.echoes:
            return f"{first} but ping: its own firewall, or one on the way, drops what comes from {tunnel}"
        others = [
            attempt
            for attempt, answer in self.answers.by_attempt.items()
            if attempt.source == self.tunnel and answer.came_back and attempt.destination.address.version == self.address.version
        ]
        if others:
            return (
                f"{first}, unlike for {others[0].destination}: its own firewall drops what comes from {tunnel}, or it asks another router"
            )
        return f"{first}: {self._missing_routes() or f'a route to {tunnel} is missing'}, or a firewall on the way drops it"

    def _missing_routes(self) -> str:
        routes = [route for route in self.plan.routes if route.network.version == self.address.version]
        if routes:
            return "; ".join(f"{_LACKS.get(route.at, _COMPUTERS_LACK)} the route to {route.network} via {route.via}" for route in routes)
        near = next((item.cidr for item in self.plan.site.networks if self.address in item.cidr), None)
        via = lan_address(self.plan.site, near) if near is not None else None
        networks = [network for network in self.plan.site.tunnel.networks if network.version == self.address.version]
        return "; ".join(f"a route to {network} via {via} is missing at the site" for network in networks) if via is not None else ""

    def _silent(self, own: Answer) -> str:
        if self.destination in self.answers.dropped_here:
            return f"Host β's own firewall ({self.answers.dropped_here[self.destination]}) drops what Host β itself sends there"
        if self.address in self.answers.absent:
            return "nobody on the LAN has this address: it is switched off, or its address is another one"
        if own is Answer.UNREACHABLE:
            return "a router or firewall on the way says that it cannot be reached"
        if (self.address, None) in self.answers.echoes:
            return "answers ping, and no connection: its own firewall drops it, even from Host β"
        return "never answers, not even Host β: it is switched off, its own firewall drops it, or its address is another one"
