"""Plan -> a route in the words of the computers themselves: Linux, Windows, macOS, and any other device.

Read: ip-route(8) and systemd.network(5); Microsoft Learn, "route" (-p keeps the route), New-NetRoute (the interface is mandatory, the
route is kept), Find-NetRoute and Remove-NetRoute; Apple's route(8), and wireguard-tools' wg-quick for macOS, which uses it for IPv6.
networksetup was read in published notes only, not in its manual; the menus of other devices were not read.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network

from msgspec import Struct

from wgwizard.plan.model import Plan, RouteNeeded
from wgwizard.render.card import section
from wgwizard.site import Address


class Block(Struct, frozen=True):
    """Lines under a title, which begins in a capital letter."""

    title: str
    lines: tuple[str, ...]


def sections(blocks: Sequence[Block], system: str = "") -> list[str]:
    """The blocks as sections of a card; where a card has more than one system, `system` stands before each title."""
    return [
        line
        for block in blocks
        for line in section(f"{system}: {block.title[0].lower()}{block.title[1:]}" if system else block.title, list(block.lines))
    ]


def checks(plan: Plan, routes: Sequence[RouteNeeded]) -> list[str]:
    """A question to Linux's routing table for each route; the answer must name β's address. IPv6 needs no -6, the address says it."""
    return [f"ip route get {_within(plan, route)}        # must say: via {route.via}" for route in routes]


def linux(plan: Plan, routes: Sequence[RouteNeeded], interface: str, whose: str) -> tuple[Block, ...]:
    """For `whose` machines; `interface` is the one whose file systemd-networkd reads."""
    return (
        Block("Add (as root; gone at the next boot)", tuple(_command(route, "add") for route in routes)),
        Block(
            f"Add for good, with systemd-networkd in {interface}'s .network file (not verified on your {whose})", tuple(_networkd(routes))
        ),
        Block("Check", tuple(checks(plan, routes))),
        Block("Remove", tuple(_command(route, "del") for route in routes)),
    )


def _command(route: RouteNeeded, verb: str) -> str:
    return f"ip route {verb} {route.network} via {route.via}"


def _networkd(routes: Sequence[RouteNeeded]) -> list[str]:
    return [line for route in routes for line in ("[Route]", f"Destination={route.network}", f"Gateway={route.via}", "")][:-1]


def windows(plan: Plan, routes: Sequence[RouteNeeded]) -> tuple[Block, ...]:
    """`route` finds the interface by itself; for IPv6 there is New-NetRoute, which must be told it."""
    six = [route for route in routes if route.network.version == 6]
    found = [f"N is the InterfaceIndex that Find-NetRoute -RemoteIPAddress {via} shows" for via in dict.fromkeys(r.via for r in six)]
    return (
        Block("Add (in PowerShell as administrator; kept at the next boot)", (*map(_windows_add, routes), *found)),
        Block(
            "Check",
            tuple(f"Find-NetRoute -RemoteIPAddress {_within(plan, route)}        # must say: NextHop {route.via}" for route in routes),
        ),
        Block("Remove", tuple(map(_windows_remove, routes))),
    )


def _windows_add(route: RouteNeeded) -> str:
    network = route.network
    if isinstance(network, IPv4Network):
        return f"route -p add {network.network_address} mask {network.netmask} {route.via}"
    return f"New-NetRoute -DestinationPrefix {network} -InterfaceIndex N -NextHop {route.via}"


def _windows_remove(route: RouteNeeded) -> str:
    network = route.network
    if isinstance(network, IPv4Network):
        return f"route delete {network.network_address} mask {network.netmask} {route.via}"
    return f"Remove-NetRoute -DestinationPrefix {network} -NextHop {route.via}"


def macos(plan: Plan, routes: Sequence[RouteNeeded]) -> tuple[Block, ...]:
    """route(8) changes the running system only; networksetup keeps IPv4 routes, and sets all of them at once."""
    kept = " ".join(_in_dots(route.network) + f" {route.via}" for route in routes if isinstance(route.network, IPv4Network))
    service = (
        "Ethernet stands for the service's name, as networksetup -listallnetworkservices shows it;",
        "what was set so before is replaced: networksetup -getadditionalroutes Ethernet shows it",
    )
    for_good = (
        (Block("Add for good, IPv4 only (not verified)", (f"sudo networksetup -setadditionalroutes Ethernet {kept}", *service)),)
        if kept
        else ()
    )
    return (
        Block("Add (lost at the next boot)", tuple(_macos(route, "add") for route in routes)),
        *for_good,
        Block("Check", tuple(_macos_check(plan, route) for route in routes)),
        Block(
            "Remove",
            (
                *(_macos(route, "delete") for route in routes),
                *(("what was added for good: sudo networksetup -setadditionalroutes Ethernet",) if kept else ()),
            ),
        ),
    )


def _macos(route: RouteNeeded, verb: str) -> str:
    return f"sudo route -n {verb} {'-net' if route.network.version == 4 else '-inet6'} {route.network} {route.via}"


def _macos_check(plan: Plan, route: RouteNeeded) -> str:
    family = "" if route.network.version == 4 else "-inet6 "
    return f"route -n get {family}{_within(plan, route)}        # must say: gateway: {route.via}"


def any_device(routes: Sequence[RouteNeeded]) -> Block:
    """What a device wants to know whose network settings have static routes."""
    return Block(
        "A NAS or any other device, in its network settings, “static route”",
        (
            *(f"add: {_fields(route)}" for route in routes),
            "check: a point reaches the device",
            *(f"remove: delete the route to {route.network}" for route in routes),
        ),
    )


def _fields(route: RouteNeeded) -> str:
    network = route.network
    if isinstance(network, IPv4Network):
        return f"network {network.network_address}, mask {network.netmask}, gateway {route.via}"
    return f"network {network.network_address}, prefix length {network.prefixlen}, gateway {route.via}"


def _in_dots(network: IPv4Network) -> str:
    return f"{network.network_address} {network.netmask}"


def _within(plan: Plan, route: RouteNeeded) -> Address:
    """An address to which the route leads: β's own in the tunnel, where it is in that network."""
    return next((address for address in plan.site.tunnel.addresses if address in route.network), route.network.network_address)
