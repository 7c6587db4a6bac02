"""OPNsense's and pfSense's words: menus, for both make a route of a gateway and a network.

Read: opnsense/docs, `manual/gateways.rst`, `routes.rst`, `firewall_settings.rst` ("Static route filtering"), `nat.rst` ("Destination
NAT (Port Forward)") and `firewall.rst` ("Rules [new]"); pfsense/docs, `routing/gateway-settings.rst`, `routing/static-routes.rst`,
`routing/viewing-routes.rst`, `nat/forwarding-ports-with-pfsense.rst`, `firewall/firewall-rule-basics.rst` (not every field) and
`firewall/troubleshooting-blocked-log-entries-due-to-asymmetric-routing.rst`.
"""

from functools import partial

from msgspec import Struct

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


def _router(name: str, menus: _Menus) -> Router:
    place = "in its web page; save and apply each time"
    return Router(name, place, partial(_route, menus), partial(_half_seen, menus), partial(_way_in, menus))


OPNSENSE = _router("OPNsense", _OPNSENSE)
PFSENSE = _router("pfSense", _PFSENSE)
