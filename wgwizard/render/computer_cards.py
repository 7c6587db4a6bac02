"""Plan -> the cards for what tells the computers themselves a route: a person at each of them, or the DHCP server.

The forms of DHCP are those of dnsmasq(8), Kea's and ISC's manuals.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network

from wgwizard.plan.model import Plan, RouteNeeded
from wgwizard.render.artefact import Artefact
from wgwizard.render.card import card, section
from wgwizard.render.computers import any_device, checks, linux, macos, sections, windows
from wgwizard.render.option_121 import classless_routes
from wgwizard.site import Address, of_family


def hosts_card(plan: Plan, routes: Sequence[RouteNeeded]) -> Artefact | None:
    """The route for a person at each computer."""
    if not routes:
        return None
    lines = [
        "",
        "On every computer of the site that shares the host's link and that the points use; not on computers behind another router.",
        "Of several lines with one destination take that whose next hop is in the computer's own network. Linux comes first, then",
        "Windows, macOS and any other device.",
        *sections(linux(plan, routes, "the interface", "computers")),
        *sections(windows(plan, routes), "Windows"),
        *sections(macos(plan, routes), "macOS"),
        *sections([any_device(routes)]),
    ]
    return card(plan, "route-on-the-computers", "route to the points, for the site's computers", lines)


def dhcp_card(plan: Plan, routes: Sequence[RouteNeeded]) -> Artefact | None:
    """DHCP option 121 with the default route in it, in the words of three servers and as raw bytes."""
    routers = of_family(plan.site.router, 4)
    pairs: list[tuple[IPv4Network, Address | None]] = [(r.network, r.via) for r in routes if isinstance(r.network, IPv4Network)]
    if not pairs:
        return None
    pairs.append((IPv4Network("0.0.0.0/0"), routers[0] if routers else None))
    missing = () if routers else ("site.router",)
    words = [(network, "(the router's address)" if via is None else str(via)) for network, via in pairs]
    dnsmasq = ",".join(f"{network},{via}" for network, via in words)
    kea = ", ".join(f"{network} - {via}" for network, via in words)
    raw = "(once site.router is known)" if missing else classless_routes([(n, v) for n, v in pairs if v is not None]).hex()
    lines = [
        "",
        "On the site's DHCP server. The default route stands in it too, and must: a computer that takes option 121 ignores the",
        "router option (RFC 3442). Option 249 has the same bytes, for older Windows.",
        *section("dnsmasq", [f"dhcp-option=121,{dnsmasq}", f"dhcp-option=249,{dnsmasq}"]),
        *section("Kea", [f'{{"name": "classless-static-route", "data": "{kea}"}}']),
        *section("Any other server, option 121 as hexadecimal bytes", [raw]),
        *section(
            "Check, on one computer after its next lease", ["ip route        # the default route is still there", *checks(plan, routes)]
        ),
        *section("Remove", ["take the lines out again; computers forget them with their next lease"]),
    ]
    return card(plan, "route-by-dhcp", "route to the points, for the site's DHCP server (IPv4 only)", lines, missing)
