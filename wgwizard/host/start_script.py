"""Where no systemd runs: one script that starts rules and tunnel, instead of the units, for the host's own start-up to call; pure."""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from wgwizard.host.facts import System
from wgwizard.host.layout import Layout
from wgwizard.host.sysctl_files import sysctls_in
from wgwizard.render.artefact import Artefact

_AFTER = "ExecStartPost="
_SYSCTL = re.compile(r"sysctl -q (?:-e )?-w (.+)")
_GROUP = re.compile(r"ip link set dev (\S+) group (\d+)")


UNTIL_RESTART = "they last until the host's next restart, unless its own start-up calls the start script"


def boot_note(init: str, layout: Layout) -> str:
    """What a person has to do for it to last."""
    return (
        f"The host is started by {init or 'something unknown'}, which wgwizard does not set up: all of this lasts until its next restart."
        f" For it to last longer, let what runs at its start, after the network (/etc/rc.local, for one), have this line: sh {layout.start}"
    )


def how_to_start(system: System, layout: Layout) -> str:
    """What starts a tunnel that does not run, where no systemd does."""
    if system.openrc:
        return f"it does not run: rc-service {layout.service} start"
    return f"the host does not start it by itself: sh {layout.start} does, now and as a line in what runs at its start"


def without_units(artefacts: Mapping[str, Artefact], layout: Layout, *, openrc: bool) -> dict[str, Artefact]:
    """The host's files with the start script in the place of the units, and OpenRC's service that calls it."""
    found = dict(artefacts)
    found.pop(layout.rules_unit_file)
    drop_in = found.pop(layout.drop_in)
    forwarding = found.pop(layout.sysctls, None)
    if forwarding is not None:
        found[layout.switches] = replace(forwarding, path=layout.switches)
    sysctls = sysctls_in(forwarding.text if forwarding is not None else "")
    text = _start_script(_commands_after(drop_in.text, sysctls), sysctls, layout, openrc=openrc)
    found[layout.start] = Artefact(drop_in.node, layout.start, "0755", text)
    if openrc:
        found[layout.service_file] = Artefact(drop_in.node, layout.service_file, "0755", _service(layout))
    return found


def _commands_after(unit: str, before: Mapping[str, str]) -> tuple[str, ...]:
    """What the tunnel's unit would run after it has started, in words that busybox has, too; without the settings made `before`."""
    commands = (line.removeprefix(_AFTER) for line in unit.splitlines() if line.startswith(_AFTER))
    made = {f"{key}={value}" for key, value in before.items()}
    return tuple(_small(command) for command in commands if (found := _SYSCTL.fullmatch(command)) is None or found[1] not in made)


def _small(command: str) -> str:
    """Busybox's ip knows no groups, and its sysctl no slashes."""
    group = _GROUP.fullmatch(command)
    if group is not None:
        return f'"$ip" link set dev {group[1]} group {group[2]} || echo {group[2]} >/sys/class/net/{group[1]}/netdev_group || exit 1'
    sysctl = _SYSCTL.fullmatch(command)
    if sysctl is not None:
        return "".join(f"echo {value} >/proc/sys/{key} || exit 1" for key, value in sysctls_in(sysctl[1]).items())
    return command


def _start_script(after: tuple[str, ...], sysctls: Mapping[str, str], layout: Layout, *, openrc: bool) -> str:
    """No rules, no tunnel; with a file of its own as argument it starts the tunnel alone, from that."""
    what = f"# wgwizard: starts {layout.interface}, its rules and forwarding."
    by_hand = (
        f"{what} Nothing runs this by itself: let what runs at the host's start,",
        f"# after its network, have this line:  sh {layout.start}",
    )
    lines = [
        "#!/bin/sh",
        *((f"{what} OpenRC's service {layout.service} runs this.",) if openrc else by_hand),
        'if [ -z "${1:-}" ]; then',
        f"  nft -f {layout.rules} || exit 1",
        *(f"  echo {value} >/proc/sys/{key}" for key, value in sysctls.items()),
        "fi",
        f'wg-quick up "${{1:-{layout.tunnel}}}" || exit 1',
        # A shell that is busybox's takes its own ip for the one that is installed.
        "ip=$(ls /sbin/ip /usr/sbin/ip /bin/ip /usr/bin/ip 2>/dev/null | head -n 1)",
        *after,
    ]
    return "\n".join(lines) + "\n"


def _service(layout: Layout) -> str:
    """OpenRC's service (openrc-run(8)): a tunnel that runs already is left alone, and its rules outlive it."""
    return f"""\
#!/sbin/openrc-run
# wgwizard: starts {layout.interface}, its rules and forwarding at every start of the host.
description="The WireGuard tunnel {layout.interface} with its rules (wgwizard)"

depend() {{
	use net dns
	after net firewall nftables iptables ip6tables ufw
}}

start() {{
	ebegin "Starting {layout.interface} and its rules"
	[ -e /sys/class/net/{layout.interface} ] || sh {layout.start}
	eend $?
}}

stop() {{
	ebegin "Stopping {layout.interface}"
	[ ! -e /sys/class/net/{layout.interface} ] || ip link del dev {layout.interface}
	eend $?
}}
"""
