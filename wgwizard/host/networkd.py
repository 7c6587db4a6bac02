"""Where systemd-networkd makes the tunnel: its two files in the place of wg-quick's one, and a unit that switches the interface on; pure.

The interface is made switched off (ActivationPolicy=manual), so that it carries nothing before our unit, which needs the rules, is
started. See systemd.network(5).
"""

from collections.abc import Mapping

from wgwizard.host.layout import Layout, Owner
from wgwizard.host.tunnel_unit import tunnel_unit, with_unit
from wgwizard.render.artefact import Artefact
from wgwizard.render.forms import as_netdev, network


def with_networkd(artefacts: Mapping[str, Artefact], layout: Layout) -> dict[str, Artefact]:
    """The host's files with those of systemd-networkd in the place of wg-quick's and of the drop-in of its unit."""
    found, conf = with_unit(artefacts, layout, lambda drop_in: _unit(drop_in, layout))
    found[layout.tunnel] = as_netdev(conf, layout.interface)
    addresses = network(conf.text, layout.interface, ["ActivationPolicy = manual"])
    found[layout.network] = Artefact(conf.node, layout.network, "0644", addresses)
    return found


def owner_of_keys(layout: Layout, group: str) -> str:
    """The UID and GID of the file with the keys; `group` is the id of systemd-networkd's group."""
    return f"0:{group}" if layout.owner is Owner.NETWORKD else "0:0"


def _unit(drop_in: str, layout: Layout) -> str:
    starts = (
        f"sh -c 'until [ -e /sys/class/net/{layout.interface} ]; do sleep 0.1; done'",
        f"ip link set dev {layout.interface} up",
        f"sh -c 'until ip -o address show dev {layout.interface} scope global | grep -q .; do sleep 0.1; done'",
    )
    return tunnel_unit(drop_in, layout, "systemd-networkd.service", starts, f"ip link set dev {layout.interface} down")
