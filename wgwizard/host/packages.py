"""What the host lacks and how its own package manager installs it; pure."""

from wgwizard.host.facts import Facts

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
