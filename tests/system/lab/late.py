"""A link on which every packet comes late: two tun interfaces and a process that carries packets between them.

The kernel's own delay (tc netem) is a module that not every machine has.
"""

import fcntl
import os
import queue
import struct
import subprocess
import sys
import threading
import time

from tests.system.lab.lan import ip, set_sysctl

_TUNSETIFF = 0x400454CA
_TUN, _NO_PACKET_INFORMATION = 0x0001, 0x1000
FAR = "far"
LARGEST = 65536


class LateLink:
    """From the network namespace FAR (192.168.201.2) to this one and on to the lab's LAN; `delay` seconds each way."""

    def __init__(self, delay: float) -> None:
        ip("netns", "add", FAR)
        near, far = _tun("near0"), _tun("far0")
        ip("link", "set", "far0", "netns", FAR)
        ip("address", "add", "192.168.201.1/30", "dev", "near0")
        ip("link", "set", "near0", "up")
        ip("link", "set", "lo", "up", netns=FAR)
        ip("address", "add", "192.168.201.2/30", "dev", "far0", netns=FAR)
        ip("link", "set", "far0", "up", netns=FAR)
        ip("route", "add", "default", "via", "192.168.201.1", netns=FAR)
        set_sysctl("net/ipv4/ip_forward", "1")
        command = [sys.executable, "-m", "tests.system.lab.late", str(near), str(far), str(delay)]
        self._carrier = subprocess.Popen(command, pass_fds=(near, far))
        os.close(near)
        os.close(far)

    def close(self) -> None:
        """Remove it."""
        self._carrier.kill()
        self._carrier.wait()
        ip("netns", "delete", FAR)


def _tun(name: str) -> int:
    opened = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(opened, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TUN | _NO_PACKET_INFORMATION))
    return opened


def _carry(source: int, target: int, delay: float) -> None:
    waiting: queue.Queue[tuple[float, bytes]] = queue.Queue()

    def take() -> None:
        while True:
            packet = os.read(source, LARGEST)
            waiting.put((time.monotonic() + delay, packet))

    threading.Thread(target=take, daemon=True).start()
    while True:
        due, packet = waiting.get()
        time.sleep(max(0.0, due - time.monotonic()))
        os.write(target, packet)


if __name__ == "__main__":
    one, other, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    threading.Thread(target=_carry, args=(one, other, seconds), daemon=True).start()
    _carry(other, one, seconds)
