"""The probe's output -> Facts; pure. The output's sections are described in probe.sh."""

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_interface, ip_network
from typing import TypeVar

from wgwizard.host.facts import Facts, HostFile, LivePeer, LiveTunnel, Route, SshPath, System, Transaction, UnitState
from wgwizard.host.layout import Layout
from wgwizard.host.ways_parsing import parse_ways
from wgwizard.site import Address, InterfaceAddress

PACKAGE_MANAGERS = ("apt-get", "dnf", "yum", "zypper", "pacman", "apk", "opkg")
_FOREIGN_ROUTES = ("unreachable", "blackhole", "prohibit", "throw", "multicast", "broadcast", "local", "anycast")
_T = TypeVar("_T")

Sections = dict[str, str]


class ProbeUnreadableError(ValueError):
    """The output is not whole: its last section is missing."""


def sections(output: bytes, nonce: str) -> Sections:
    """The probe's sections by "name" or "name argument", each with its text."""
    text = output.decode("utf-8", "backslashreplace")
    found: Sections = {}
    for part in text.split(f"\n={nonce}= ")[1:]:
        title, _, body = part.partition("\n")
        found[title] = body
    if "end" not in found:
        raise ProbeUnreadableError(text[-500:])
    return found


def parse_facts(parts: Sections, layout: Layout) -> Facts:
    """The facts in these sections."""
    files = {path: _file(path, parts.get(f"file {path}", "")) for path in layout.files}
    applied = _applied(parts.get("applied", ""))
    addresses = addresses_in(parts.get("addresses", ""))
    own = addresses.pop(layout.interface, ()) if applied else ()
    links = parts.get("links", "")
    tunnel = _tunnel(parts.get("wireguard", ""), own or addresses.get(layout.interface, ()), *_link(links, layout.interface))
    sysctls = _sysctls(parts.get("sysctls", ""))
    before = _sysctls(parts.get("baseline_sysctls", "")) or sysctls
    system = _pairs(parts.get("system", ""))
    routes = parts.get("routes", "")
    return Facts(
        interfaces=addresses,
        # We never touch ip_forward: as it is now, it is without us.
        ipv4_forwarding=sysctls.get("net/ipv4/ip_forward") == "1",
        ipv6_forwarding=before.get("net/ipv6/conf/all/forwarding") == "1",
        ra_default_interfaces=_ra_interfaces(routes),
        public_key=_public_key(files[layout.tunnel], tunnel) if applied else None,
        links=links_in(links),
        routes=routes_in(routes),
        sysctls=sysctls,
        udp_ports=ports_in(parts.get("listening", "")),
        files=files,
        table=parts.get("table", "").strip() or None,
        applied_table=parts.get("applied_table", "").strip() or None,
        units=_units(parts.get("units", "")),
        tunnel=tunnel,
        applied=applied,
        baseline=_baseline(parts.get("baseline", "")),
        about=_pairs(parts.get("about", "")),
        kept=_files("kept", parts, layout),
        before=_files("before", parts, layout),
        about_before=_pairs(parts.get("before_about", "")),
        rulesets=(parts.get("applied_ruleset", ""), parts.get("ruleset", "")),
        ssh=ssh_path(system.get("ssh", "")),
        system=_system(system, _pairs(parts.get("os", ""))),
        transaction=_transaction(parts.get("transaction", "")),
        fingerprint=parts.get("fingerprint", "").strip(),
        ipv4_forwarders=_ipv4_forwarders(before),
        ways=parse_ways(parts, layout.table),
        keepers=dict(line.split(" ", 1) for line in parts.get("keepers", "").splitlines() if " " in line),
    )


def _pairs(text: str) -> dict[str, str]:
    split = (line.partition("=") for line in text.splitlines())
    return {name.strip(): value.strip().strip('"') for name, _, value in split if name}


def _system(pairs: dict[str, str], release: dict[str, str]) -> System:
    tools = frozenset(pairs.get("tools", "").split())
    return System(
        name=release.get("PRETTY_NAME") or release.get("ID", ""),
        kernel=pairs.get("system", ""),
        init=pairs.get("init", ""),
        package_manager=next((manager for manager in PACKAGE_MANAGERS if manager in tools), None),
        tools=tools,
        kernel_wireguard=pairs.get("kernel_wireguard") == "yes",
        userspace_wireguard=pairs.get("userspace", "wireguard-go") in tools,
        now=float(pairs.get("now") or 0),
        node=pairs.get("node", ""),
        openrc=pairs.get("openrc") == "yes",
        networkd_version=_whole(pairs.get("networkd_version")) or 0,
        networkd_group=pairs.get("networkd_group", ""),
        network_manager=tuple(map(int, re.findall(r"\d+", pairs.get("network_manager", "")))),
        nftables_beside_firewalld=pairs.get("nftables_beside_firewalld") == "yes",
        release=pairs.get("kernel", ""),
        kernel_is_gone=pairs.get("kernel_is_gone") == "yes",
    )


def addresses_in(text: str) -> dict[str, tuple[InterfaceAddress, ...]]:
    """From `ip -o addr show`: "2: eth0    inet 192.0.2.1/24 …"; loopback and link-local addresses are of no concern."""
    found: dict[str, tuple[InterfaceAddress, ...]] = {}
    for line in text.splitlines():
        match = re.match(r"\d+: (\S+)\s+inet6? (\S+)(?: peer (\S+))?", line)
        address = _or_none(ip_interface, match[2]) if match else None
        if match is None or address is None or address.is_loopback or (address.version == 6 and address.is_link_local):
            continue
        found[match[1]] = (*found.get(match[1], ()), address)
    return found


def links_in(text: str) -> frozenset[str]:
    """The interfaces' names, from `ip -o link show`."""
    return frozenset(re.findall(r"^\d+: ([^:@\s]+)", text, re.MULTILINE))


def _link(links: str, interface: str) -> tuple[int | None, bool]:
    """An interface's MTU, and whether it is switched on."""
    match = re.search(rf"^\d+: {re.escape(interface)}[:@].*<(\S*)> mtu (\d+)", links, re.MULTILINE)
    return (int(match[2]), "UP" in match[1].split(",")) if match else (None, True)


def ports_in(text: str) -> frozenset[int]:
    """From the local addresses in /proc/net/udp, "0100007F:0035", one a word."""
    return frozenset(int(word.rpartition(":")[2], 16) for word in text.split())


def routes_in(text: str) -> tuple[Route, ...]:
    """From `ip -4 route show` and `ip -6 route show`."""
    return tuple(route for line in text.splitlines() if (route := _route(line)) is not None)


def _route(line: str) -> Route | None:
    words = line.split()
    if not words or words[0] in _FOREIGN_ROUTES or "dev" not in words[:-1]:
        return None
    default = "::/0" if _is_ipv6(words) else "0.0.0.0/0"
    network = _or_none(ip_network, default if words[0] == "default" else words[0])
    return Route(network, words[words.index("dev") + 1], "via" in words, _via(words)) if network else None


def _via(words: list[str]) -> Address | None:
    """The router in "via 192.168.1.1" or, of another family, "via inet6 fe80::1"."""
    behind = [word for word in words[words.index("via") + 1 :] if word not in ("inet", "inet6")] if "via" in words else []
    return _or_none(ip_address, behind[0]) if behind else None


def _is_ipv6(words: list[str]) -> bool:
    """Of a default route, whose family only its gateway shows, or the preference that IPv6 routes alone have."""
    return any(":" in word for word in words) or "pref" in words


def _ra_interfaces(routes: str) -> tuple[str, ...]:
    found = (re.match(r"default .*\bdev (\S+)", line) for line in routes.splitlines() if "proto ra" in line)
    return tuple(dict.fromkeys(match[1] for match in found if match))


def _sysctls(text: str) -> dict[str, str]:
    found = (line.removeprefix("/proc/sys/").rpartition(":") for line in text.splitlines())
    return {key: value for key, _, value in found if key}


def _ipv4_forwarders(sysctls: dict[str, str]) -> frozenset[str]:
    keys = (key.split("/") for key, value in sysctls.items() if value == "1" and key.startswith("net/ipv4/conf/"))
    return frozenset(parts[3] for parts in keys if len(parts) == 5 and parts[4] == "forwarding") - {"all", "default"}


def _files(section: str, parts: Sections, layout: Layout) -> dict[str, HostFile]:
    return {path: _file(path, parts[f"{section} {path}"]) for path in layout.files if f"{section} {path}" in parts}


def _file(path: str, body: str) -> HostFile:
    """A section "file": its state, the digest of its preshared keys, then its text with keys hidden."""
    state, _, rest = body.partition("\n")
    words = state.split()
    if len(words) != 5 or words[0] != "file":
        return HostFile(path, words[0] if words else "absent")
    digest, _, text = rest.partition("\n")
    return HostFile(path, "file", words[1], words[2], words[4], text, digest)


def _applied(text: str) -> dict[str, str]:
    split = (line.partition(" ") for line in text.splitlines())
    return {path: digest for digest, _, path in split if path}


def _baseline(text: str) -> dict[str, str]:
    """Lines "KIND MODE UID:GID LINKS SHA256 PATH"."""
    rows = (line.split(" ", 5) for line in text.splitlines())
    return {row[5]: row[0] for row in rows if len(row) == 6}


def _units(text: str) -> dict[str, UnitState]:
    """Lines "UNIT ENABLED ACTIVE"."""
    rows = [line.split(" ") for line in text.splitlines() if line]
    return {row[0]: UnitState(row[1], row[2]) for row in rows if len(row) == 3}


def _tunnel(text: str, addresses: tuple[InterfaceAddress, ...], mtu: int | None, up: bool) -> LiveTunnel | None:
    """From `wg show … dump` without its secrets (wg(8)): the first row is the interface, each other a peer."""
    rows = [line.split("\t") for line in text.splitlines()]
    if not rows or len(rows[0]) != 2:
        return None
    peers = tuple(_peer(row) for row in rows[1:] if len(row) == 5)
    return LiveTunnel(rows[0][0], int(rows[0][1]), addresses, peers, mtu, up)


def _peer(row: list[str]) -> LivePeer:
    key, endpoint, allowed, handshake, keepalive = row
    networks = frozenset(allowed.split(",")) - {"(none)"}
    return LivePeer(key, networks, float(handshake) or None, int(keepalive) if keepalive.isdigit() else None, endpoint)


def _public_key(conf: HostFile, tunnel: LiveTunnel | None) -> str | None:
    if tunnel is not None:
        return tunnel.public_key
    match = re.search(r"\(hidden, of public key ([A-Za-z0-9+/]{43}=)\)", conf.text)
    return match[1] if match else None


def ssh_path(text: str) -> SshPath | None:
    """From SSH_CONNECTION, "CLIENT PORT SERVER PORT" (ssh(1))."""
    words = text.split()
    client = _or_none(ip_address, words[0].partition("%")[0]) if len(words) == 4 else None
    server = _or_none(ip_address, words[2].partition("%")[0]) if len(words) == 4 else None
    return SshPath(client, server, int(words[3])) if client and server and words[3].isdecimal() else None


def _transaction(text: str) -> Transaction:
    state, _, rest = text.partition("\n")
    pairs = _pairs(rest)
    now = _whole(pairs.get("uptime"))

    def seconds_to(name: str) -> int | None:
        then = _whole(pairs.get(name))
        return max(0, then - now) if then is not None and now is not None else None

    return Transaction(
        state.strip() or "none",
        pairs.get("who", ""),
        pairs.get("since", ""),
        pairs.get("left_over") == "yes",
        seconds_to("undo_at") if state.strip() == "pending" else None,
        seconds_to("until"),
    )


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _or_none(make: Callable[[str], _T], text: str) -> _T | None:
    try:
        return make(text)
    except ValueError:
        return None
