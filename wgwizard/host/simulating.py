"""Where Host β would send a packet once the tunnel is as wanted: its routing tables and ip rules, with the new routes; pure.

The kernel's own order (ip-rule(8), ip-route(8)): the rules by priority, in each table the longest prefix, then the lower metric.
`tests/system/test_lockouts_simulated.py` holds it against the kernel.
"""

from collections.abc import Iterable, Sequence
from ipaddress import ip_network

from msgspec import Struct

from wgwizard.host.conf import WantedTunnel
from wgwizard.host.ways import MAIN, PolicyRule, TableRoute, Ways
from wgwizard.site import Address, Network

# wg-quick's table and mark for a default route (wg-quick(8), Table), and the metrics that the kernel gives.
QUICK_TABLE = "51820"
CONNECTED_IPV6_METRIC = 256
ADDED_IPV6_METRIC = 1024


class Hop(Struct, frozen=True):
    """Where a packet goes next: `route` is `None` where an ip rule itself refuses it; `rule` is the ip rule that decided."""

    route: TableRoute | None
    rule: PolicyRule

    def same_way(self, other: "Hop | None") -> bool:
        """Whether both go out by the same interface, to the same router."""
        if other is None or self.route is None or other.route is None:
            return other is not None and self.route is other.route
        return (self.route.kind, self.route.device, self.route.via) == (other.route.kind, other.route.device, other.route.via)

    @property
    def device(self) -> str:
        """The interface, "" for none."""
        return self.route.device if self.route is not None else ""

    @property
    def is_local(self) -> bool:
        """Whether the host takes the packet for itself."""
        return self.route is not None and self.route.kind == "local"


class Routing:
    """Routing tables and rules, asked for one packet after the other.

    `assumed` says how a rule is read whose selectors cannot be judged from here (a user, a port): as one that fits, or one that does not.
    """

    def __init__(self, routes: Iterable[TableRoute], rules: Sequence[PolicyRule], *, assumed: bool = False) -> None:
        self._rules = rules
        self._assumed = assumed
        self._tables: dict[str, list[TableRoute]] = {}
        for route in routes:
            self._tables.setdefault(route.table, []).append(route)
        for table in self._tables.values():
            table.sort(key=lambda route: (-route.network.prefixlen, route.metric))

    def hop(self, destination: Address, source: Address | None = None) -> Hop | None:
        """Where a packet to `destination` goes; `None` where there is no route."""
        for rule in self._rules:
            if rule.version != destination.version or not self._fits(rule, destination, source):
                continue
            if rule.action in ("goto", "nop"):
                continue
            if rule.action != "lookup":
                return Hop(None, rule)
            found = next((route for route in self._tables.get(rule.table, ()) if destination in route.network), None)
            if found is None or found.kind == "throw" or (rule.suppress is not None and found.network.prefixlen <= rule.suppress):
                continue
            return Hop(found, rule)
        return None

    def _fits(self, rule: PolicyRule, destination: Address, source: Address | None) -> bool:
        fits = not rule.never
        if rule.source is not None:
            fits = fits and source is not None and source in rule.source
        if rule.destination is not None:
            fits = fits and destination in rule.destination
        if rule.others:
            fits = fits and self._assumed
        return fits != rule.negated


def today(ways: Ways, *, assumed: bool = False) -> Routing:
    """The host's routing as it is."""
    return Routing(ways.routes, ways.rules, assumed=assumed)


def planned(ways: Ways, interface: str, tunnel: WantedTunnel, *, assumed: bool = False) -> Routing:
    """The host's routing with the tunnel as wanted: its present routes go, those of its Address and AllowedIPs come."""
    kept = [route for route in ways.routes if route.device != interface]
    rules = list(ways.rules)
    networks = () if tunnel.makes_no_routes else tunnel.networks()
    for version in (4, 6):
        if any(network.version == version and network.prefixlen == 0 for network in networks):
            rules = [*_quick_rules(version, rules), *rules]
    return Routing([*kept, *_connected(interface, tunnel), *_added(interface, networks)], rules, assumed=assumed)


def _connected(interface: str, tunnel: WantedTunnel) -> list[TableRoute]:
    """What the kernel makes of an address: itself, and its network."""
    found: list[TableRoute] = []
    for address in tunnel.addresses:
        metric = CONNECTED_IPV6_METRIC if address.version == 6 else 0
        found.append(TableRoute(ip_network(address.ip), interface, table="local", kind="local"))
        found.append(TableRoute(address.network, interface, metric=metric))
    return found


def _added(interface: str, networks: Iterable[Network]) -> list[TableRoute]:
    """What wg-quick makes of AllowedIPs."""
    return [
        TableRoute(
            network,
            interface,
            table=MAIN if network.prefixlen else QUICK_TABLE,
            metric=ADDED_IPV6_METRIC if network.version == 6 else 0,
        )
        for network in networks
    ]


def _quick_rules(version: int, rules: Sequence[PolicyRule]) -> list[PolicyRule]:
    """wg-quick's for a default route, before the present ones but for the local table's, as ip-rule(8) puts new ones."""
    first = min((rule.priority for rule in rules if rule.version == version and rule.priority), default=32766)
    local = [rule for rule in rules if rule.version == version and rule.priority == 0]
    return [
        *local,
        PolicyRule(first - 2, version, MAIN, suppress=0),
        PolicyRule(first - 1, version, QUICK_TABLE, never=True, negated=True),
    ]
