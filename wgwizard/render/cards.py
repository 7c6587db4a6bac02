"""Plan -> cards: what a person must change outside of Host β, each as add, check and remove.

What tells the computers themselves a route has its cards in computer_cards.
"""

from wgwizard.plan.model import FAMILIES, Plan, RouteNeeded, lan_addresses
from wgwizard.plan.route_warnings import router_rule
from wgwizard.render.artefact import Artefact
from wgwizard.render.card import card, section
from wgwizard.render.cloud_card import cloud_card
from wgwizard.render.computer_cards import dhcp_card, hosts_card
from wgwizard.render.computers import linux, sections
from wgwizard.render.router_words import addresses_shown, in_words_of, route_lines, titled, way_in_steps
from wgwizard.render.routers.words import Steps
from wgwizard.site import RoutesAt
from wgwizard.siteroutes import in_cloud, is_default_gateway


def cards(plan: Plan) -> list[Artefact]:
    """Every card that this plan needs, for the node "router"."""
    at = {place: [route for route in plan.routes if route.at is place] for place in RoutesAt}
    made: list[Artefact | None] = [
        cloud_card(plan, at[RoutesAt.ROUTER]) if in_cloud(plan.site) else _router_card(plan, at[RoutesAt.ROUTER]),
        hosts_card(plan, at[RoutesAt.HOSTS]),
        dhcp_card(plan, at[RoutesAt.DHCP]),
        _port_card(plan),
    ]
    return [card for card in made if card is not None]


# --- the router ---------------------------------------------------------------------------------------------------------------


def _router_card(plan: Plan, routes: list[RouteNeeded]) -> Artefact | None:
    if not routes:
        return None
    router = in_words_of(plan)
    lines = _linux_lines(plan, routes) if router is None else route_lines(plan, router, routes)
    return card(plan, "route-on-the-router", "route to the points, for the site's router", lines)


def _linux_lines(plan: Plan, routes: list[RouteNeeded]) -> list[str]:
    """The route in the words of Linux, for a router of that kind or of one that nobody named."""
    lines = [
        "",
        f"On the site's router{addresses_shown(plan)}. The Linux commands are shown; any other router takes the same network",
        "and next hop in its own words.",
        *sections(linux(plan, routes, "the LAN interface", "router")),
    ]
    rules = list(router_rule(plan))
    if rules:
        lines += [
            "",
            "The router sees half of each connection with computers on the host's own link, because the host answers them directly.",
            "If its firewall drops invalid packets, TCP hangs. It then needs this in its forward chain, before that drop, with its",
            "own LAN interface in place of lan0:",
            *(f"    {rule}" for rule in rules),
        ]
    return lines


# --- the port -----------------------------------------------------------------------------------------------------------------


def way_in(plan: Plan) -> list[str]:
    """What lets the points dial β's listen port from the internet; nothing where β has it itself or cannot be dialled at all."""
    site, endpoint = plan.site, plan.site.host.endpoint
    own = {str(address.ip) for address in site.host.addresses}
    if endpoint is None or endpoint.host in own or is_default_gateway(site):
        return []
    port = site.tunnel.port
    if in_cloud(site):
        return [f"admit UDP port {port} from anywhere to the host"]
    four, six = (lan_addresses(site, family)[:1] for family in FAMILIES)
    return [f"UDP port {endpoint.port} -> {address} port {port}" for address in four] + [
        f"IPv6 needs no forward, but the firewall must admit UDP to {address} port {port}" for address in six
    ]


def _port_card(plan: Plan) -> Artefact | None:
    """The way in from the internet, with how to check it."""
    endpoint, add = plan.site.host.endpoint, way_in(plan)
    if endpoint is None or not add:
        return None
    if in_cloud(plan.site):
        lines = section("Add, in the network's security rules", add)
        return card(plan, "port-of-the-host", "the way in from the internet to the host", lines)
    router = in_words_of(plan)
    told = (
        Steps(tuple(add), (), (f"take the forward of UDP port {endpoint.port} out again",))
        if router is None
        else way_in_steps(plan, router)
    )
    lines = [
        "",
        f"On the site's router, so that the points can dial the host at {endpoint}.",
        *([] if router is None else [f"{router.name}, {router.place}."]),
        *section(titled("Add, a port forward", told), list(told.add)),
        *(section("Check it", list(told.check)) if told.check else []),
        *section("Check that the router has a public address", _carrier_nat()),
        *section("Check that the name leads here", _naming(endpoint.host)),
        *section(
            "Check that it works", [f"wg show {plan.host.interface} latest-handshakes        # on the host, after a point has dialled"]
        ),
        *section("Remove", list(told.remove)),
    ]
    return card(plan, "port-forward", "the way in from the internet, for the site's router", lines)


def _carrier_nat() -> list[str]:
    return [
        "compare the address of the router's own internet side with the one that the internet sees, for instance by",
        "    curl -4 https://ifconfig.co",
        "if they differ, or the router's is within 100.64.0.0/10, 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, the provider",
        "translates addresses (CGNAT, RFC 6598) and no forward helps: ask it for a public address, use IPv6, or let the host dial",
        "the points (give the points endpoints)",
    ]


def _naming(host: str) -> list[str]:
    numeric = host.replace(".", "").isdigit() or ":" in host
    if numeric:
        return [f"{host} must stay the router's address; if the provider changes it, use a name that follows it (dynamic DNS)"]
    return [
        f"getent ahosts {host}        # must show the router's public address",
        "if the provider changes that address, the router or the host must renew the name (dynamic DNS)",
    ]
