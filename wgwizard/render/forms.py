"""A wg-quick file in the forms of the other programs of Linux that make tunnels: systemd-networkd's two files, NetworkManager's keyfile.

See systemd.netdev(5), systemd.network(5) and nm-settings-keyfile(5). Keys stand where they are: what is hidden stays hidden.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from ipaddress import ip_interface, ip_network

from msgspec.structs import replace

from wgwizard.host.layout import Layout, Owner
from wgwizard.render.artefact import Artefact
from wgwizard.secret import Secret
from wgwizard.site import Network

# Of the file with the keys: root's, and the group's of systemd-networkd, which runs as a user of its own.
NETDEV_MODE = "0640"
KEYFILE_MODE = "0600"

_STANDS_FOR_KEY = ("# PrivateKey = ", "# PresharedKey = ")
_Section = tuple[str, list[tuple[str, str]]]


class Form(StrEnum):
    """For which program a file is."""

    WG_QUICK = "wg-quick"
    NETWORKD = "networkd"
    NETWORK_MANAGER = "NetworkManager"


def in_form(conf: Artefact, form: Form, interface: str, *, at_start: bool) -> tuple[Artefact, ...]:
    """A point's wg-quick file as the files of this form; `at_start`: the tunnel is made and switched on whenever the computer starts."""
    if form is Form.NETWORKD:
        link = [] if at_start else ["ActivationPolicy = manual"]
        path = Layout(interface, Owner.NETWORKD).network
        addresses = Artefact(conf.node, path, "0644", network(conf.text, interface, link), missing=conf.missing)
        return as_netdev(conf, interface), addresses
    if form is Form.NETWORK_MANAGER:
        path = Layout(interface, Owner.NETWORK_MANAGER).tunnel
        return (_converted(conf, path, KEYFILE_MODE, lambda text: _keyfile(text, interface, [] if at_start else [_BY_HAND])),)
    return (conf,)


def as_netdev(conf: Artefact, interface: str) -> Artefact:
    """A wg-quick file as a .netdev: keys and peers stand in it by the same names."""
    return _converted(conf, Layout(interface, Owner.NETWORKD).tunnel, NETDEV_MODE, lambda text: _netdev(text, interface))


def network(conf: str, interface: str, link: Sequence[str] = ()) -> str:
    """The addresses, resolvers and routes of a wg-quick file as a .network, with these lines about the link."""
    own = sections(conf)[0][1]
    servers, search = _resolvers(own)
    lines = [*header(conf), "", "[Match]", f"Name = {interface}", "", "[Link]", *link, "RequiredForOnline = no"]
    lines += ["", "[Network]", "LinkLocalAddressing = no", "IPv6AcceptRA = no"]
    lines += [f"Address = {address}" for address in values(own, "Address")]
    lines += [f"DNS = {server}" for server in servers]
    lines += [f"Domains = {' '.join(search)}"] if search else []
    for one in _routed(conf):
        lines += ["", "[Route]", f"Destination = {one}"]
    return "\n".join(lines) + "\n"


def as_keyfile(conf: Artefact, layout: Layout, connection: Sequence[str] = ()) -> Artefact:
    """A wg-quick file as a connection of NetworkManager that our own unit switches on, with these lines more about the connection.

    Its routes are wg-quick's, with the metrics of those, and none of AllowedIPs besides.
    """
    about = [f"uuid={layout.profile}", _BY_HAND, *connection]
    return _converted(conf, layout.tunnel, KEYFILE_MODE, lambda text: _keyfile(text, layout.interface, about, _routed(text)))


_BY_HAND = "autoconnect=false"
_OF_WIREGUARD = {"ListenPort": "listen-port", "PrivateKey": "private-key", "# PrivateKey": "# private-key", "MTU": "mtu"}
_OF_PEER = {"Endpoint": "endpoint", "PersistentKeepalive": "persistent-keepalive"}
_PRESHARED = {"PresharedKey": "preshared-key", "# PresharedKey": "# preshared-key"}
_NO_OTHER_ROUTES = ["peer-routes=false", "ip4-auto-default-route=0", "ip6-auto-default-route=0"]


def _keyfile(conf: str, interface: str, connection: Sequence[str], routes: Sequence[Network] | None = None) -> str:
    """A wg-quick file as a keyfile with these routes; where they are `None`, NetworkManager makes those of AllowedIPs by itself."""
    (_, own), *peers = sections(conf)
    servers, search = _resolvers(own)
    lines = [*header(conf), "", "[connection]", f"id={interface}", "type=wireguard", f"interface-name={interface}", *connection]
    lines += ["", "[wireguard]", *_renamed(own, _OF_WIREGUARD), *([] if routes is None else _NO_OTHER_ROUTES)]
    for _, peer in peers:
        public = next(iter(values(peer, "PublicKey")), "(not known yet)")
        lines += ["", f"[wireguard-peer.{public}]", *_renamed(peer, _OF_PEER)]
        preshared = _renamed(peer, _PRESHARED)
        lines += [*preshared, "preshared-key-flags=0"] if preshared else []
        lines.append(f"allowed-ips={';'.join(values(peer, 'AllowedIPs'))};")
    for version in (4, 6):
        lines += ["", f"[ipv{version}]", *_addresses(own, version, servers, search, routes)]
    return "\n".join(lines) + "\n"


def _addresses(
    own: list[tuple[str, str]], version: int, servers: list[str], search: list[str], routes: Sequence[Network] | None
) -> list[str]:
    addresses = [address for address in values(own, "Address") if ip_interface(address).version == version]
    if not addresses:
        return ["method=disabled"]
    lines = [f"address{number}={address}" for number, address in enumerate(addresses, 1)]
    resolvers = [server for server in servers if ip_interface(server).version == version]
    lines += [f"dns={';'.join(resolvers)};"] if resolvers else []
    lines += [f"dns-search={';'.join(search)};"] if resolvers and search else []
    if routes is not None:
        lines += [f"route{number}={one}" for number, one in enumerate((one for one in routes if one.version == version), 1)]
        lines.append("route-metric=0")
    return [*lines, "method=manual"]


def header(conf: str) -> list[str]:
    """The comment at the top of a file of ours."""
    lines = conf.splitlines()
    return lines[: next(place for place, line in enumerate(lines) if not line.startswith("#"))]


def sections(conf: str) -> list[_Section]:
    """A wg-quick file's sections with their lines "key = value", those with a "# " before them that stand for a key included."""
    found: list[_Section] = []
    for line in conf.splitlines():
        if line.startswith("["):
            found.append((line.strip("[]"), []))
        elif " = " in line and (not line.startswith("#") or line.startswith(_STANDS_FOR_KEY)):
            key, _, value = line.partition(" = ")
            found[-1][1].append((key, value))
    return found


def values(section: list[tuple[str, str]], key: str) -> list[str]:
    """The values of this key, one by one."""
    return [item for name, value in section if name == key for item in value.split(", ")]


def _converted(conf: Artefact, path: str, mode: str, convert: Callable[[str], str]) -> Artefact:
    whole = Secret(convert(conf.whole.reveal())) if conf.whole is not None else None
    return replace(conf, path=path, mode=mode, text=convert(conf.text), whole=whole)


_NETDEV_SECTIONS = {"[Interface]": "[WireGuard]", "[Peer]": "[WireGuardPeer]"}
_NOT_IN_NETDEV = ("Address = ", "MTU = ", "Table = ", "DNS = ")


def _netdev(conf: str, interface: str) -> str:
    top = header(conf)
    mtu = [f"MTUBytes = {line.removeprefix('MTU = ')}" for line in conf.splitlines() if line.startswith("MTU = ")]
    kept = [_NETDEV_SECTIONS.get(line, line) for line in conf.splitlines()[len(top) :] if not line.startswith(_NOT_IN_NETDEV)]
    return "\n".join([*top, "", "[NetDev]", f"Name = {interface}", "Kind = wireguard", *mtu, *kept]) + "\n"


def _routed(conf: str) -> list[Network]:
    """The AllowedIPs that no address of the tunnel covers, as wg-quick routes them."""
    (_, own), *peers = sections(conf)
    if values(own, "Table") == ["off"]:
        return []
    covering = [ip_interface(address).network for address in values(own, "Address")]
    allowed = [ip_network(text) for _, peer in peers for text in values(peer, "AllowedIPs")]
    return [one for one in dict.fromkeys(allowed) if not any(_inside(one, other) for other in covering)]


def _inside(one: Network, other: Network) -> bool:
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]


def _renamed(section: list[tuple[str, str]], names: dict[str, str]) -> list[str]:
    return [f"{names[key]}={value}" for key, value in section if key in names]


def _resolvers(own: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """The servers and the search domains of a line DNS, which wg-quick tells apart by their form."""
    given = values(own, "DNS")
    servers = [item for item in given if _is_address(item)]
    return servers, [item for item in given if item not in servers]


def _is_address(text: str) -> bool:
    try:
        ip_interface(text)
    except ValueError:
        return False
    return True
