"""VyOS's words.

Read: vyos-documentation, `cli.rst`, `configuration/protocols/static.rst`, `configuration/nat/nat44.rst` (destination rules, and the
firewall rule for them), `configuration/firewall/groups.rst`, `ipv4.rst`, `ipv6.rst` and `global-options.rst`, and `quick-start.rst`
(global state policies come before every rule). For DHCP: `configuration/service/dhcp-server.rst` (`static-route` makes the options 121 and
249), and the sources of vyos-1x: `dhcpd.conf.j2` of 1.4 and `kea.py` of 1.5, which put `default-router` after the routes, 1.5 with all
of this under `option`.
"""

from msgspec import Struct

from wgwizard.render.option_121 import ByDhcp
from wgwizard.render.routers.words import HalfSeen, Router, Routes, Steps, WayIn
from wgwizard.site import Network

_KEPT = ("commit", "save", "exit")
_FREE = "the rules' numbers stand for free ones that come before the rules that drop"


def static_routes(needed: Routes, doubt: str = "") -> Steps:
    """Static routes as Vyatta's descendants say them; `doubt` is where EdgeOS stands for one of them."""
    lines = [
        f"protocols static {'route' if route.network.version == 4 else 'route6'} {route.network} next-hop {route.via}"
        for route in needed.routes
    ]
    return Steps(
        add=("configure", *(f"set {line}" for line in lines), *_KEPT),
        check=tuple(
            f"show {'ip' if route.network.version == 4 else 'ipv6'} route        # must say: {route.network} via {route.via}"
            for route in needed.routes
        ),
        remove=("configure", *(f"delete {line}" for line in lines), *_KEPT),
        doubt=doubt,
    )


class _Family(Struct, frozen=True):
    """What VyOS calls a family and its groups of networks, and those between which connections are half seen."""

    name: str
    group: str
    networks: tuple[Network, ...]


def _half_seen(half: HalfSeen) -> Steps:
    """A rule before the drop; a global state policy comes before every rule, so it becomes a rule too."""
    every = (_Family("ipv4", "network-group", half.four), _Family("ipv6", "ipv6-network-group", half.six))
    families = [family for family in every if family.networks]
    drops = [f"firewall {family.name} {hook} filter rule 2" for family in families for hook in ("forward", "input")]
    return Steps(
        add=(
            "configure",
            *(line for family in families for line in _passing(family, half.tag)),
            "and where the policy global-options drops them, which comes before every rule, rules in its place:",
            "    delete firewall global-options state-policy invalid",
            *(f"    set {drop} {what}" for drop in drops for what in ("action drop", "state invalid")),
            *_KEPT,
            _FREE,
        ),
        check=("show configuration commands        # look for invalid: is anything said to drop it?",),
        remove=(
            "configure",
            *(f"delete firewall {family.name} forward filter rule 1" for family in families),
            *(f"delete firewall group {family.group} {half.tag}" for family in families),
            "and where rules took the place of the global policy, it again in place of them:",
            "    set firewall global-options state-policy invalid action drop",
            *(f"    delete {drop}" for drop in drops),
            *_KEPT,
        ),
    )


def _passing(family: _Family, tag: str) -> list[str]:
    rule = f"set firewall {family.name} forward filter rule 1"
    return [
        *(f"set firewall group {family.group} {tag} network {network}" for network in family.networks),
        f"{rule} action accept",
        f"{rule} source group network-group {tag}",
        f"{rule} destination group network-group {tag}",
    ]


def _way_in(way: WayIn) -> Steps:
    add: list[str] = []
    rules: list[str] = []
    if way.four is not None:
        nat, passing = "nat destination rule 100", "firewall ipv4 forward filter rule 3"
        add += [f"set {nat} {what}" for what in _translation(way)]
        add += [f"set {passing} {what}" for what in ("action accept", "connection-status nat destination", "state new")]
        rules += [nat, passing]
    if way.six is not None:
        passing = "firewall ipv6 forward filter rule 3"
        wanted = ("action accept", "protocol udp", f"destination address {way.six}", f"destination port {way.inside}")
        add += [f"set {passing} {what}" for what in wanted]
        rules.append(passing)
    return Steps(
        add=("configure", *add, *_KEPT, _FREE, "eth0 stands for the interface to the internet"),
        check=("show configuration commands        # look for the rules above",),
        remove=("configure", *(f"delete {rule}" for rule in rules), *_KEPT),
    )


def _translation(way: WayIn) -> tuple[str, ...]:
    return (
        f"description {way.tag}",
        "inbound-interface name eth0",
        "protocol udp",
        f"destination port {way.outside}",
        f"translation address {way.four}",
        f"translation port {way.inside}",
    )


def _by_dhcp(told: ByDhcp) -> Steps:
    """VyOS itself puts the default router into option 121, after the static routes; so it must know it."""
    subnet = f"service dhcp-server shared-network-name LAN subnet {told.network}"
    routes = [f"{subnet} static-route {network} next-hop {via}" for network, via in told.routes]
    return Steps(
        add=(
            "configure",
            *(f"set {route}" for route in routes),
            f"set {subnet} default-router {told.router}        # VyOS puts it into option 121, too",
            *_KEPT,
            "LAN stands for the shared network's name; in VyOS 1.5 the word option stands before static-route and default-router",
        ),
        check=("show configuration commands        # look for static-route and default-router, in the same subnet",),
        remove=("configure", *(f"delete {route}" for route in routes), *_KEPT),
    )


VYOS = Router("VyOS (1.4 or later)", "in its shell (SSH)", static_routes, _half_seen, _way_in, _by_dhcp)
