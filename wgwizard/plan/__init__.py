"""Site + strategy -> Plan: addresses, AllowedIPs, permits, NAT and routes; no syntax (docs/strategies.md has the facts)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wgwizard.plan.model import (
    HOST,
    ROUTER,
    Forward,
    Forwarding,
    InterfacePlan,
    Masquerade,
    PeerPlan,
    Permit,
    Plan,
    RouteNeeded,
)
from wgwizard.plan.peers import PointInterfaces, host_interface
from wgwizard.plan.rights import Rights, forwards, from_points, masquerades, to_host, to_points
from wgwizard.plan.routes import forwarding, routes_needed
from wgwizard.plan.warnings import no_session, plan_warnings
from wgwizard.site import Site, Strategy

if TYPE_CHECKING:
    from wgwizard.host.facts import Facts

__all__ = [
    "HOST",
    "ROUTER",
    "Forward",
    "Forwarding",
    "InterfacePlan",
    "Masquerade",
    "PeerPlan",
    "Permit",
    "Plan",
    "RouteNeeded",
    "make_plan",
    "no_session",
    "plan_warnings",
]


def make_plan(
    site: Site, strategy: Strategy, *, masquerade_into_tunnel: bool, public_keys: Mapping[str, str], facts: "Facts | None" = None
) -> Plan:
    """What will stand on every node of a completed site (derive.complete) under one strategy.

    `public_keys` is by node ("host" is β); a node without one gets `None`, and its peers' files are not complete.
    `masquerade_into_tunnel` makes the points see β in place of the site's computers, where the strategy forwards ports.
    `facts` is what the probe found on β: without it the LAN interface is known only where the site names it.
    """
    into_tunnel = masquerade_into_tunnel and strategy.forwards
    rights = Rights(site)
    keys = dict(public_keys)
    if HOST not in keys and facts is not None and facts.public_key is not None:
        keys[HOST] = facts.public_key
    interfaces = PointInterfaces(site, strategy, rights, keys, into_tunnel=into_tunnel)
    points = tuple(interfaces.of(point) for point in site.points)
    return Plan(
        site=site,
        strategy=strategy,
        masquerade_into_tunnel=into_tunnel,
        host=host_interface(site, keys, points),
        points=points,
        from_points=from_points(site, strategy, rights),
        to_host=to_host(site, rights),
        to_points=to_points(site, strategy),
        forwards=forwards(site, strategy),
        masquerades=masquerades(site, strategy),
        routes=routes_needed(site, strategy),
        forwarding=forwarding(site, facts),
    )
