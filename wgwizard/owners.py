"""What is left to people once a plan stands: the owners of the points, whoever sits at Host β, and who has been heard of since. Pure."""

import re
from collections.abc import Mapping

from msgspec import Struct

from wgwizard.applying import Proven, Standing
from wgwizard.host.layout import NETWORKD
from wgwizard.plan import Plan
from wgwizard.plan.model import RouteNeeded, lan_address
from wgwizard.recommend import UNMET
from wgwizard.render.artefact import Artefact, Bundle, lacks_text
from wgwizard.render.cards import way_in
from wgwizard.render.forms import KEYFILES_PLACE, Form, in_form
from wgwizard.render.install import SCRIPT
from wgwizard.render.wireguard import conf_path
from wgwizard.site import Address, Point, RoutesAt, Service, Site
from wgwizard.siteroutes import assumed_opens, way_back

# Without a new handshake for so many seconds a session carries nothing any more (REJECT-AFTER-TIME, WireGuard paper, section 6.1);
# one that is in use renews it every two minutes.
DEAD_AFTER = 180

LINUX = "linux"
_SWITCHED = (("away from the site", "up"), ("back at the site", "down"))
_TAKE_IN = {
    "linux": "there (wireguard-tools): sudo install -m 600 {name} /etc/wireguard/",
    "windows": "in the WireGuard app: Add Tunnel, choose {file}, Activate",
    "macos": "in the WireGuard app: Import tunnel(s) from file, choose {file}, Activate",
    "android": "bring {file} to the phone; in the WireGuard app there: +, Import from file or archive, switch it on",
    "ios": "bring {file} to the phone; in the WireGuard app there: +, Create from file or archive, switch it on",
}
_SCAN = {
    "android": "show it its QR code (“Hand over one file”, or wgwizard qr); in the WireGuard app there: +, Scan from QR code, switch it on",
    "ios": "show it its QR code (“Hand over one file”, or wgwizard qr); in the WireGuard app there: +, Create from QR code, switch it on",
}

# A point that only opens things is connected when it is away: at the site itself the tunnel's route to the site would be in its way
# (docs/strategies.md, roaming). One that the site opens things on must be connected at all times.
_WHEN_AWAY = ("away from the site: sudo wg-quick up {interface}", "back at the site: sudo wg-quick down {interface}")
_ALWAYS = ("now and at every start: sudo systemctl enable --now wg-quick@{interface}",)


def file_of(site: Site, point: Point) -> str:
    """A point's file, below the folder that the files were written to."""
    return f"{point.name}{conf_path(site.tunnel.interface)}"


def owner_steps(site: Site, point: Point, folder: str = "") -> tuple[str, ...]:
    """What the owner of a point does with its file, in the words of their system, in this order; `folder` ("home/") holds the files."""
    file = f"{folder}{file_of(site, point)}"
    own = f"in {file}, put the private key that stays on {point.name} in place of (kept on {point.name})"
    take_in = _TAKE_IN[point.platform].format(file=file, name=file.rpartition("/")[2])
    first = () if point.public_key is None else (own,)
    if point.platform == "linux":
        bring = f"bring it over: scp {file} USER@{point.name}:"
        switch = _ALWAYS if assumed_opens(site, point).by_site else _WHEN_AWAY
        then = tuple(line.format(interface=site.tunnel.interface) for line in switch)
        return (bring, *(line.replace(f"in {file}", f"there, in {file.rpartition('/')[2]}") for line in first), take_in, *then)
    return (_SCAN[point.platform], f"or {take_in}") if point.platform in _SCAN and not first else (*first, take_in)


def for_linux_points(bundle: Bundle, site: Site, form: Form) -> Bundle:
    """The bundle with the files of Linux points in this form."""
    points = {point.name: point for point in site.points if point.platform == LINUX}
    found: list[Artefact] = []
    for artefact in bundle.artefacts:
        point = points.get(artefact.node) if artefact.path == conf_path(site.tunnel.interface) else None
        at_start = point is not None and assumed_opens(site, point).by_site
        found += [artefact] if point is None else in_form(artefact, form, site.tunnel.interface, at_start=at_start)
    return Bundle(tuple(found))


def form_steps(site: Site, point: Point, form: Form) -> tuple[str, ...]:
    """What the owner of a Linux point does with its files in this form."""
    interface = site.tunnel.interface
    always = assumed_opens(site, point).by_site
    if form is Form.NETWORKD:
        files: tuple[str, ...] = (f"50-{interface}.netdev", f"50-{interface}.network")
        keys, rest = (
            f"sudo install -m {mode} {file} {NETWORKD}/" for mode, file in zip(("640 -g systemd-network", "644"), files, strict=True)
        )
        install, word = f"{keys}; {rest}; sudo networkctl reload", "networkctl"
    else:
        files = (f"{interface}.nmconnection",)
        install, word = f"sudo install -m 600 {files[0]} {KEYFILES_PLACE}/; sudo nmcli connection reload", "nmcli connection"
    switch = () if always else tuple(f"{when}: sudo {word} {to} {interface}" for when, to in _SWITCHED)
    own = () if point.public_key is None else (f"there, in {files[0]}, put the private key that stays on {point.name} in its place",)
    return (f"bring over: {', '.join(files)}", *own, f"there: {install}", *switch)


def host_steps(folder: str = "") -> tuple[str, ...]:
    """What to do with the written files on a Host β that cannot be logged in to from here."""
    return (f"copy the folder {folder}host there", f"as root there: sh host/{SCRIPT}")


_WHERE = {RoutesAt.ROUTER: "the router", RoutesAt.DHCP: "the DHCP server (option 121)"}


def site_steps(plan: Plan) -> tuple[str, ...]:
    """What has to be set at the site besides Host β; the cards of the node "router" say how."""
    ways_in = [f"the way in: {way}" for way in way_in(plan)]
    routes = [f"on {_WHERE.get(route.at) or _computers(plan, route)}, a route: {route.network} via {route.via}" for route in plan.routes]
    return (*ways_in, *routes)


def _computers(plan: Plan, route: RouteNeeded) -> str:
    """The computers that answer the points by this route: those that rights name alone, else whoever of a network has to do with them."""
    site = plan.site
    near = [item.cidr for item in site.networks if lan_address(site, item.cidr) == route.via and way_back(site, item.cidr).at is route.at]
    reached = [(permit.target, place) for permit in plan.from_points for place in permit.destinations]
    single = {name: place for name, place in reached if isinstance(place, Address) and any(place in network for network in near)}
    whole = any(not isinstance(place, Address) and place.overlaps(network) for _, place in reached for network in near)
    if single and not whole and not plan.to_points:
        return ", ".join(name if name == str(place) else f"{name} ({place})" for name, place in single.items())
    ways = [*(["that the points reach"] if reached else []), *(["that opens connections to the points"] if plan.to_points else [])]
    return f"each computer in {', '.join(map(str, near))} {' or '.join(ways)}".rstrip()


def opened_by_site(plan: Plan) -> tuple[str, ...]:
    """What computers at the site open to get to a point: a port of Host β, or the point's own address."""
    forwards = [
        _opening(address, forward.service.port_on_host, forward.service, forward.point)
        for forward in plan.forwards
        for address in forward.listen[:1]
    ]
    direct = [
        _opening(point.addresses[0], service.port, service, point.name)
        for point in plan.site.points
        if any(permit.point == point.name for permit in plan.to_points)
        for service in point.services
    ]
    return (*forwards, *direct)


# What is most often a web page: the port on which the point serves it, and how a browser asks for it.
_SCHEMES = {80: "http", 8080: "http", 443: "https", 8443: "https"}
_OWN_PORT = {"http": 80, "https": 443}


def _opening(address: Address, port: int, service: Service, point: str) -> str:
    """A line: the address with which it is opened, what that is, and whose."""
    scheme = _SCHEMES.get(service.port) if service.protocol == "tcp" else None
    host = f"[{address}]" if address.version == 6 else str(address)
    if scheme is None:
        return f"{host}:{port}   {service.name} of {point}, {service.protocol}"
    return f"{scheme}://{host}{'' if port == _OWN_PORT[scheme] else f':{port}'}/   {service.name} of {point}, in a browser"


def let_in_by(plan: Plan, point: Point) -> tuple[str, ...]:
    """What the point's own firewall must let in so that the site can open its services; nothing where the site opens none there."""
    forwarded = any(forward.point == point.name for forward in plan.forwards)
    if not forwarded and not any(permit.point == point.name for permit in plan.to_points):
        return ()
    clients = plan.site.tunnel.addresses if plan.masquerade_into_tunnel else [item.cidr for item in plan.site.networks]
    services = ", ".join(f"{service.protocol} {service.port}" for service in point.services) or "what the site opens"
    return (f"its own firewall must let in {services} from {', '.join(map(str, clients))}",)


def handshake_text(name: str, age: float | None) -> str:
    """When a point was last heard of, and whether its session lives; `age` in seconds, `None` for never."""
    if age is None:
        return f"○ {name}: no handshake yet"
    if age <= DEAD_AFTER:
        return f"✓ {name}: handshake {age:.0f} s ago"
    return f"! {name}: last handshake {age:.0f} s ago, not connected now"


_KEY = re.compile(r"[A-Za-z0-9+/]{43}=")
_SIGNS = {True: "✓", False: "!", None: "○"}


def proven_text(one: Proven) -> str:
    """Whether something can be reached from Host β, and what was seen."""
    return f"{_SIGNS[one.works]} {one.what}: {one.seen}"


def proof_text(found: Standing) -> str:
    """What is not as it was applied on Host β, then what connections from there proved."""
    if not found.applied:
        return f"○ nothing of ours stands there for {found.interface}: apply first"
    lines = [f"! {one.what}" for one in found.differences] + [proven_text(one) for one in found.proven]
    return "\n".join(lines) or "○ there is nothing that connections from Host β could prove: no computer at the site is named in the rights"


def named(text: str, names: Mapping[str, str]) -> str:
    """The peers' keys in a text as the points' names, where they are known."""
    return _KEY.sub(lambda match: names.get(match[0], match[0]), text)


class Block(Struct, frozen=True):
    """Lines under a heading."""

    heading: str
    lines: tuple[str, ...] = ()


class Folder(Struct, frozen=True):
    """Where the files are or will be written: `name` ("home/"), whether it is there, and the points whose file there is the present one."""

    name: str = ""
    is_there: bool = True
    holds: frozenset[str] = frozenset()


HERE = Folder()


def what_to_do(plan: Plan, bundle: Bundle, folder: Folder = HERE, unmet: tuple[str, ...] = ()) -> tuple[Block, ...]:
    """What does not work yet (`Study.unmet`), and what is left to do on Host β, at the site and by each point's owner."""
    site = plan.site
    unwritten = f"○ The folder {folder.name} is not written yet: “Write all files” makes it"
    blocks = [
        Block("What to do on Host β", host_steps(folder.name) if site.host.ssh is None else ()),
        Block(f"What to set at the site (the folder {folder.name}router says how)", site_steps(plan)),
        Block("What computers at the site open", opened_by_site(plan)),
    ]
    owners = [Block(f"  {point.name}   {point.platform}", _of_owner(plan, point, bundle, folder)) for point in site.points]
    first = (Block(UNMET, unmet), *(() if folder.is_there else (Block(unwritten),)))
    return (
        *(first if unmet else first[1:]),
        *(block for block in blocks if block.lines),
        Block("What each point's owner does now"),
        *owners,
    )


def _of_owner(plan: Plan, point: Point, bundle: Bundle, folder: Folder) -> tuple[str, ...]:
    missing = dict.fromkeys(lack for artefact in bundle.of(point.name) for lack in artefact.missing)
    if not missing:
        same = ("✓ its file is as it was written before: nothing to do where that one is in place",) if point.name in folder.holds else ()
        return (*same, *owner_steps(plan.site, point, folder.name), *let_in_by(plan, point))
    ways = _completing(plan.site) if "host.public_key" in missing else ()
    return (f"○ its file is not complete yet, missing: {lacks_text(missing)}", *(f"  {way}" for way in ways))


def _completing(site: Site) -> tuple[str, str]:
    """How β's public key becomes known."""
    made = "go back and apply" if site.host.ssh is not None else "say how to log in to it, and apply"
    return (f"Host β makes its key when the plan is applied: {made};", "or let the key be made here (Host β, More questions)")


def block_lines(block: Block) -> tuple[str, ...]:
    """The lines of a block, two columns further in than its heading."""
    indent = " " * (len(block.heading) - len(block.heading.lstrip()) + 2)
    return tuple(indent + line for line in block.lines)


def waiting_text(site: Site, keys: Mapping[str, str], seen: Mapping[str, float | None]) -> str:
    """Who has shaken hands, and when; keys are by point's name, `seen` by public key in seconds."""
    rows = [handshake_text(point.name, seen.get(keys.get(point.name, ""))) for point in site.points]
    return "\n".join(["Handshakes", *(f"  {row}" for row in rows)])
