"""Permits and forwards -> the named sets of the ruleset: by equal rights first, so that the cost is linear in the points."""

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from wgwizard.plan.model import Forward, Permit, collapse
from wgwizard.render.text import place_text
from wgwizard.site import Address, Family, Network, PortRange, Protocol

PROTOCOLS: tuple[Protocol, ...] = ("tcp", "udp")
EVERY_PORT = PortRange(0, 65535)

# nft's names of the types of an address, by family.
ADDRESS_TYPE: dict[Family, str] = {4: "ipv4_addr", 6: "ipv6_addr"}

# For the elements of one family: the set's stem ("permit_tcp") -> texts.
Elements = dict[str, list[str]]


def family_of(value: Address | Network) -> Family:
    """4 or 6, for use as a key."""
    return 4 if value.version == 4 else 6


class PermitSets(Struct):
    """The elements of the sets that hold what points may open, for both families."""

    elements: dict[Family, Elements] = field(default_factory=lambda: {4: {}, 6: {}})

    def add(self, family: Family, stem: str, values: Iterable[str]) -> None:
        """Put values into a set."""
        self.elements[family].setdefault(stem, []).extend(values)

    def of(self, family: Family, stem: str) -> Sequence[str]:
        """The elements of a set, none where nothing was put into it."""
        return self.elements[family].get(stem, ())


def permit_sets(permits: tuple[Permit, ...], whole_site: tuple[Network, ...]) -> PermitSets:
    """The sets of `Plan.from_points`.

    Stems: "full_site" (source alone), "permit_any", "permit_tcp", "permit_udp", "permit_ping" (exact), and "permit_net",
    "permit_tcp_range", "permit_udp_range", "permit_ping_net" (intervals). `whole_site` marks the permits for all of the site.
    """
    sets = PermitSets()
    shapes: dict[tuple[tuple[int, str | None, tuple[PortRange, ...]], ...], dict[Family, Elements]] = {}
    by_point: dict[str, list[Permit]] = {}
    for permit in permits:
        by_point.setdefault(permit.point, []).append(permit)
    for own in by_point.values():
        # Equal rights share their destinations' tuple (plan.rights.Rights), so its identity stands for its value.
        signature = tuple([(id(permit.destinations), permit.protocol, permit.ports) for permit in own])
        if signature not in shapes:
            shapes[signature] = {4: _shape(own, 4, whole_site), 6: _shape(own, 6, whole_site)}
        shape = shapes[signature]
        for source in own[0].sources:
            family = family_of(source)
            text = place_text(source)
            elements = sets.elements[family]
            for stem, tails in shape[family].items():
                elements.setdefault(stem, []).extend([text + tail for tail in tails])
    return sets


def _shape(permits: Iterable[Permit], family: Family, whole_site: tuple[Network, ...]) -> Elements:
    """What follows the point's address in each set's elements; shared by all points with the same rights."""
    reach = _Reach()
    for permit in permits:
        everything = permit.protocol is None and not permit.ports and permit.destinations == whole_site
        if everything and any(network.version == family for network in whole_site):
            return {"full_site": [""]}
        reach.add(permit, family)
    tails: Elements = {
        "permit_any": [f" . {address}" for address in reach.hosts],
        "permit_net": [f" . {network}" for network in collapse(reach.networks)],
    }
    pinged: set[Address | Network] = set()
    for protocol in PROTOCOLS:
        exact, ranges = _split(_disjoint(reach.ports[protocol]))
        tails[f"permit_{protocol}"] = exact
        tails[f"permit_{protocol}_range"] = ranges
        pinged.update(reach.ports[protocol])
    tails["permit_ping"] = [f" . {place}" for place in _ordered(pinged) if isinstance(place, Address)]
    networks = [place for place in pinged if not isinstance(place, Address)]
    tails["permit_ping_net"] = [f" . {network}" for network in collapse(networks)]
    return {stem: values for stem, values in tails.items() if values}


class _Reach:
    """The destinations of one point in one family, sorted by what is permitted there."""

    def __init__(self) -> None:
        self.hosts: dict[Address, None] = {}
        self.networks: list[Network] = []
        self.ports: dict[Protocol, dict[Address | Network, list[PortRange]]] = {"tcp": {}, "udp": {}}

    def add(self, permit: Permit, family: Family) -> None:
        """Take in one permit."""
        for place in permit.destinations:
            if place.version != family:
                continue
            if permit.protocol is None and not permit.ports:
                self._whole(place)
                continue
            for protocol in PROTOCOLS if permit.protocol is None else (permit.protocol,):
                self.ports[protocol].setdefault(place, []).extend(permit.ports or (EVERY_PORT,))

    def _whole(self, place: Address | Network) -> None:
        if isinstance(place, Address):
            self.hosts[place] = None
        else:
            self.networks.append(place)


def _ordered(places: Iterable[Address | Network]) -> list[Address | Network]:
    """Wider places first, then by address: a fixed order for fixed texts."""
    return sorted(places, key=lambda place: (_span(place)[0] - _span(place)[1], _span(place)[0]))


def _span(place: Address | Network) -> tuple[int, int]:
    """The first and last address of a place."""
    if isinstance(place, Address):
        return int(place), int(place)
    return int(place.network_address), int(place.broadcast_address)


def _disjoint(ports: dict[Address | Network, list[PortRange]]) -> list[tuple[Address | Network, PortRange]]:
    """The same rights without overlaps, which the kernel refuses in concatenated intervals.

    Ports of one place are merged; a place inside a wider one keeps only the ports that the wider one does not have.
    """
    done: list[tuple[tuple[int, int], list[PortRange]]] = []
    boxes: list[tuple[Address | Network, PortRange]] = []
    for place in _ordered(ports):
        first, last = _span(place)
        left = _merged(ports[place])
        for (outer_first, outer_last), outer in done:
            if outer_first <= first and last <= outer_last:
                left = _without(left, outer)
        done.append(((first, last), left))
        boxes.extend((place, part) for part in left)
    return boxes


def _merged(ports: Iterable[PortRange]) -> list[PortRange]:
    """Sorted, with overlapping and touching ranges joined."""
    found: list[PortRange] = []
    for item in sorted(ports):
        if found and item.first <= found[-1].last + 1:
            found[-1] = PortRange(found[-1].first, max(found[-1].last, item.last))
        else:
            found.append(item)
    return found


def _without(ports: list[PortRange], taken: list[PortRange]) -> list[PortRange]:
    """`ports` less `taken`; both sorted and without overlaps."""
    left = ports
    for hole in taken:
        parts: list[PortRange] = []
        for item in left:
            if hole.last < item.first or item.last < hole.first:
                parts.append(item)
                continue
            if item.first < hole.first:
                parts.append(PortRange(item.first, hole.first - 1))
            if hole.last < item.last:
                parts.append(PortRange(hole.last + 1, item.last))
        left = parts
    return left


def _split(boxes: Iterable[tuple[Address | Network, PortRange]]) -> tuple[list[str], list[str]]:
    """Exact elements (one address, one port) apart from those that need an interval set."""
    exact: list[str] = []
    ranges: list[str] = []
    for place, ports in boxes:
        (exact if isinstance(place, Address) and ports.is_single else ranges).append(f" . {place} . {ports}")
    return exact, ranges


def service_sets(permits: tuple[Permit, ...]) -> PermitSets:
    """The sets of `Plan.to_points`: "open_points", "service_tcp", "service_udp" and "service_ping", keyed by the point's address."""
    sets = PermitSets()
    pinged: dict[Address | Network, None] = {}
    for permit in permits:
        for place in permit.destinations:
            if permit.protocol is None:
                sets.add(family_of(place), "open_points", (place_text(place),))
            else:
                sets.add(family_of(place), f"service_{permit.protocol}", [f"{place_text(place)} . {ports}" for ports in permit.ports])
                pinged[place] = None
    for place in pinged:
        sets.add(family_of(place), "service_ping", (place_text(place),))
    return sets


def host_sets(permits: tuple[Permit, ...]) -> PermitSets:
    """The sets of `Plan.to_host`: "host_tcp" and "host_udp", keyed by the point's address and β's port."""
    sets = PermitSets()
    for permit in permits:
        for source in permit.sources:
            sets.add(family_of(source), f"host_{permit.protocol}", [f"{place_text(source)} . {ports}" for ports in permit.ports])
    return sets


def forward_elements(forwards: tuple[Forward, ...], family: Family, protocol: Protocol) -> list[str]:
    """The elements of a forward map: β's port leads to a point's address and port."""
    found: list[str] = []
    for forward in forwards:
        if forward.service.protocol != protocol:
            continue
        target = next((address for address in forward.targets if address.version == family), None)
        if target is not None:
            found.append(f"{forward.service.port_on_host} : {place_text(target)} . {forward.service.port}")
    return found
