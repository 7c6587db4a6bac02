"""The connections of a proof, tried from Host β by one script that writes nothing there."""

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address

from msgspec.structs import replace

from wgwizard.applying import Proven
from wgwizard.errors import RemoteError
from wgwizard.host.facts import Facts
from wgwizard.host.layout import Layout
from wgwizard.host.nft_verdicts import NftPacket, Passage, stops
from wgwizard.host.scripts import script
from wgwizard.host.shell import RootShell
from wgwizard.plan.model import Plan
from wgwizard.proving import Answer, Answers, Attempt, Destination, Unanswered, attempts, proven
from wgwizard.site import Address
from wgwizard.surroundings import default_route

TIMEOUT = 60.0
MOST_TOLD = 20  # of the points' own attempts
MOST_WATCHED = 1_000  # of the points' addresses: all of this is one command line


def prove(shell: RootShell, layout: Layout, plan: Plan, facts: Facts) -> tuple[Proven, ...]:
    """What connections from the host, which stands as in `facts`, prove about this plan; raises RemoteError where it can try none."""
    plan = _with_router(plan, facts)
    tried = attempts(plan)
    lines = [f"{number} {one.source or '-'} {one.destination.address} {one.port}" for number, one in enumerate(tried)]
    addresses = [address for point in plan.site.points for address in point.addresses][:MOST_WATCHED]
    points = {form for address in addresses for form in (str(address), address.exploded)}
    text = script(layout, "attempts", ATTEMPTS="\n".join(lines), POINTS=" ".join(sorted(points)), MOST_TOLD=str(MOST_TOLD))
    said = shell.run(text, timeout=TIMEOUT).stdout.decode(errors="replace")
    if "lacks perl" in said.splitlines():
        hint = "Install one of them there, or try from a point."
        raise RemoteError("The host has neither perl nor python3, by which connections would be tried.", hint)
    return proven(plan, replace(read_answers(said, tried), dropped_here=dict(_dropped_here(facts, tried))))


def _with_router(plan: Plan, facts: Facts) -> Plan:
    """The plan of a site that names no router, with the host's own: there is always one computer to try, then."""
    way_out = default_route(facts)
    if plan.site.router or way_out is None or way_out.via is None:
        return plan
    return replace(plan, site=replace(plan.site, router=(way_out.via,)))


def _dropped_here(facts: Facts, tried: tuple[Attempt, ...]) -> Iterator[tuple[Destination, str]]:
    """What another firewall of the host surely stops on its way out."""
    for one in tried:
        address = one.destination.address
        packet = NftPacket(address.version, "", _way_out(facts, address), "tcp", one.port, None, address)
        closed = [stop.name for stop in stops(facts.ways.firewall, "output", packet) if stop.passage is Passage.CLOSED]
        if closed:
            yield one.destination, closed[0]


def _way_out(facts: Facts, address: Address) -> str | None:
    """The interface towards an address: its network's, else that of the default route."""
    near = [name for name, items in facts.interfaces.items() if any(address in item.network for item in items)]
    return next(iter(near), None) or next((route.device for route in facts.routes if address in route.network), None)


def read_answers(said: str, tried: tuple[Attempt, ...]) -> Answers:
    """What the script said, line by line; whatever else the host may have said is left out."""
    heard = dict.fromkeys(tried, Answer.SILENT)
    echoes: set[tuple[Address, Address | None]] = set()
    absent: set[Address] = set()
    refused: dict[str, int] = {}
    unanswered: set[Unanswered] = set()
    for line in said.splitlines():
        with suppress(ValueError):  # something else
            match line.split():
                case ["answer", number, answer] if int(number) in range(len(tried)):
                    heard[tried[int(number)]] = Answer(answer)
                case ["echo", source, address]:
                    echoes.add((ip_address(address), None if source == "-" else ip_address(source)))
                case ["absent", address]:
                    absent.add(ip_address(address))
                case ["refused", chain, count]:
                    refused[chain] = int(count)
                case ["unanswered", source, ("tcp" | "udp") as protocol, address, port]:
                    unanswered.add(Unanswered(ip_address(source), protocol, ip_address(address), int(port)))
    return Answers(heard, frozenset(echoes), frozenset(absent), refused_packets=refused, unanswered=frozenset(unanswered))
