"""The scripts for Host β: package data joined with the values they need, each value quoted for the shell."""

import shlex
from importlib.resources import files

from wgwizard.host.layout import RUN, STATE, Layout

_CALL = 'main "$@"; exit'


def source(name: str) -> str:
    """The text of a script of this package."""
    return files("wgwizard.host").joinpath(f"{name}.sh").read_text(encoding="utf-8")


def script(layout: Layout, *names: str, main: str = _CALL, **values: str) -> str:
    """The named scripts after what they share, with `values` set before them.

    `main` is the last line, so that a cut text runs nothing.
    """
    given = {
        "IFACE": layout.interface,
        "TABLE": layout.table,
        "OWNER": layout.owner,
        "TUNNEL": layout.tunnel,
        "NETWORK": layout.network,
        "PROFILE": layout.profile,
        "RULES": layout.rules,
        "OPENINGS": layout.openings,
        "RULES_UNIT_FILE": layout.rules_unit_file,
        "DROP_IN": layout.drop_in,
        "START": layout.start,
        "SERVICE": layout.service,
        "SERVICE_FILE": layout.service_file,
        "SYSCTLS": layout.sysctls,
        "SWITCHES": layout.switches,
        "RULES_UNIT": layout.rules_unit,
        "TUNNEL_UNIT": layout.tunnel_unit,
        "STATE": STATE,
        "RUN": RUN,
        **values,
    }
    settings = "".join(f"{name}={shlex.quote(value)}\n" for name, value in given.items())
    return settings + "".join(source(name) for name in ("common", "work", *names)) + main + "\n"
