"""The site file's document -> Site, and the problems with it (docs/site-file.md)."""

from functools import partial
from typing import Any

from msgspec import UNSET, UnsetType

from wgwizard.problems import Problem, error, warning
from wgwizard.site import (
    DEFAULT_HOST_NAME,
    DEFAULT_INTERFACE,
    DEFAULT_PORT,
    Cloud,
    Dns,
    Host,
    InterfaceAddress,
    Needs,
    Opens,
    RoutesAt,
    Site,
    SiteHost,
    SiteNetwork,
    Strategy,
    Tunnel,
)
from wgwizard.sitefile import check, sitewrite
from wgwizard.sitefile import filemodel as model
from wgwizard.sitefile.addresses import read_address, read_interface, read_network, refuse_edge
from wgwizard.sitefile.check_addresses import no_prefix
from wgwizard.sitefile.draft import Draft
from wgwizard.sitefile.pruning import without
from wgwizard.sitefile.read_points import read_points, read_services
from wgwizard.sitefile.reading import optional, read_each, read_own_name, required, said_or, say_missing, told_once
from wgwizard.sitefile.shape import entries, fit, nearest, shown
from wgwizard.sitefile.values import read_domain, read_endpoint, read_interface_name, read_name, read_port, read_ssh

VERSION = sitewrite.FORMAT_VERSION
_ROUNDS = 4  # taking a value away may leave another without what it needs

to_document = sitewrite.to_document
to_yaml = sitewrite.to_yaml


def read(document: object) -> tuple[Site | None, tuple[Problem, ...]]:
    """The site that a document of plain values describes, and every problem with it at once.

    A site only when no problem is an error; warnings come beside it. Takes half-answered documents (missing fields are said, the
    present ones are checked) and never raises.
    """
    site, problems = _read_all(document)
    return (None if any(problem.is_error for problem in problems) else site), problems


def known(document: object) -> Site:
    """The site as far as it is known: of a half-answered document only the values with which nothing is wrong, with gaps for the others.

    What is wrong with two values together takes the one away that the problem names. Never raises.
    """
    for _ in range(_ROUNDS):
        site, problems = _read_all(document)
        wrong = {problem.field for problem in problems if problem.is_error and problem.code != "missing"}
        if not wrong:
            return site
        document = without(document, wrong)
    return _read_all({})[0]


def _read_all(document: object) -> tuple[Site, tuple[Problem, ...]]:
    """The site with gaps where something is wrong, and every problem."""
    file, misfits = fit(document, model.SiteFile, model.NOT_SUPPORTED_YET)
    draft = Draft(problems=misfits)
    tunnel_port = optional(file.tunnel.port, "tunnel.port", read_port, Draft()) or DEFAULT_PORT
    _read_version(file, draft)
    site = Site(
        name=_read_site_name(file, draft),
        networks=_read_networks(file.site, draft),
        hosts=_read_site_hosts(file.site, draft),
        host=_read_host(file.host, tunnel_port, draft),
        tunnel=_read_tunnel(file.tunnel, draft),
        points=read_points(file.points, draft),
        router=read_each(file.site.router, "site.router", read_address, draft, draft.routers),
        routes_at=_read_routes(file.site.routes, draft),
        router_kind=_read_router_kind(file.site.router_kind, draft),
        router_drops_invalid=said_or(file.site.router_drops_invalid, None),
        cloud=None if file.site.cloud is UNSET else Cloud(file.site.cloud),
        dns=_read_dns(file.site.dns, draft),
        needs=_read_needs(file.needs),
        strategy=None if file.strategy is UNSET or file.strategy == "auto" else Strategy(file.strategy),
    )
    draft.site = site
    check.check(site, draft)
    return site, told_once(draft.problems)


def _read_version(file: model.SiteFile, draft: Draft) -> None:
    version = required(file.version, "version", draft, "the version of the format", f"write version: {VERSION}")
    if version is None or version == VERSION:
        return
    if version > VERSION:
        hint = f"update wgwizard; this one reads version {VERSION}"
        draft.problems.append(error("newer-version", "version", f"version {version} is newer than this program", hint))
    else:
        draft.problems.append(error("bad-version", "version", f"there is no version {version}", f"write version: {VERSION}"))


def _read_site_name(file: model.SiteFile, draft: Draft) -> str:
    text = required(file.name, "name", draft, "the site's name", "write a short name, such as site-b")
    return optional(text, "name", read_name, draft) or ""


def _read_networks(file: model.SitePart, draft: Draft) -> tuple[SiteNetwork, ...]:
    if not file.networks:
        say_missing("site.networks", draft, "the site's network", "say what the points may reach, such as 192.168.200.0/24 (site.networks)")
    for field, item in entries("site.networks", file.networks):
        bare = isinstance(item, str)
        part = model.NetworkPart(cidr=item) if isinstance(item, str) else item
        here = field if bare else f"{field}.cidr"
        text = required(part.cidr, here, draft, "the network", "give it, such as 192.168.200.0/24 (cidr)")
        name = None if part.name is UNSET else read_own_name(part.name, f"{field}.name", draft, "") or None
        network = None if text is None else read_network(text, here, draft.problems)
        if network is not None:
            draft.site_networks.append((here, SiteNetwork(network, name)))
    return tuple(network for _, network in draft.site_networks)


def _read_site_hosts(file: model.SitePart, draft: Draft) -> tuple[SiteHost, ...]:
    hosts = []
    for field, part in entries("site.hosts", file.hosts):
        name = read_own_name(part.name, f"{field}.name", draft, "the computer's name")
        if name and not part.addresses:
            draft.problems.append(_no_address(field, name))
        hosts.append(SiteHost(name, read_each(part.addresses, f"{field}.addresses", read_address, draft, draft.site_hosts)))
    return tuple(hosts)


def _no_address(field: str, name: str) -> Problem:
    return warning(
        "address-not-known",
        f"{field}.addresses",
        f"the address of {name} is not known, so it is a name only",
        f"once you know it, write it beside the name ({name}=192.168.1.20); a right can name it then",
    )


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
    if value in model.ROUTER_KINDS:
        return value
    if value in model.COMPUTER_KINDS:
        message = f"the router kind {shown(value)} is known but not supported: it is a computer's system"
        hint = "remove it, the routes are then said in words; a route on the computers themselves is site.routes: hosts"
        draft.problems.append(error("not-supported-yet", "site.router_kind", message, hint))
    else:
        close = nearest(value, model.ROUTER_KINDS)
        hint = f"did you mean {close}?" if close else f"write one of {', '.join(model.ROUTER_KINDS)}, or remove it"
        draft.problems.append(error("unknown-word", "site.router_kind", f"{shown(value)} is not a known kind of router", hint))
    return None


def _read_dns(part: model.DnsPart, draft: Draft) -> Dns:
    servers = read_each(part.servers, "site.dns.servers", read_address, draft, draft.dns_servers)
    return Dns(servers, read_each(part.search, "site.dns.search", read_domain, draft))


def _read_host(part: model.HostPart, port: int, draft: Draft) -> Host:
    """Host β; `port` is the tunnel's, under which it is dialled where its endpoint names none."""
    if not part.addresses:
        say_missing(
            "host.addresses", draft, "Host β's address in the site", "give it with its prefix, such as 192.168.200.2/24 (host.addresses)"
        )
    name = DEFAULT_HOST_NAME if part.name is UNSET else read_own_name(part.name, "host.name", draft, "") or DEFAULT_HOST_NAME
    if part.name is UNSET:
        draft.names.append(("host.name", name))
    ssh = optional(part.ssh, "host.ssh", read_ssh, draft)
    return Host(
        name=name,
        addresses=_read_host_addresses(part.addresses, draft),
        interfaces=_read_lan_interface(part.interface, draft),
        default_gateway=said_or(part.default_gateway, None),
        endpoint=optional(part.endpoint, "host.endpoint", partial(read_endpoint, usual_port=port), draft),
        cannot_be_dialled=part.endpoint is None,
        ssh=ssh,
        keys_on_host=part.ssh is not UNSET if part.keys is UNSET else part.keys == "host",
        services=read_services(part.services, "host.services", draft, draft.host_services),
    )


def _read_lan_interface(value: str | list[str] | UnsetType, draft: Draft) -> tuple[str, ...]:
    if isinstance(value, UnsetType):
        return ()
    if isinstance(value, str):
        name = read_interface_name(value, "host.interface", draft.problems)
        return () if name is None else (name,)
    if len(value) > 1:
        message = f"{len(value)} LAN interfaces are known but not supported yet"
        draft.problems.append(error("not-supported-yet", "host.interface", message, "name the one that leads to site.networks"))
    return read_each(value, "host.interface", read_interface_name, draft)


def _read_host_addresses(items: list[str], draft: Draft) -> tuple[InterfaceAddress, ...]:
    """β's LAN addresses; one without a prefix takes that of the site network around it."""
    for field, text in entries("host.addresses", items):
        read = read_interface(text, field, draft.problems)
        if read is None:
            continue
        interface, said = read
        if not said:
            around = next((network.cidr for _, network in draft.site_networks if interface.ip in network.cidr), None)
            if around is None:
                draft.problems.append(no_prefix(interface, field, draft))
                continue
            if refuse_edge(interface.ip, around, field, draft.problems):
                continue
            interface = type(interface)((interface.ip, around.prefixlen))
        draft.host_addresses.append((field, interface))
    return tuple(interface for _, interface in draft.host_addresses)


def _read_tunnel(part: model.TunnelPart, draft: Draft) -> Tunnel:
    return Tunnel(
        interface=optional(part.interface, "tunnel.interface", read_interface_name, draft) or DEFAULT_INTERFACE,
        networks=read_each(part.networks, "tunnel.networks", read_network, draft, draft.tunnel_networks),
        addresses=read_each(part.addresses, "tunnel.addresses", read_address, draft, draft.tunnel_addresses),
        port=optional(part.port, "tunnel.port", read_port, draft) or DEFAULT_PORT,
        mtu=said_or(part.mtu, None),
    )


def _read_needs(part: model.NeedsPart) -> Needs:
    return Needs(
        opens=None if part.opens is UNSET else Opens(part.opens),
        tell_points_apart=said_or(part.tell_points_apart, None),
        site_clients_seen_as_host=said_or(part.site_clients_seen_as_host, False),
    )
