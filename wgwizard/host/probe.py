"""How Host β stands, by one script that only reads."""

import secrets

from wgwizard.errors import RemoteError
from wgwizard.host import launch
from wgwizard.host.channel import Connection, Result
from wgwizard.host.diagnosis import why_nothing_runs
from wgwizard.host.facts import Facts
from wgwizard.host.facts_parsing import PACKAGE_MANAGERS, ProbeUnreadableError, parse_facts, sections
from wgwizard.host.layout import Layout
from wgwizard.host.masking import MOST_DIGESTS, shown
from wgwizard.host.openings import FIREWALL_TOOLS
from wgwizard.host.packages import WIREGUARD_GO
from wgwizard.host.safety import NEEDED_TOOLS, SYSTEMD_RUN
from wgwizard.host.scripts import script
from wgwizard.host.shell import RootShell
from wgwizard.site import DEFAULT_INTERFACE

PROBE_TIMEOUT = 60.0
LOOK_TIMEOUT = 20.0
TOOLS = (*PACKAGE_MANAGERS, *NEEDED_TOOLS, SYSTEMD_RUN, "nft", "wg", "wg-quick", "bash", WIREGUARD_GO, "conntrack", *FIREWALL_TOOLS)


def probe(shell: RootShell, layout: Layout, *, with_before: bool = False) -> Facts:
    """The facts of the host, with what stood before the last apply where asked for; raises RemoteError where its answer is not whole."""
    nonce = secrets.token_hex(8)
    result = shell.run(probe_script(layout, nonce, with_before=with_before), timeout=PROBE_TIMEOUT)
    return _facts(shell.connection, result, nonce, layout, "Log in by hand and see whether /bin/sh works there as root.")


def probe_script(layout: Layout, nonce: str, *, with_before: bool) -> str:
    """The script whose output has its sections marked by the nonce."""
    values = {"NONCE": nonce, "TOOLS": " ".join(TOOLS), "MOST_DIGESTS": str(MOST_DIGESTS), "WITH_BEFORE": "yes" if with_before else "no"}
    return script(layout, "recover", "ways", "probe", **values)


def look(connection: Connection) -> Facts:
    """What the host shows without root: its system, addresses, interfaces, routes and UDP ports; raises RemoteError as above."""
    nonce, layout = secrets.token_hex(8), Layout(DEFAULT_INTERFACE)
    text = script(layout, "ways", "probe", main="look; exit", NONCE=nonce, TOOLS=" ".join(TOOLS))
    result = connection.run(launch.as_user(text), timeout=LOOK_TIMEOUT)
    return _facts(connection, result, nonce, layout, "Log in by hand and see whether /bin/sh works there.")


def _facts(connection: Connection, result: Result, nonce: str, layout: Layout, hint: str) -> Facts:
    try:
        return parse_facts(sections(result.stdout, nonce), layout)
    except ProbeUnreadableError:
        raise why_nothing_runs(connection) or RemoteError(
            f"The host could not be looked at (status {result.status}): {shown(result.stderr) or 'it gave no reason'}.", hint
        ) from None
