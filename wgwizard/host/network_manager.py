"""Where NetworkManager makes the tunnel: its keyfile in the place of wg-quick's file, and a unit that asks for the connection; pure.

The connection does not come up by itself (autoconnect=false), so that there is no tunnel before our unit, which needs the rules, is
started. See nm-settings-keyfile(5).
"""

from collections.abc import Iterable, Mapping

from wgwizard.host.layout import Layout
from wgwizard.host.tunnel_unit import tunnel_unit, with_unit
from wgwizard.render.artefact import Artefact
from wgwizard.render.forms import as_keyfile
from wgwizard.render.other_firewalls import firewalld_zone

_SECONDS = 15  # that the connection may take, of the unit's 20


def with_network_manager(artefacts: Mapping[str, Artefact], layout: Layout, openings: Iterable[str]) -> dict[str, Artefact]:
    """The host's files with NetworkManager's in the place of wg-quick's and of the drop-in of its unit.

    Where firewalld is told of the tunnel (by one of these `openings`), the keyfile names its zone: NetworkManager sets that of its
    connections.
    """
    found, conf = with_unit(artefacts, layout, lambda drop_in: _unit(drop_in, layout))
    zone = [f"zone={firewalld_zone(layout.interface)}"] if any("in_firewalld" in line for line in openings) else []
    found[layout.tunnel] = as_keyfile(conf, layout, zone)
    return found


def _unit(drop_in: str, layout: Layout) -> str:
    up, down = f"nmcli -w {_SECONDS} connection up uuid {layout.profile}", f"nmcli connection down uuid {layout.profile}"
    return tunnel_unit(drop_in, layout, "NetworkManager.service", (up,), down)
