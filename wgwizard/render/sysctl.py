"""Plan -> what β's kernel must forward, as a file for sysctl.d(5)."""

from wgwizard.plan.model import HOST, Plan
from wgwizard.render.artefact import Artefact
from wgwizard.render.text import header

# Stands for the LAN interface's line where that interface is not known yet.
UNKNOWN_LAN_LINE = "# net/ipv4/conf/(the LAN interface)/forwarding = 1"


def sysctl_path(interface: str) -> str:
    """Where the settings lie on β."""
    return f"/etc/sysctl.d/60-wgwizard-{interface}.conf"


def sysctl_key(family: str, interface: str, name: str) -> str:
    """A per-interface key; written with slashes, where an interface's own dots stay dots (sysctl.d(5))."""
    return f"net/{family}/conf/{interface}/{name}"


def settings(plan: Plan) -> tuple[tuple[str, int], ...]:
    """Key and value of each setting, in the order in which they must be made.

    IPv4: only the interfaces that are ours; the tunnel's own is set each time it is made (render/units.py), because it does not
    exist at boot. IPv6 has one switch for all interfaces, and it makes the kernel forget a default route that was learned by RA,
    unless accept_ra is 2 before (Linux, ip-sysctl: accept_ra).
    """
    forwarding = plan.forwarding
    found: list[tuple[str, int]] = []
    if forwarding.ipv4:
        found += [(sysctl_key("ipv4", name, "forwarding"), 1) for name in forwarding.interfaces]
    if forwarding.ipv6:
        found += [(sysctl_key("ipv6", name, "accept_ra"), 2) for name in forwarding.accept_ra_interfaces]
        found.append((sysctl_key("ipv6", "all", "forwarding"), 1))
    return tuple(found)


def sysctl_file(plan: Plan) -> Artefact:
    """The settings as they are made at boot."""
    unknown = plan.forwarding.ipv4 and not plan.forwarding.interfaces
    lines = header(plan, "forwarding between the tunnel and the site")
    lines += [UNKNOWN_LAN_LINE] if unknown else []
    lines += [f"{key} = {value}" for key, value in settings(plan)]
    return Artefact(HOST, sysctl_path(plan.host.interface), "0644", "\n".join(lines) + "\n", missing=("host.interface",) if unknown else ())
