"""Facts + what is wanted -> the reasons not to apply: what would cut off the person or the host, or harm what is not ours; pure.

The lock-outs' numbers are those of docs/lockouts.md. These refusals cannot be overridden.
"""

from collections.abc import Iterator

from wgwizard.host.changes import Wanted
from wgwizard.host.facts import Facts, Route
from wgwizard.host.layout import Layout
from wgwizard.host.linting import forwarded_ports, lint, strange_settings
from wgwizard.host.swallowing import bypassed, collision_problem, swallowed, swallowed_problem
from wgwizard.host.through_tunnel import inside_refusals, others_inside
from wgwizard.problems import Problem, error
from wgwizard.site import Network

# Each with the package that brings it, in the distributions that we know.
_PACKAGES = {
    "ip": "iproute2 (Fedora and RHEL call it iproute)",
    "awk": "gawk",
    "sed": "sed",
    "sha256sum": "coreutils",
    "cmp": "diffutils",
    "comm": "coreutils",
    "flock": "util-linux",
}
NEEDED_TOOLS = tuple(_PACKAGES)
SYSTEMD_RUN = "systemd-run"
_BY_HAND = "Write the files with `wgwizard plan` instead."


def unsupported(facts: Facts) -> tuple[Problem, ...]:
    """Why this kind of host cannot be changed by us; empty for Linux."""
    system = facts.system
    name = system.name or system.kernel or "the host"
    if system.kernel != "Linux":
        return (_not_supported(f"{name} is not Linux; its rules and interfaces work differently"),)
    if system.init == "procd":
        return (_not_supported(f"{name} is started by procd: its own netifd and firewall rule the network there"),)
    needed = (*NEEDED_TOOLS, SYSTEMD_RUN) if system.systemd else NEEDED_TOOLS
    missing = [tool for tool in needed if tool not in system.tools]
    packages = dict.fromkeys(_PACKAGES[tool] for tool in missing if tool in _PACKAGES)
    instead = f"Install {', '.join(packages)} there and apply again, or write the files with `wgwizard plan`." if packages else _BY_HAND
    return (_not_supported(f"{name} lacks {', '.join(missing)}", instead),) if missing else ()


def _not_supported(why: str, instead: str = _BY_HAND) -> Problem:
    return error("not-supported-yet", "host", f"This host cannot be changed from here: {why}.", instead)


def refusals(facts: Facts, wanted: Wanted, layout: Layout) -> tuple[Problem, ...]:
    """Every reason not to go on."""
    found = (
        *_taken_names(facts, layout),
        *_strange_files(facts, wanted, layout),
        *_listen_port(facts, wanted),
        *_own_networks(facts, wanted, layout),
        *_allowed_networks(facts, wanted, layout),
        *swallowed(facts, wanted, layout),
        *_ssh_forwarded(facts, wanted, layout),
        *inside_refusals(facts, wanted, layout),
        *lint(facts, wanted, layout),
    )
    return found or tuple(bypassed(facts, wanted, layout))


def warnings(facts: Facts, wanted: Wanted, layout: Layout) -> tuple[Problem, ...]:
    """What works against the plan on this host and is not ours to change, and who else will be cut off as it says."""
    return (*wanted.shut, *others_inside(facts, wanted, layout))


def _taken_names(facts: Facts, layout: Layout) -> Iterator[Problem]:
    """Lock-out 20: what others have by our names."""
    if len({path.rpartition("/")[2] for path in layout.files}) < len(layout.files):
        yield error(
            "interface-reserved",
            "tunnel.interface",
            f"The name {layout.interface} is taken by a file of ours that lies beside the tunnel's.",
            "Choose another tunnel.interface, such as wg0.",
        )
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
    # Lock-outs 23, 25 and 26: what wg-quick did by these lines it takes back by the same lines only, and they would be gone.
    strange = strange_settings(facts.files[layout.tunnel].text) if layout.tunnel in facts.files else ()
    if strange:
        yield error(
            "tunnel-settings",
            "tunnel.interface",
            f"{layout.tunnel} on the host has {', '.join(strange)}, which our files never have: what it did would stay for good.",
            f"Take the tunnel down with that file (wg-quick down {layout.interface}) and these lines out of it, "
            "or choose another tunnel.interface.",
        )


def _listen_port(facts: Facts, wanted: Wanted) -> Iterator[Problem]:
    """Lock-out 21."""
    port = wanted.tunnel.listen_port
    own = facts.tunnel.listen_port if facts.ours and facts.tunnel is not None else None
    if port is not None and port != own and port in facts.udp_ports:
        yield error(
            "port-in-use",
            "tunnel.port",
            f"UDP port {port} is in use on the host already.",
            "Choose another tunnel.port, such as 51821. Where a tunnel of an earlier apply has it (sudo wg show), apply that site's file.",
        )


def _ssh_forwarded(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[Problem]:
    """Lock-out 16: a port forward of a port on which the host takes SSH, which may be another than the site file knows."""
    file = wanted.file(layout.rules)
    ports = facts.ways.ssh_ports | ({facts.ssh.port} if facts.ssh is not None else set())
    for port, place in forwarded_ports(file.shown).items() if file is not None else ():
        if port in ports:
            yield error(
                "ssh-port-forwarded",
                "points",
                f"Port {port} of the host, on which it takes SSH, would lead to a point ({place}).",
                "Give that point's service another port of the host (published_port).",
            )


def _own_networks(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[Problem]:
    attached = [item.network for items in facts.interfaces.values() for item in items]
    for network in (address.network for address in wanted.tunnel.addresses):
        for name, items in facts.interfaces.items():
            for item in items:
                if _overlap(item.network, network):
                    yield collision_problem(network, f"the host's own address {item} on {name}")
        for route in _foreign_routes(facts, layout):
            if _overlap(route.network, network) and not any(_overlap(other, route.network) for other in attached):
                yield collision_problem(network, f"the host's route to {route.network} over {route.device}")


def _foreign_routes(facts: Facts, layout: Layout) -> list[Route]:
    """The host's routes but for the default ones, link-local ones and our own."""
    routes = (route for route in facts.routes if route.network.prefixlen and not route.network.is_link_local)
    return [route for route in routes if route.device != layout.interface]


def _allowed_networks(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[Problem]:
    attached = [
        (item.network, f"the host's own network {item.network} on {name}") for name, items in facts.interfaces.items() for item in items
    ]
    attached += [
        (route.network, f"the host's route to {route.network} over {route.device}")
        for route in _foreign_routes(facts, layout)
        if route.gateway or not any(_overlap(network, route.network) for network, _ in attached)
    ]
    for network in wanted.tunnel.networks():
        for other, name in attached:
            if _overlap(other, network):
                yield swallowed_problem(network, name)


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)
