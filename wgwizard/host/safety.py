"""Facts + what is wanted -> the reasons not to apply: what would cut off the person or the host, or harm what is not ours; pure.

The numbers of the measured lock-outs are in docs/apply.md. These refusals cannot be overridden.
"""

from collections.abc import Iterator

from wgwizard.host.changes import Wanted
from wgwizard.host.conf import parse_conf
from wgwizard.host.facts import Facts, Route
from wgwizard.host.layout import Layout
from wgwizard.problems import Problem, error, warning
from wgwizard.site import Network

NEEDED_TOOLS = ("ip", "awk", "sed", "sha256sum", "cmp", "comm", "flock", "systemd-run")


def unsupported(facts: Facts) -> tuple[Problem, ...]:
    """Why this kind of host cannot be changed by us; empty for Linux with systemd."""
    system = facts.system
    name = system.name or system.kernel or "the host"
    if system.kernel != "Linux":
        return (_not_supported(f"{name} is not Linux; its rules and interfaces work differently"),)
    if system.init != "systemd":
        return (_not_supported(f"{name} is started by {system.init or 'something unknown'}, not by systemd, which the undo's timer needs"),)
    missing = [tool for tool in NEEDED_TOOLS if tool not in system.tools]
    return (_not_supported(f"{name} lacks {', '.join(missing)}"),) if missing else ()


def _not_supported(why: str) -> Problem:
    return error(
        "not-supported-yet", "host", f"This host cannot be changed from here: {why}.", "Write the files with `wgwizard plan` instead."
    )


def refusals(facts: Facts, wanted: Wanted, layout: Layout) -> tuple[Problem, ...]:
    """Every reason not to go on."""
    return (
        *_taken_names(facts, layout),
        *_strange_files(facts, wanted, layout),
        *_listen_port(facts, wanted),
        *_own_networks(facts, wanted, layout),
        *_allowed_networks(facts, wanted, layout),
        *_ssh_inside(facts, wanted, layout),
    )


def warnings(facts: Facts) -> tuple[Problem, ...]:
    """What works against the plan on this host and is not ours to change."""
    return tuple(
        warning(
            "foreign-forward-drop",
            "host",
            f"The host's own firewall ({chain}) drops forwarded packets; rules of ours cannot override that.",
            "Let the tunnel's interface through there, too: Docker's DOCKER-USER chain, `ufw route allow`, firewalld's zones.",
        )
        for chain in facts.forward_drops
    )


def _taken_names(facts: Facts, layout: Layout) -> Iterator[Problem]:
    if facts.ours:
        return
    unit = facts.units.get(layout.tunnel_unit)
    if layout.interface in facts.links:
        yield error(
            "interface-taken",
            "tunnel.interface",
            f"The host has an interface {layout.interface} already, and it is not ours.",
            "Choose another tunnel.interface, such as wg1.",
        )
    elif unit is not None and (unit.enabled == "enabled" or unit.active == "active"):
        yield error(
            "interface-taken",
            "tunnel.interface",
            f"{layout.tunnel_unit} is in use on the host already, and it is not ours.",
            "Choose another tunnel.interface, such as wg1, or disable that unit first.",
        )
    if facts.table is not None:
        yield error(
            "table-taken",
            "tunnel.interface",
            f"The host has a table inet {layout.table} already, and it is not ours.",
            f"Remove it (nft delete table inet {layout.table}), or choose another tunnel.interface.",
        )


def _strange_files(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[Problem]:
    for path in layout.files:
        there = facts.files.get(path)
        if there is not None and there.kind == "other" and wanted.file(path) is not None:
            yield error("strange-file", "host", f"{path} on the host is a link or a directory, not a file.", "Move it away first.")


def _listen_port(facts: Facts, wanted: Wanted) -> Iterator[Problem]:
    port = wanted.tunnel.listen_port
    own = facts.tunnel.listen_port if facts.ours and facts.tunnel is not None else None
    if port is not None and port != own and port in facts.udp_ports:
        yield error(
            "port-in-use", "tunnel.port", f"UDP port {port} is in use on the host already.", "Choose another tunnel.port, such as 51821."
        )


def _own_networks(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[Problem]:
    attached = [item.network for items in facts.interfaces.values() for item in items]
    for network in (address.network for address in wanted.tunnel.addresses):
        for name, items in facts.interfaces.items():
            for item in items:
                if _overlap(item.network, network):
                    yield _collision(network, f"the host's own address {item} on {name}")
        for route in _foreign_routes(facts, layout):
            if _overlap(route.network, network) and not any(_overlap(other, route.network) for other in attached):
                yield _collision(network, f"the host's route to {route.network} over {route.device}")
        if facts.ssh is not None and not _ssh_is_inside(facts) and facts.ssh.client in network:
            yield _collision(network, f"{facts.ssh.client}, from where you are logged in")


def _foreign_routes(facts: Facts, layout: Layout) -> list[Route]:
    """The host's routes but for the default ones, link-local ones and our own."""
    routes = (route for route in facts.routes if route.network.prefixlen and not route.network.is_link_local)
    return [route for route in routes if route.device != layout.interface]


def _collision(network: Network, what: str) -> Problem:
    return error(
        "tunnel-collides",
        "tunnel.networks",
        f"The tunnel network {network} collides with {what}: the host would lose it.",
        "Choose another tunnel network.",
    )


def _allowed_networks(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[Problem]:
    attached = [
        (item.network, f"the host's own network {item.network} on {name}") for name, items in facts.interfaces.items() for item in items
    ]
    attached += [
        (route.network, f"the host's route to {route.network} over {route.device}")
        for route in _foreign_routes(facts, layout)
        if route.gateway
    ]
    outside = facts.ssh if facts.ssh is not None and not _ssh_is_inside(facts) else None
    for network in wanted.tunnel.networks():
        for other, name in attached:
            if _overlap(other, network):
                yield _swallowed(network, name)
        if outside is not None and outside.client in network:
            yield _swallowed(network, f"{outside.client}, from where you are logged in")


def _swallowed(network: Network, what: str) -> Problem:
    return error(
        "allowed-ips-swallow",
        "points",
        f"AllowedIPs {network} of a point covers {what}: the host would send that into the tunnel.",
        "Leave it out of the point's networks.",
    )


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _ssh_is_inside(facts: Facts) -> bool:
    """Whether this very session comes through the tunnel that is about to change."""
    return facts.ssh is not None and facts.tunnel is not None and any(item.ip == facts.ssh.server for item in facts.tunnel.addresses)


def _ssh_inside(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[Problem]:
    if not _ssh_is_inside(facts) or facts.tunnel is None:
        return
    before = parse_conf(facts.files[layout.tunnel].text)
    same_peers = all(facts_peer.public_key in wanted.tunnel.peers for facts_peer in facts.tunnel.peers)
    if _settings(before.interface_lines) != _settings(wanted.tunnel.interface_lines) or not same_peers:
        yield ssh_inside_problem()


def ssh_inside_problem() -> Problem:
    """The refusal of changes that would end the session that makes them."""
    return error(
        "ssh-through-tunnel",
        "host.ssh",
        "You are logged in through the tunnel that this would take down or change.",
        "Log in by the host's own address instead. Through the tunnel, points can only be added.",
    )


def uninstall_refusals(facts: Facts) -> tuple[Problem, ...]:
    """Why the tunnel cannot be taken off the host from here."""
    return (ssh_inside_problem(),) if _ssh_is_inside(facts) else ()


def _settings(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The [Interface] lines without the private key, which either side shows differently."""
    return tuple(sorted(line for line in lines if not line.startswith("privatekey=")))
