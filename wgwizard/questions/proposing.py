"""What the wizard can answer by itself, from this machine, from Host β and from the answers so far; pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any, TypeVar

from wgwizard.derive import propose_ipv4, propose_ipv6
from wgwizard.errors import UsageError
from wgwizard.host.address import parse_address
from wgwizard.host.facts import Facts
from wgwizard.lock import Lock
from wgwizard.questions.answers import value_at
from wgwizard.questions.model import Document, Proposal
from wgwizard.site import (
    DEFAULT_HOST_NAME,
    DEFAULT_INTERFACE,
    DEFAULT_PORT,
    LOCAL,
    RESERVED_NAMES,
    Address,
    InterfaceAddress,
    Network,
    usual_network,
)
from wgwizard.surroundings import (
    Looked,
    Surroundings,
    default_route,
    is_private,
    lan_addresses,
    networks_in_use,
    next_free_name,
)

_HERE = "this computer"
_PLATFORMS = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}
# Names that installers, images and clouds give: "vm", "debian-12", "desktop-4k2j9x0", "ip-10-0-0-5", a container's twelve digits.
_NOBODYS = re.compile(
    r"(vm|virtualbox|vbox|qemu|kvm|vagrant|docker|linux|debian|ubuntu|fedora|rocky|alma|centos|rhel|arch|archlinux|archiso|kali|mint|manjaro"
    r"|opensuse|nixos|pop-os|alpine|raspberrypi|desktop|laptop|win|pc|mac|macbook|computer|machine|workstation|server|host|node|test|ip)"
    r"[0-9]*(-[0-9a-z]*[0-9][0-9a-z]*)*|[0-9a-f]{12}"
)
_T = TypeVar("_T")


def proposals(document: Document, here: Surroundings | None, host: Facts | None, lock: Lock | None = None) -> Mapping[str, Proposal]:
    """Answers by their concrete path ("points[0].name"), only where the document has none.

    `here` is this machine, `host` what a look at Host β found (`None`: not looked at), `lock` what was given out before.
    """
    found: dict[str, Proposal] = {}
    for path, proposal in _all(document, here, host, lock or Lock()):
        if proposal.text and value_at(document, path) is None:
            found.setdefault(path, proposal)
    return found


Found = Iterator[tuple[str, Proposal]]


def _all(document: Document, here: Surroundings | None, host: Facts | None, lock: Lock) -> Found:
    yield from _around_computers(document, [looked for looked in (host, here) if looked is not None])
    if host is not None:
        yield from _about_site(document, host, host_name(document, host))
    if here is not None:
        yield from _about_site(document, here, _HERE)
    if here is not None and here.may_be_host and not lock.addresses:
        yield "host.ssh", Proposal(LOCAL, _why_local(here))
    yield from _about_host(document, here, host)
    yield from _about_tunnel(document, here, host, lock)
    yield from _about_points(document, here)


def host_name(document: Document, host: Facts | None) -> str:
    """What Host β is called: by the person, else by itself."""
    name = value_at(document, "host.name")
    return name if isinstance(name, str) else (_as_name(host.system.node) if host is not None else "") or DEFAULT_HOST_NAME


# --- site ------------------------------------------------------------------------------------------------------------------


def _around_computers(document: Document, looked: list[Looked]) -> Found:
    """Networks of the usual size around the named computers, where one is in no network that was found: then one looks from elsewhere."""
    seen = [item.network for each in looked for item in lan_addresses(each)]
    named = [item for computer in _items(document, "site.hosts") if isinstance(computer, dict) for item in computer.get("addresses") or []]
    addresses = [address for text in named if (address := _or_none(ip_address, str(text))) is not None]
    away = [address for address in addresses if is_private(address) and not _inside(address, seen)]
    if away:
        around = [next((network for network in seen if address in network), usual_network(address)) for address in addresses]
        yield "site.networks", Proposal(", ".join(dict.fromkeys(map(str, around))), f"the usual size, around {away[0]}", found=False)


def _about_site(document: Document, looked: Looked, whose: str) -> Found:
    own = lan_addresses(looked)
    interface = next((name for name, items in looked.interfaces.items() if own and own[0] in items), "")
    yield "site.networks", Proposal(", ".join(dict.fromkeys(str(item.network) for item in own)), f"{whose}'s {interface}")
    said = networks_at(document, "site.networks")
    at_site = said or [item.network for item in own]
    way_out = default_route(looked)
    if way_out is not None and way_out.via is not None and _inside(way_out.via, at_site):
        yield "site.router", Proposal(str(way_out.via), f"{whose}'s default route")
    if isinstance(looked, Surroundings) and any(_inside(item.ip, at_site) for item in own):
        servers = [server for server in looked.name_servers if is_private(server)]
        yield "site.dns.servers", Proposal(", ".join(map(str, servers)), f"{whose}'s name server", only_offered=True)
        yield "site.dns.search", Proposal(", ".join(looked.search), f"{whose}'s search domain", only_offered=True)


# --- Host β ----------------------------------------------------------------------------------------------------------------


def _why_local(here: Surroundings) -> str:
    if here.ssh is not None:
        return f"you came here by SSH, from {here.ssh.client}"
    return f"{_HERE} is a {here.model}"


def _about_host(document: Document, here: Surroundings | None, host: Facts | None) -> Found:
    ssh = value_at(document, "host.ssh")
    looked: Looked | None = host
    whose = host_name(document, host)
    if looked is None and here is not None and (ssh == LOCAL or (ssh is None and here.may_be_host)):
        looked, whose = here, _HERE
        yield "host.name", Proposal(_as_name(here.host_name), f"{_HERE}'s name")
    if looked is not None:
        yield from _lan_of(document, looked, whose)
    elif isinstance(ssh, str):
        yield from _named_in(document, ssh)
    if host is not None:
        yield "host.name", Proposal(_as_name(host.system.node), "what it calls itself")


def _lan_of(document: Document, looked: Looked, whose: str) -> Found:
    """The addresses of β that lie at the site (one a network), and the interface that has them."""
    at_site = networks_at(document, "site.networks")
    everything = [(item, name) for name, items in looked.interfaces.items() for item in items if any(item.ip in each for each in at_site)]
    first: dict[Network, tuple[InterfaceAddress, str]] = {}
    for item, name in everything:
        first.setdefault(item.network, (item, name))
    written = {item.ip for item in lan_addresses_of(document)}
    chosen = [pair for pair in everything if pair[0].ip in written] or list(first.values())
    if not chosen and not at_site:
        names = {item: name for name, items in looked.interfaces.items() for item in items}
        chosen = [(item, names[item]) for item in lan_addresses(looked)[:1]]
    interfaces = list(dict.fromkeys(name for _, name in chosen))
    yield "host.addresses", Proposal(", ".join(str(item) for item, _ in chosen), f"{whose}'s {' and '.join(interfaces)}")
    if len(interfaces) == 1:
        yield "host.interface", Proposal(interfaces[0], f"{whose} has its address there")


def _named_in(document: Document, ssh: str) -> Found:
    """The address with which one logs in, where it lies at the site."""
    try:
        host = parse_address(ssh).host
    except UsageError:
        return
    address = _or_none(ip_address, host)
    if address is not None and _inside(address, networks_at(document, "site.networks")):
        yield "host.addresses", Proposal(str(address), "the address in your login")


# --- tunnel ----------------------------------------------------------------------------------------------------------------


def _about_tunnel(document: Document, here: Surroundings | None, host: Facts | None, lock: Lock) -> Found:
    local: Looked | None = here if value_at(document, "host.ssh") == LOCAL else None
    looked = host or local
    interface = value_at(document, "tunnel.interface")
    # Once β's key is known, the tunnel that stands there is this one.
    if looked is not None and "host" not in lock.public_keys:
        whose = host_name(document, host) if looked is host else _HERE
        if interface is None and DEFAULT_INTERFACE in looked.links:
            yield "tunnel.interface", Proposal(next_free_name(looked.links), f"{whose} has another {DEFAULT_INTERFACE}")
        if DEFAULT_PORT in looked.udp_ports:
            port = next(number for number in range(DEFAULT_PORT, 65536) if number not in looked.udp_ports)
            by = f", perhaps by its {DEFAULT_INTERFACE}" if DEFAULT_INTERFACE in looked.links else ""
            yield "tunnel.port", Proposal(str(port), f"{DEFAULT_PORT} is taken on {whose}{by}")
    if (here is not None or host is not None) and not lock.networks:
        yield from _tunnel_networks(document, here, host)


def _tunnel_networks(document: Document, here: Surroundings | None, host: Facts | None) -> Found:
    at_site = networks_at(document, "site.networks")
    known = [*at_site, *(item.network for item in lan_addresses_of(document)), *_home_networks(document)]
    if here is not None:
        known += networks_in_use(here)
    if host is not None:
        known += networks_in_use(host)
    points = value_at(document, "points")
    found: list[Network | None] = [propose_ipv4(known, (len(points) if isinstance(points, list) else 1) + 1)]
    if any(network.version == 6 for network in at_site):
        seed = " ".join([str(document.get("name", "")), *(str(item) for item in lan_addresses_of(document))])
        found.append(propose_ipv6(known, seed))
    where = " and ".join([_HERE] * (here is not None) + [host_name(document, host)] * (host is not None))
    yield "tunnel.networks", Proposal(", ".join(str(item) for item in found if item), f"unused at the site and on {where}", found=False)


# --- points ----------------------------------------------------------------------------------------------------------------


def _about_points(document: Document, here: Surroundings | None) -> Found:
    """The first point is most often the computer that one sits at, unless that is β or the site alone opens things: then a device."""
    ssh, site_opens = value_at(document, "host.ssh"), value_at(document, "needs.opens") == "site"
    own = here if here is not None and ssh != LOCAL and not here.may_be_host and not site_opens else None
    name = _as_own_name(own.host_name) if own is not None else ""
    if name and name != value_at(document, "host.name"):
        yield "points[0].name", Proposal(name, f"{_HERE}'s name")
    else:
        yield "points[0].name", Proposal("device" if site_opens else "laptop", "change it to whose it is", found=False)
    # What runs here says nothing of a point that is called otherwise.
    if own is not None and value_at(document, "points[0].name") in (None, name or "laptop"):
        yield "points[0].platform", Proposal(_PLATFORMS.get(own.system, ""), f"what runs on {_HERE}")


# --- reading the document, whatever a half-made one holds --------------------------------------------------------------------


def _as_name(text: str) -> str:
    """A computer's name as a site file's: "Annas-MacBook.local" as "annas-macbook"; nothing where no such name is left."""
    name = re.sub(r"[^a-z0-9-]+", "-", text.partition(".")[0].lower()).strip("-")[:32]
    return "" if name in RESERVED_NAMES or name in ("localhost", "local") else name


def _as_own_name(text: str) -> str:
    """The same of a name that tells one computer from others: an installer's or an image's tells nobody whose it is."""
    name = _as_name(text)
    return "" if _NOBODYS.fullmatch(name) else name


def networks_at(document: Document, path: str) -> list[Network]:
    """The networks that can be read there."""
    texts = (str(item.get("cidr", "")) if isinstance(item, dict) else str(item) for item in _items(document, path))
    return [network for text in texts if (network := _or_none(ip_network, text)) is not None]


def lan_addresses_of(document: Document) -> list[InterfaceAddress]:
    """β's LAN addresses as far as they can be read."""
    return [item for text in _items(document, "host.addresses") if (item := _or_none(ip_interface, str(text))) is not None]


def _home_networks(document: Document) -> list[Network]:
    points = value_at(document, "points")
    places = range(len(points)) if isinstance(points, list) else range(0)
    return [network for place in places for network in networks_at(document, f"points[{place}].home_networks")]


def _items(document: Document, path: str) -> list[Any]:
    value = value_at(document, path)
    return value if isinstance(value, list) else [] if value is None else [value]


def _inside(address: Address, networks: list[Network]) -> bool:
    return any(address in network for network in networks)


def _or_none(make: Callable[[str], _T], text: str) -> _T | None:
    try:
        return make(text)
    except ValueError:
        return None
