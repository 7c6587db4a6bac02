"""Where no systemd runs: one script that starts rules and tunnel, instead of the units, for the host's own start-up to call; pure."""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from wgwizard.host.layout import Layout
from wgwizard.host.sysctl_files import sysctls_in
from wgwizard.render.artefact import Artefact

_AFTER = "ExecStartPost="
_SYSCTL = "sysctl -q -w "
_GROUP = re.compile(r"ip link set dev (\S+) group (\d+)")


UNTIL_RESTART = "they last until the host's next restart, unless its own start-up calls the start script"


def boot_note(init: str, layout: Layout) -> str:
    """What a person has to do for it to last."""
    return (
        f"The host is started by {init or 'something unknown'}, which wgwizard does not set up: all of this lasts until its next restart."
        f" For it to last longer, let what runs at its start, after the network (/etc/rc.local, for one), have this line: sh {layout.start}"
    )


def without_units(artefacts: Mapping[str, Artefact], layout: Layout) -> dict[str, Artefact]:
    """The host's files with the start script in the place of the units."""
    found = dict(artefacts)
    found.pop(layout.rules_unit_file)
    drop_in = found.pop(layout.drop_in)
    forwarding = found.pop(layout.sysctls, None)
    if forwarding is not None:
        found[layout.switches] = replace(forwarding, path=layout.switches)
    sysctls = sysctls_in(forwarding.text if forwarding is not None else "")
    text = _start_script(_commands_after(drop_in.text, sysctls), sysctls, layout)
    found[layout.start] = Artefact(drop_in.node, layout.start, "0755", text)
    return found


def _commands_after(unit: str, before: Mapping[str, str]) -> tuple[str, ...]:
    """What the tunnel's unit would run after it has started, in words that busybox has, too; without the settings made `before`."""
    commands = (line.removeprefix(_AFTER) for line in unit.splitlines() if line.startswith(_AFTER))
    made = {f"{_SYSCTL}{key}={value}" for key, value in before.items()}
    return tuple(_small(command) for command in commands if command not in made)


def _small(command: str) -> str:
    """Busybox's ip knows no groups, and its sysctl no slashes."""
    group = _GROUP.fullmatch(command)
    if group is not None:
        return f'"$ip" link set dev {group[1]} group {group[2]} || echo {group[2]} >/sys/class/net/{group[1]}/netdev_group || exit 1'
    if command.startswith(_SYSCTL):
        return "".join(f"echo {value} >/proc/sys/{key} || exit 1" for key, value in sysctls_in(command.removeprefix(_SYSCTL)).items())
    return command


def _start_script(after: tuple[str, ...], sysctls: Mapping[str, str], layout: Layout) -> str:
    """No rules, no tunnel; with a file of its own as argument it starts the tunnel alone, from that."""
    lines = [
        "#!/bin/sh",
        f"# wgwizard: starts {layout.interface}, its rules and forwarding. Nothing runs this by itself: let what runs at the host's start,",
        f"# after its network, have this line:  sh {layout.start}",
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
