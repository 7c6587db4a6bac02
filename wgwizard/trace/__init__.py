"""Plan -> who reaches whom: for each pair and direction, by which hops, and the source address that the far side sees."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeVar

from wgwizard.plan.model import HOST, Forward, InterfacePlan, Permit, Plan
from wgwizard.site import Address, Family, Network, Point, PortRange, SiteNetwork
from wgwizard.siteroutes import assumed_opens
from wgwizard.trace.reach import Hop, Reach, Row
from wgwizard.trace.ways import CLIENTS_OWN, POINT, Place, PointKind, PointKinds, Walker, Way, covers

__all__ = ["CLIENTS_OWN", "POINTS", "Hop", "Reach", "trace"]

_Item = TypeVar("_Item", Permit, Forward)

POINTS = "points"
PING = "icmp"


def trace(plan: Plan) -> tuple[Reach, ...]:
    """Every pair and direction of a plan, point by point in the site's order.

    Each point's rows: into each site network and to whatever its rights name, to "host" (β's own services, and ping), to
    "points", then from each site network to it, and to its published services. Points that the plan treats alike are worked
    out once.
    """
    tracer = _Tracer(plan)
    found: list[Reach] = []
    for point, interface in zip(plan.site.points, plan.points, strict=True):
        addresses = {address.version: address for address in point.addresses}
        found += [Reach(row, point.name, addresses.get(row.family)) for row in tracer.rows(point, interface)]
    return tuple(found)


class _Tracer:
    """The rows of each point, shared between points that are treated alike."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.walker = Walker(plan)
        self.names = {item.cidr: _name(item) for item in plan.site.networks}
        self.peers = {peer.node: peer for peer in plan.host.peers}
        self.out = _by_point(plan.from_points)
        self.host = _by_point(plan.to_host)
        self.into = _by_point(plan.to_points)
        self.forwards = _by_point(plan.forwards)
        self._kinds = PointKinds(plan)
        self._shared: dict[tuple[object, ...], list[Row]] = {}
        self._services: dict[tuple[object, ...], Way] = {}

    def rows(self, point: Point, interface: InterfacePlan) -> Iterable[Row]:
        """All rows of one point."""
        kind = self._kinds.of(interface, self.peers.get(point.name))
        opens = assumed_opens(self.plan.site, point)
        name = point.name
        out, host, into = self.out.get(name, ()), self.host.get(name, ()), self.into.get(name, ())
        # Equal rights share their tuples (plan.rights), and a kind is kept once, so identity stands for value here.
        key = (
            id(kind),
            opens,
            tuple([(id(permit.destinations), permit.protocol, permit.ports) for permit in out]),
            tuple([permit.target for permit in host]),
            tuple([(id(permit.sources), permit.protocol, permit.ports) for permit in into]),
        )
        if key not in self._shared:
            self._shared[key] = [
                *self._into_site(kind, out, _no_right(self.plan, point)),
                *self._to_host(kind, host),
                *self._to_points(kind),
                *self._direct(kind, into, _not_opened(self.plan, point)),
            ]
        if not point.services:
            return self._shared[key]
        return chain(self._shared[key], self._published(kind, point))

    # --- from points ---------------------------------------------------------------------------------------------------

    def _into_site(self, kind: PointKind, permits: Sequence[Permit], refusal: str) -> Iterable[Row]:
        """To each site network as a whole, then to whatever the rights name more closely."""
        whole = [permit for permit in permits if permit.protocol is None and not permit.ports]
        for network, name in self.names.items():
            permitted = any(_holds(permit, network) for permit in whole)
            partly = any(_touches(permit, network) for permit in permits)
            reason = "" if permitted else ("only what its rights name is permitted there" if partly else refusal)
            yield Row(POINT, name, _family(network), None, "", False, self.walker.into_site(kind, network, reason))
        for permit in permits:
            for place, name in self._named(permit):
                way = self.walker.into_site(kind, place, "")
                yield Row(POINT, name, _family(place), permit.protocol, _ports(permit.ports), False, way)

    def _named(self, permit: Permit) -> Iterable[tuple[Place, str]]:
        """The places that deserve a row of their own for a permit: not those that a network's row says already."""
        everything = permit.protocol is None and not permit.ports
        for place in permit.destinations:
            if isinstance(place, Address):
                yield place, permit.target
            elif not (everything and place in self.names):
                yield place, self.names.get(place, permit.target)

    def _to_host(self, kind: PointKind, permits: Sequence[Permit]) -> Iterable[Row]:
        allowed = {permit.target for permit in permits}
        for family in _families(self.plan):
            yield Row(POINT, HOST, family, PING, "", False, self.walker.to_host(kind, family, "the host answers every point's ping", ""))
            for service in self.plan.site.host.services:
                reason = "" if service.name in allowed else "this service of the host is not among the point's rights"
                way = self.walker.to_host(kind, family, "a service of the host that the point may use", reason)
                yield Row(POINT, HOST, family, service.protocol, str(service.port), False, way)

    def _to_points(self, kind: PointKind) -> Iterable[Row]:
        for network in self.plan.site.tunnel.networks:
            yield Row(POINT, POINTS, _family(network), None, "", False, self.walker.to_points(kind, network))

    # --- from the site -------------------------------------------------------------------------------------------------

    def _direct(self, kind: PointKind, permits: Sequence[Permit], refusal: str) -> Iterable[Row]:
        """From each site network to the point itself: everything, or each service that is permitted."""
        for network, name in self.names.items():
            family = _family(network)
            own = [permit for permit in permits if covers(_networks(permit.sources), network)]
            if any(permit.protocol is None for permit in own):
                yield Row(name, POINT, family, None, "", False, self.walker.to_point(kind, network, ""))
                continue
            reason = "only the point's services are permitted" if own else refusal
            yield Row(name, POINT, family, None, "", False, self.walker.to_point(kind, network, reason))
            for permit in own:
                yield Row(name, POINT, family, permit.protocol, _ports(permit.ports), False, self.walker.to_point(kind, network, ""))

    def _published(self, kind: PointKind, point: Point) -> Iterable[Row]:
        """From each site network to each service of the point by way of β's port."""
        published = {forward.service: forward for forward in self.forwards.get(point.name, ())}
        refusal = _not_forwarded(self.plan, point)
        for service in point.services:
            forward = published.get(service)
            port = str(service.port_on_host)
            for network, name in self.names.items():
                way = self._to_service(kind, network, forward, refusal)
                yield Row(name, POINT, _family(network), service.protocol, port, True, way)

    def _to_service(self, kind: PointKind, network: Network, forward: Forward | None, refusal: str) -> Way:
        """The way by a port forward, which is the same for every port."""
        key = (id(kind), network, id(forward.clients) if forward is not None else refusal)
        if key not in self._services:
            clients = forward.clients if forward is not None else ()
            self._services[key] = self.walker.to_service(kind, network, clients, "" if forward is not None else refusal)
        return self._services[key]


def _by_point(items: Iterable[_Item]) -> dict[str, list[_Item]]:
    found: dict[str, list[_Item]] = {}
    for item in items:
        found.setdefault(item.point, []).append(item)
    return found


def _name(item: SiteNetwork) -> str:
    return item.name if item.name is not None else str(item.cidr)


def _family(value: Place) -> Family:
    return 4 if value.version == 4 else 6


def _families(plan: Plan) -> tuple[Family, ...]:
    return tuple(dict.fromkeys(_family(network) for network in plan.site.tunnel.networks))


def _ports(ports: tuple[PortRange, ...]) -> str:
    return ",".join(str(item) for item in ports)


def _networks(places: Iterable[Place]) -> list[Network]:
    return [place for place in places if not isinstance(place, Address)]


def _holds(permit: Permit, network: Network) -> bool:
    return covers(_networks(permit.destinations), network)


def _touches(permit: Permit, network: Network) -> bool:
    """Whether a permit leads to some part of a network."""
    return any(
        place.version == network.version and (place in network if isinstance(place, Address) else place.overlaps(network))
        for place in permit.destinations
    )


# --- why something is not permitted ------------------------------------------------------------------------------------------


def _no_right(plan: Plan, point: Point) -> str:
    if not assumed_opens(plan.site, point).by_points:
        return "only the site opens connections to this point"
    if not (plan.strategy.masquerades or plan.strategy.routes):
        return "a port forward alone leads only from the site to the points"
    return "this is not among the point's rights"


def _not_opened(plan: Plan, point: Point) -> str:
    if not assumed_opens(plan.site, point).by_site:
        return "only the point opens connections, not the site"
    return f"the strategy {plan.strategy.value} permits the site nothing by route"


def _not_forwarded(plan: Plan, point: Point) -> str:
    if not plan.strategy.forwards:
        return f"the strategy {plan.strategy.value} forwards no ports of the host"
    if not assumed_opens(plan.site, point).by_site:
        return "only the point opens connections, not the site"
    return "this service has no port of the host"
