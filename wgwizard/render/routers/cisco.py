"""Cisco IOS's words.

Read: Cisco's command references for `ip route` and `show ip route` (IP Routing: Protocol-Independent), the configuration guide of the
IE 4000 for `ipv6 route`, the NAT course of the Networking Academy for `ip nat inside source static` with inside and outside interfaces,
and the Router and SDM User's Guide, "Zone-Based Policy Firewall" (traffic inside one zone is allowed). Not read in Cisco's own
documents: the form with `interface` in place of the public address, which is in many published configurations, and what the classic
firewall (`ip inspect`) does to half-seen connections; and `option 121 hex` in `ip dhcp pool`, which is in published configurations, with
a dot after each four digits, as IOS itself writes it.
"""

from ipaddress import IPv4Network

from wgwizard.plan.model import RouteNeeded
from wgwizard.render.option_121 import ByDhcp
from wgwizard.render.routers.words import HalfSeen, Router, Routes, Steps, WayIn

_BEFORE = "configure terminal"
_KEPT = ("end", "copy running-config startup-config")
_OUTSIDE = "GigabitEthernet0/0 stands for the interface to the internet, which has ip nat outside, as the LAN's has ip nat inside"


def _route(needed: Routes) -> Steps:
    lines = [_line(route) for route in needed.routes]
    return Steps(
        add=(_BEFORE, *lines, *_KEPT),
        check=tuple(
            f"show {'ip' if route.network.version == 4 else 'ipv6'} route        # must say: S, {route.network} via {route.via}"
            for route in needed.routes
        ),
        remove=(_BEFORE, *(f"no {line}" for line in lines), *_KEPT),
    )


def _line(route: RouteNeeded) -> str:
    network = route.network
    if isinstance(network, IPv4Network):
        return f"ip route {network.network_address} {network.netmask} {route.via}"
    return f"ipv6 route {network} {route.via}"


def _half_seen(_: HalfSeen) -> Steps:
    """IOS follows connections only where one of its two firewalls is configured."""
    return Steps(
        add=(
            "a router without one of the two firewalls follows no connections, and needs nothing",
            "zone-member: nothing either, packets that come and go in one zone are let through",
            "ip inspect on the LAN interface: if TCP hangs, give the route to the computers themselves (site.routes: hosts prints how)",
        ),
        check=("show running-config        # is there zone-member or ip inspect on the LAN interface?",),
        remove=(),
        doubt="what ip inspect does to them",
    )


def _way_in(way: WayIn) -> Steps:
    add: list[str] = []
    check: list[str] = []
    remove: list[str] = []
    if way.four is not None:
        line = f"ip nat inside source static udp {way.four} {way.inside} interface GigabitEthernet0/0 {way.outside}"
        add += [_BEFORE, line, *_KEPT, _OUTSIDE]
        check.append("show ip nat translations")
        remove += [_BEFORE, f"no {line}", *_KEPT]
    if way.six is not None:
        line = f"permit udp any host {way.six} eq {way.inside}"
        add.append(f"where an IPv6 access list stands at that interface, in it: {line}")
        check.append("show ipv6 access-list")
        remove.append(f"in the IPv6 access list: no {line}")
    return Steps(tuple(add), tuple(check), tuple(remove), doubt="the form with interface, and the access list")


def _by_dhcp(told: ByDhcp) -> Steps:
    """The bytes with a dot after every second one, as IOS writes them."""
    option = f"option 121 hex {told.octets().hex('.', -2)}"
    pool = ("configure terminal", "ip dhcp pool LAN")
    return Steps(
        add=(*pool, option, *_KEPT, f"LAN stands for the name of the pool that has the network {told.network}"),
        check=(f"show running-config        # in ip dhcp pool: {option}",),
        remove=(*pool, "no option 121", *_KEPT),
        doubt="read in published configurations, not in Cisco's documents",
    )


CISCO = Router("Cisco router (IOS)", "in its terminal, as enable", _route, _half_seen, _way_in, _by_dhcp)
