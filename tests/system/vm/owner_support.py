"""What the tests of other owners than wg-quick share: how a tunnel stands, its points, and a list of all that is wrong.

A virtual machine takes minutes, so that a test says at its end all that it found.
"""

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.apply_support import Client
from tests.system.kinds.test_kinds import expected, found
from tests.system.lab.host import LabHost
from tests.system.point_support import Side, come_up
from wgwizard.host.layout import Owner
from wgwizard.site import Strategy

SERVICE = {Owner.NETWORKD: "systemd-networkd", Owner.NETWORK_MANAGER: "NetworkManager"}
# "NAME: text", a line each; keys as their digest alone, and neither link-local addresses nor multicast, which nobody needs.
_LOOK = r"""
shows() { printf '%s: %s\n' "$1" "$(cat | tr '\n' ';')"; }
cat /sys/class/net/$I/ifindex | shows ifindex
cat /sys/class/net/$I/mtu | shows mtu
ip -o link show dev $I | sed 's/.* group \([^ ]*\).*/\1/' | shows group
cat /proc/sys/net/ipv4/conf/$I/forwarding | shows forwarding
ip -o address show dev $I | awk '$4 !~ /^fe80/ { print $4 }' | sort | shows addresses
for family in 4 6; do ip -$family route show table all dev $I; done | grep -v -e fe80 -e ^multicast | sed 's/ *$//' | sort | shows routes
wg show $I listen-port | shows port
wg show $I dump | awk 'NR > 1 { n = split($4, a, ","); for (i = 1; i <= n; i++) print $1, a[i], $8 }' | sort | shows peers
{ wg show $I private-key; wg show $I preshared-keys | sort; } | sha256sum | shows keys
"""


class Wrong(list[str]):
    """All that was not as it should be, in the order in which it was seen."""

    def unless(self, what: str, seen: object, wanted: object) -> None:
        """Note it, unless it was seen as wanted."""
        if seen != wanted:
            self.note(f"{what}: {seen!r}, not {wanted!r}")

    def note(self, line: str) -> None:
        """Printed, too, for a test that does not come to its end."""
        sys.stderr.write(f"wrong: {line}\n")
        self.append(line)

    def nothing(self, what: str, lines: Iterable[str]) -> None:
        """Note each of these lines, of which there should be none."""
        for line in lines:
            self.note(f"{what}: {line}")

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """What raises is noted, and the test goes on."""
        began = time.monotonic()
        try:
            yield
        except Exception as error:  # noqa: BLE001
            self.note(f"{what}: {type(error).__name__}: {error}")
        sys.stderr.write(f"{time.monotonic() - began:.0f} s: {what}\n")

    def stays(self, what: str, host: LabHost, wanted: dict[str, str], interface: str = "wg0", *, but: tuple[str, ...] = ()) -> None:
        """Note each part of the running tunnel that is another now."""
        now = look(host, interface)
        for name in wanted:
            if name not in but:
                self.unless(f"{what}: {name}", now.get(name), wanted[name])


def look(host: LabHost, interface: str = "wg0") -> dict[str, str]:
    """How a tunnel runs; nothing where it does not."""
    script = f"I={interface}\nif [ ! -e /sys/class/net/$I ]; then exit; fi{_LOOK}"
    return dict(line.split(": ", 1) for line in host.sh(script).splitlines())


def connected(client: Client, far: Side, directory: Path) -> Side:
    """The first point with the file that it has now."""
    subprocess.run(["ip", "-n", far.space, "link", "del", client.site.tunnel.interface], capture_output=True, check=False)
    directory.mkdir(exist_ok=True)
    return come_up(client, far, directory)


def carries(wrong: Wrong, what: str, point: Side) -> None:
    """Note it where TCP connections do not go both ways in both families, as the site gateway's do."""
    reached = {**expected(Strategy.GATEWAY, {}), "point to LAN": point.addresses}
    deadline = time.monotonic() + 40
    while (now := found(point)) != reached and time.monotonic() < deadline:
        time.sleep(0.5)
    wrong.unless(f"{what}: TCP", now, reached)
