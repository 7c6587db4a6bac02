"""The unit that loads our rules, fitted to what else loads rules on this host; pure."""

_FOLLOWS = ("PartOf=", "ReloadPropagatedFrom=")
_NFTABLES = "nftables.service"


def beside_firewalld(unit: str) -> str:
    """Without following nftables.service, for a host with a firewalld up to 2.1.

    Each start of that asks for the stop of nftables.service (Conflicts=, systemd.unit(5)), and ours would be stopped with it, though
    it does not even run.
    """
    lines = (line.replace(f" {_NFTABLES}", "") for line in unit.splitlines() if line not in {f"{key}{_NFTABLES}" for key in _FOLLOWS})
    return "\n".join(lines) + "\n"


def iptables_services(package_manager: str | None, *, firewalld: bool) -> str:
    """The units that load iptables' rules at boot: Debian's, or those of Fedora, RHEL and Arch.

    Each start of firewalld asks for the stop of the latter (Conflicts=), and ours would be stopped with them.
    """
    if package_manager == "apt-get":
        return "netfilter-persistent.service"
    return "" if firewalld else "iptables.service ip6tables.service"


def told_again(unit: str, start: str, services: str) -> str:
    """With the command `start` each time after the rules are loaded, and after these services, which flush what they load anew."""
    lines = []
    for line in unit.splitlines():
        follows = services and line.startswith(("After=", *_FOLLOWS))
        lines.append(f"{line} {services}" if follows else line)
        if line.startswith(("ExecStart=", "ExecReload=")):
            lines.append(f"{line.partition('=')[0].replace('ExecStart', 'ExecStartPost')}=-{start}")
    return "\n".join(lines) + "\n"
