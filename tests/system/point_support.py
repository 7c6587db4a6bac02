"""A point behind a second interface of the lab's Host β, with a real tunnel to it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.lab.lan import ip, set_sysctl
from wgwizard.rehearsal import netns
from wgwizard.render import render
from wgwizard.site import Endpoint

ENDPOINT = Endpoint("198.51.100.1", 51820)


@dataclass(frozen=True)
class Side:
    """A namespace plugged into β, with its addresses by family."""

    space: str
    addresses: dict[int, str]


def plug(host: LabHost, name: str, number: int) -> Side:
    """One more interface of β: 198.51.NUMBER.1/24 and fd00:NUMBER::1/64, with somebody at .9 whose default gateway is β."""
    beta, space = host.wiring.netns, f"{name}-{os.getpid()}"
    netns.add(space)
    for place in (beta, space):
        set_sysctl("net/ipv6/conf/default/accept_dad", "0", netns=place)
    ip("link", "add", name, "type", "veth", "peer", "name", "up0", "netns", space, netns=beta)
    for place, interface, last in ((beta, name, 1), (space, "up0", 9)):
        ip("link", "set", interface, "up", netns=place)
        ip("address", "add", f"198.51.{number}.{last}/24", "dev", interface, netns=place)
        ip("address", "add", f"fd00:{number}::{last}/64", "dev", interface, netns=place)
    ip("route", "add", "default", "via", f"198.51.{number}.1", netns=space)
    ip("route", "add", "default", "via", f"fd00:{number}::1", netns=space)
    return Side(space, {4: f"198.51.{number}.9", 6: f"fd00:{number}::9"})


def connect_point(client: Client, far: Side, directory: Path) -> Side:
    """The first point's own file, brought up there; the point with its addresses in the tunnel."""
    plan, point = client.plan(None), client.site.points[0]
    (conf,) = [
        artefact for artefact in render(plan, client.keyring).artefacts if artefact.path.endswith(".conf") and artefact.node == point.name
    ]
    file = directory / f"{client.site.tunnel.interface}.conf"
    file.touch(mode=0o600)
    file.write_text(conf.content())
    up = f"mount -t tmpfs own /run/wireguard && exec wg-quick up {file}"
    subprocess.run(["ip", "netns", "exec", far.space, "unshare", "--mount", "sh", "-c", up], check=True, capture_output=True)
    return Side(far.space, {address.version: str(address) for address in point.addresses})


def come_up(client: Client, far: Side, directory: Path) -> Side:
    """The same, with routes to it at the LAN."""
    point = connect_point(client, far, directory)
    for family, via in ((4, "192.168.200.2"), (6, "fd00:200::2")):
        ip("route", "replace", point.addresses[family], "via", via)
    return point
