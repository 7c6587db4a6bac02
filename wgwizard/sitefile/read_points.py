"""The points of a site file's document, with their services and rights."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from wgwizard import keys
from wgwizard.problems import Problem, error
from wgwizard.site import Opens, Point, PortRange, Protocol, Right, Service
from wgwizard.sitefile import filemodel as model
from wgwizard.sitefile.addresses import parse_address, read_address, read_network
from wgwizard.sitefile.draft import Draft, Located
from wgwizard.sitefile.reading import optional, read_each, read_own_name, required, said_or, say_missing
from wgwizard.sitefile.shape import entries, shown
from wgwizard.sitefile.values import read_endpoint, read_name, read_port, read_ports


def read_services(
    parts: Sequence[model.ServicePart], field: str, draft: Draft, into: Located[Service] | None = None
) -> tuple[Service, ...]:
    """The services in the list at `field`; also kept in `into` beside their fields."""
    return read_each(parts, field, lambda part, here, _: _read_service(part, here, draft), draft, into)


def _read_service(part: model.ServicePart, field: str, draft: Draft) -> Service | None:
    name = required(part.name, f"{field}.name", draft, "the service's name", "write a short name, such as web")
    protocol: Protocol | None = required(part.protocol, f"{field}.protocol", draft, "the protocol", "say tcp or udp (protocol)")
    port = required(part.port, f"{field}.port", draft, "the port", "give its port, such as 80 (port)")
    good_name = optional(name, f"{field}.name", _read_service_name, draft)
    good_port = optional(port, f"{field}.port", read_port, draft)
    published = optional(part.published_port, f"{field}.published_port", read_port, draft)
    if good_name is None or good_port is None or protocol is None:
        return None
    return Service(good_name, protocol, good_port, published)


def _read_service_name(text: str, field: str, problems: list[Problem]) -> str | None:
    """A name; not an address, with which a person means another computer than the one whose service this is."""
    if parse_address(text, field, []) is None:
        return read_name(text, field, problems)
    whose = "Host β itself" if field.startswith("host.") else "the point itself"
    hint = f"write a word such as web; a service is one that {whose} offers, and another computer behind it is not reached through it"
    problems.append(error("address-as-name", field, f"the service's name {text} is an address", hint))
    return None


def read_points(parts: Sequence[model.PointPart], draft: Draft) -> tuple[Point, ...]:
    """Every point; one with a wrong value is kept with a gap in it, so that the others' indices stay."""
    if not parts:
        say_missing("points", draft, "a point (someone who connects from outside)", "add one and give it a name, such as laptop (points)")
    for field, part in entries("points", parts):
        draft.points.append((field, _read_point(part, field, draft)))
    return tuple(point for _, point in draft.points)


def _read_point(part: model.PointPart, field: str, draft: Draft) -> Point:
    name = read_own_name(part.name, f"{field}.name", draft, "the point's name")
    public_key = optional(part.public_key, f"{field}.public_key", _read_public_key, draft)
    if public_key is not None:
        draft.public_keys.append((f"{field}.public_key", public_key))
    services: Located[Service] = []
    rights: Located[Right] = []
    may_reach = None
    if not isinstance(part.may_reach, UnsetType):
        may_reach = read_each(part.may_reach, f"{field}.may_reach", lambda right, here, _: _read_right(right, here, draft), draft, rights)
    point = Point(
        name=name,
        addresses=read_each(part.addresses, f"{field}.addresses", read_address, draft, draft.point_addresses) if part.addresses else (),
        public_key=public_key,
        preshared_key=said_or(part.preshared_key, part.public_key is UNSET),
        behind_nat=said_or(part.behind_nat, True),
        endpoint=optional(part.endpoint, f"{field}.endpoint", read_endpoint, draft),
        platform=said_or(part.platform, "linux"),
        home_networks=read_each(part.home_networks, f"{field}.home_networks", read_network, draft, draft.home_networks)
        if part.home_networks
        else (),
        opens=None if part.opens is UNSET else Opens(part.opens),
        services=read_services(part.services, f"{field}.services", draft, services) if part.services else (),
        may_reach=may_reach,
    )
    draft.services += [(here, service, point) for here, service in services]
    draft.rights += [(here, right, point) for here, right in rights]
    return point


def _read_public_key(text: str, field: str, problems: list[Problem]) -> str | None:
    fault = keys.key_problem(text)
    if fault is None:
        return text
    problems.append(error("bad-key", field, f"the key {shown(text)} {fault}", "paste the line that `wg pubkey` printed"))
    return None


def _read_right(part: model.RightPart, field: str, draft: Draft) -> Right | None:
    target = required(part.to, f"{field}.to", draft, "what may be reached", "name a computer, an address, a network, or host (to)")
    ports: tuple[PortRange, ...] = read_each(part.ports, f"{field}.ports", read_ports, draft) if part.ports else ()
    protocol: Protocol | None = said_or(part.protocol, None)
    if ports and protocol is None:
        say_missing(f"{field}.protocol", draft, "the protocol of the ports", "say tcp or udp (protocol)")
    return None if target is None else Right(target, protocol, ports)
