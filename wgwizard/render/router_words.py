"""A plan's routes and way in, in the words of the site's router where its kind is known (wgwizard.render.routers)."""

from collections.abc import Sequence

from wgwizard.plan.model import FAMILIES, Plan, RouteNeeded, lan_addresses
from wgwizard.plan.route_warnings import half_seen
from wgwizard.render.card import section
from wgwizard.render.option_121 import ByDhcp
from wgwizard.render.routers.words import HalfSeen, Router, Routes, Steps, WayIn
from wgwizard.site import Site


def in_words_of(plan: Plan) -> Router | None:
    """The site's router, if it is of a kind that has words of its own; Linux and what nobody named have none."""
    if plan.site.router_kind is None:
        return None
    from wgwizard.render.routers.kinds import ROUTERS  # the words of every kind, which only a named one needs

    return ROUTERS.get(plan.site.router_kind)


def addresses_shown(plan: Plan) -> str:
    """The router's addresses in brackets, nothing where they are not known."""
    return f" ({', '.join(map(str, plan.site.router))})" if plan.site.router else ""


def titled(title: str, steps: Steps) -> str:
    """A title with what was not read in a source."""
    return f"{title} (not verified: {steps.doubt})" if steps.doubt else title


def route_lines(plan: Plan, router: Router, routes: Sequence[RouteNeeded]) -> list[str]:
    """The lines of the card for the route, with what lets half-seen connections pass where there are any."""
    steps = router.route(Routes(tag_of(plan), tuple(routes)))
    lines = [
        "",
        f"On the site's router{addresses_shown(plan)}. {router.name}, {router.place}.",
        *section(titled("Add", steps), list(steps.add)),
        *section("Check", list(steps.check)),
        *section("Remove", list(steps.remove)),
    ]
    half = HalfSeen(tag_of(plan), *(half_seen(plan, family) for family in FAMILIES))
    if not (half.four or half.six):
        return lines
    passing = router.half_seen(half)
    return [
        *lines,
        "",
        "The router sees half of each connection with computers on the host's own link, because the host answers them directly.",
        "If its firewall drops invalid packets, TCP hangs.",
        *section("See whether it drops them", list(passing.check)),
        *section(titled("If it does", passing), list(passing.add)),
        *(section("Take that back", list(passing.remove)) if passing.remove else []),
    ]


def way_in_steps(plan: Plan, router: Router) -> Steps:
    """How the router forwards the points' UDP to the host, for a plan whose endpoint is known."""
    if plan.site.host.endpoint is None:
        raise ValueError("without an endpoint there is no way in")
    return way_in_of(plan.site, router)


def way_in_of(site: Site, router: Router) -> Steps:
    """The same for a site whose endpoint may still be unknown: then by the tunnel's own port."""
    outside = site.host.endpoint.port if site.host.endpoint is not None else site.tunnel.port
    four, six = (next(iter(lan_addresses(site, family)), None) for family in FAMILIES)
    return router.way_in(WayIn(site_tag(site), outside, site.tunnel.port, four, six))


def dhcp_lines(router: Router, told: Sequence[ByDhcp]) -> list[str]:
    """The lines for a router that is the DHCP server; one that cannot tell routes has nothing to check or to take away."""
    lines = ["", f"Where the router gives the addresses: {router.name}, {router.place}."]
    for item in told:
        steps = router.by_dhcp(item)
        whose = f", for {item.network}" if len(told) > 1 else ""
        lines += [
            *section(titled(f"Add{whose}", steps), list(steps.add)),
            *(section(f"Check{whose}", list(steps.check)) if steps.check else []),
            *(section(f"Remove{whose}", list(steps.remove)) if steps.remove else []),
        ]
    return lines


def tag_of(plan: Plan) -> str:
    """A name for what is added, of its own for each host behind the router: their tunnels have different ports."""
    return site_tag(plan.site)


def site_tag(site: Site) -> str:
    """The same name of a site that is not planned yet."""
    return f"wgwizard_{site.tunnel.port}"
