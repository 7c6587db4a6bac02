"""What can go wrong with a plan on the way to the points and back: routes that lack, or are seen in part (docs/strategies.md)."""

from wgwizard.plan.model import FAMILIES, Plan, collapse, lan_address
from wgwizard.problems import Problem, named, warning
from wgwizard.site import Cloud, Family, Network, RoutesAt, Site, of_family
from wgwizard.siteroutes import in_cloud, is_default_gateway, on_host_link

_CLOUD_SWITCH = {
    Cloud.AWS: "aws ec2 modify-network-interface-attribute --network-interface-id ENI --no-source-dest-check",
    Cloud.GCP: "make the virtual machine with --can-ip-forward",
    Cloud.AZURE: "switch IP forwarding on at the host's network interface",
}


def _places(plan: Plan, family: Family) -> set[RoutesAt]:
    return {route.at for route in plan.routes if route.network.version == family}


def _near(site: Site, family: Family) -> list[Network]:
    """The site networks on β's own link."""
    return [network for network in of_family((item.cidr for item in site.networks), family) if on_host_link(site, network)]


def _half_seen(plan: Plan, family: Family) -> list[Network]:
    """The networks whose connections a stateful router sees half of."""
    site, places = plan.site, _places(plan, family)
    told = RoutesAt.HOSTS in places or (RoutesAt.DHCP in places and family == 4)
    if told or RoutesAt.ROUTER not in places or in_cloud(site) or site.router_drops_invalid is False:
        return []
    return _near(site, family)


def half_seen(plan: Plan, family: Family) -> tuple[Network, ...]:
    """The networks between which the router sees half of each connection: those on β's link and the tunnel's; none where it does not."""
    near = _half_seen(plan, family)
    return tuple(collapse([*near, *of_family(plan.site.tunnel.networks, family)])) if near else ()


def router_rule(plan: Plan) -> tuple[str, ...]:
    """The rules that a Linux router needs before it drops invalid packets where it sees half of each connection; else none."""
    lines: list[str] = []
    for family in FAMILIES:
        networks = half_seen(plan, family)
        if not networks:
            continue
        ip = "ip" if family == 4 else "ip6"
        both = "{ " + ", ".join(map(str, networks)) + " }"
        lines.append(f'iifname "lan0" oifname "lan0" {ip} saddr {both} {ip} daddr {both} accept')
    return tuple(lines)


def asymmetry(plan: Plan) -> list[Problem]:
    """A firewall on the way that sees only half of each connection."""
    near = [network for family in FAMILIES for network in _half_seen(plan, family)]
    if not near:
        return []
    knows = "drops" if plan.site.router_drops_invalid else "may drop"
    return [
        warning(
            "asymmetry",
            "site.routes",
            f"TCP between the points and {named(near)} may hang or start slowly: the route stands on the router only, the host "
            f"answers past it, and the router {knows} what it sees half of. A ping may pass all the same",
            "tell the computers themselves (site.routes: hosts, or dhcp for IPv4), or " + _let_through(plan),
        )
    ]


def _let_through(plan: Plan) -> str:
    """What the router must be told: the rules of Linux, unless its card says it in its own words."""
    if plan.site.router_kind not in (None, "linux"):
        return "let the router pass them where its card, route-on-the-router, says how"
    return "let the router accept this before it drops invalid packets, with its own interface in place of lan0: " + "; ".join(
        router_rule(plan)
    )


def no_way_back(plan: Plan) -> list[Problem]:
    """Networks for which no useful route is planned."""
    site = plan.site
    if not plan.strategy.routes or is_default_gateway(site):
        return []
    lost: list[Network] = []
    for family in FAMILIES:
        places = _places(plan, family)
        told = RoutesAt.HOSTS in places or (RoutesAt.DHCP in places and family == 4)
        for network in of_family((item.cidr for item in site.networks), family):
            near = on_host_link(site, network) and not in_cloud(site)
            if RoutesAt.ROUTER not in places and not (near and told):
                lost.append(network)
    if not lost:
        return []
    if site.routes_at is None:
        return [_way_back_not_known(site, lost)]
    return [
        warning(
            "no-way-back",
            "site.routes",
            f"{named(lost)} cannot answer the points: no route to the tunnel network is planned that these computers would use",
            "a route on the site's router serves every network; computers behind another router than the host need it",
        )
    ]


def _way_back_not_known(site: Site, lost: list[Network]) -> Problem:
    """Which route would serve, where nobody has said yet where one can be added."""
    routes = [(network, lan_address(site, network)) for network in site.tunnel.networks]
    wanted = " and ".join(f"{network} via {via}" for network, via in routes if via is not None)
    return warning(
        "no-way-back",
        "site.routes",
        f"not known: whether {named(lost)} can answer the points, because nothing is said of where a route to the tunnel can be added",
        f"look for “static routes” in the settings of the site's router ({wanted}), then say where routes can be added (site.routes)",
    )


def option_121(plan: Plan) -> list[Problem]:
    """What a DHCP server that gives routes must give, too."""
    if not any(route.at is RoutesAt.DHCP for route in plan.routes):
        return []
    return [
        warning(
            "option-121",
            "site.routes",
            "DHCP option 121 must hold the default route too, or computers that take it lose theirs (RFC 3442); some ignore it, "
            "a computer with a fixed address never hears of it, and it tells IPv4 routes only",
            "use the text of the card as it stands, look at one computer's routes after its next lease, and give those with a fixed "
            "address the route by hand, as the card says",
        )
    ]


def cloud_check(plan: Plan) -> list[Problem]:
    """The cloud's check of sources, which drops what the host passes on."""
    cloud = plan.site.cloud
    if cloud not in _CLOUD_SWITCH or not plan.strategy.routes:
        return []
    return [
        warning(
            "source-destination-check",
            "site.cloud",
            f"{cloud.value} drops the points' packets as long as it checks that a machine sends and receives only as itself",
            f"add the route to the network's route table, and switch the check off: {_CLOUD_SWITCH[cloud]}",
        )
    ]
