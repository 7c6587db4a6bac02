"""What can go wrong with a plan and is known before the host is seen (docs/strategies.md, Warnings)."""

from wgwizard.plan.model import Plan
from wgwizard.plan.rights import is_opened_by_site, opens_to_site
from wgwizard.plan.route_warnings import asymmetry, cloud_check, no_way_back, option_121
from wgwizard.problems import Problem, named, warning


def plan_warnings(plan: Plan) -> tuple[Problem, ...]:
    """The warnings of a plan, the most often met first.

    What is wrong with the site's answers themselves, such as overlaps with a point's home, the site file's checks say before.
    """
    return tuple(
        problem
        for check in (
            _clients_in_allowed_ips,
            asymmetry,
            no_way_back,
            _silent_points,
            _own_firewalls,
            option_121,
            cloud_check,
            no_session,
            _nothing_to_forward,
            _resolvers_left_out,
            _resolvconf,
            _family_without_tunnel,
        )
        for problem in check(plan)
    )


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


def no_session(plan: Plan) -> list[Problem]:
    """Where no side can dial the other, no tunnel ever comes up."""
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
