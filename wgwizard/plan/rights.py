"""The rights of a plan: what β lets through, in which direction, which ports lead to points, and whose address is rewritten."""

from ipaddress import ip_address, ip_network

from wgwizard.plan.model import FAMILIES, HOST, Forward, Masquerade, Permit, lan_addresses
from wgwizard.site import Address, Network, Point, PortRange, Right, Service, Site, Strategy
from wgwizard.siteroutes import assumed_opens

SITE = "site"
DNS_PORT = 53

Places = tuple[Address | Network, ...]

_EVERYTHING = (Right(SITE), Right(HOST))


class Rights:
    """What the words of `may_reach` mean at one site; each word is looked up once, however many points say it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._networks: Places = tuple(item.cidr for item in site.networks)
        self._named: dict[str, Places] = {host.name: host.addresses for host in site.hosts}
        for item in site.networks:
            if item.name is not None:
                # A name may stand for an IPv4 and an IPv6 network.
                self._named[item.name] = (*self._named.get(item.name, ()), item.cidr)
        self._named[SITE] = self._networks

    def places(self, right: Right) -> Places:
        """The addresses and networks of the site that a right names; none for "host", and none for an unknown word."""
        if right.to == HOST:
            return ()
        if right.to not in self._named:
            self._named[right.to] = _literal(right.to)
        return self._named[right.to]

    def of(self, point: Point) -> tuple[Right, ...]:
        """The rights of a point; without any word about them: all of the site and β's services."""
        return _EVERYTHING if point.may_reach is None else point.may_reach

    def host_services(self, point: Point) -> tuple[Service, ...]:
        """β's own services that a point may use."""
        if not self._site.host.services:
            return ()
        rights = [right for right in self.of(point) if right.to == HOST]
        return tuple(service for service in self._site.host.services if any(_covers(right, service) for right in rights))

    def may_ask(self, point: Point, server: Address, strategy: Strategy) -> bool:
        """Whether a point may send DNS questions (UDP) to a resolver under a strategy."""
        if server.version not in {address.version for address in point.addresses}:
            return False
        question = Service("dns", "udp", DNS_PORT)
        own = {*self._site.tunnel.addresses, *(address.ip for address in self._site.host.addresses)}
        if server in own:
            return any(service.protocol == "udp" and service.port == DNS_PORT for service in self.host_services(point))
        if not opens_to_site(self._site, point, strategy):
            return False
        return any(_covers(right, question) and _holds(self.places(right), server) for right in self.of(point))


def _literal(text: str) -> Places:
    """An address or a CIDR as it was written; nothing for any other word."""
    for read in (ip_address, ip_network):
        try:
            return (read(text),)
        except ValueError:
            continue
    return ()


def _covers(right: Right, service: Service) -> bool:
    if right.protocol is not None and right.protocol != service.protocol:
        return False
    return not right.ports or any(ports.first <= service.port <= ports.last for ports in right.ports)


def _holds(places: Places, address: Address) -> bool:
    return any(
        address == place if isinstance(place, Address) else address.version == place.version and address in place for place in places
    )


def opens_to_site(site: Site, point: Point, strategy: Strategy) -> bool:
    """Whether a point may open connections into the site at all: a port forward alone leads only the other way."""
    return assumed_opens(site, point).by_points and (strategy.masquerades or strategy.routes)


def is_opened_by_site(site: Site, point: Point) -> bool:
    """Whether the site's computers may open connections to a point."""
    return assumed_opens(site, point).by_site


def from_points(site: Site, strategy: Strategy, rights: Rights) -> tuple[Permit, ...]:
    """What the points may open at the site."""
    if not (strategy.masquerades or strategy.routes):
        return ()
    return tuple(
        Permit(point.name, right.to, point.addresses, places, right.protocol, right.ports)
        for point in site.points
        if assumed_opens(site, point).by_points
        for right in rights.of(point)
        if (places := rights.places(right))
    )


def to_host(site: Site, rights: Rights) -> tuple[Permit, ...]:
    """β's own services that the points may use, at its tunnel and its LAN addresses."""
    own = (*site.tunnel.addresses, *(address.ip for address in site.host.addresses))
    ports = {service: (PortRange(service.port, service.port),) for service in site.host.services}
    return tuple(
        Permit(point.name, service.name, point.addresses, own, service.protocol, ports[service])
        for point in site.points
        for service in rights.host_services(point)
    )


def to_points(site: Site, strategy: Strategy) -> tuple[Permit, ...]:
    """What the site may open on the points by route: their services where they name any, else everything."""
    if not strategy.routes:
        return ()
    clients: Places = tuple(item.cidr for item in site.networks)
    permits: list[Permit] = []
    for point in site.points:
        if not is_opened_by_site(site, point):
            continue
        if not point.services:
            permits.append(Permit(point.name, point.name, clients, point.addresses))
        for service in point.services:
            ports = (PortRange(service.port, service.port),)
            permits.append(Permit(point.name, service.name, clients, point.addresses, service.protocol, ports))
    return tuple(permits)


def forwards(site: Site, strategy: Strategy) -> tuple[Forward, ...]:
    """The ports of β that lead to the points' services."""
    if not strategy.forwards:
        return ()
    listen = tuple(address for family in FAMILIES for address in lan_addresses(site, family))
    clients = tuple(item.cidr for item in site.networks)
    return tuple(
        Forward(point.name, service, listen, point.addresses, clients)
        for point in site.points
        if is_opened_by_site(site, point)
        for service in point.services
    )


def masquerades(site: Site, strategy: Strategy) -> tuple[Masquerade, ...]:
    """Whose packets into the site leave β as its own; always with both ends named, so that no other traffic is rewritten."""
    if not strategy.masquerades:
        return ()
    return (Masquerade(site.tunnel.networks, tuple(item.cidr for item in site.networks)),)
