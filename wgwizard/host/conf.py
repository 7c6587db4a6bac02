"""What a file of a tunnel, whichever program's, that we are about to write asks of the running interface; pure."""

import re
from ipaddress import ip_interface, ip_network

from msgspec import Struct

from wgwizard.site import InterfaceAddress, Network

_Section = list[tuple[str, str]]
# wg-quick's, those of systemd-networkd's two files, and those of NetworkManager's.
_INTERFACE = frozenset({"interface", "wireguard"})
_DEVICE = frozenset({"netdev"})  # of systemd-networkd: its MTU stands there
_PEER = frozenset({"peer", "wireguardpeer"})
_NETWORK = frozenset({"network", "ipv4", "ipv6"})
_KEYFILE_PEER = "[wireguard-peer."
_SEVERAL = re.compile("[,;]")


class WantedTunnel(Struct, frozen=True):
    """The [Interface] section, and each peer's AllowedIPs by public key.

    `interface_lines` ("key=value", the key in small letters) are what a live change must not touch while SSH runs through the tunnel.
    `endpoints` are the peers' as they are written, "host:port"; `mtu` is `None` where its owner chooses it.
    """

    addresses: tuple[InterfaceAddress, ...]
    listen_port: int | None
    peers: dict[str, frozenset[str]]
    interface_lines: tuple[str, ...]
    endpoints: tuple[str, ...] = ()
    mtu: int | None = None

    @property
    def makes_no_routes(self) -> bool:
        """Whether wg-quick leaves the routes of AllowedIPs to us: all of them lie in the network of Address."""
        return "table=off" in self.interface_lines

    def networks(self) -> tuple[Network, ...]:
        """All AllowedIPs of all peers."""
        return tuple(dict.fromkeys(ip_network(text, strict=False) for allowed in self.peers.values() for text in sorted(allowed)))


def parse_conf(text: str) -> WantedTunnel:
    """The parts of a .conf, of a .netdev and a .network, or of a keyfile of ours; comments and keys that do not matter are passed over."""
    sections = _sections(text)
    interface = [pair for title, pairs in sections if title in _INTERFACE for pair in pairs]
    interface += [(key, value) for title, pairs in sections if title in _DEVICE for key, value in pairs if key == "mtu"]
    peers = [pairs for title, pairs in sections if title in _PEER]
    network = [pair for title, pairs in sections if title in _NETWORK for pair in pairs]
    port, mtu = _values(interface, "listenport"), _values(interface, "mtu")
    return WantedTunnel(
        addresses=tuple(ip_interface(address) for address in _values([*interface, *network], "address")),
        listen_port=int(port[0]) if port else None,
        peers={key: frozenset(_values(peer, "allowedips")) for peer in peers for key in _values(peer, "publickey")},
        interface_lines=tuple(f"{key}={value}" for key, value in interface),
        endpoints=tuple(endpoint for peer in peers for endpoint in _values(peer, "endpoint")),
        mtu=int(mtu[0]) if mtu and mtu[0].isdecimal() else None,
    )


def preshared_peers(text: str) -> tuple[str, ...]:
    """The public keys of the peers that have a preshared key in this .conf, be it hidden, in their order."""
    peers = [pairs for title, pairs in _sections(text) if title in _PEER]
    return tuple(key for peer in peers if _values(peer, "presharedkey") for key in _values(peer, "publickey"))


def _sections(text: str) -> list[tuple[str, _Section]]:
    found: list[tuple[str, _Section]] = []
    for line in text.splitlines():
        bare = line.partition("#")[0].strip()
        if bare.startswith(_KEYFILE_PEER):
            found.append(("peer", [("publickey", bare.removeprefix(_KEYFILE_PEER).removesuffix("]"))]))
        elif bare.startswith("["):
            found.append((bare.strip("[]").lower(), []))
        elif found and "=" in bare:
            key, _, value = bare.partition("=")
            found[-1][1].append((_known_as(key.strip().lower()), value.strip()))
    return found


def _known_as(key: str) -> str:
    """A keyfile's names are those of the others with hyphens in them, and it counts the addresses; a .netdev has MTUBytes."""
    return re.sub(r"^(address|route)\d+$|^(mtu)bytes$", r"\1\2", key.replace("-", ""))


def _values(pairs: _Section, key: str) -> list[str]:
    return [item.strip() for name, value in pairs if name == key for item in _SEVERAL.split(value) if item.strip()]
