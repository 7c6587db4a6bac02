"""The rows of a trace, measured in a replica: the same words, so that prediction and measurement stand side by side."""

from collections.abc import Iterable
from ipaddress import ip_network

from msgspec import Struct

from wgwizard.plan.model import HOST, Plan, lan_addresses
from wgwizard.rehearsal.nodes import Kind, Topology
from wgwizard.rehearsal.probe import Answer, Question, Way, ask
from wgwizard.rehearsal.replica import Replica
from wgwizard.site import Address, Family, Network
from wgwizard.trace import CLIENTS_OWN, POINTS, Reach

FIRST_PLAIN_PORT = 7777


class Finding(Struct, frozen=True):
    """A row of the trace and the same row as measured; the latter has no hops, and its `why` is the system's own word."""

    predicted: Reach
    measured: Reach

    @property
    def agrees(self) -> bool:
        """Whether the prediction was right about the connection and about the address that the far side sees."""
        return (self.predicted.reachable, self.predicted.source_seen) == (self.measured.reachable, self.measured.source_seen)


def measure(replica: Replica, plan: Plan, predicted: Iterable[Reach], *, seconds: float = 2.0) -> tuple[Finding, ...]:
    """Every row that can be measured, in order, within `seconds` (a drop shows itself by silence only).

    A whole network is asked by a computer of it that the site file does not name, at a port that it does not name. Left out
    are rows for which the replica has no computer: a single point has no other point, and a network may be full.
    """
    asker = _Asker(plan, replica.topology)
    asked = [(reach, question) for reach in predicted if (question := asker.question(reach)) is not None]
    answers = ask(replica, [question for _, question in asked], seconds=seconds)
    return tuple(
        Finding(reach, _measured(reach, question, answer, replica)) for (reach, question), answer in zip(asked, answers, strict=True)
    )


def _measured(reach: Reach, question: Question, answer: Answer, replica: Replica) -> Reach:
    own = replica.topology.node(question.origin)
    clients_own = own.kind is Kind.SITE_HOST and answer.source_seen in own.addresses
    seen = CLIENTS_OWN if clients_own else answer.source_seen
    return reach.as_found(reachable=answer.reached, source_seen=seen, why=answer.error or ("" if answer.reached else "silence"))


class _Asker:
    """Turns rows into questions: which node stands for a name, which of its addresses, which port."""

    def __init__(self, plan: Plan, topology: Topology) -> None:
        self.plan = plan
        self.site_hosts = topology.of_kind(Kind.SITE_HOST)
        self.points = {point.name: point for point in plan.site.points}
        self.networks: dict[tuple[str, Family], Network] = {}
        for item in plan.site.networks:
            for word in (item.name, str(item.cidr)):
                if word is not None:
                    self.networks[word, 4 if item.cidr.version == 4 else 6] = item.cidr
        self.plain_port = self._plain_port()

    def _plain_port(self) -> int:
        """A port that the site file says nothing about."""
        site = self.plan.site
        named = {port for point in site.points for service in point.services for port in (service.port, service.port_on_host)}
        ranges = [ports for permit in self.plan.from_points for ports in permit.ports]
        free = (port for port in range(FIRST_PLAIN_PORT, 65536) if port not in named)
        return next(port for port in free if not any(ports.first <= port <= ports.last for ports in ranges))

    def question(self, reach: Reach) -> Question | None:
        """How a row is asked, `None` where the replica has nobody to ask."""
        if reach.origin in self.points:
            return self._from_point(reach)
        origin = self._at_site(reach.origin, reach.family)
        if origin is None:
            return None
        return self._published(reach, origin[0]) if reach.published else self._to_point(reach, origin[0], reach.target)

    def _from_point(self, reach: Reach) -> Question | None:
        if reach.target == POINTS:
            other = next((name for name in self.points if name != reach.origin), None)
            return self._to_point(reach, reach.origin, other) if other is not None else None
        if reach.target == HOST:
            own = _of_family(self.plan.site.tunnel.addresses, reach.family)
            port = int(reach.ports or 0)
            return Question(reach.origin, own, _way(reach), port, HOST, port) if own is not None else None
        target = self._at_site(reach.target, reach.family)
        if target is None:
            return None
        port = self._port(reach)
        return Question(reach.origin, target[1], _way(reach), port, target[0], port)

    def _to_point(self, reach: Reach, origin: str, point: str) -> Question | None:
        address = _of_family(self.points[point].addresses, reach.family)
        port = self._port(reach)
        return Question(origin, address, _way(reach), port, point, port) if address is not None else None

    def _published(self, reach: Reach, origin: str) -> Question | None:
        address = _of_family(lan_addresses(self.plan.site, reach.family), reach.family)
        port = int(reach.ports)
        services = self.points[reach.target].services
        behind = next(service.port for service in services if service.port_on_host == port and service.protocol == reach.protocol)
        return Question(origin, address, _way(reach), port, reach.target, behind) if address is not None else None

    def _port(self, reach: Reach) -> int:
        return int(reach.ports.split(",")[0].split("-")[0]) if reach.ports else self.plain_port

    def _at_site(self, word: str, family: Family) -> tuple[str, Address] | None:
        """The computer of the site that a word stands for, and its address: its own name, a network's, an address or a CIDR."""
        for node in self.site_hosts:
            if node.name == word and (address := _of_family(node.addresses, family)) is not None:
                return node.name, address
        network = self.networks.get((word, family)) or _literal(word)
        if network is None:
            return None
        inside = [(node, address) for node in self.site_hosts for address in node.addresses if address in network]
        # The last of a segment is the one that the site file does not name.
        return (inside[-1][0].name, inside[-1][1]) if inside else None


def _way(reach: Reach) -> Way:
    return "icmp" if reach.protocol == "icmp" else "udp" if reach.protocol == "udp" else "tcp"


def _of_family(addresses: Iterable[Address], family: Family) -> Address | None:
    return next((address for address in addresses if address.version == family), None)


def _literal(word: str) -> Network | None:
    try:
        return ip_network(word)
    except ValueError:
        return None
