"""What people type to open things through the tunnel: at the site a service of a point, on a point something at the site. Pure."""

from collections.abc import Iterator

from wgwizard.plan import Plan
from wgwizard.plan.model import Permit
from wgwizard.site import Address, Point, PortRange, Service

# What is most often a web page: the port on which it is served, and how a browser asks for it.
_SCHEMES = {80: "http", 8080: "http", 443: "https", 8443: "https"}
_OWN_PORT = {"http": 80, "https": 443}
_SSH, _SMB, _RDP = 22, 445, 3389
# So many lines are told of one point; the rest is as at the site itself.
_LINES = 6


def opened_by_site(plan: Plan) -> tuple[str, ...]:
    """What computers at the site open to get to a point: a port of Host β, or the point's own address."""
    forwards = [
        _service_line(address, forward.service.port_on_host, forward.service, forward.point)
        for forward in plan.forwards
        for address in forward.listen[:1]
    ]
    direct = [
        _service_line(point.addresses[0], service.port, service, point.name)
        for point in plan.site.points
        if any(permit.point == point.name for permit in plan.to_points)
        for service in point.services
    ]
    return (*forwards, *direct)


def opened_by_point(plan: Plan, point: Point) -> tuple[str, ...]:
    """What a point opens at the site: each computer that its rights name, by its address there, as at the site itself."""
    permits = [permit for permit in (*plan.from_points, *plan.to_host) if permit.point == point.name]
    lines = list(dict.fromkeys(line for permit in permits for line in _permit_lines(plan, permit, point)))
    more = [f"… and {len(lines) - _LINES} more"] if len(lines) > _LINES else []
    return (*lines[:_LINES], *more)


def _permit_lines(plan: Plan, permit: Permit, point: Point) -> Iterator[str]:
    """A line for each computer and port; a whole network stands for the computers in it that have names, and for any other."""
    computers = [(permit.target, place) for place in permit.destinations if isinstance(place, Address)][:1]
    networks = [place for place in permit.destinations if not isinstance(place, Address)]
    for host in plan.site.hosts:
        computers += [(host.name, address) for address in host.addresses[:1] if any(address in network for network in networks)]
    for name, address in computers:
        for ports in permit.ports or (None,):
            yield _line(address, ports, name, permit.protocol, point.platform)
    if networks:
        yield f"any computer in {', '.join(map(str, networks))}, by its address there"


def _line(address: Address, ports: PortRange | None, name: str, protocol: str | None, platform: str) -> str:
    """A line: what is typed, and where it leads."""
    whose = "" if name == str(address) else f"   {name}"
    if ports is None:
        return f"{address}{whose}{f', {protocol}' if protocol else ''}"
    if protocol != "tcp" or not ports.is_single:
        return f"{_in_url(address)}:{ports}{whose}, {protocol}"
    typed, how = _typed(address, ports.first, ports.first, platform)
    return f"{typed}{whose}, {how}" if whose else f"{typed}   {how}"


def _typed(address: Address, port: int, inside: int, platform: str) -> tuple[str, str]:
    """What is typed for a TCP port that leads to the port `inside` of whoever answers, and into what."""
    scheme = _SCHEMES.get(inside)
    if scheme is not None:
        return f"{scheme}://{_in_url(address)}{'' if port == _OWN_PORT[scheme] else f':{port}'}/", "in a browser"
    if inside == _SSH:
        return f"ssh {'' if port == _SSH else f'-p {port} '}USER@{address}", "in a terminal"
    if inside == _SMB and port == _SMB:
        return (f"\\\\{address}\\", "in the Explorer") if platform == "windows" else (f"smb://{_in_url(address)}/", "in the file manager")
    if inside == _RDP:
        return _in_url(address) + ("" if port == _RDP else f":{port}"), "in the remote desktop's program"
    return f"{_in_url(address)}:{port}", "tcp"


def _in_url(address: Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)


def _service_line(address: Address, port: int, service: Service, point: str) -> str:
    """A line: the address with which a service of a point is opened, what that is, and whose."""
    typed, how = _typed(address, port, service.port, "") if service.protocol == "tcp" else (f"{_in_url(address)}:{port}", "udp")
    return f"{typed}   {service.name} of {point}, {how}"
