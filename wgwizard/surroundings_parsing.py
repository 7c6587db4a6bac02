"""What commands and files of this computer say -> Surroundings; pure, and whatever they say, nothing is raised.

On Linux that is what the probe reads on Host β, too; macOS is told by ifconfig and netstat, and of Windows nothing but its name.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address, ip_interface, ip_network
from typing import TypeVar

from wgwizard.host.facts import Route
from wgwizard.host.facts_parsing import addresses_in, links_in, ports_in, routes_in, ssh_path
from wgwizard.site import Address, InterfaceAddress
from wgwizard.surroundings import Surroundings

_INET = re.compile(r"^\s+inet (?:addr:)?(\S+).*?(?:netmask |Mask:)(\S+)")
_INET6 = re.compile(r"^\s+inet6 (?:addr: )?([0-9a-f:]+)\S*(?: +prefixlen (\d+)|/(\d+))")
_PORT = re.compile(r"^ *\d+: [0-9A-F]+(:[0-9A-F]{4}) ", re.MULTILINE)
_T = TypeVar("_T")


def parse_surroundings(said: Mapping[str, str]) -> Surroundings:
    """The surroundings in these texts, each of which may be missing.

    "addresses", "links" and "routes" are from `ip -o addr show`, `ip -o link show` and `ip -4 route show`, `ip -6 route show`;
    "ifconfig" and "netstat" (`netstat -rn`) stand in where there is no `ip`. "resolv.conf", "udp" (/proc/net/udp and udp6) and "model"
    (/proc/device-tree/model) are files; "host_name", "system" (as uname prints it), "ssh" (SSH_CONNECTION) and "container" single words.
    """
    interfaces = addresses_in(said.get("addresses", "")) or dict(_ifconfig(said.get("ifconfig", "")))
    return Surroundings(
        host_name=said.get("host_name", "").strip(),
        interfaces=interfaces,
        links=links_in(said.get("links", "")) or frozenset(interfaces),
        routes=routes_in(said.get("routes", "")) or tuple(_netstat(said.get("netstat", ""))),
        name_servers=tuple(dict.fromkeys(_name_servers(said.get("resolv.conf", "")))),
        search=_search(said.get("resolv.conf", "")),
        udp_ports=ports_in(" ".join(_PORT.findall(said.get("udp", "")))),
        system=said.get("system", "").strip(),
        model=said.get("model", "").strip("\0 \n"),
        is_container=bool(said.get("container", "").strip()),
        ssh=ssh_path(said.get("ssh", "")),
    )


def _ifconfig(text: str) -> Iterator[tuple[str, tuple[InterfaceAddress, ...]]]:
    """Blocks "en0: flags=…" (macOS, net-tools) or "eth0      Link encap:…" (busybox), each with its indented addresses."""
    for block in re.split(r"\n(?=\S)", text):
        name = re.match(r"[^\s:]+", block)
        found = tuple(item for line in block.splitlines() if (item := _inet(line)) and not item.is_loopback and not item.is_link_local)
        if name is not None and found:
            yield name[0], found


def _inet(line: str) -> InterfaceAddress | None:
    match = _INET.match(line)
    if match is not None:
        mask = match[2]
        is_hexadecimal = re.fullmatch(r"0x[0-9a-f]{8}", mask) is not None
        return _or_none(ip_interface, f"{match[1]}/{ip_address(int(mask, 16)) if is_hexadecimal else mask}")
    match = _INET6.match(line)
    return _or_none(ip_interface, f"{match[1]}/{match[2] or match[3]}") if match is not None else None


def _netstat(text: str) -> Iterator[Route]:
    """The default routes in "default 192.168.1.1 UGScg en0": other rows abbreviate their networks, so nothing is made of them."""
    for words in (line.split() for line in text.splitlines()):
        via = _or_none(ip_address, words[1].partition("%")[0]) if len(words) >= 4 and words[0] == "default" else None
        if via is not None:
            yield Route(ip_network("0.0.0.0/0" if via.version == 4 else "::/0"), words[3], True, via)


def _name_servers(text: str) -> Iterator[Address]:
    """Those of resolv.conf(5) that other computers could ask, too."""
    for line in text.splitlines():
        words = line.split()
        server = _or_none(ip_address, words[1]) if len(words) >= 2 and words[0] == "nameserver" else None
        if server is not None and not server.is_loopback and not server.is_link_local and not server.is_unspecified:
            yield server


def _search(text: str) -> tuple[str, ...]:
    """The last line "search" or "domain" of resolv.conf(5) counts."""
    lines = [line.split()[1:] for line in text.splitlines() if line.split()[:1] in (["search"], ["domain"])]
    names = (name.rstrip(".").lower() for name in (lines[-1] if lines else ()))
    return tuple(name for name in names if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", name) and name != "localdomain")


def _or_none(make: Callable[[str], _T], text: str) -> _T | None:
    try:
        return make(text)
    except ValueError:
        return None
