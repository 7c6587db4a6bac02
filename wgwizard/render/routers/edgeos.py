"""EdgeOS's words, for EdgeRouters.

Read: of Ubiquiti's documents only "EdgeRouter - Configuration and Operational Mode" (`configure`, `exit`); the rest in configurations that
owners of EdgeRouters published (`set port-forward`, `set firewall name WAN_IN rule 20 state invalid`, `set protocols static route6`).
So is DHCP with options of one's own (`global-parameters`, `subnet-parameters`: dhcpd's words). Vyatta's `static-route`, as VyOS 1.2 still
had it, takes one route, and whether EdgeOS gives the default route with it was not found. EdgeOS descends from Vyatta as VyOS does, and
says static routes as VyOS. So all of it is marked as not verified.
"""

from msgspec import Struct

from wgwizard.render.option_121 import ByDhcp
from wgwizard.render.routers.vyos import static_routes
from wgwizard.render.routers.words import HalfSeen, Router, Routes, Steps, WayIn
from wgwizard.site import Network

_KEPT = ("commit", "save", "exit")
_DOUBT = "read in owners' configurations, not in Ubiquiti's manual"


def _route(needed: Routes) -> Steps:
    return static_routes(needed, _DOUBT)


class _Family(Struct, frozen=True):
    """A family's ruleset on the LAN interface, its kind of group, and the networks between which connections are half seen."""

    ruleset: str
    group: str
    networks: tuple[Network, ...]


def _half_seen(half: HalfSeen) -> Steps:
    """The wizard's rules drop invalid packets from the internet only, so most EdgeRouters need nothing."""
    every = (_Family("name LAN_IN", "network-group", half.four), _Family("ipv6-name LANv6_IN", "ipv6-network-group", half.six))
    families = [family for family in every if family.networks]
    names = "LAN_IN and LANv6_IN stand for the rulesets that the LAN interface has for “in”; 1 for a free number"
    return Steps(
        add=("configure", *(line for family in families for line in _passing(family, half.tag)), *_KEPT, names),
        check=("show configuration commands        # has the LAN interface a ruleset with a drop of invalid? WAN_IN alone does no harm",),
        remove=(
            "configure",
            *(f"delete firewall {family.ruleset} rule 1" for family in families),
            *(f"delete firewall group {family.group} {half.tag}" for family in families),
            *_KEPT,
        ),
        doubt=_DOUBT,
    )


def _passing(family: _Family, tag: str) -> list[str]:
    rule = f"set firewall {family.ruleset} rule 1"
    return [
        *(f"set firewall group {family.group} {tag} network {network}" for network in family.networks),
        f"{rule} action accept",
        f"{rule} source group {family.group} {tag}",
        f"{rule} destination group {family.group} {tag}",
    ]


def _way_in(way: WayIn) -> Steps:
    add: list[str] = []
    rules: list[str] = []
    if way.four is not None:
        rule = "port-forward rule 100"
        to = (f"original-port {way.outside}", "protocol udp", f"forward-to address {way.four}", f"forward-to port {way.inside}")
        add += ["set port-forward auto-firewall enable", "set port-forward wan-interface eth0", "set port-forward lan-interface eth1"]
        add += [f"set {rule} {what}" for what in (f"description {way.tag}", *to)]
        rules.append(rule)
    if way.six is not None:
        rule = "firewall ipv6-name WANv6_IN rule 100"
        to = ("action accept", "protocol udp", f"destination address {way.six}", f"destination port {way.inside}")
        add += [f"set {rule} {what}" for what in to]
        rules.append(rule)
    names = "eth0 stands for the interface to the internet, eth1 for that of the LAN, 100 for a free number"
    return Steps(
        add=("configure", *add, *_KEPT, names),
        check=("show configuration commands        # look for the rules above",),
        remove=("configure", *(f"delete {rule}" for rule in rules), *_KEPT),
        doubt=_DOUBT,
    )


def _by_dhcp(told: ByDhcp) -> Steps:
    """The option's bytes in dhcpd's words, so that the default route stands in it for certain."""
    declared = 'service dhcp-server global-parameters "option wgwizard-routes code 121 = array of unsigned integer 8;"'
    octets = ", ".join(map(str, told.octets()))
    given = f'service dhcp-server shared-network-name LAN subnet {told.network} subnet-parameters "option wgwizard-routes {octets};"'
    return Steps(
        add=(
            "configure",
            f"set {declared}",
            f"set {given}",
            *_KEPT,
            "LAN stands for the shared network's name",
            "where service dhcp-server has use-dnsmasq enable, in place of both:",
            f'    set service dns forwarding options "dhcp-option=121,{told.dnsmasq()}"',
        ),
        check=("show configuration commands        # look for wgwizard-routes, or for dhcp-option=121",),
        remove=("configure", f"delete {given}", f"delete {declared}", *_KEPT),
        doubt=_DOUBT,
    )


EDGEOS = Router("EdgeRouter (EdgeOS)", "in its shell (SSH)", _route, _half_seen, _way_in, _by_dhcp)
