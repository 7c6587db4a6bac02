"""What can go wrong with a plan and is known before the host is seen (docs/strategies.md, Warnings)."""

from collections.abc import Iterable

from wgwizard.plan.model import FAMILIES, Plan, collapse, lan_address
from wgwizard.plan.rights import is_opened_by_site, opens_to_site
from wgwizard.problems import Problem, warning
from wgwizard.site import Cloud, Family, Network, RoutesAt, Site, of_family
from wgwizard.siteroutes import in_cloud, is_default_gateway, on_host_link

_CLOUD_SWITCH = {
    Cloud.AWS: "aws ec2 modify-network-interface-attribute --network-interface-id ENI --no-source-dest-check",
    Cloud.GCP: "make the virtual machine with --can-ip-forward",
    Cloud.AZURE: "switch IP forwarding on at the host's network interface",
}


def plan_warnings(plan: Plan) -> tuple[Problem, ...]:
    """The warnings of a plan, the most often met first.

    What is wrong with the site's answers themselves, such as overlaps with a point's home, the site file's checks say before.
    """
    return tuple(
        problem
        for check in (
            _clients_in_allowed_ips,
            _asymmetry,
            _no_way_back,
            _silent_points,
            _own_firewalls,
            _option_121,
            _cloud_check,
            _endpoint_not_known,
            _nothing_to_forward,
            _resolvers_left_out,
            _resolvconf,
            _family_without_tunnel,
        )
        for problem in check(plan)
    )


def named(names: Iterable[object], most: int = 3) -> str:
    """Some names in a sentence, and how many more."""
    texts = [str(name) for name in names]
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def _clients_in_allowed_ips(plan: Plan) -> list[Problem]:
    """A point that changes its file must know this: it is the silent failure of port forwards."""
    if not plan.forwards or plan.masquerade_into_tunnel:
        return []
    clients = named((item.cidr for item in plan.site.networks), most=8)
    return [
        warning(
            "clients-in-allowed-ips",
            "needs.site_clients_seen_as_host",
            f"each point's AllowedIPs must hold every network whose computers use its ports ({clients}): the point sees their own "
            "addresses, and drops others without a word",
            "install the points' files as planned, or let the points see Host β in place of the site's computers: then its tunnel "
            "address suffices (needs.site_clients_seen_as_host)",
        )
    ]


# --- routes -----------------------------------------------------------------------------------------------------------------


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


def router_rule(plan: Plan) -> tuple[str, ...]:
    """The rules that a Linux router needs before it drops invalid packets where it sees half of each connection; else none."""
    lines: list[str] = []
    for family in FAMILIES:
        near = _half_seen(plan, family)
        if not near:
            continue
        ip = "ip" if family == 4 else "ip6"
        both = "{ " + ", ".join(map(str, collapse([*near, *of_family(plan.site.tunnel.networks, family)]))) + " }"
        lines.append(f'iifname "lan0" oifname "lan0" {ip} saddr {both} {ip} daddr {both} accept')
    return tuple(lines)


def _asymmetry(plan: Plan) -> list[Problem]:
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
            "tell the computers themselves (site.routes: hosts, or dhcp for IPv4), or let the router accept this before it drops "
            "invalid packets, with its own interface in place of lan0: " + "; ".join(router_rule(plan)),
        )
    ]


def _no_way_back(plan: Plan) -> list[Problem]:
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


def _option_121(plan: Plan) -> list[Problem]:
    if not any(route.at is RoutesAt.DHCP for route in plan.routes):
        return []
    return [
        warning(
            "option-121",
            "site.routes",
            "DHCP option 121 must hold the default route too, or computers that take it lose theirs (RFC 3442); some ignore it, and "
            "it tells IPv4 routes only",
            "use the text of the card as it stands, and look at one computer's routes after its next lease",
        )
    ]


def _cloud_check(plan: Plan) -> list[Problem]:
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


# --- points -----------------------------------------------------------------------------------------------------------------


def _silent_points(plan: Plan) -> list[Problem]:
    """The site opens, but β does not know where the point is until it speaks."""
    silent = [
        point.name
        for point, interface in zip(plan.site.points, plan.points, strict=True)
        if is_opened_by_site(plan.site, point)
        and (plan.strategy.routes or plan.strategy.forwards)
        and point.endpoint is None
        and not any(peer.keepalive for peer in interface.peers)
    ]
    if not silent or plan.site.host.endpoint is None:
        return []
    return [
        warning(
            "no-keepalive",
            "points",
            f"{named(silent)} sends no keepalive and has no endpoint, so the site reaches it only for minutes after it has spoken itself",
            "give the point's endpoint, or behind_nat: true, which adds a keepalive",
        )
    ]


def _own_firewalls(plan: Plan) -> list[Problem]:
    found: list[Problem] = []
    if plan.strategy.routes and any(opens_to_site(plan.site, point, plan.strategy) for point in plan.site.points):
        sources = named(plan.site.tunnel.networks)
        found.append(
            warning(
                "site-firewalls",
                "site.networks",
                f"the site's computers see the points' own addresses: one whose firewall admits only its LAN refuses {sources}",
                f"let the firewalls of the computers that the points use admit {sources}",
            )
        )
    by_site = (plan.forwards and not plan.masquerade_into_tunnel) or plan.to_points
    if by_site:
        found.append(
            warning(
                "point-firewalls",
                "points",
                "the points see the site's computers with their own addresses: one whose firewall admits only the host refuses them",
                f"let the points' firewalls admit {named((item.cidr for item in plan.site.networks), most=8)}",
            )
        )
    return found


def _endpoint_not_known(plan: Plan) -> list[Problem]:
    if plan.site.host.endpoint is not None:
        return []
    silent = [point.name for point in plan.site.points if point.endpoint is None]
    if not silent:
        return []
    return [
        warning(
            "endpoint-not-known",
            "host.endpoint",
            f"{named(silent)} cannot dial the host, whose endpoint is not known, and the host cannot dial them: no session can begin",
            "give host.endpoint, the public name or address and the UDP port that lead to the host",
        )
    ]


def _nothing_to_forward(plan: Plan) -> list[Problem]:
    if not plan.strategy.forwards or plan.forwards:
        return []
    return [
        warning(
            "nothing-to-forward",
            "points",
            "ports of the host shall lead to services on the points, but no point that the site may open names a service",
            "give the points services: a name, a protocol and a port",
        )
    ]


def _resolvers_left_out(plan: Plan) -> list[Problem]:
    """A resolver that a point may not ask is not written into its file: it would take the point's own away."""
    wanted = set(plan.site.dns.servers)
    without = [interface.node for interface in plan.points if wanted - set(interface.dns.servers if interface.dns is not None else ())]
    if not without:
        return []
    return [
        warning(
            "resolver-left-out",
            "site.dns.servers",
            f"{named(without)} may not ask every resolver of site.dns, so those are left out of the file",
            "permit UDP port 53 there (may_reach), or run a resolver on the host and name it under host.services",
        )
    ]


def _resolvconf(plan: Plan) -> list[Problem]:
    """wg-quick hands resolvers to resolvconf, and takes the tunnel down again where that is missing (wg-quick(8), DNS)."""
    told = [
        point.name
        for point, interface in zip(plan.site.points, plan.points, strict=True)
        if interface.dns is not None and point.platform == "linux"
    ]
    if not told:
        return []
    return [
        warning(
            "needs-resolvconf",
            "site.dns",
            f"the file of {named(told)} names resolvers: without a resolvconf command there, wg-quick gives up",
            "install openresolv or systemd-resolved on the point, or leave site.dns out",
        )
    ]


def _family_without_tunnel(plan: Plan) -> list[Problem]:
    tunnel = {network.version for network in plan.site.tunnel.networks}
    missing = sorted({item.cidr.version for item in plan.site.networks} - tunnel)
    return [
        warning(
            "family-without-tunnel",
            "tunnel.networks",
            f"the site has IPv{version} networks, but the tunnel has no IPv{version} network: nothing passes by IPv{version}",
            f"add an IPv{version} network to tunnel.networks, or leave tunnel.networks out for a proposal",
        )
        for version in missing
    ]
