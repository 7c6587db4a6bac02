"""What is left to people once a plan stands: the owners of the points, whoever sits at Host β, and who has been heard of since. Pure."""

from wgwizard.render.install import SCRIPT
from wgwizard.render.wireguard import conf_path
from wgwizard.site import Point, Site

# Without a new handshake for so many seconds a session carries nothing any more (REJECT-AFTER-TIME, WireGuard paper, section 6.1);
# one that is in use renews it every two minutes.
DEAD_AFTER = 180

_TAKE_IN = {
    "linux": "sudo install -m 600 {file} /etc/wireguard/ && sudo systemctl enable --now wg-quick@{interface}",
    "windows": "in the WireGuard app: Add Tunnel, choose {file}, Activate",
    "macos": "in the WireGuard app: Import tunnel(s) from file, choose {file}, Activate",
    "android": "bring {file} to the phone; in the WireGuard app there: +, Import from file or archive, switch it on",
    "ios": "bring {file} to the phone; in the WireGuard app there: +, Create from file or archive, switch it on",
}


def file_of(site: Site, point: Point) -> str:
    """A point's file, below the folder that the files were written to."""
    return f"{point.name}{conf_path(site.tunnel.interface)}"


def owner_steps(site: Site, point: Point) -> tuple[str, ...]:
    """What the owner of a point does with its file, in the words of their system, in this order."""
    file = file_of(site, point)
    own = f"in {file}, put the private key that stays on {point.name} in place of (kept on {point.name})"
    take_in = _TAKE_IN[point.platform].format(file=file, interface=site.tunnel.interface)
    return (take_in,) if point.public_key is None else (own, take_in)


def host_steps() -> tuple[str, ...]:
    """What to do with the written files on a Host β that cannot be logged in to from here."""
    return ("copy the folder host there", f"as root there: sh host/{SCRIPT}")


def handshake_text(name: str, age: float | None) -> str:
    """When a point was last heard of, and whether its session lives; `age` in seconds, `None` for never."""
    if age is None:
        return f"○ {name}: no handshake yet"
    if age <= DEAD_AFTER:
        return f"✓ {name}: handshake {age:.0f} s ago"
    return f"! {name}: last handshake {age:.0f} s ago, not connected now"
