"""The host's own firewall against the plan (lock-outs 19 and 22): what it drops, and what its owner can do; pure.

An accept of ours cannot bring back what another table drops (docs/apply.md), and rules of others are never changed.
"""

from collections.abc import Iterator

from wgwizard.host.changes import Wanted
from wgwizard.host.facts import Facts
from wgwizard.host.layout import Layout
from wgwizard.host.nft_reading import read_rules
from wgwizard.host.nft_verdicts import NftPacket, Passage, Stop, stops
from wgwizard.problems import Problem, warning

_PERHAPS = {Passage.CLOSED: "drops", Passage.SOME: "may drop"}


def foreign_drops(facts: Facts, wanted: Wanted, layout: Layout) -> tuple[Problem, ...]:
    """Each chain of others that stops the tunnel itself, or what the points and the site shall send each other."""
    return (*_tunnel_port(facts, wanted), *_forwards(facts, wanted, layout))


def _tunnel_port(facts: Facts, wanted: Wanted) -> Iterator[Problem]:
    port = wanted.tunnel.listen_port
    seen: set[str] = set()
    for version, device in _lan(facts) if port is not None else ():
        for stop in stops(facts.ways.firewall, "input", NftPacket(version, device, None, "udp", port)):
            if stop.name not in seen:
                seen.add(stop.name)
                yield warning(
                    "port-closed",
                    "tunnel.port",
                    f"The host's own firewall ({stop.name}) {_PERHAPS[stop.passage]} UDP port {port}, on which the points reach it.",
                    f"Open it there: {_open_port(stop, port or 0)}.",
                )


def _lan(facts: Facts) -> Iterator[tuple[int, str]]:
    """Each family that the host has, with the interface by which others come in: that of its default route, else of its addresses."""
    for version in (4, 6):
        devices = [route.device for route in facts.routes if route.network.version == version and route.network.prefixlen == 0]
        own = [name for name, items in facts.interfaces.items() if any(item.version == version for item in items)]
        if own:
            yield version, next((device for device in devices if device in own), own[0])


def _forwards(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[Problem]:
    seen: set[str] = set()
    for packet, what in _wanted_forwards(facts, wanted, layout):
        for stop in stops(facts.ways.firewall, "forward", packet):
            if stop.name not in seen:
                seen.add(stop.name)
                yield warning(
                    "foreign-forward-drop",
                    "host",
                    f"The host's own firewall ({stop.name}) {_PERHAPS[stop.passage]} what {what}; rules of ours cannot override that.",
                    f"Let the tunnel's interface through there, too: {_let_through(stop, layout.interface)}.",
                )


def _wanted_forwards(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[tuple[NftPacket, str]]:
    """A packet each way that our rules let through, if they let any through that way."""
    file = wanted.file(layout.rules)
    tables = read_rules(file.shown).tables if file is not None else ()
    chains = tables[0].chains if tables else {}
    opened = {name: chain for name, chain in chains.items() if name in ("from_points", "to_points") and len(chain.rules) > 2}
    for version, device in _lan(facts):
        point = next((network.network_address for network in wanted.tunnel.networks() if network.version == version), None)
        inside = next((item.ip for item in facts.interfaces.get(device, ()) if item.version == version), None)
        if point is None or not any(address.version == version for address in wanted.tunnel.addresses):
            continue
        if "from_points" in opened:
            yield NftPacket(version, layout.interface, device, "tcp", None, point, inside), "the points send to the site"
        if "to_points" in opened:
            dnat = all("dnat" in words for words in opened["to_points"].rules[1:-1])  # by port forwards alone
            yield NftPacket(version, device, layout.interface, "tcp", None, inside, point, dnat), "the site sends to the points"


def _owner(stop: Stop) -> str:
    """Whose rules these are, by the names that they give their chains."""
    names = stop.table.chains.keys()
    if stop.table.name == "firewalld":
        return "firewalld"
    if any(name.startswith(("ufw-", "ufw6-")) for name in names):
        return "ufw"
    return "docker" if "DOCKER-USER" in names else ""


def _open_port(stop: Stop, port: int) -> str:
    words = {
        "ufw": f"`ufw allow {port}/udp`",
        "firewalld": f"`firewall-cmd --permanent --add-port={port}/udp && firewall-cmd --reload`",
    }
    usual = f"`nft insert rule {stop.name} udp dport {port} accept`, and the same in the file that it is loaded from"
    return words.get(_owner(stop), usual)


def _let_through(stop: Stop, interface: str) -> str:
    by = {
        "ufw": f"`ufw route allow in on {interface}` and `ufw route allow out on {interface}`",
        "firewalld": _firewalld_zone(interface),
        "docker": f"`iptables -I DOCKER-USER -i {interface} -j ACCEPT` and `iptables -I DOCKER-USER -o {interface} -j ACCEPT`",
    }
    usual = (
        f"`nft insert rule {stop.name} iifname {interface} accept` and `nft insert rule {stop.name} oifname {interface} accept`, "
        "and the same in the file that it is loaded from"
    )
    return by.get(_owner(stop), usual)


def _firewalld_zone(interface: str) -> str:
    """A zone for the tunnel, and a policy into it: out of it leads the zone's own target. What our table refuses stays refused."""
    zone, policy = f"--zone={interface}", f"--policy=to-{interface}"
    settings = (
        f"--new-zone={interface}", f"{zone} --set-target=ACCEPT", f"{zone} --add-interface={interface}", f"--new-policy=to-{interface}",
        f"{policy} --add-ingress-zone=ANY", f"{policy} --add-egress-zone={interface}", f"{policy} --set-target=ACCEPT",
    )  # fmt: skip
    return "`" + " && ".join([*(f"firewall-cmd --permanent {setting}" for setting in settings), "firewall-cmd --reload"]) + "`"
