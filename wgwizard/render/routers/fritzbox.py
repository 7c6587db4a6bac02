"""The FRITZ!Box's words: menus.

Read: AVM's help, "Port Sharing" (Internet, Permit Access, Port Sharing; its fields), and the manual of the FRITZ!Box 7560, "Configuring
Port Forwarding" (IPv6 has a page of its own there). The page for static routes is from memory and from what owners wrote ("Heimnetz →
Netzwerk → Netzwerkeinstellungen → Statische Routingtabelle → IPv4-Routen"), so it is marked as not verified. No document that was read
names a switch for half-seen connections, or a way to give options of one's own by DHCP: the manual's "DHCP Server for IPv4" has the
range of addresses only.
"""

from ipaddress import IPv4Network

from wgwizard.plan.model import RouteNeeded
from wgwizard.render.option_121 import ByDhcp
from wgwizard.render.routers.words import HalfSeen, Router, Routes, Steps, WayIn


def _route(needed: Routes) -> Steps:
    return Steps(
        add=tuple(line for route in needed.routes for line in (f"{_page(route)}, New:", f"    {_values(route)}, active")),
        check=tuple(f"{_page(route)}: {route.network} is there and active" for route in needed.routes),
        remove=tuple(f"{_page(route)}: delete {route.network}" for route in needed.routes),
        doubt="the names of the pages are from memory",
    )


def _page(route: RouteNeeded) -> str:
    return f"Home Network → Network → Network Settings → static routes → IPv{route.network.version} Routes"


def _values(route: RouteNeeded) -> str:
    """IPv4 has a mask in dotted form there."""
    network = route.network
    if isinstance(network, IPv4Network):
        return f"Network {network.network_address}, Subnet mask {network.netmask}, Gateway {route.via}"
    return f"Network {network.network_address}, prefix length {network.prefixlen}, Gateway {route.via}"


def _half_seen(_: HalfSeen) -> Steps:
    return Steps(
        add=(
            "AVM's help names no switch for this; give the route to the computers themselves (site.routes: hosts prints how),",
            "or take a strategy that needs no route (masquerade)",
        ),
        check=("from a point, open a TCP connection to a computer at the site that stays open for a minute",),
        remove=(),
        doubt="whether a switch exists",
    )


def _way_in(way: WayIn) -> Steps:
    page = "Internet → Permit Access → Port Sharing"
    add: list[str] = []
    if way.four is not None:
        to = f"Protocol UDP, Port to device {way.inside}, External port {way.outside}"
        add += [f"{page}, for the device {way.four}:", f"    Application WireGuard, {to}; then Apply"]
    if way.six is not None:
        add.append(f"for IPv6 in the same place, on older models the page IPv6 of Permit Access: the device {way.six}, UDP {way.inside}")
    return Steps(
        add=tuple(add),
        check=(f"{page}, after Refresh: the sharing is there and active",),
        remove=(f"{page}: delete the sharing; Apply",),
    )


def _by_dhcp(_: ByDhcp) -> Steps:
    """It cannot; what does the same for the site is said in its place."""
    return Steps(
        add=(
            "the FRITZ!Box cannot: its DHCP server takes no options of one's own; instead",
            "give the route to the computers themselves, as below on a computer with a fixed address (site.routes: hosts prints all),",
            "or take a strategy that needs no route (masquerade),",
            "or let another server give the addresses, with the FRITZ!Box's own DHCP server off",
        ),
        check=(),
        remove=(),
        doubt="AVM's manual names no such setting",
    )


FRITZBOX = Router("FRITZ!Box", "in its web page (http://fritz.box)", _route, _half_seen, _way_in, _by_dhcp)
