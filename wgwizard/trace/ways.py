"""One packet's way through a plan, and its answer's way back: AllowedIPs, permits, rewriting and routes, in the order of the nodes.

A way is worked out once for all points that the plan treats alike; `POINT` stands for each one's own address and name in it. The
facts behind every step were measured (docs/strategies.md).
"""

from collections.abc import Iterable
from enum import Enum
from ipaddress import ip_network
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.plan.model import HOST, ROUTER, InterfacePlan, PeerPlan, Plan, lan_address, lan_addresses, lies_in
from wgwizard.site import Address, Family, Network, RoutesAt
from wgwizard.siteroutes import UNKNOWN, RouteAnswers, Trouble, in_cloud, is_default_gateway, on_host_link, way_back_by


class Placeholder(Enum):
    """What differs from point to point on a way."""

    POINT = "point"


POINT: Final = Placeholder.POINT
# What the far side sees where nothing rewrites the address of a site's computer.
CLIENTS_OWN: Final = "the client's own"

Symbol = Address | Placeholder | None
Place = Address | Network

# Begins the reason of a way that hangs on an answer that is not known; it is told as not reachable until the answer is there.
NOT_KNOWN: Final = "not known: "

_NO_WAY_BACK = {
    Trouble.NOT_KNOWN: f"{NOT_KNOWN}{UNKNOWN[Trouble.NOT_KNOWN]}, and the answers need one",
    Trouble.NO_ROUTE: "the site has no route to the tunnel network and sends such packets to its own default gateway",
    Trouble.CLOUD: "a cloud delivers by its own route table alone, and that has no route to the tunnel network",
    Trouble.BEHIND_ROUTER: "this network lies behind the site's router, which has no route to the tunnel network",
    Trouble.IPV4_ONLY: "DHCP option 121 tells IPv4 routes only, so the IPv6 route to the tunnel network is missing",
    Trouble.HALF_SEEN: "the route stands on the router only, the host answers past it, and the router drops what it sees half of",
    Trouble.HALF_SEEN_MAYBE: f"{NOT_KNOWN}{UNKNOWN[Trouble.HALF_SEEN_MAYBE]}; the route stands on the router only, and the host "
    "answers past it",
}


class Step(Struct, frozen=True):
    """A packet at one node, as a template of `trace.Hop`."""

    node: str | Placeholder
    source: Symbol
    destination: Symbol
    action: str
    rule: str = ""


class Way(Struct, frozen=True):
    """Whether the packet arrives and its answer comes back, the steps until then, what the far side sees, and why."""

    reachable: bool
    steps: tuple[Step, ...]
    seen: Address | Placeholder | str | None
    why: str


class PointKind(Struct, frozen=True):
    """All that matters of a point on a packet's way beside the permits; points of one kind share their ways.

    For each family in `families`: `accepted` where β takes the point's address from it, `masqueraded` where β rewrites it, and
    `routed` where the planned routes cover it.
    """

    allowed_ips: tuple[Network, ...]
    families: frozenset[int]
    accepted: frozenset[int]
    masqueraded: frozenset[int]
    routed: frozenset[int]


class PointKinds:
    """The kinds of a plan's points; equal ones are the same object."""

    def __init__(self, plan: Plan) -> None:
        self._rewritten = tuple(network for item in plan.masquerades for network in item.sources)
        self._routes = tuple(dict.fromkeys(route.network for route in plan.routes))
        self._known: dict[tuple[object, ...], PointKind] = {}
        self._equal: dict[PointKind, PointKind] = {}

    def of(self, interface: InterfacePlan, on_host: PeerPlan | None) -> PointKind:
        """The kind of one point; `on_host` is its peer section on β."""
        accepted = on_host.allowed_ips if on_host is not None else ()
        families = tuple(
            [
                (
                    address.version,
                    address.network in accepted or lies_in(address, accepted),  # mostly the network itself, which is soon seen
                    lies_in(address, self._rewritten),
                    lies_in(address, self._routes),
                )
                for address in interface.addresses
            ]
        )
        # Points share the peers that they have in common (plan.peers), so identity often tells without comparing networks.
        key = (families, *map(id, interface.peers))
        if key not in self._known:
            kind = PointKind(
                allowed_ips=tuple(network for peer in interface.peers for network in peer.allowed_ips),
                families=frozenset(family[0] for family in families),
                accepted=frozenset(family[0] for family in families if family[1]),
                masqueraded=frozenset(family[0] for family in families if family[2]),
                routed=frozenset(family[0] for family in families if family[3]),
            )
            self._known[key] = self._equal.setdefault(kind, kind)
        return self._known[key]


def covers(networks: Iterable[Network], place: Place) -> bool:
    """Whether one of `networks` holds all of `place`."""
    if isinstance(place, Address):
        return any(place.version == network.version and place in network for network in networks)
    first, last = place.network_address, place.broadcast_address
    return any(place.version == network.version and first in network and last in network for network in networks)


class Walker:
    """Walks packets through one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.site = plan.site
        self._networks = tuple(item.cidr for item in plan.site.networks)

    # --- from a point --------------------------------------------------------------------------------------------------

    def into_site(self, kind: PointKind, place: Place, refusal: str) -> Way:
        """A point opens to an address or network of the site; `refusal` says why β has no permit for it, empty where it has."""
        family: Family = 4 if place.version == 4 else 6
        target = place if isinstance(place, Address) else None
        entered = self._enter(kind, family, place, target)
        if isinstance(entered, Way):
            return entered
        if refusal:
            return _dropped(entered, HOST, POINT, target, refusal)
        network = self._network_of(place)
        own = lan_address(self.site, network)
        if own is None:
            return _dropped(entered, HOST, POINT, target, f"the host has no IPv{family} address at the site")
        if target in lan_addresses(self.site, family):
            return _dropped(entered, HOST, POINT, target, "this is the host itself: points may open only its own services")
        masquerade = family in kind.masqueraded and any(covers(item.destinations, place) for item in self.plan.masquerades)
        source: Symbol = own if masquerade else POINT
        steps = [*entered, Step(HOST, source, target, "masquerade" if masquerade else "routed", "postrouting" if masquerade else "")]
        steps += self._by_router(network, source, target)
        if masquerade:
            why = "the host masquerades the points as its own LAN address, so the answers find their way without any route"
            return Way(True, tuple(steps), own, why)
        trouble = self.no_way_back(kind, network)
        if trouble:
            lost = trouble if trouble.startswith(NOT_KNOWN) else f"the packet arrives, but its answer is lost: {trouble}"
            return _dropped(steps, str(place), target, POINT, lost)
        return Way(True, tuple(steps), POINT, self._way_back_text())

    def to_host(self, kind: PointKind, family: Family, why: str, refusal: str) -> Way:
        """A point opens to β itself, at β's address in the tunnel; `why` says what is permitted there."""
        own = self._tunnel_address(family)
        if own is None:
            return Way(False, (), None, f"the tunnel has no IPv{family}")
        entered = self._enter(kind, family, own, own, forwarded=False)
        if isinstance(entered, Way):
            return entered
        if refusal:
            return _dropped(entered, HOST, POINT, own, refusal)
        return Way(True, (*entered, Step(HOST, POINT, own, "accepted", "to_host")), POINT, why)

    def to_points(self, kind: PointKind, network: Network) -> Way:
        """A point opens to another point: refused by β, and before that by AllowedIPs that do not hold the tunnel's networks."""
        family: Family = 4 if network.version == 4 else 6
        entered = self._enter(kind, family, network, None)
        if isinstance(entered, Way):
            return replace(entered, why=f"points do not reach each other: {entered.why}")
        return _dropped(entered, HOST, POINT, None, "points do not reach each other: the host permits nothing from point to point")

    def _enter(self, kind: PointKind, family: Family, place: Place, target: Address | None, *, forwarded: bool = True) -> list[Step] | Way:
        """From the point to β: what WireGuard sends at one end and takes in at the other."""
        if family not in kind.families:
            return Way(False, (), None, f"the point has no IPv{family} address in the tunnel")
        if not covers(kind.allowed_ips, place):
            return _dropped([], POINT, POINT, target, "the AllowedIPs of the point do not cover it, so nothing is sent into the tunnel")
        steps = [Step(POINT, POINT, target, "routed", "AllowedIPs")]
        if family not in kind.accepted:
            return _dropped(steps, HOST, POINT, target, "the AllowedIPs on the host do not hold the point's address")
        if forwarded and not self._forwards(family):
            return _dropped(steps, HOST, POINT, target, f"the host does not forward IPv{family}")
        return steps

    # --- from the site -------------------------------------------------------------------------------------------------

    def to_point(self, kind: PointKind, network: Network, refusal: str) -> Way:
        """A computer of the site opens to a point's own address, by route."""
        family: Family = 4 if network.version == 4 else 6
        if family not in kind.families:
            return Way(False, (), None, f"the point has no IPv{family} address in the tunnel")
        trouble = self.no_way_back(kind, network)
        if trouble:
            return _dropped([], str(network), None, POINT, trouble)
        steps = [Step(str(network), None, POINT, "routed", "route to the tunnel network")]
        if self.crosses_router(network):
            steps.append(Step(ROUTER, None, POINT, "routed", "route to the tunnel network"))
        if not self._forwards(family):
            return _dropped(steps, HOST, None, POINT, f"the host does not forward IPv{family}")
        if refusal:
            return _dropped(steps, HOST, None, POINT, refusal)
        steps.append(Step(HOST, None, POINT, "routed", "to_points"))
        return self._arrive(kind, family, steps, network, None)

    def to_service(self, kind: PointKind, network: Network, clients: Iterable[Network], refusal: str) -> Way:
        """A computer of the site opens a port of β that leads to a point's service."""
        family: Family = 4 if network.version == 4 else 6
        listen = lan_address(self.site, network)
        if listen is None:
            return Way(False, (), None, f"the host has no IPv{family} address at the site")
        steps = [Step(str(network), None, listen, "routed"), *self._by_router(network, None, listen)]
        if refusal:
            return _dropped(steps, HOST, None, listen, refusal)
        if not covers(clients, network):
            return _dropped(steps, HOST, None, listen, "the port forward is not open to this network")
        if family not in kind.families:
            return _dropped(steps, HOST, None, listen, f"the point has no IPv{family} address in the tunnel")
        if not self._forwards(family):
            return _dropped(steps, HOST, None, POINT, f"the host does not forward IPv{family}")
        own = self._tunnel_address(family) if self.plan.masquerade_into_tunnel else None
        action = "port forward and masquerade" if own is not None else "port forward"
        steps.append(Step(HOST, own, POINT, action, "prerouting"))
        return self._arrive(kind, family, steps, own if own is not None else network, own)

    def _arrive(self, kind: PointKind, family: Family, steps: list[Step], source: Place, own: Address | None) -> Way:
        """From β to the point, whose WireGuard takes in only what its AllowedIPs hold, and answers only there."""
        if family not in kind.accepted:
            return _dropped(steps, HOST, own, POINT, "the AllowedIPs on the host do not hold the point's address")
        if not covers(kind.allowed_ips, source):
            why = f"the packet arrives at the point, whose AllowedIPs do not hold {source}: WireGuard drops it without a word"
            return _dropped(steps, POINT, own, POINT, why)
        why = "the host's ports lead to the point's service" if steps[-1].action.startswith("port forward") else self._way_back_text()
        seen = own if own is not None else CLIENTS_OWN
        return Way(True, (*steps, Step(POINT, own, POINT, "accepted", "AllowedIPs")), seen, why)

    # --- routes --------------------------------------------------------------------------------------------------------

    def no_way_back(self, kind: PointKind, network: Network) -> str:
        """Why packets of a site network do not reach β without NAT; empty where they do."""
        family: Family = 4 if network.version == 4 else 6
        gateway = is_default_gateway(self.site)
        planned = {route.at for route in self.plan.routes if route.network.version == family} if family in kind.routed else set()
        places = None if self.plan.strategy.routes and self.site.routes_at is None else frozenset(planned)
        answers = RouteAnswers(gateway, in_cloud(self.site), places, self.site.router_drops_invalid)
        way = way_back_by(answers, on_host_link(self.site, network), family)
        return "" if way.works or way.trouble is None else _NO_WAY_BACK[way.trouble]

    def _way_back_text(self) -> str:
        if is_default_gateway(self.site):
            return "the host is the site's default gateway, so both directions pass it without any route"
        return "both ends are routed with their own addresses"

    def crosses_router(self, network: Network) -> bool:
        """Whether packets from a site network to the tunnel pass the router before β."""
        if is_default_gateway(self.site):
            return False
        if not on_host_link(self.site, network):
            return True
        family = network.version
        told = {route.at for route in self.plan.routes if route.network.version == family}
        return not (RoutesAt.HOSTS in told or (RoutesAt.DHCP in told and family == 4))

    def _by_router(self, network: Network, source: Symbol, target: Symbol) -> list[Step]:
        """The router's step between β and a network that is not on β's link."""
        if on_host_link(self.site, network) or is_default_gateway(self.site):
            return []
        return [Step(ROUTER, source, target, "routed")]

    def _network_of(self, place: Place) -> Network:
        """The site network that holds a place."""
        for network in self._networks:
            if covers((network,), place):
                return network
        return ip_network(place) if isinstance(place, Address) else place

    def _forwards(self, family: Family) -> bool:
        return self.plan.forwarding.ipv4 if family == 4 else self.plan.forwarding.ipv6

    def _tunnel_address(self, family: Family) -> Address | None:
        return next((address for address in self.site.tunnel.addresses if address.version == family), None)


def _dropped(steps: Iterable[Step], node: str | Placeholder, source: Symbol, destination: Symbol, why: str) -> Way:
    """A way that ends at `node`."""
    return Way(False, (*steps, Step(node, source, destination, "dropped")), None, why)
