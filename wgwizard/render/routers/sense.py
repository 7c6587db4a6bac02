"""OPNsense's and pfSense's words: menus, for both make a route of a gateway and a network.

Read: opnsense/docs, `manual/gateways.rst`, `routes.rst`, `firewall_settings.rst` ("Static route filtering"), `nat.rst` ("Destination
NAT (Port Forward)") and `firewall.rst` ("Rules [new]"); pfsense/docs, `routing/gateway-settings.rst`, `routing/static-routes.rst`,
`routing/viewing-routes.rst`, `nat/forwarding-ports-with-pfsense.rst`, `firewall/firewall-rule-basics.rst` (not every field) and
`firewall/troubleshooting-blocked-log-entries-due-to-asymmetric-routing.rst`. For DHCP: opnsense/docs, `manual/dnsmasq.rst` ("DHCP options")
and `manual/kea.rst` ("Options", "Subnets"), and OPNsense's sources (its field Static routes is option 33); pfSense's
`services_dhcp.php` ("Additional BOOTP/DHCP Options") and Netgate's forum (121 as a string of bytes with colons). Not read: what takes
option 121 where pfSense serves DHCP with Kea.
"""

from collections.abc import Callable
from functools import partial

from msgspec import Struct

from wgwizard.render.option_121 import ByDhcp
from wgwizard.render.routers.words import HalfSeen, Router, Routes, Steps, WayIn
from wgwizard.site import Address


class _Menus(Struct, frozen=True):
    """Where one of the two has what, and what it calls it."""

    gateways: str
    gateway_address: str
    routes: str
    destination: str
    status: str
    switch: str
    switch_at: str
    forwards: str
    port: str
    target: str
    target_port: str
    passing: str
    rules: str


_OPNSENSE = _Menus(
    gateways="System → Gateways → Configuration",
    gateway_address="IP address",
    routes="System → Routes → Configuration",
    destination="Network Address",
    status="System → Routes → Status",
    switch="Static route filtering",
    switch_at="Firewall → Settings → Advanced",
    forwards="Firewall → NAT → Destination NAT (Port Forward)",
    port="Destination Port",
    target="Redirect Target IP",
    target_port="Redirect Target Port",
    passing="Firewall rule: Pass",
    rules="Firewall → Rules [new]",
)
_PFSENSE = _Menus(
    gateways="System → Routing, tab Gateways",
    gateway_address="Gateway IP address",
    routes="System → Routing, tab (Static) Routes",
    destination="Destination network",
    status="Diagnostics → Routes",
    switch="Bypass firewall rules for traffic on the same interface",
    switch_at="System → Advanced, tab Firewall & NAT",
    forwards="Firewall → NAT, tab Port Forward",
    port="Destination port range",
    target="Redirect target IP",
    target_port="Redirect target port",
    passing="Filter rule association: Add associated filter rule",
    rules="Firewall → Rules, tab WAN",
)


def _route(menus: _Menus, needed: Routes) -> Steps:
    """A gateway for each next hop, then the routes by it; no monitoring, because β need not answer pings."""
    gateways = {via: f"{needed.tag}_v{via.version}_{place}" for place, via in enumerate(_next_hops(needed), 1)}
    return Steps(
        add=(
            *(
                line
                for via, name in gateways.items()
                for line in (
                    f"{menus.gateways}, add: Name {name}, Interface LAN,",
                    f"    Address Family IPv{via.version}, {menus.gateway_address} {via}, Disable Gateway Monitoring",
                )
            ),
            *(f"{menus.routes}, add: {menus.destination} {route.network}, Gateway {gateways[route.via]}" for route in needed.routes),
            "LAN stands for the interface of the network that the host is in; the gateway must not become the default one",
        ),
        check=tuple(f"{menus.status}: {route.network} has the gateway {route.via}" for route in needed.routes),
        remove=(
            *(f"{menus.routes}: delete the route to {route.network}" for route in needed.routes),
            *(f"{menus.gateways}: then delete the gateway {name}" for name in gateways.values()),
        ),
    )


def _next_hops(needed: Routes) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(route.via for route in needed.routes))


def _half_seen(menus: _Menus, _: HalfSeen) -> Steps:
    """A switch: it lets through what comes in and goes out at one interface to or from a static route's network."""
    where = f"{menus.switch_at}, {menus.switch}"
    return Steps(
        add=(f"{where}: switch it on",),
        check=(f"{where}: is it on? Without it, it drops them",),
        remove=(f"{where}: switch it off",),
    )


def _way_in(menus: _Menus, way: WayIn) -> Steps:
    add: list[str] = []
    check: list[str] = []
    if way.four is not None:
        add += [
            f"{menus.forwards}, add: Interface WAN, Protocol UDP,",
            f"    Destination the WAN address, {menus.port} {way.outside},",
            f"    {menus.target} {way.four}, {menus.target_port} {way.inside},",
            f"    {menus.passing}, Description {way.tag}",
        ]
        check.append(f"{menus.forwards}: the forward {way.tag} is there")
    if way.six is not None:
        add += [
            f"{menus.rules}, add: Action Pass, Interface WAN, IPv6, Protocol UDP,",
            f"    Destination {way.six}, Destination port {way.inside}, Description {way.tag}",
        ]
        check.append(f"{menus.rules}: the rule {way.tag} is there")
    return Steps(tuple(add), tuple(check), (f"delete what is called {way.tag} in the same places",))


def _opnsense_by_dhcp(told: ByDhcp) -> Steps:
    """Dnsmasq and Kea have a page each; one of the two is the server."""
    dnsmasq, kea = "Services → Dnsmasq DNS & DHCP → DHCP options", "Services → KEA DHCP → KEA DHCPv4"
    subnet = f"tab Subnets, {told.network}"
    return Steps(
        add=(
            f"with Dnsmasq: {dnsmasq}, add: Type Set, Option 121,",
            f"    Interface LAN, Value {told.dnsmasq()}, Description {told.tag}",
            f"with Kea: {kea}, tab Options, add: Description {told.tag}, Set Code 121,",
            f"    Set Encoding Hex, Set Data {told.octets().hex()}",
            f"    then {subnet}: Options {told.tag} (not its field Static routes, which is another option)",
            "with ISC, the server of older versions (not verified): Services → ISC DHCPv4, [LAN], Additional Options: Number 121,",
            f"    Type String, Value {told.octets().hex(':')}",
            f"LAN stands for the interface of the network {told.network}",
        ),
        check=("in the same list: the option is there, and with Kea the subnet names it",),
        remove=(
            f"with Dnsmasq: {dnsmasq}: delete {told.tag}",
            f"with Kea: {kea}, {subnet}: take {told.tag} out of Options; then tab Options: delete it",
        ),
    )


def _pfsense_by_dhcp(told: ByDhcp) -> Steps:
    page = "Services → DHCP Server, tab LAN, Additional BOOTP/DHCP Options, Display Advanced"
    return Steps(
        add=(
            f"{page}:",
            f"    Number 121, Type String, Value {told.octets().hex(':')}",
            f"LAN stands for the interface of the network {told.network}",
        ),
        check=(f"{page}: the option 121 is there",),
        remove=(f"{page}: delete the option 121",),
        doubt="whether this page has it where Kea is the server, not ISC",
    )


def _router(name: str, menus: _Menus, by_dhcp: Callable[[ByDhcp], Steps]) -> Router:
    place = "in its web page; save and apply each time"
    return Router(name, place, partial(_route, menus), partial(_half_seen, menus), partial(_way_in, menus), by_dhcp)


OPNSENSE = _router("OPNsense", _OPNSENSE, _opnsense_by_dhcp)
PFSENSE = _router("pfSense", _PFSENSE, _pfsense_by_dhcp)
