"""What is left to people once a plan stands: the owners of the points, whoever sits at Host β, and who has been heard of since. Pure."""

import re
from collections.abc import Mapping
from shlex import quote
from typing import TYPE_CHECKING

from msgspec import Struct

from wgwizard.host.layout import KEYFILES, NETWORKD
from wgwizard.opened import opened_by_point, opened_by_site
from wgwizard.plan import Plan
from wgwizard.plan.model import RouteNeeded, lan_address
from wgwizard.recommend import UNMET
from wgwizard.render.artefact import Artefact, Bundle, lacks_text
from wgwizard.render.cards import way_in
from wgwizard.render.forms import Form, in_form
from wgwizard.render.install import SCRIPT
from wgwizard.render.wireguard import conf_path
from wgwizard.site import LOCAL, Address, Point, RoutesAt, Site
from wgwizard.siteroutes import assumed_opens, way_back

if TYPE_CHECKING:
    from wgwizard.applying import Proven, Standing

# Without a new handshake for so many seconds a session carries nothing any more (REJECT-AFTER-TIME, WireGuard paper, section 6.1);
# one that is in use renews it every two minutes.
DEAD_AFTER = 180

LINUX = "linux"
_SWITCHED = (("away from the site", "up"), ("back at the site", "down"))
_TAKE_IN = {
    "linux": "there (wireguard-tools): sudo install -m 600 {name} /etc/wireguard/",
    "windows": "in the WireGuard app there: Add Tunnel, choose {name}, Activate",
    "macos": "in the WireGuard app there: Import tunnel(s) from file, choose {name}, Activate",
    "android": "in the WireGuard app there: +, Import from file or archive, choose {name}, switch it on",
    "ios": "in the WireGuard app there: +, Create from file or archive, choose {name}, switch it on",
}
# Where the WireGuard app has its reader of QR codes; those of the other systems have none.
_READER = {"android": "+, Scan from QR code", "ios": "+, Create from QR code"}
_SCAN = "show it its QR code (“Hand over one file”, or wgwizard qr); in the WireGuard app there: {reader}, switch it on"

# How β's public key becomes known.
COMPLETING = (
    "Apply first, for Host β makes its key then;",
    "or let the key be made here (Host β, More questions)",
)

# The networks with which routers for homes are sold most (FRITZ!Box, Speedport, TP-Link, Netgear, Linksys, Huawei, Apple).
_COMMON = ("192.168.0.0/24", "192.168.1.0/24", "192.168.2.0/24", "192.168.8.0/24", "192.168.178.0/24", "10.0.0.0/24", "10.0.1.0/24")

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
    name = file.rpartition("/")[2]
    bring = f"bring {file} there, {carried(file, point)}"
    own = () if point.public_key is None else (f"there, in {name}, put its private key in place of (kept on {point.name})",)
    by_hand = (bring, *own, _TAKE_IN[point.platform].format(name=name))
    if point.platform == "linux":
        switch = _ALWAYS if assumed_opens(site, point).by_site else _WHEN_AWAY
        return (*by_hand, *(line.format(interface=site.tunnel.interface) for line in switch))
    reader = _READER.get(point.platform)
    return by_hand if reader is None or own else (_SCAN.format(reader=reader), f"or {by_hand[0]}", *by_hand[1:])


def has_reader(point: Point) -> bool:
    """Whether the point's WireGuard app reads QR codes."""
    return point.platform in _READER


def scanned(point: Point) -> str:
    """Beside a point's QR code: where its WireGuard app reads it, or that it reads none."""
    reader = _READER.get(point.platform)
    return f"{point.name}'s app: {reader}" if reader else f"{point.name} ({point.platform}) reads no QR code: give it the file"


def carried(file: str, point: Point) -> str:
    """How a file with keys travels to a point: not by mail or chat, where it stays."""
    stick = "on a USB stick" if point.platform not in _READER else "by cable"
    return f"{stick} or by `scp {quote(file)} USER@ITS-ADDRESS:`" if point.platform in ("linux", "macos") else stick


def host_steps(site: Site, folder: str = "") -> tuple[str, ...]:
    """What to do by hand with the written files on Host β, so that the wizard does not log in there."""
    files, login = f"{folder}host", site.host.ssh
    if login == LOCAL:
        return (f"here: sudo sh {quote(files)}/{SCRIPT}",)
    there = login if login is not None and ":" not in login else f"USER@{site.host.addresses[0].ip}"  # scp takes a port otherwise
    return (
        f"copy the folder {files} there, on a USB stick or by `scp -r {quote(files)} {there}:`",
        f"there: sudo sh host/{SCRIPT}",
    )


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
        install, word = f"sudo install -m 600 {files[0]} {KEYFILES}/; sudo nmcli connection reload", "nmcli connection"
    switch = () if always else tuple(f"{when}: sudo {word} {to} {interface}" for when, to in _SWITCHED)
    own = () if point.public_key is None else (f"there, in {files[0]}, put the private key that stays on {point.name} in its place",)
    return (f"bring over: {', '.join(files)}", *own, f"there: {install}", *switch)


_WHERE = {RoutesAt.ROUTER: "the router", RoutesAt.DHCP: "the DHCP server (option 121)"}


def site_steps(plan: Plan) -> tuple[str, ...]:
    """What has to be set at the site besides Host β; the cards of the node "router" say how."""
    ways_in = [f"the only way in: {way}" for way in way_in(plan)]
    routes = [f"on {_WHERE.get(route.at) or _computers(plan, route)}, a route: {route.network} via {route.via}" for route in plan.routes]
    routes += [
        f"on {_computers(plan, route)}, where the address is fixed, the same by hand: DHCP tells those nothing"
        for route in plan.routes
        if route.at is RoutesAt.DHCP
    ]
    return (*ways_in, *routes, *_own_firewalls(plan))


def _own_firewalls(plan: Plan) -> tuple[str, ...]:
    """Whom routed points meet: computers that admit their own network alone, as Windows does for its shares."""
    if not (plan.strategy.routes and plan.from_points):
        return ()
    networks = ", ".join(map(str, plan.site.tunnel.networks))
    return (f"where a computer's own firewall admits only its own network (Windows shares), it must admit {networks} too",)


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


def let_in_by(plan: Plan, point: Point) -> tuple[str, ...]:
    """What the point's own firewall must let in so that the site can open its services; nothing where the site opens none there."""
    forwarded = any(forward.point == point.name for forward in plan.forwards)
    if not forwarded and not any(permit.point == point.name for permit in plan.to_points):
        return ()
    clients = plan.site.tunnel.addresses if plan.masquerade_into_tunnel else [item.cidr for item in plan.site.networks]
    services = ", ".join(f"{service.protocol} {service.port}" for service in point.services) or "what the site opens"
    return (f"its own firewall must let in {services} from {', '.join(map(str, clients))}",)


def same_elsewhere(plan: Plan) -> tuple[str, ...]:
    """That a network of the site is the one with which many routers are sold, so that points will be guests in its like."""
    common = [str(item.cidr) for item in plan.site.networks if str(item.cidr) in _COMMON]
    if not common or not plan.from_points:
        return ()
    return (
        f"many homes and hotels have a network {', '.join(common)} of their own: a point that is a guest there finds only that one;",
        "a phone's hotspot helps at once, another network at the site helps for good",
    )


def handshake_text(name: str, age: float | None) -> str:
    """When a point was last heard of, and whether its session lives; `age` in seconds, `None` for never."""
    if age is None:
        return f"○ {name}: no handshake yet"
    if age <= DEAD_AFTER:
        return f"✓ {name}: handshake {age:.0f} s ago"
    return f"! {name}: last handshake {age:.0f} s ago, not connected now"


_KEY = re.compile(r"[A-Za-z0-9+/]{43}=")
_SIGNS = {True: "✓", False: "!", None: "○"}


def proven_text(one: "Proven") -> str:
    """Whether something can be reached from Host β, and what was seen."""
    return f"{_SIGNS[one.works]} {one.what}: {one.seen}"


def proof_text(found: "Standing") -> str:
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
    """Where the files are or will be written: `name` ("home/"), whether it is there, and whether all in it are the present ones.

    `holds` are the points whose file there was the present one before it was written now.
    """

    name: str = ""
    is_there: bool = True
    is_current: bool = True
    holds: frozenset[str] = frozenset()


HERE = Folder()


def what_to_do(
    plan: Plan, bundle: Bundle, folder: Folder = HERE, unmet: tuple[str, ...] = (), host_undone: tuple[str, ...] = ()
) -> tuple[Block, ...]:
    """What does not work yet (`Study.unmet`), and what is left to do on Host β, at the site and by each point's owner.

    `host_undone` says how Host β comes to be as the plan says, where that was not done yet.
    """
    site = plan.site
    blocks = [
        Block(UNMET, unmet),
        Block("! Host β is not as these answers say", host_undone),
        Block("○ The files", _unwritten(folder)),
        Block("What to do on Host β", host_steps(site, folder.name) if site.host.ssh is None else ()),
        Block(f"What to set at the site (the folder {folder.name}router says how)", site_steps(plan)),
        Block("By hand on Host β, if the wizard is not to log in there", _by_hand(plan, bundle, folder) if host_undone else ()),
        Block("What computers at the site open", opened_by_site(plan)),
        Block("! Where the tunnel reaches nothing", same_elsewhere(plan)),
    ]
    owners = [
        Block(f"  {point.name}   {point.platform}   {_seen_as(point)}", _of_owner(plan, point, bundle, folder)) for point in site.points
    ]
    return (*(block for block in blocks if block.lines), Block("What each point's owner does now"), *owners)


def _by_hand(plan: Plan, bundle: Bundle, folder: Folder) -> tuple[str, ...]:
    """The same in place of an apply; where Host β would make its key, the points' files could not be completed from here."""
    lacking = any("host.public_key" in artefact.missing for point in plan.site.points for artefact in bundle.of(point.name))
    first = (f"first {COMPLETING[1].removeprefix('or ')}: the points' files need it",) if lacking else ()
    return (*first, *host_steps(plan.site, folder.name))


def _unwritten(folder: Folder) -> tuple[str, ...]:
    """That the files below do not lie in their folder yet."""
    if not folder.is_there:
        return (f"the folder {folder.name} is not written yet: “Write all files” makes it",)
    return () if folder.is_current else (f"the folder {folder.name} is older than these answers: “Write all files” brings it up to date",)


def _seen_as(point: Point) -> str:
    return ", ".join(map(str, point.addresses))


def _of_owner(plan: Plan, point: Point, bundle: Bundle, folder: Folder) -> tuple[str, ...]:
    missing = dict.fromkeys(lack for artefact in bundle.of(point.name) for lack in artefact.missing)
    if not missing:
        same = ("✓ its file is as it was written before: nothing to do where that one is in place",) if point.name in folder.holds else ()
        opens = (f"then it opens {line}" for line in opened_by_point(plan, point))
        return (*same, *owner_steps(plan.site, point, folder.name), *let_in_by(plan, point), *opens)
    ways = COMPLETING if "host.public_key" in missing else ()
    return (f"○ its file is not complete yet, missing: {lacks_text(missing)}", *(f"  {way}" for way in ways))


def block_lines(block: Block) -> tuple[str, ...]:
    """The lines of a block, two columns further in than its heading."""
    indent = " " * (len(block.heading) - len(block.heading.lstrip()) + 2)
    return tuple(indent + line for line in block.lines)


def waiting_text(site: Site, keys: Mapping[str, str], seen: Mapping[str, float | None]) -> str:
    """Who has shaken hands, and when; keys are by point's name, `seen` by public key in seconds."""
    rows = [handshake_text(point.name, seen.get(keys.get(point.name, ""))) for point in site.points]
    return "\n".join(["Handshakes", *(f"  {row}" for row in rows)])
