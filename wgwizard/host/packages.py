"""What the host lacks and how its own package manager installs it; pure."""

import re

from wgwizard.host.facts import Facts
from wgwizard.problems import Problem, error

NFTABLES = "nftables"
WIREGUARD_TOOLS = "wireguard-tools"
WIREGUARD_GO = "wireguard-go"
BASH = "bash"

_COMMANDS = {
    "apt-get": "apt-get install --yes --no-install-recommends",
    "dnf": "dnf install --assumeyes",
    "yum": "yum install --assumeyes",
    "zypper": "zypper --non-interactive install",
    "pacman": "pacman --sync --noconfirm",
    "apk": "apk add",
    "opkg": "opkg install",
}

# Why one of these may find no such package, and what helps. dnf, yum and zypper fetch new lists by themselves.
_HINTS = {
    "apt-get": "Its lists of packages may be missing or old: run `apt-get update` there, then apply again.",
    "dnf": "On RHEL 8 and what is made of it wireguard-tools is in EPEL: run `dnf install epel-release` there, then apply again.",
    "yum": "On RHEL 8 and what is made of it wireguard-tools is in EPEL: run `yum install epel-release` there, then apply again.",
    "pacman": "Its lists of packages may be old: run `pacman -Syu` there, restart the host if that brought a kernel, then apply again.",
    "apk": "Its lists of packages may be missing or old: run `apk update` there, then apply again.",
    "opkg": "Its lists of packages may be missing or old: run `opkg update` there, then apply again.",
}
_RHEL_8 = re.compile(r"\.el8(_|\.|$)")


def missing_packages(facts: Facts) -> tuple[str, ...]:
    """The packages without which no tunnel can run; their names are the same in all of these distributions."""
    tools = facts.system.tools
    found = [] if "nft" in tools else [NFTABLES]
    if not {"wg", "wg-quick"} <= tools:
        found.append(WIREGUARD_TOOLS)
    if "bash" not in tools:  # wg-quick is written in it
        found.append(BASH)
    if not (facts.system.kernel_wireguard or facts.system.userspace_wireguard):
        found.append(WIREGUARD_GO)
    return tuple(found)


def install_command(manager: str | None, packages: tuple[str, ...]) -> str | None:
    """The command that installs them, `None` where the package manager is not known."""
    return f"{_COMMANDS[manager]} {' '.join(packages)}" if manager in _COMMANDS else None


def install_hint(manager: str | None) -> str:
    """What to do where that command fails."""
    return _HINTS.get(manager or "", "Install them by hand.")


def no_package_helps(facts: Facts) -> tuple[Problem, ...]:
    """Why the kernel has no WireGuard, where the package manager has nothing against it."""
    system = facts.system
    if system.kernel_wireguard or system.userspace_wireguard:
        return ()
    if system.kernel_is_gone:
        message = f"The running kernel {system.release} has no WireGuard: an update has taken its modules away."
        return (error("kernel-is-gone", "host", message, "Restart the host, then apply again."),)
    if _RHEL_8.search(system.release):
        message = f"The kernel {system.release} has no WireGuard, and RHEL 8 and what is made of it have no wireguard-go."
        hint = (
            "ELRepo has a module for it and EPEL the tools, neither is RHEL's own: run there `dnf install elrepo-release epel-release`, "
            "then `dnf install kmod-wireguard wireguard-tools nftables`, and apply again."
        )
        return (error("kernel-without-wireguard", "host", message, hint),)
    return ()
