"""The host's own firewall against the plan (lock-outs 19 and 22): what of it stops the tunnel, and what it must let through; pure."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from msgspec import Struct

from wgwizard.host.conf import WantedTunnel
from wgwizard.host.facts import Facts
from wgwizard.host.layout import Layout
from wgwizard.host.nft_reading import ReadRules, read_rules
from wgwizard.host.nft_verdicts import NftPacket, Passage, Stop, stops
from wgwizard.host.openings import Opening, openings_for
from wgwizard.problems import Problem, warning
from wgwizard.site import DEFAULT_PORT, Network

_NETWORK = re.compile(r"(?<![\w.:])[0-9a-f]*[.:][0-9a-f.:]*(?:/[0-9]+)?(?![\w.:])")
_PERHAPS = {Passage.CLOSED: "drops", Passage.SOME: "may drop"}


class Stopped(Struct, frozen=True):
    """A chain of others that stops the tunnel itself or what is `forwarded` for it; `what` is in words, `openings` what helps."""

    stop: Stop
    what: str
    forwarded: bool
    openings: tuple[Opening, ...]

    @property
    def said(self) -> str:
        """In words, without a full stop."""
        return f"the host's own firewall ({self.stop.name}) {_PERHAPS[self.stop.passage]} {self.what}"


def stopped(facts: Facts, tunnel: WantedTunnel, rules: str, layout: Layout) -> tuple[Stopped, ...]:
    """Each chain of others that stops something of this tunnel with these rules of ours, once."""
    port = tunnel.listen_port or DEFAULT_PORT
    found: dict[tuple[str, bool], Stopped] = {}
    for stop, what, forwarded in _stops(facts.ways.firewall, facts, tunnel, rules, layout):
        openings = openings_for(stop, layout, port, forwarded=forwarded)
        found.setdefault((stop.name, forwarded), Stopped(stop, what, forwarded, openings))
    return tuple(found.values())


def unlisted(facts: Facts, tunnel: WantedTunnel, rules: str, layout: Layout) -> tuple[Problem, ...]:
    """A warning where iptables-legacy stops something of this tunnel: nobody but its own program lists its rules, and we do not tell it."""
    port = tunnel.listen_port or DEFAULT_PORT
    said: dict[str, None] = {}
    commands: dict[str, None] = {}
    for stop, what, forwarded in _stops(facts.ways.legacy, facts, tunnel, rules, layout):
        said[Stopped(stop, what, forwarded, ()).said] = None
        matches = [f"-{way} {layout.interface}" for way in "io"] if forwarded else [f"-p udp --dport {port}"]
        commands |= {f"`{stop.table.name} -I {stop.chain.name} {match} -j ACCEPT`": None for match in matches}
    if not said:
        return ()
    whole = "; ".join(said)
    return (
        warning(
            "legacy-firewall",
            "host",
            f"{whole[0].upper()}{whole[1:]}; rules of ours cannot override that.",
            f"To let it through there, also at boot: {', '.join(commands)}.",
        ),
    )


def _stops(firewall: ReadRules, facts: Facts, tunnel: WantedTunnel, rules: str, layout: Layout) -> Iterator[tuple[Stop, str, bool]]:
    """Each chain in there that stops something, with what that is in words, and whether it is forwarded."""
    port = tunnel.listen_port
    for version, device in _ways_in(facts) if port is not None else ():
        for stop in stops(firewall, "input", NftPacket(version, device, None, "udp", port)):
            yield stop, f"UDP port {port}, on which the points reach it", False
    for packet, what in _wanted_forwards(facts, tunnel, rules, layout):
        for stop in stops(firewall, "forward", packet):
            yield stop, f"what {what}", True


def openings_in(found: Iterable[Stopped], tools: frozenset[str]) -> tuple[Opening, ...]:
    """What can be told to these firewalls with the host's `tools`, each once."""
    by_line = {opening.line: opening for one in found for opening in one.openings if opening.tool in tools}
    return tuple(by_line.values())


def not_opened(found: Iterable[Stopped], tools: frozenset[str]) -> tuple[Problem, ...]:
    """A warning for each chain that we cannot tell anything, with what its owner can do."""
    problems = []
    for one in found:
        missing = [opening for opening in one.openings if opening.tool not in tools]
        if one.openings and not missing:
            continue
        said = " and ".join(f"`{line}`" for opening in missing for line in opening.said)
        hint = (
            f"The host lacks {missing[0].tool}; let it through there, as this would: {said}."
            if missing
            else "Names in firewalld are short: choose a tunnel.interface of at most ten characters, and it is told by itself."
        )
        code, field = ("foreign-forward-drop", "host") if one.forwarded else ("port-closed", "tunnel.port")
        problems.append(warning(code, field, f"{one.said[0].upper()}{one.said[1:]}; rules of ours cannot override that.", hint))
    return tuple(problems)


def _ways_in(facts: Facts) -> Iterator[tuple[int, str]]:
    """Each family that the host has, with the interface by which others come in: that of its default route, else of its addresses."""
    for version in (4, 6):
        devices = [route.device for route in facts.routes if route.network.version == version and route.network.prefixlen == 0]
        own = [name for name, items in facts.interfaces.items() if any(item.version == version for item in items)]
        if own:
            yield version, next((device for device in devices if device in own), own[0])


def _lans(facts: Facts, rules: str, layout: Layout) -> Iterator[tuple[int, str]]:
    """The same with each interface in whose network something lies that our rules name; where there is none, the site is that way."""
    named = [network for text in set(_NETWORK.findall(rules)) if (network := _network(text)) is not None]
    for version, way_in in _ways_in(facts):
        sites = [network for network in named if network.version == version]
        near = [
            name
            for name, items in facts.interfaces.items()
            if name != layout.interface and any(item.network.overlaps(site) for item in items if item.version == version for site in sites)
        ]
        yield from ((version, device) for device in near or [way_in])


def _network(text: str) -> Network | None:
    try:
        return ip_network(text)
    except ValueError:  # a time, a number
        return None


def _wanted_forwards(facts: Facts, tunnel: WantedTunnel, rules: str, layout: Layout) -> Iterator[tuple[NftPacket, str]]:
    """A packet each way that our rules let through, if they let any through that way."""
    tables = read_rules(rules).tables
    chains = tables[0].chains if tables else {}
    opened = {name: chain for name, chain in chains.items() if name in ("from_points", "to_points") and len(chain.rules) > 2}
    for version, device in _lans(facts, rules, layout):
        point = next((network.network_address for network in tunnel.networks() if network.version == version), None)
        inside = next((item.ip for item in facts.interfaces.get(device, ()) if item.version == version), None)
        if point is None or not any(address.version == version for address in tunnel.addresses):
            continue
        if "from_points" in opened:
            yield NftPacket(version, layout.interface, device, "tcp", None, point, inside), "the points send to the site"
        if "to_points" in opened:
            dnat = all("dnat" in words for words in opened["to_points"].rules[1:-1])  # by port forwards alone
            yield NftPacket(version, device, layout.interface, "tcp", None, inside, point, dnat), "the site sends to the points"
