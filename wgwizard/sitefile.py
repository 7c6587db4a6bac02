"""The site file's document -> Site, and the problems with it (docs/site-file.md)."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from wgwizard import check, keys, sitewrite
from wgwizard import filemodel as model
from wgwizard.addresses import read_address, read_interface, read_network
from wgwizard.draft import Draft, Located
from wgwizard.problems import Problem, error
from wgwizard.shape import entries, fit, nearest, shown
from wgwizard.site import (
    DEFAULT_HOST_NAME,
    DEFAULT_INTERFACE,
    DEFAULT_PORT,
    RESERVED_NAMES,
    Address,
    Cloud,
    Dns,
    Host,
    InterfaceAddress,
    Needs,
    Opens,
    Point,
    PortRange,
    Right,
    RoutesAt,
    Service,
    Site,
    SiteHost,
    SiteNetwork,
    Strategy,
    Tunnel,
)
from wgwizard.values import (
    read_domain,
    read_endpoint,
    read_interface_name,
    read_name,
    read_port,
    read_ports,
    read_ssh,
)

VERSION = 1
T = TypeVar("T")
V = TypeVar("V")
Reader = Callable[[Any, str, list[Problem]], V | None]

to_document = sitewrite.to_document
to_yaml = sitewrite.to_yaml


def read(document: object) -> tuple[Site | None, tuple[Problem, ...]]:
    """The site that a document of plain values describes, and every problem with it at once.

    A site only when no problem is an error; warnings come beside it. Takes half-answered documents (missing fields are said, the
    present ones are checked) and never raises.
    """
    file, misfits = fit(document, model.SiteFile, model.NOT_SUPPORTED_YET)
    draft = Draft(problems=misfits)
    _read_version(file, draft)
    site = Site(
        name=_read_site_name(file, draft),
        networks=_read_networks(file.site, draft),
        hosts=_read_site_hosts(file.site, draft),
        host=_read_host(file.host, draft),
        tunnel=_read_tunnel(file.tunnel, draft),
        points=_read_points(file.points, draft),
        router=_read_located(file.site.router, "site.router", read_address, draft, draft.routers),
        routes_at=_read_routes(file.site.routes, draft),
        router_kind=_read_router_kind(file.site.router_kind, draft),
        router_drops_invalid=_or(file.site.router_drops_invalid, None),
        cloud=None if file.site.cloud is UNSET else Cloud(file.site.cloud),
        dns=_read_dns(file.site.dns, draft),
        needs=_read_needs(file.needs),
        strategy=None if file.strategy is UNSET or file.strategy == "auto" else Strategy(file.strategy),
    )
    draft.site = site
    check.check(site, draft)
    problems = _told_once(draft.problems)
    return (None if any(problem.is_error for problem in problems) else site), problems


def schema() -> dict[str, Any]:
    """The JSON Schema of the site file, for editors."""
    described = msgspec.json.schema(model.SiteFile)
    for kind, names in model.REQUIRED.items():
        described["$defs"][kind.__name__]["required"] = list(names)
    for kind, name in ((model.SitePart, "networks"), (model.HostPart, "addresses"), (model.SiteFile, "points")):
        described["$defs"][kind.__name__]["properties"][name]["minItems"] = 1
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}


def _told_once(problems: list[Problem]) -> tuple[Problem, ...]:
    """A missing value is not said again where a wrong value was said for the field, for what holds it, or for what it holds."""
    wrong = {problem.field for problem in problems if problem.code != "missing"}
    wrong |= {field.rpartition("[")[0] for field in wrong if field.endswith("]")}
    return tuple(problem for problem in problems if problem.code != "missing" or not _holders(problem.field) & wrong)


def _holders(field: str) -> set[str]:
    """The field and everything that it lies in: "a.b[0].c" lies in "a", "a.b" and "a.b[0]"."""
    return {field} | {field[: match.start()] for match in re.finditer(r"[.\[]", field)}


def _or(value: T | UnsetType, default: V) -> T | V:
    return default if isinstance(value, UnsetType) else value


def _missing(field: str, draft: Draft, what: str, hint: str) -> None:
    draft.problems.append(error("missing", field, f"{what} is missing", hint))


def _required(value: T | UnsetType, field: str, draft: Draft, what: str, hint: str) -> T | None:
    """The value, or `None` after saying that it is missing."""
    if isinstance(value, UnsetType):
        _missing(field, draft, what, hint)
        return None
    return value


def _optional(value: T | UnsetType | None, field: str, reader: Reader[V], draft: Draft) -> V | None:
    return None if value is None or isinstance(value, UnsetType) else reader(value, field, draft.problems)


def _read_located(items: Sequence[T], field: str, reader: Reader[V], draft: Draft, into: Located[V] | None = None) -> tuple[V, ...]:
    """Every item that `reader` takes; also kept in `into` beside its field."""
    found = [(here, value) for here, item in entries(field, items) if (value := reader(item, here, draft.problems)) is not None]
    if into is not None:
        into.extend(found)
    return tuple(value for _, value in found)


def _read_version(file: model.SiteFile, draft: Draft) -> None:
    version = _required(file.version, "version", draft, "the version of the format", f"write version: {VERSION}")
    if version is None or version == VERSION:
        return
    if version > VERSION:
        hint = f"update wgwizard; this one reads version {VERSION}"
        draft.problems.append(error("newer-version", "version", f"version {version} is newer than this program", hint))
    else:
        draft.problems.append(error("bad-version", "version", f"there is no version {version}", f"write version: {VERSION}"))


def _read_site_name(file: model.SiteFile, draft: Draft) -> str:
    text = _required(file.name, "name", draft, "the site's name", "write a short name, such as site-b")
    return _optional(text, "name", read_name, draft) or ""


def _read_own_name(value: str | UnsetType, field: str, draft: Draft, what: str) -> str:
    """A name of the set that `to:` and nodes share; remembered for the check that all differ."""
    text = _required(value, field, draft, what, "write a short name")
    name = _optional(text, field, read_name, draft)
    if name is None:
        return ""
    if name.lower() in RESERVED_NAMES:
        draft.problems.append(error("reserved-name", field, f"the name {shown(name)} has a meaning of its own", "choose another name"))
    draft.names.append((field, name))
    return name


def _read_networks(file: model.SitePart, draft: Draft) -> tuple[SiteNetwork, ...]:
    if not file.networks:
        _missing("site.networks", draft, "the site's network", "write what the points may reach, such as [192.168.200.0/24]")
    for field, item in entries("site.networks", file.networks):
        bare = isinstance(item, str)
        part = model.NetworkPart(cidr=item) if isinstance(item, str) else item
        here = field if bare else f"{field}.cidr"
        text = _required(part.cidr, here, draft, "the network", "write cidr: 192.168.200.0/24")
        name = None if part.name is UNSET else _read_own_name(part.name, f"{field}.name", draft, "") or None
        network = _optional(text, here, read_network, draft)
        if network is not None:
            draft.site_networks.append((here, SiteNetwork(network, name)))
    return tuple(network for _, network in draft.site_networks)


def _read_site_hosts(file: model.SitePart, draft: Draft) -> tuple[SiteHost, ...]:
    hosts = []
    for field, part in entries("site.hosts", file.hosts):
        name = _read_own_name(part.name, f"{field}.name", draft, "the computer's name")
        if not part.addresses:
            _missing(f"{field}.addresses", draft, "the computer's address", "write addresses: [192.168.200.22]")
        hosts.append(SiteHost(name, _read_located(part.addresses, f"{field}.addresses", read_address, draft, draft.site_hosts)))
    return tuple(hosts)


def _read_routes(value: str | list[Any] | UnsetType, draft: Draft) -> frozenset[RoutesAt] | None:
    if isinstance(value, UnsetType):
        return None
    words = [value] if isinstance(value, str) else [word for word in value if word is not None]
    if "none" in words and len(words) > 1:
        draft.problems.append(error("contradiction", "site.routes", "none stands beside other places", "write none alone, or leave it out"))
    return frozenset(RoutesAt(word) for word in words if word != "none")


def _read_router_kind(value: str | UnsetType, draft: Draft) -> str | None:
    if isinstance(value, UnsetType):
        return None
    if value == "linux":
        return value
    if value in model.ROUTER_KINDS:
        message, hint = f"the router kind {shown(value)} is known but not supported yet", "remove it: the routes are then said in words"
        draft.problems.append(error("not-supported-yet", "site.router_kind", message, hint))
    else:
        close = nearest(value, model.ROUTER_KINDS)
        hint = f"did you mean {close}?" if close else "write linux, or remove it"
        draft.problems.append(error("unknown-word", "site.router_kind", f"{shown(value)} is not a known kind of router", hint))
    return None


def _read_dns(part: model.DnsPart, draft: Draft) -> Dns:
    servers = _read_located(part.servers, "site.dns.servers", read_address, draft, draft.dns_servers)
    return Dns(servers, _read_located(part.search, "site.dns.search", read_domain, draft))


def _read_host(part: model.HostPart, draft: Draft) -> Host:
    if not part.addresses:
        _missing("host.addresses", draft, "Host β's address in the site", "write addresses: [192.168.200.2/24]")
    name = DEFAULT_HOST_NAME if part.name is UNSET else _read_own_name(part.name, "host.name", draft, "") or DEFAULT_HOST_NAME
    if part.name is UNSET:
        draft.names.append(("host.name", name))
    ssh = _optional(part.ssh, "host.ssh", _read_ssh_target, draft)
    return Host(
        name=name,
        addresses=_read_host_addresses(part.addresses, draft),
        interfaces=_read_lan_interface(part.interface, draft),
        default_gateway=_or(part.default_gateway, None),
        endpoint=_optional(part.endpoint, "host.endpoint", read_endpoint, draft),
        cannot_be_dialled=part.endpoint is None,
        ssh=ssh,
        keys_on_host=part.ssh is not UNSET if part.keys is UNSET else part.keys == "host",
        services=_read_services(part.services, "host.services", draft, draft.host_services),
    )


def _read_ssh_target(text: str, field: str, problems: list[Problem]) -> str | None:
    if text == "local":
        problems.append(error("not-supported-yet", field, "'local' is known but not supported yet", "write the host's address: admin@192.168.200.2"))
        return None
    return read_ssh(text, field, problems)


def _read_lan_interface(value: str | list[str] | UnsetType, draft: Draft) -> tuple[str, ...]:
    if isinstance(value, UnsetType):
        return ()
    if isinstance(value, str):
        name = read_interface_name(value, "host.interface", draft.problems)
        return () if name is None else (name,)
    if len(value) > 1:
        message = f"{len(value)} LAN interfaces are known but not supported yet"
        draft.problems.append(error("not-supported-yet", "host.interface", message, "name the one that leads to site.networks"))
    return _read_located(value, "host.interface", read_interface_name, draft)


def _read_host_addresses(items: list[str], draft: Draft) -> tuple[InterfaceAddress, ...]:
    """β's LAN addresses; one without a prefix takes that of the site network around it."""
    for field, (interface, said) in ((field, pair) for field, text in entries("host.addresses", items) if (pair := read_interface(text, field, draft.problems))):
        if not said:
            around = next((network.cidr for _, network in draft.site_networks if interface.ip in network.cidr), None)
            if around is None:
                message = f"{interface.ip} is in none of site.networks, so its prefix is not known"
                draft.problems.append(error("no-prefix", field, message, f"write the prefix: {interface.ip}/24" if interface.version == 4 else "write it with /64"))
                continue
            interface = type(interface)((interface.ip, around.prefixlen))
        draft.host_addresses.append((field, interface))
    return tuple(interface for _, interface in draft.host_addresses)


def _read_tunnel(part: model.TunnelPart, draft: Draft) -> Tunnel:
    return Tunnel(
        interface=_optional(part.interface, "tunnel.interface", read_interface_name, draft) or DEFAULT_INTERFACE,
        networks=_read_located(part.networks, "tunnel.networks", read_network, draft, draft.tunnel_networks),
        addresses=_read_located(part.addresses, "tunnel.addresses", read_address, draft, draft.tunnel_addresses),
        port=_optional(part.port, "tunnel.port", read_port, draft) or DEFAULT_PORT,
        mtu=_or(part.mtu, None),
    )


def _read_services(parts: Sequence[model.ServicePart], field: str, draft: Draft, into: Located[Service] | None = None) -> tuple[Service, ...]:
    return _read_located(parts, field, lambda part, here, _: _read_service(part, here, draft), draft, into)


def _read_service(part: model.ServicePart, field: str, draft: Draft) -> Service | None:
    name = _required(part.name, f"{field}.name", draft, "the service's name", "write a short name, such as web")
    protocol = _required(part.protocol, f"{field}.protocol", draft, "the protocol", "write protocol: tcp or protocol: udp")
    port = _required(part.port, f"{field}.port", draft, "the port", "write port: 80")
    good_name = _optional(name, f"{field}.name", read_name, draft)
    good_port = _optional(port, f"{field}.port", read_port, draft)
    published = _optional(part.published_port, f"{field}.published_port", read_port, draft)
    if good_name is None or good_port is None or protocol is None:
        return None
    return Service(good_name, protocol, good_port, published)


def _read_points(parts: Sequence[model.PointPart], draft: Draft) -> tuple[Point, ...]:
    if not parts:
        _missing("points", draft, "a point (someone who connects from outside)", "write points: [{name: laptop}]")
    for field, part in entries("points", parts):
        draft.points.append((field, _read_point(part, field, draft)))
    return tuple(point for _, point in draft.points)


def _read_point(part: model.PointPart, field: str, draft: Draft) -> Point:
    name = _read_own_name(part.name, f"{field}.name", draft, "the point's name")
    public_key = _optional(part.public_key, f"{field}.public_key", _read_public_key, draft)
    if public_key is not None:
        draft.public_keys.append((f"{field}.public_key", public_key))
    services: Located[Service] = []
    rights: Located[Right] = []
    may_reach = None
    if not isinstance(part.may_reach, UnsetType):
        may_reach = _read_located(part.may_reach, f"{field}.may_reach", lambda right, here, _: _read_right(right, here, draft), draft, rights)
    point = Point(
        name=name,
        addresses=_read_located(part.addresses, f"{field}.addresses", read_address, draft, draft.point_addresses),
        public_key=public_key,
        preshared_key=_or(part.preshared_key, part.public_key is UNSET),
        behind_nat=_or(part.behind_nat, True),
        endpoint=_optional(part.endpoint, f"{field}.endpoint", read_endpoint, draft),
        platform=_or(part.platform, "linux"),
        home_networks=_read_located(part.home_networks, f"{field}.home_networks", read_network, draft, draft.home_networks),
        opens=None if part.opens is UNSET else Opens(part.opens),
        services=_read_services(part.services, f"{field}.services", draft, services) if part.services else (),
        may_reach=may_reach,
    )
    draft.services.extend((here, service, point) for here, service in services)
    draft.rights.extend((here, right, point) for here, right in rights)
    return point


def _read_public_key(text: str, field: str, problems: list[Problem]) -> str | None:
    fault = keys.key_problem(text)
    if fault is None:
        return text
    problems.append(error("bad-key", field, f"the key {shown(text)} {fault}", "paste the line that `wg pubkey` printed"))
    return None


def _read_right(part: model.RightPart, field: str, draft: Draft) -> Right | None:
    target = _required(part.to, f"{field}.to", draft, "what may be reached", "write to: a computer's name, an address, a network, or host")
    ports: tuple[PortRange, ...] = _read_located(part.ports, f"{field}.ports", read_ports, draft) if part.ports else ()
    protocol = _or(part.protocol, None)
    if ports and protocol is None:
        _missing(f"{field}.protocol", draft, "the protocol of the ports", "write protocol: tcp or protocol: udp")
    return None if target is None else Right(target, protocol, ports)


def _read_needs(part: model.NeedsPart) -> Needs:
    return Needs(
        opens=None if part.opens is UNSET else Opens(part.opens),
        tell_points_apart=_or(part.tell_points_apart, None),
        site_clients_seen_as_host=_or(part.site_clients_seen_as_host, False),
    )


__all__ = ["Address", "read", "schema", "to_document", "to_yaml"]
