"""Topology -> network namespaces, and gone again; as root, or without it inside an own user namespace (`isolated`)."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from wgwizard.rehearsal import netns
from wgwizard.rehearsal.nodes import Kind, Link, Node, Topology

SWITCH = "switch"

# Set before a link comes up. Without duplicate address detection an IPv6 address works at once (RFC 4862 would wait a second);
# without redirects (RFC 792) a path that works only after a while counts as one that does not, each time.
QUIET = {
    "net/ipv6/conf/all/accept_dad": "0",
    "net/ipv6/conf/default/accept_dad": "0",
}
NO_REDIRECTS = {f"net/ipv4/conf/{name}/{switch}_redirects": "0" for name in ("all", "default") for switch in ("accept", "send")} | {
    f"net/ipv6/conf/{name}/accept_redirects": "0" for name in ("all", "default")
}
FORWARDING = {"net/ipv4/ip_forward": "1", "net/ipv6/conf/all/forwarding": "1"}

_serial = itertools.count(1)


class Replica:
    """The nodes of a topology, each in a network namespace of its own; a context manager that leaves nothing behind.

    Every segment is a bridge in one more namespace, so that nothing is made in the namespace that we are in.
    """

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self._prefix = f"wgw{os.getpid()}x{next(_serial)}"
        self._numbers = {node.name: number for number, node in enumerate(topology.nodes)}
        self._bridges = {label: f"s{number}" for number, label in enumerate(_segments(topology))}
        self._ports = itertools.count(1)

    def __enter__(self) -> "Replica":
        try:
            self._add_switch()
            for node in self.topology.nodes:
                self.add(node.name)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Delete every namespace that is left, with what runs in it."""
        netns.delete(self.netns(name) for name in (*self._numbers, SWITCH))

    def netns(self, node: str) -> str:
        """The name of a node's namespace, as `ip netns` shows it."""
        return f"{self._prefix}-{self._numbers.get(node, SWITCH)}"

    @contextmanager
    def entered(self, node: str) -> Iterator[None]:
        """This thread inside a node."""
        with netns.entered(self.netns(node)):
            yield

    def run(self, node: str, *command: str) -> str:
        """Run a command in a node's network and return what it printed."""
        with self.entered(node):
            return netns.run(command)

    def exists(self, node: str) -> bool:
        """Whether a node is there."""
        return (netns.DIRECTORY / self.netns(node)).exists()

    def remove(self, node: str) -> None:
        """Take one node away with what runs on it, as when its power fails."""
        netns.delete([self.netns(node)])

    def add(self, name: str) -> None:
        """Put one node in its place: links, addresses, routes and rules of the topology, the same MAC addresses each time."""
        node = self.topology.node(name)
        space = self.netns(name)
        netns.add(space)
        with netns.entered(space):
            netns.set_sysctls(QUIET | (NO_REDIRECTS if node.kind is not Kind.HOST else {}) | (FORWARDING if node.forwards else {}))
        for number, link in enumerate(node.links):
            self._plug(node, number, link)
        netns.batch(_configuration(node), netns=space)
        if node.rules:
            with netns.entered(space):
                netns.run(["nft", "-f", "-"], stdin=node.rules)

    def _add_switch(self) -> None:
        space = self.netns(SWITCH)
        netns.add(space)
        with netns.entered(space):
            # The bridges only carry frames: with addresses of their own they would answer.
            netns.set_sysctls({"net/ipv6/conf/all/disable_ipv6": "1", "net/ipv6/conf/default/disable_ipv6": "1"})
        bridges = self._bridges.values()
        netns.batch([line for name in bridges for line in (f"link add {name} type bridge", f"link set {name} up")], netns=space)

    def _plug(self, node: Node, number: int, link: Link) -> None:
        port, switch = f"p{next(self._ports)}", self.netns(SWITCH)
        place = self._numbers[node.name]
        mac = f"02:77:{number:02x}:00:{place >> 8:02x}:{place & 255:02x}"
        peer = f"name {link.interface} address {mac} netns {self.netns(node.name)}"
        netns.batch(
            [f"link add {port} type veth peer {peer}", f"link set {port} master {self._bridges[link.segment]}", f"link set {port} up"],
            netns=switch,
        )


def _segments(topology: Topology) -> list[str]:
    return list(dict.fromkeys(link.segment for node in topology.nodes for link in node.links))


def _configuration(node: Node) -> list[str]:
    """The `ip` commands that give a node its addresses and routes."""
    lines = ["link set lo up", *(f"link set {link.interface} up" for link in node.links)]
    lines += [f"address add {address} dev {link.interface}" for link in node.links for address in link.addresses]
    for route in node.routes:
        # The next hop of a public address is on no network of its own (the internet is one link), hence `onlink`.
        by = f" via {route.via}" if route.via is not None else ""
        lines.append(f"route add {route.network}{by} dev {route.interface}{' onlink' if by else ''}")
    return lines
