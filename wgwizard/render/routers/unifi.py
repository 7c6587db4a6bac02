"""UniFi's words: the fields of a page, because the menus move from version to version.

Read: UniFi Controller User Guide, "Create or Edit a Static Route" and "Create or Edit a Firewall Rule"; Ubiquiti's help, "UniFi Gateway -
Advanced Firewall Rules" (LAN, In; before the predefined rules), "Zone-Based Firewalls in UniFi" and "UniFi DHCP Server" (one for each
network, with custom options by their code). Not read: where the pages are in today's menus, IPv6 routes, the page for port forwards,
whether the predefined rules drop half-seen connections inside the LAN, and how the value of a custom option is written.
"""

from wgwizard.render.option_121 import ByDhcp
from wgwizard.render.routers.words import HalfSeen, Router, Routes, Steps, WayIn


def _route(needed: Routes) -> Steps:
    return Steps(
        add=tuple(
            line
            for place, route in enumerate(needed.routes, 1)
            for line in (
                f"Create a static route: Name {needed.tag}_{place}, Network {route.network}, Distance 1,",
                f"    Static Route Type Next Hop, Next Hop {route.via}",
            )
        ),
        check=tuple(f"in the list of static routes: {route.network} by {route.via}, enabled" for route in needed.routes),
        remove=tuple(f"delete the static route {needed.tag}_{place}" for place, _ in enumerate(needed.routes, 1)),
        doubt="in which menu of today's version this is" + _and_ipv6(any(route.network.version == 6 for route in needed.routes)),
    )


def _and_ipv6(needed: bool) -> str:
    return ", and whether it takes IPv6" if needed else ""


def _half_seen(half: HalfSeen) -> Steps:
    """A rule before the predefined ones."""
    add: list[str] = []
    for networks, rules in ((half.four, "LAN In"), (half.six, "LAN v6 In")):
        if networks:
            add += [
                f"Create a firewall rule of {rules}: Name {half.tag}, before Predefined Rules, Action Accept, Protocol All,",
                f"    Source and Destination an address group with {', '.join(map(str, networks))}",
            ]
    return Steps(
        add=(*add, "with the zone-based firewall (UniFi Network 9): a policy from Internal to Internal that allows the same"),
        check=("look in its list of rules for one that drops or blocks what is invalid inside the LAN",),
        remove=(f"delete the rules or policies {half.tag}, and the groups",),
        doubt="whether it drops them, and what the zone-based firewall calls this",
    )


def _way_in(way: WayIn) -> Steps:
    add: list[str] = []
    if way.four is not None:
        add.append(f"a port forward: Name {way.tag}, from any, Port {way.outside}, Forward IP {way.four}, Forward Port {way.inside}, UDP")
    if way.six is not None:
        add.append(
            f"a firewall rule of Internet v6 In: Name {way.tag}, Action Accept, Protocol UDP, Destination {way.six} port {way.inside}"
        )
    return Steps(
        add=tuple(add),
        check=(f"in the lists of port forwards and rules: {way.tag}, enabled",),
        remove=(f"delete {way.tag} from the same lists",),
        doubt="where this is, and what its fields are called",
    )


def _by_dhcp(told: ByDhcp) -> Steps:
    where = f"the DHCP server of the network {told.network}"
    return Steps(
        add=(f"a custom option for {where}: Name {told.tag}, Code 121,", f"    Value {told.octets().hex()} (hexadecimal bytes)"),
        check=(f"the option {told.tag} is at {where}",),
        remove=(f"take the option {told.tag} off {where}",),
        doubt="in which menu of today's version this is, and how the value is written",
    )


UNIFI = Router("UniFi gateway", "in the settings of the UniFi Network application", _route, _half_seen, _way_in, _by_dhcp)
