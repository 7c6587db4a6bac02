"""What the wizard sees of the machine that it runs on: pure values; `surroundings_parsing` reads them from what commands print."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network

from msgspec import Struct, field

from wgwizard.host.facts import Facts, Route, SshPath
from wgwizard.site import Address, InterfaceAddress, Network

# RFC 1918, and RFC 4193's unique local addresses: what a site gives to its own computers.
_PRIVATE: tuple[Network, ...] = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("fd00::/8"),
)
# Interfaces of containers, virtual machines and tunnels, by the beginning of their names: their networks are not the site's.
_VIRTUAL = (
    *("docker", "br-", "virbr", "veth", "vnet", "lxc", "lxd", "podman", "cni", "flannel", "cali", "vmnet", "vboxnet", "bridge10"),
    *("wg", "tun", "tap", "utun", "tailscale", "zt", "nordlynx", "awdl", "llw", "anpi", "gif", "stf", "ipsec", "dummy", "lo"),
)
# A route to a half or a quarter of everything is a VPN's default route, not a network that is in use.
_SHORTEST_PREFIX = 8


class Surroundings(Struct, frozen=True):
    """This computer as seen without root.

    `interfaces` maps an interface's name to its addresses, loopback and link-local ones left out; `links` are all interfaces' names.
    `name_servers` are those that answer for it, a local stub's left out, and `search` the endings of its names. `system` is what uname
    prints ("Linux", "Darwin"), `model` a single-board computer's ("Raspberry Pi 4 Model B"). `ssh` is how somebody logged in to it.
    """

    host_name: str = ""
    interfaces: Mapping[str, tuple[InterfaceAddress, ...]] = field(default_factory=dict)
    links: frozenset[str] = frozenset()
    routes: tuple[Route, ...] = ()
    name_servers: tuple[Address, ...] = ()
    search: tuple[str, ...] = ()
    udp_ports: frozenset[int] = frozenset()
    system: str = ""
    model: str = ""
    is_container: bool = False
    ssh: SshPath | None = None

    @property
    def may_be_host(self) -> bool:
        """Whether it looks like Host β: a Linux machine that one logs in to, or a single-board computer, which nobody travels with."""
        return self.system == "Linux" and (self.ssh is not None or (self.model != "" and not self.is_container))


Looked = Surroundings | Facts


def is_private(address: InterfaceAddress | Address | Network) -> bool:
    """Whether a site may have given this address to one of its own computers."""
    text = address if isinstance(address, IPv4Network | IPv6Network) else getattr(address, "ip", address)
    first = getattr(text, "network_address", text)
    return any(first.version == block.version and first in block for block in _PRIVATE)


def is_virtual(interface: str) -> bool:
    """Whether this interface leads to containers, virtual machines or a tunnel."""
    return interface.startswith(_VIRTUAL)


def default_route(looked: Looked) -> Route | None:
    """The IPv4 default route that leaves by a real interface, else IPv6's."""
    found = [route for route in looked.routes if route.network.prefixlen == 0 and not is_virtual(route.device)]
    return next((route for route in found if route.network.version == 4), next(iter(found), None))


def lan_interface(looked: Looked) -> str | None:
    """The interface that leads to the site: the default route's where its addresses are private, else the first with such."""
    real = [name for name, items in looked.interfaces.items() if not is_virtual(name) and any(is_private(item) for item in items)]
    way_out = default_route(looked)
    return way_out.device if way_out is not None and way_out.device in real else next(iter(real), None)


def lan_addresses(looked: Looked) -> tuple[InterfaceAddress, ...]:
    """The private addresses on the interface to the site: IPv4's, and only where there is none IPv6's."""
    items = [item for item in looked.interfaces.get(lan_interface(looked) or "", ()) if is_private(item)]
    return tuple(item for item in items if item.version == 4) or tuple(items)


def networks_in_use(looked: Looked) -> tuple[Network, ...]:
    """Every network that this machine has an address in or a route to."""
    found = [item.network for items in looked.interfaces.values() for item in items] + [route.network for route in looked.routes]
    return tuple(dict.fromkeys(item for item in found if item.prefixlen >= _SHORTEST_PREFIX and not item.is_link_local))


def next_free_name(taken: Iterable[str]) -> str:
    """The first of wg0, wg1 … that no interface has."""
    names = frozenset(taken)
    return next(name for name in (f"wg{number}" for number in range(len(names) + 1)) if name not in names)
