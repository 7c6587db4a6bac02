"""A LAN for lab hosts in this test process's own network namespace: a bridge on which the tests are .254 (no router, no uplink)."""

import ctypes
import os
import subprocess

from tests.system.lab.base import LabError

CLONE_NEWNET = 0x40000000
BRIDGE = "br0"


def enter_own_network() -> None:
    """Move this thread (and what it starts) to a new network namespace, so that test runs beside each other never meet."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET):
        raise LabError(f"no network namespace of our own: {os.strerror(ctypes.get_errno())}")
    ip("link", "set", "lo", "up")


def ip(*arguments: str, netns: str | None = None) -> None:
    """Run `ip`, in the named network namespace or this one; LabError when it fails."""
    command = ["ip", *(("-n", netns) if netns else ()), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"{' '.join(command)}: {done.stderr.strip()}")


class Lan:
    """192.168.200.0/24 and fd00:200::/64 as in the documentation's network; the tests themselves are at 192.168.200.254."""

    def __init__(self) -> None:
        ip("link", "add", BRIDGE, "type", "bridge")
        set_sysctl(f"net/ipv6/conf/{BRIDGE}/accept_dad", "0")
        ip("link", "set", BRIDGE, "up")
        ip("address", "add", "192.168.200.254/24", "dev", BRIDGE)
        ip("address", "add", "fd00:200::254/64", "dev", BRIDGE, "nodad")

    def close(self) -> None:
        """Remove the bridge."""
        ip("link", "delete", BRIDGE)


class LanWiring:
    """A place on the Lan: `eth0` with 192.168.200.NUMBER/24 and fd00:200::NUMBER/64, default routes to .254."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.netns = f"lan{number}-{os.getpid()}"
        self.port = f"port{number}"
        self.addresses = (f"192.168.200.{number}/24", f"fd00:200::{number}/64")

    def connect(self) -> None:
        """Make the network namespace and plug it into the bridge; the MAC address is always the same."""
        ip("netns", "add", self.netns)
        set_sysctl("net/ipv6/conf/default/accept_dad", "0", netns=self.netns)
        mac = f"02:77:00:00:00:{self.number:02x}"
        ip("link", "add", self.port, "type", "veth", "peer", "name", "eth0", "address", mac, "netns", self.netns)
        ip("link", "set", self.port, "master", BRIDGE, "up")
        ip("link", "set", "lo", "up", netns=self.netns)
        ip("link", "set", "eth0", "up", netns=self.netns)
        for address in self.addresses:
            ip("address", "add", address, "dev", "eth0", netns=self.netns)
        ip("route", "add", "default", "via", "192.168.200.254", netns=self.netns)
        ip("route", "add", "default", "via", "fd00:200::254", netns=self.netns)

    def disconnect(self) -> None:
        """Delete link and namespace; no error when they are gone already."""
        subprocess.run(["ip", "link", "delete", self.port], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "delete", self.netns], capture_output=True, check=False)

    def unplug(self) -> None:
        """Pull the cable."""
        ip("link", "set", self.port, "down")

    def plug(self) -> None:
        """Put the cable back, and forget that nobody answered meanwhile."""
        ip("link", "set", self.port, "up")
        ip("neigh", "flush", "dev", BRIDGE)


def set_sysctl(name: str, value: str, *, netns: str | None = None) -> None:
    """Write net/… in a network namespace."""
    enter = ["ip", "netns", "exec", netns] if netns else []
    subprocess.run([*enter, "sh", "-c", 'echo "$1" > "/proc/sys/$0"', name, value], check=True)
