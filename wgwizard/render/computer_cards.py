"""Plan -> the cards for what tells the computers themselves a route: a person at each of them, or the DHCP server."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from textwrap import wrap

from wgwizard.plan.model import Plan, RouteNeeded, lan_address
from wgwizard.render.artefact import Artefact
from wgwizard.render.card import card, section
from wgwizard.render.computers import any_device, checks, linux, macos, sections, windows
from wgwizard.render.option_121 import ByDhcp
from wgwizard.render.router_words import dhcp_lines, in_words_of, tag_of
from wgwizard.render.text import plain
from wgwizard.site import Address, RoutesAt, of_family
from wgwizard.siteroutes import way_back


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
    """DHCP option 121 with the default route in it: in the router's own words, in those of two servers, and as raw bytes."""
    told = _told(plan, routes)
    if not told:
        return None
    missing = () if all(item.router is not None for item in told) else ("site.router",)
    lines = [
        "",
        "On the site's DHCP server. The default route stands in it too, and must: a computer that takes option 121 ignores the",
        "router option (RFC 3442). Option 249 has the same bytes, for older Windows.",
        *_own_words(plan, told),
        *(line for item in told for line in _any_server(item, f" of {item.network}" if len(told) > 1 else "")),
        *section("Check, on one computer after its next lease", _after_the_lease(plan, routes)),
        *section("Remove", ["take the lines out again; computers forget them with their next lease"]),
        *_fixed_addresses(plan, routes, told),
    ]
    return card(plan, "route-by-dhcp", "route to the points, for the site's DHCP server (IPv4 only)", lines, missing)


def _after_the_lease(plan: Plan, routes: Sequence[RouteNeeded]) -> list[str]:
    return [
        "ip route        # the default route is still there",
        *checks(plan, routes),
        "route print -4        # on Windows: the default route is still there, beside the new ones",
    ]


def _told(plan: Plan, routes: Sequence[RouteNeeded]) -> tuple[ByDhcp, ...]:
    """What each network's computers are told: its own address of β as the next hop, and its own router where it has one."""
    site, routers = plan.site, of_family(plan.site.router, 4)
    networks = [item.cidr for item in site.networks if isinstance(item.cidr, IPv4Network) and way_back(site, item.cidr).at is RoutesAt.DHCP]
    found: list[ByDhcp] = []
    for place, network in enumerate(networks, 1):
        via = lan_address(site, network)
        pairs = tuple((r.network, r.via) for r in routes if isinstance(r.network, IPv4Network) and r.via == via)
        router = next((address for address in routers if address in network), next(iter(routers), None))
        tag = tag_of(plan) if len(networks) == 1 else f"{tag_of(plan)}_{place}"
        if pairs:
            found.append(ByDhcp(tag, network, pairs, router))
    return tuple(found)


def _own_words(plan: Plan, told: tuple[ByDhcp, ...]) -> list[str]:
    """The words of the site's router, which most often is the DHCP server too; they need the default route's address."""
    router = in_words_of(plan)
    if router is None:
        return []
    if any(item.router is None for item in told):
        return ["", f"The words of {router.name} can be shown once site.router is known, because the default route stands in them."]
    return [*dhcp_lines(router, told), "", "Where another server gives the addresses:"]


def _any_server(told: ByDhcp, whose: str) -> list[str]:
    raw = "(once site.router is known)" if told.router is None else told.octets().hex()
    return [
        *section(f"dnsmasq{whose}", [f"dhcp-option={code},{told.dnsmasq()}" for code in (121, 249)]),
        *section(f"Kea{whose}", [f'{{"name": "classless-static-route", "data": "{told.kea()}"}}']),
        *section(f"Any other server{whose}, option 121 as hexadecimal bytes", [raw]),
    ]


def _fixed_addresses(plan: Plan, routes: Sequence[RouteNeeded], told: tuple[ByDhcp, ...]) -> list[str]:
    """The same by hand, for who asks no DHCP server; which of the site's computers these are is not known, so all are named."""
    networks = [item.network for item in told]
    named = [f"{plain(host.name)} ({', '.join(map(str, own))})" for host in plan.site.hosts if (own := _within(host.addresses, networks))]
    whom = wrap(f"if they have fixed addresses: {', '.join(named)}", 120) if named else []
    return [
        *section("On a computer with a fixed address, which asks no DHCP server", ["the route is added by hand, as follows", *whom]),
        *sections(linux(plan, routes, "the interface", "computers"), "Linux"),
        *sections(windows(plan, routes), "Windows"),
        *sections([any_device(routes)]),
    ]


def _within(addresses: tuple[Address, ...], networks: list[IPv4Network]) -> list[Address]:
    return [address for address in addresses if any(address in network for network in networks)]
