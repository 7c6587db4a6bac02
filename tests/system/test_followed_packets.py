"""What F2 shows of a connection is what passes there: packets captured on every node of a replica, there and back, in both families."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

import pytest

from tests.system.article import A, B, C, Document, article_document, plan_of
from wgwizard.following import EXAMPLE_PORT, Action, Connection, Followed, Packet, Stage, connections, follow
from wgwizard.plan import HOST, Plan
from wgwizard.plan.model import lan_addresses
from wgwizard.rehearsal.nodes import Topology
from wgwizard.rehearsal.probe import Question, ask
from wgwizard.rehearsal.replica import Replica
from wgwizard.rehearsal.stand_in import stand_in
from wgwizard.rehearsal.topology import topology
from wgwizard.rehearsal.wireguard import bring_up_all, wait_for_tunnels
from wgwizard.render import render
from wgwizard.site import Address
from wgwizard.trace import trace

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

OUTGOING = 4  # PACKET_OUTGOING, <linux/if_packet.h>
EVERY_PROTOCOL = 3  # ETH_P_ALL
TCP = 6
PORT = 445
FIRST_CHOSEN = 32768  # net.ipv4.ip_local_port_range


def with_rights(document: Document) -> Document:
    """Endpoint A may open one port of B and of C, so that ports can be followed, too."""
    document["points"][0]["may_reach"] = [{"to": name, "protocol": "tcp", "ports": [PORT]} for name in (B, C)]
    return document


WAYS = {
    "masquerade": with_rights(article_document("masquerade")),
    "forward": article_document("forward"),
    "forward-seen-as-host": article_document("forward", into_tunnel=True),
    "masquerade+forward": with_rights(article_document("masquerade+forward")),
    "gateway-hosts": with_rights(article_document("gateway", routes="hosts")),
    "gateway-router": with_rights(article_document("gateway", routes="router", drops_invalid=False)),
    "gateway+forward": with_rights(article_document("gateway+forward", routes="hosts")),
}
# How many connections of the sample below work under each, both families together.
WORKING = {
    "masquerade": 4,
    "forward": 4,
    "forward-seen-as-host": 4,
    "masquerade+forward": 8,
    "gateway-hosts": 4,
    "gateway-router": 8,
    "gateway+forward": 8,
}


@dataclass(frozen=True)
class Seen:
    """A TCP packet on a node: whether it came in or went out, and its ends."""

    node: str
    out: bool
    source: Address
    source_port: int
    destination: Address
    destination_port: int


@contextmanager
def capturing(replica: Replica, nodes: Topology) -> Iterator[dict[str, socket.socket]]:
    """A packet socket over all interfaces of each node."""
    with ExitStack() as stack:
        taps = {}
        for node in nodes.nodes:
            with replica.entered(node.name):
                tap = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(EVERY_PROTOCOL)))
            tap.setblocking(False)
            tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            taps[node.name] = tap
        yield taps


def drained(taps: dict[str, socket.socket]) -> set[Seen]:
    """The TCP packets that the nodes saw since the last time."""
    found = set()
    for node, tap in taps.items():
        while True:
            try:
                data, (_, _, kind, *_) = tap.recvfrom(65535)
            except BlockingIOError:
                break
            seen = parsed(node, data, out=kind == OUTGOING)
            if seen is not None:
                found.add(seen)
    return found


def parsed(node: str, data: bytes, *, out: bool) -> Seen | None:
    """The ends of a TCP packet (RFC 791, 8200, 9293)."""
    if data[0] >> 4 == 4 and data[9] == TCP:
        source, destination, inner = data[12:16], data[16:20], data[(data[0] & 15) * 4 :]
    elif data[0] >> 4 == 6 and data[6] == TCP:
        source, destination, inner = data[8:24], data[24:40], data[40:]
    else:
        return None
    return Seen(node, out, ip_address(source), int.from_bytes(inner[:2]), ip_address(destination), int.from_bytes(inner[2:4]))


@pytest.mark.parametrize("name", WAYS)
def test_what_is_followed_is_what_passes(name: str) -> None:
    plan, keyring = stand_in(plan_of(WAYS[name]))
    nodes = topology(plan)
    worked = 0
    with Replica(nodes) as replica:
        bring_up_all(replica, plan, render(plan, keyring))
        assert wait_for_tunnels(replica, plan) == {point.node for point in plan.points}
        with capturing(replica, nodes) as taps:
            for connection in sample(plan):
                way = follow(plan, connection)
                question = asked(plan, connection, way)
                time.sleep(0.1)  # the last connection's farewells
                drained(taps)
                (answer,) = ask(replica, [question], seconds=1.5)
                assert answer.reached is way.arrives, (way.title, answer)
                check(way, {packet for packet in drained(taps) if packet.source.version == connection.reach.family})
                worked += way.arrives
    assert worked == WORKING[name]


def sample(plan: Plan) -> list[Connection]:
    """Between Endpoint A and the computers B and C, each TCP connection with ports, in both families and directions."""
    every = connections(plan, trace(plan))
    named = [one for one in every if one.reach.point == A and one.reach.protocol == "tcp"]
    return [one for one in named if one.reach.target in (B, C) or (one.computer is not None and one.computer.name in (B, C))]


def asked(plan: Plan, connection: Connection, way: Followed) -> Question:
    """The connection, opened by the computer that it is about."""
    reach = connection.reach
    first = next(packet for packet in (way.stages[0].now, way.stages[0].was) if packet is not None)
    if reach.origin == reach.point:
        return Question(A, first.destination, "tcp", int(reach.ports), reach.target, int(reach.ports))
    assert connection.computer is not None
    target = lan_addresses(plan.site, reach.family)[0] if reach.published else first.destination
    return Question(connection.computer.name, target, "tcp", int(reach.ports), A, 8000)


def check(way: Followed, seen: set[Seen]) -> None:
    """Each stage's packets were seen on its node: as they came in, as they went out, with one and the same chosen port."""
    chosen = {port for packet in seen for port in (packet.source_port, packet.destination_port) if port >= FIRST_CHOSEN}
    for stage in way.stages:
        for packet, out in ends_of(stage, first=stage is way.stages[0]):
            there = [one for one in seen if (one.node, one.out) == (stage.node, out)]
            assert any(fits(packet, one, chosen) for one in there), (way.title, stage, out, there)
    last = way.stages[-1]
    if way.arrives:
        assert len(chosen) == 1, f"the port that was chosen is kept everywhere: {chosen}"
    elif last.node == HOST and last.was is not None:
        assert [one for one in seen if (one.node, one.out, one.source) == (HOST, True, last.was.source)] == []


def ends_of(stage: Stage, *, first: bool) -> list[tuple[Packet, bool]]:
    """The packets of a stage with whether they go out of the node; what dies where it begins is on no wire."""
    came = [(stage.was, False)] if stage.was is not None and not first else []
    went = [(stage.now, True)] if stage.now is not None and stage.action is not Action.ARRIVED else []
    return [*came, *went]


def fits(packet: Packet, seen: Seen, chosen: set[int]) -> bool:
    ends = ((packet.source, packet.source_port, seen.source, seen.source_port),)
    ends += ((packet.destination, packet.destination_port, seen.destination, seen.destination_port),)
    return all(
        place == got and (got_port in chosen if port == EXAMPLE_PORT else int(port) == got_port) for place, port, got, got_port in ends
    )
