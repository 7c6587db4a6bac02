"""What other firewalls of Host β must let through for the tunnel, each told in its own way; pure.

An accept of ours cannot bring back what another table drops (docs/apply.md), so the accept has to stand there; what our own table
refuses stays refused. The commands are those of ufw(8), firewall-cmd(1), iptables(8) and nft(8).
"""

import re
import shlex
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.applying import Change
from wgwizard.host.layout import Layout, Owner
from wgwizard.host.nft_verdicts import Stop
from wgwizard.host.rules_unit import told_again
from wgwizard.host.scripts import source
from wgwizard.render.artefact import Artefact
from wgwizard.render.other_firewalls import firewalld_zone, in_ufw

FIREWALL_TOOLS = ("ufw", "firewall-cmd", "iptables", "ip6tables")
_CALL = "  in_"
_PORT = re.compile(r"(?:dport | allow |^in_firewalld \S+ \S+ )(\d+)")
_LONGEST_ZONE = 14  # firewalld's names have 17 characters at most, and ours go on with -to and -in


class Opening(Struct, frozen=True):
    """`line` is the call in our script, for which the host needs `tool`; `owner` says whose rules these are, `said` what is done there."""

    line: str
    tool: str
    owner: str
    said: tuple[str, ...]


def openings_for(stop: Stop, layout: Layout, port: int, *, forwarded: bool) -> tuple[Opening, ...]:
    """What lets the tunnel's UDP port, or what is `forwarded` for it, through a chain that stops it; empty where there is no way."""
    owner = owner_of(stop)
    if owner == "firewalld":
        return _in_firewalld(layout, port)
    if owner == "ufw":
        of_port, *of_forwards = in_ufw(layout.interface, port)
        rules = of_forwards if forwarded else [of_port]
        return tuple(Opening(f"in_ufw {rule}", "ufw", "ufw", (f"ufw {rule}",)) for rule in rules)
    if owner == "nft":
        rules = [f'{way}ifname "{layout.interface}" accept' for way in "io"] if forwarded else [f"udp dport {port} accept"]
        return tuple(
            Opening(f"in_nft {shlex.quote(stop.name)} {shlex.quote(rule)}", "nft", stop.name, (f"nft insert rule {stop.name} {rule}",))
            for rule in rules
        )
    command = "ip6tables" if stop.table.family == "ip6" else "iptables"
    chain = "DOCKER-USER" if owner == "docker" and forwarded else stop.chain.name
    matches = [f"-{way} {layout.interface}" for way in "io"] if forwarded else [f"-p udp --dport {port}"]
    return tuple(
        Opening(f"in_iptables {command} {chain} {match}", command, command, (f"{command} -I {chain} {match} -j ACCEPT",))
        for match in matches
    )


def _in_firewalld(layout: Layout, port: int) -> tuple[Opening, ...]:
    """One for both: a zone for the tunnel, a policy into it (out of it leads the zone's own target), and one for the port."""
    zone = firewalld_zone(layout.interface)
    if len(zone) > _LONGEST_ZONE:
        return ()
    said = (
        f"zone {zone}: {layout.interface}, target ACCEPT",
        f"policy {zone}-to: from anywhere into that zone, target ACCEPT",
        f"policy {zone}-in: UDP port {port} of the host",
        "firewall-cmd --reload",
    )
    line = f"in_firewalld {zone} {layout.interface} {port}"
    if layout.owner is Owner.NETWORK_MANAGER:
        line += " by-profile"
    return (Opening(line, "firewall-cmd", "firewalld", said),)


def owner_of(stop: Stop) -> str:
    """Whose chain this is, by the names around it: firewalld, ufw, docker, iptables (whoever filled it) or nft."""
    names = stop.table.chains.keys()
    if stop.table.name == "firewalld":
        return "firewalld"
    if any(name.startswith(("ufw-", "ufw6-")) for name in names):
        return "ufw"
    if "DOCKER-USER" in names:
        return "docker"
    return "iptables" if stop.name in {f"{family} filter {chain}" for family in ("ip", "ip6") for chain in ("INPUT", "FORWARD")} else "nft"


def kept_lines(text: str, port: int) -> tuple[str, ...]:
    """The calls in our script as it stands on the host, without those for another port."""
    lines = (line.strip() for line in text.splitlines() if line.startswith(_CALL))
    return tuple(line for line in lines if not (found := _PORT.search(line)) or int(found[1]) == port)


def with_openings(artefacts: Mapping[str, Artefact], lines: Iterable[str], layout: Layout, iptables: str) -> dict[str, Artefact]:
    """The host's files with the script that tells other firewalls, and with its call wherever the rules are loaded.

    `iptables` names the units by which iptables loads its own.
    """
    calls = sorted(set(lines))
    found = dict(artefacts)
    if not calls:
        return found
    node = found[layout.rules].node
    found[layout.openings] = Artefact(node, layout.openings, "0755", _script(calls, layout))
    start = f"sh {layout.openings} start"
    unit = found.get(layout.rules_unit_file)
    if unit is not None:
        found[unit.path] = replace(unit, text=told_again(unit.text, start, iptables if any("iptables" in call for call in calls) else ""))
    script = found.get(layout.start)
    if script is not None:
        load = f"  nft -f {layout.rules} || exit 1\n"
        found[script.path] = replace(script, text=script.text.replace(load, f"{load}  {start}\n"))
    return found


def _script(calls: list[str], layout: Layout) -> str:
    return "".join(
        [
            "#!/bin/sh\n",
            f"# wgwizard: what other firewalls of this host let through for {layout.interface}.\n",
            source("openings"),
            f"\nTAG='wgwizard {layout.interface}'\n",
            "each() {\n",
            *(f"  {call}\n" for call in calls),
            '}\nverb=${1:-}\ncase $verb in open | start | close) each ;; *) status=2 ;; esac\nexit "$status"\n',
        ]
    )


def opening_changes(openings: Iterable[Opening]) -> tuple[Change, ...]:
    """What is done in which firewall."""
    by_owner: dict[str, list[str]] = {}
    for opening in openings:
        by_owner.setdefault(opening.owner, []).extend(line for line in opening.said if line not in by_owner.get(opening.owner, []))
    return tuple(Change(owner, "run", "".join(f"+ {line}\n" for line in lines)) for owner, lines in by_owner.items())
