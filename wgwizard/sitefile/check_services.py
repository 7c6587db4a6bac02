"""Whether the services can be published, and the rights lead somewhere."""

from collections.abc import Iterator
from ipaddress import ip_network
from itertools import chain

from wgwizard.problems import Problem, error, warning
from wgwizard.site import RESERVED_NAMES, Service, Site, opens_of
from wgwizard.sitefile.addresses import parse_address, read_network
from wgwizard.sitefile.draft import Draft, Located
from wgwizard.sitefile.netindex import NetworkIndex
from wgwizard.sitefile.shape import nearest, shown
from wgwizard.sitefile.values import MAX_PORT, ssh_port
from wgwizard.siteroutes import way_back

_UNPRIVILEGED = 1024


def check_services(site: Site, draft: Draft) -> None:
    """Names differ on each node, published ports differ on β and take nothing that β needs itself."""
    _check_names(draft)
    taken = _ports_of_host(site, draft)
    may_forward = _may_forward(site)
    lost: Located[Service] = []
    for field, service, point in draft.services:
        opens = opens_of(site, point)
        if opens is not None and not opens.by_site:
            message = f"the service {service.name!r} is not used: only points open connections here"
            draft.problems.append(
                warning("service-unused", field, message, "let the site open connections too (opens: site or both), or remove the service")
            )
        elif may_forward and taken.setdefault((service.protocol, service.port_on_host), field) != field:
            lost.append((field, service))
    free: dict[tuple[str, int], Iterator[int]] = {}
    for field, service in lost:
        _refuse_port(service, field, taken, free, draft)


def _check_names(draft: Draft) -> None:
    seen: dict[tuple[str, str], str] = {}
    named = [(field, service, "host") for field, service in draft.host_services]
    named += [(field, service, point.name or field) for field, service, point in draft.services]
    for field, service, node in named:
        first = seen.setdefault((node, service.name.lower()), field)
        if first != field:
            message = f"the service {service.name!r} is also {first}"
            draft.problems.append(error("duplicate-name", f"{field}.name", message, "give each service of a node its own name"))


def _may_forward(site: Site) -> bool:
    """Whether services may become port forwards: under `auto`, unless the site gateway works for every network."""
    if site.strategy is not None:
        return site.strategy.forwards
    if site.needs.site_clients_seen_as_host:
        return True
    return not all(way_back(site, network.cidr).works for network in site.networks)


def _ports_of_host(site: Site, draft: Draft) -> dict[tuple[str, int], str]:
    """What answers at β already: (protocol, port) -> the field that says so."""
    taken = {("udp", site.tunnel.port): "tunnel.port"}
    if site.host.ssh is not None:
        taken["tcp", ssh_port(site.host.ssh)] = "host.ssh"
    for field, service in draft.host_services:
        taken.setdefault((service.protocol, service.port), field)
    return taken


def _refuse_port(
    service: Service, field: str, taken: dict[tuple[str, int], str], free: dict[tuple[str, int], Iterator[int]], draft: Draft
) -> None:
    """Two services want one port of β: the later one is told a port that no other has, or was told: 8080 for 80."""
    protocol, port = service.protocol, service.port_on_host
    first = service.port if service.port >= _UNPRIVILEGED else 8000 + service.port
    candidates = free.setdefault((protocol, first), chain(range(first, MAX_PORT + 1), range(_UNPRIVILEGED, first)))
    other = next((candidate for candidate in candidates if (protocol, candidate) not in taken), port)
    message = f"port {port}/{protocol} of Host β is already taken by {taken[protocol, port]}"
    taken.setdefault((protocol, other), field)
    hint = f"give it another port of Host β (published_port: {other}), or choose the strategy Site gateway, which publishes none (strategy)"
    where = f"{field}.published_port" if service.published_port is not None else f"{field}.port"
    draft.problems.append(error("port-taken", where, message, hint))


def check_rights(site: Site, draft: Draft, networks: NetworkIndex) -> None:
    """Every `to:` is a known name, or an address or network inside the site's."""
    names = {host.name for host in site.hosts} | {network.name for network in site.networks if network.name} | {"site", "host"}
    nowhere = {host.name for host in site.hosts if not host.addresses}
    for field, right, point in draft.rights:
        opens = opens_of(site, point)
        if opens is not None and not opens.by_points:
            message = f"the right to reach {right.to!r} is not used: only the site opens connections here"
            draft.problems.append(
                warning("right-unused", field, message, "let the points open connections too (opens: points or both), or remove the right")
            )
        if right.to in nowhere:
            hint = "write it beside the computer's name (site.hosts), or name an address here"
            draft.problems.append(error("address-not-known", f"{field}.to", f"the address of {right.to} is not known", hint))
        elif right.to not in names:
            _check_target(right.to, f"{field}.to", names, draft, networks)


def _check_target(to: str, field: str, names: set[str], draft: Draft, networks: NetworkIndex) -> None:
    if to == "internet":
        message = "'internet' (a full tunnel) is known but not supported yet"
        draft.problems.append(error("not-supported-yet", field, message, "name computers or networks of the site"))
        return
    if to in RESERVED_NAMES:
        draft.problems.append(
            error("dangling-name", field, f"{shown(to)} is not something a point can reach", "write site, host, a name or an address")
        )
        return
    problems: list[Problem] = []
    address = parse_address(to, field, problems) if "/" not in to else None
    network = read_network(to, field, problems) if "/" in to else None if address is None else ip_network(address)
    if network is not None:
        around = networks.overlapping(network)
        if around is None or network.prefixlen < around[1].prefixlen:
            hint = "name a part of the site's networks, or add the network to site.networks"
            draft.problems.append(error("outside-site", field, f"{to} is not inside site.networks", hint))
    elif "/" in to or ":" in to or to.replace(".", "").isdigit():
        draft.problems.extend(problem for problem in problems if problem.is_error)
    else:
        close = nearest(to, names)
        known = f"the names are {', '.join(sorted(names))}; write an address or CIDR, or name the computer at the site first (site.hosts)"
        hint = f"did you mean {close}?" if close else known
        draft.problems.append(error("dangling-name", field, f"there is no computer or network named {shown(to)}", hint))
