"""The sentences of a recommendation: why, why not, what it costs, and where something must be changed."""

from wgwizard.recommend.fitness import Code, Judged, Lack, Outlook, deciding_opens
from wgwizard.recommend.recommendation import TITLES, Ranked, Reason, Verdict
from wgwizard.recommend.situation import Situation
from wgwizard.site import RoutesAt, Site, Strategy
from wgwizard.siteroutes import UNKNOWN, Trouble, Unknown

PLACES = {
    RoutesAt.ROUTER: "one route on the router",
    RoutesAt.DHCP: "DHCP option 121, by hand where an address is fixed",
    RoutesAt.HOSTS: "a route on each computer that the points reach",
}
_TROUBLES = {
    Trouble.NOT_KNOWN: f"it is not known {UNKNOWN[Trouble.NOT_KNOWN].text}, and answers from {{network}} need one",
    Trouble.NO_ROUTE: "no route to the tunnel can be added at the site, so answers from {network} never find it",
    Trouble.CLOUD: "a cloud delivers by its own route table alone, so answers from {network} never find the tunnel",
    Trouble.BEHIND_ROUTER: "{network} lies behind the router, so that only a route on the router helps its answers",
    Trouble.IPV4_ONLY: "DHCP option 121 is for IPv4 only, so answers from {network} never find the tunnel",
    Trouble.HALF_SEEN: "{network} is on Host β's own link: the router sees half of each connection and drops it",
    Trouble.HALF_SEEN_MAYBE: "{network} is on Host β's own link: the router sees half of each connection, and may drop it",
}


def ranked_one(site: Site, situation: Situation, outlook: Outlook, judged: Judged, *, first: bool) -> Ranked:
    """One strategy in words; `first` is the recommended one."""
    return Ranked(
        strategy=judged.strategy,
        verdict=judged.verdict,
        headline=_headline(situation, outlook, judged, first=first),
        why=() if judged.verdict is Verdict.UNFIT else tuple(_why(situation, outlook, judged.strategy)),
        why_not=tuple(Reason(lack.question, lack_text(situation, lack)) for lack in judged.lacks),
        costs=tuple(_costs(site, situation, outlook, judged.strategy)),
        changes_needed=changes_needed(situation, outlook, judged.strategy),
    )


def lack_text(situation: Situation, lack: Lack) -> str:
    """What a strategy does not give, in one sentence."""
    if lack.trouble is not None and lack.network is not None:
        return _TROUBLES[lack.trouble].format(network=situation.networks[lack.network].cidr)
    if lack.code is Code.POINTS_CANNOT_OPEN:
        return "the points open connections, and with ports of Host β alone they cannot reach into the site"
    if lack.code is Code.SITE_CANNOT_OPEN:
        return "the site opens connections, and with masquerade it has no way to the points"
    if lack.code is Code.NOT_TOLD_APART:
        return "the site must see each point's own address, and masquerade shows it Host β's for all of them"
    if lack.code is Code.CLIENTS_SEEN:
        return "the points must see Host β in place of the site's computers, which only ports of Host β give"
    unserved = next((kind for kind in situation.kinds if lack.question == f"points[{kind.index}].services"), None)
    return f"the site opens connections to {unserved.name if unserved else 'a point'}, and a port forward needs to know which services"


def changes_needed(situation: Situation, outlook: Outlook, strategy: Strategy) -> tuple[str, ...]:
    """Where at the site something must be changed: "router", "dhcp", "hosts", "cloud", or "site" where that is not known yet."""
    if not strategy.routes:
        return ()
    needed = range(len(outlook.ways)) if outlook.by_site else sorted(outlook.opened_to)
    ways = [outlook.ways[index] for index in needed]
    places = {way.at.value for way in ways if way.at is not None}
    if any(way.trouble is Trouble.NOT_KNOWN for way in ways):
        places.add("site")
    if situation.routes.cloud:
        places.add("cloud")
    return tuple(place for place in ("router", "dhcp", "hosts", "cloud", "site") if place in places)


def unknown_of(judged: Judged) -> Unknown:
    """What a strategy that may work hangs on."""
    return next(UNKNOWN[lack.trouble] for lack in judged.lacks if lack.trouble in UNKNOWN)


def _headline(situation: Situation, outlook: Outlook, judged: Judged, *, first: bool) -> str:
    """The line beside the strategy's name."""
    if judged.verdict is Verdict.UNFIT:
        return "does not fit"
    if judged.verdict is Verdict.UNSURE:
        return f"may work; unknown: {unknown_of(judged).about}"
    if judged.surplus and not first:
        return "more than needed"
    change = _change_text(situation, outlook, judged.strategy)
    return change if first else f"would also work; {change}"


def _change_text(situation: Situation, outlook: Outlook, strategy: Strategy) -> str:
    """What must be changed at the site, in a few words."""
    changes = changes_needed(situation, outlook, strategy)
    if situation.routes.cloud and "router" in changes:
        return "needs a route in the cloud's route table, and the source/destination check off"
    needs = [text for place, text in PLACES.items() if place.value in changes]
    if "site" in changes:
        needs.append(f"a route to the tunnel at a place that is not known yet ({UNKNOWN[Trouble.NOT_KNOWN].field})")
    return f"needs {' and '.join(needs)}" if needs else "no routes are needed at the site"


def _why(situation: Situation, outlook: Outlook, strategy: Strategy) -> list[Reason]:
    """What speaks for a strategy, each with the question that decided it."""
    reasons = [_why_direction(situation, outlook)]
    if outlook.opened_to:
        reasons.append(_why_apart(situation, strategy))
    if strategy.routes:
        reasons.extend(_why_routed(situation, outlook, strategy))
    elif strategy is Strategy.MASQUERADE_FORWARD and outlook.by_points and outlook.by_site:
        reasons.append(Reason("site.routes", "no routes are needed at the site: masquerade one way, ports of Host β the other"))
    if strategy.forwards and outlook.served:
        served = next(kind for kind in situation.kinds if kind.has_services)
        reasons.append(Reason(f"points[{served.index}].services", "the services that the site opens on the points are listed"))
    return reasons


def _why_direction(situation: Situation, outlook: Outlook) -> Reason:
    """Who opens connections, and whether that was said or assumed."""
    if situation.opens is None and any(kind.opens is None for kind in situation.kinds):
        also = ", and the site where services of a point are listed" if outlook.by_site else ""
        return Reason("needs.opens", f"who opens connections is not known; taken for granted is that the points do{also}")
    question = deciding_opens(situation, by_site=outlook.by_site)
    if outlook.by_points and outlook.by_site:
        return Reason(question, "both the points and the site open connections")
    if outlook.by_points:
        return Reason(question, "the points open the connections, and only they do")
    return Reason(question, "the site opens the connections, and only it does")


def _why_apart(situation: Situation, strategy: Strategy) -> Reason:
    """Whether the points' own addresses are seen, beside whether that is wanted."""
    question = "needs.tell_points_apart"
    if strategy.routes:
        return Reason(question, "computers at the site see each point's own address")
    if situation.apart is None:
        return Reason(
            question, "whether the site must see which point is calling is not known; this works at once and is easy to leave again"
        )
    return Reason(question, "nobody at the site needs to see which point is calling")


def _why_routed(situation: Situation, outlook: Outlook, strategy: Strategy) -> list[Reason]:
    """How the answers find the way back."""
    if situation.routes.default_gateway:
        return [
            Reason("host.default_gateway", "Host β is the site's default gateway, so that every answer comes past it without any route")
        ]
    places = [place for place in PLACES if place.value in changes_needed(situation, outlook, strategy)]
    if not places:
        return []
    text = f"a route to the tunnel can be told: {' and '.join(PLACES[place] for place in places)}"
    if RoutesAt.ROUTER in places and situation.routes.router_drops_invalid is False and not situation.routes.cloud:
        return [Reason("site.routes", text), Reason("site.router_drops_invalid", "the router lets through connections that it half sees")]
    return [Reason("site.routes", text), *_why_not_the_router(situation, outlook)]


def _why_not_the_router(situation: Situation, outlook: Outlook) -> list[Reason]:
    """Why computers are told where the router could be: it would see half of each connection."""
    if RoutesAt.ROUTER not in (situation.routes.routes_at or ()):
        return []
    told = zip(situation.networks, outlook.ways, strict=True)
    near = [str(network.cidr) for network, way in told if network.on_link and way.at in (RoutesAt.HOSTS, RoutesAt.DHCP)]
    if not near:
        return []
    drops = "drops them" if situation.routes.router_drops_invalid else "may drop them"
    text = f"a route on the router alone is not enough for {' and '.join(near)}: it sees half of those connections, and {drops}"
    return [Reason("site.router_drops_invalid", text)]


def _costs(site: Site, situation: Situation, outlook: Outlook, strategy: Strategy) -> list[str]:
    """What one gives up or must do for a strategy."""
    costs = []
    if strategy.masquerades and outlook.by_points:
        addresses = ", ".join(str(interface.ip) for interface in site.host.addresses)
        costs.append(f"computers at the site see Host β ({addresses}) for every point, in logs and in access rules")
    if strategy.forwards and outlook.by_site:
        costs.extend(_forward_costs(situation, strategy))
    if strategy.routes:
        costs.extend(_gateway_costs(situation, outlook, strategy))
    if situation.seen_as_host and outlook.by_site and strategy.forwards:
        costs.append("the points see Host β in place of the site's computers (needs.site_clients_seen_as_host)")
    return costs


def _forward_costs(situation: Situation, strategy: Strategy) -> list[str]:
    """What ports of β cost."""
    costs = ["the site reaches only the listed services, each at a port of Host β of its own"]
    if not situation.seen_as_host:
        costs.append("each point's AllowedIPs must contain every network at the site from which a forwarded port is opened")
    if strategy is Strategy.FORWARD:
        costs.append("the points cannot open anything at the site")
    return costs


def _gateway_costs(situation: Situation, outlook: Outlook, strategy: Strategy) -> list[str]:
    """What routing without NAT costs."""
    costs = []
    changes = changes_needed(situation, outlook, strategy)
    if changes:
        costs.append(
            f"something must be changed at the site and kept there: {_change_text(situation, outlook, strategy).removeprefix('needs ')}"
        )
    if outlook.by_points:
        costs.append("computers at the site whose own firewall admits only their own network must admit the tunnel's too")
    if "dhcp" in changes:
        costs.append("option 121 must hold the default route as well (RFC 3442), and some DHCP clients ignore it")
        costs.append("a computer with a fixed address never hears of option 121: it needs the route by hand")
    if outlook.by_site and outlook.unserved is not None and strategy is Strategy.GATEWAY:
        costs.append(f"no services are listed for {outlook.unserved.name}, so the site may open every port of it")
    return costs


def title(strategy: Strategy | None) -> str:
    """A strategy's name for people."""
    return "no strategy fits" if strategy is None else TITLES[strategy]
