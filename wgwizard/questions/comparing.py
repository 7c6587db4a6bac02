"""What was answered beside what Host β shows: warnings, for a person may know better than one look; pure."""

from collections.abc import Iterator

from wgwizard.host.facts import Facts
from wgwizard.lock import Lock
from wgwizard.problems import Problem, warning
from wgwizard.questions.answers import value_at
from wgwizard.questions.model import Document
from wgwizard.questions.proposing import host_name, lan_addresses_of, networks_at
from wgwizard.site import DEFAULT_INTERFACE, DEFAULT_PORT
from wgwizard.surroundings import default_route, is_private, is_virtual, networks_in_use

HOST_DIFFERS = "host-differs"
_OPEN_THAT_SITE = "where an earlier apply of yours made it, open that saved site instead"


def contradictions(document: Document, host: Facts, lock: Lock) -> tuple[Problem, ...]:
    """Where the answers and the host differ, each beside its field."""
    name = host_name(document, host)
    checks = (_addresses, _interface, _networks, _gateway)
    found = [problem for check in checks for problem in check(document, host, name)]
    # Once β's key is known, the tunnel that stands there is this one.
    return tuple(found if "host" in lock.public_keys else [*found, *_tunnel(document, host, name)])


def _differs(field: str, message: str, hint: str) -> Problem:
    return warning(HOST_DIFFERS, field, message, hint)


def _addresses(document: Document, host: Facts, name: str) -> Iterator[Problem]:
    shown = {item.ip: item for items in host.interfaces.values() for item in items}
    real = ", ".join(str(item) for device, items in host.interfaces.items() if not is_virtual(device) for item in items if is_private(item))
    for place, item in enumerate(lan_addresses_of(document)):
        field = f"host.addresses[{place}]"
        if item.ip not in shown:
            yield _differs(
                field, f"{name} has not {item.ip}, it has {real or 'no private address'}", "write the one by which the site reaches it"
            )
        elif item.network.prefixlen < item.max_prefixlen and item.network != shown[item.ip].network:
            yield _differs(field, f"{name} has this address as {shown[item.ip]}", "take the prefix from there")


def _interface(document: Document, host: Facts, name: str) -> Iterator[Problem]:
    named = value_at(document, "host.interface")
    if isinstance(named, str) and host.links and named not in host.links:
        yield _differs("host.interface", f"{name} has no interface {named}", f"it has {', '.join(sorted(host.links - {'lo'}))}")


def _networks(document: Document, host: Facts, name: str) -> Iterator[Problem]:
    used = networks_in_use(host)
    for place, network in enumerate(networks_at(document, "site.networks")):
        if not any(network.version == other.version and network.overlaps(other) for other in used):
            message = f"{name} has no address in {network} and no route to it but the one to the internet"
            yield _differs(f"site.networks[{place}]", message, "is it the site's network?")


def _gateway(document: Document, host: Facts, name: str) -> Iterator[Problem]:
    said = value_at(document, "host.default_gateway")
    way_out = default_route(host)
    at_site = networks_at(document, "site.networks")
    if way_out is None or not at_site:
        return
    through_site = way_out.via is not None and any(way_out.via in network for network in at_site)
    if said is True and through_site:
        yield _differs(
            "host.default_gateway", f"{name} itself goes out through {way_out.via}", "so the router is there, and the answer is no"
        )
    elif said is not True and not through_site and host.ipv4_forwarding and len(host.interfaces) > 1:
        message = f"{name} forwards, and goes out by {way_out.device}, not through the site"
        yield _differs("host.default_gateway", message, "it looks like the site's router: say yes if it is")
    routers = value_at(document, "site.router")
    if through_site and isinstance(routers, list) and routers and str(way_out.via) not in routers:
        yield _differs("site.router", f"{name} goes out through {way_out.via}", "is that the site's router?")


def _tunnel(document: Document, host: Facts, name: str) -> Iterator[Problem]:
    for place, network in enumerate(networks_at(document, "tunnel.networks")):
        hit = next((other for other in networks_in_use(host) if other.version == network.version and other.overlaps(network)), None)
        if hit is not None:
            yield _differs(f"tunnel.networks[{place}]", f"{hit} is in use on {name}", "take another, or leave it empty")
    port = value_at(document, "tunnel.port") or DEFAULT_PORT
    if isinstance(port, int) and port in host.udp_ports:
        yield _differs("tunnel.port", f"UDP port {port} is taken on {name}", f"take another; {_OPEN_THAT_SITE}")
    interface = value_at(document, "tunnel.interface") or DEFAULT_INTERFACE
    if isinstance(interface, str) and interface in host.links:
        yield _differs("tunnel.interface", f"{name} has an interface {interface} already", f"take another name; {_OPEN_THAT_SITE}")
