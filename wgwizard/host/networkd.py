"""Where systemd-networkd makes the tunnel: its two files in the place of wg-quick's one, and a unit that switches the interface on; pure.

The interface is made switched off (ActivationPolicy=manual), so that it carries nothing before our unit, which needs the rules, is
started: no rules, no tunnel. See systemd.network(5).
"""

from collections.abc import Mapping

from msgspec.structs import replace

from wgwizard.host.layout import Layout, Owner
from wgwizard.render.artefact import Artefact
from wgwizard.render.forms import as_netdev, header, network

_AFTER = "ExecStartPost="


def with_networkd(artefacts: Mapping[str, Artefact], layout: Layout) -> dict[str, Artefact]:
    """The host's files with those of systemd-networkd in the place of wg-quick's and of the drop-in of its unit."""
    quick = Layout(layout.interface)
    found = dict(artefacts)
    conf, drop_in, rules = found.pop(quick.tunnel), found.pop(quick.drop_in), found[layout.rules_unit_file]
    found[layout.tunnel] = as_netdev(conf, layout.interface)
    addresses = network(conf.text, layout.interface, ["ActivationPolicy = manual"])
    found[layout.network] = Artefact(conf.node, layout.network, "0644", addresses)
    found[layout.drop_in] = Artefact(conf.node, layout.drop_in, "0644", _unit(drop_in.text, layout))
    found[rules.path] = replace(rules, text=rules.text.replace(quick.tunnel_unit, layout.tunnel_unit))
    return found


def owner_of_keys(layout: Layout, group: str) -> str:
    """The UID and GID of the file with the keys; `group` is the id of systemd-networkd's group."""
    return f"0:{group}" if layout.owner is Owner.NETWORKD else "0:0"


def _unit(drop_in: str, layout: Layout) -> str:
    """What wg-quick's unit does with our drop-in, but for making the interface."""
    lines = [
        *header(drop_in),
        "[Unit]",
        f"Description=WireGuard tunnel {layout.interface}, which systemd-networkd makes",
        f"Requires={layout.rules_unit}",
        f"After={layout.rules_unit} systemd-networkd.service",
        "",
        "[Service]",
        "Type=oneshot",
        "RemainAfterExit=yes",
        "TimeoutStartSec=20",
        f"ExecStart=sh -c 'until [ -e /sys/class/net/{layout.interface} ]; do sleep 0.1; done'",
        f"ExecStart=ip link set dev {layout.interface} up",
        f"ExecStart=sh -c 'until ip -o address show dev {layout.interface} scope global | grep -q .; do sleep 0.1; done'",
        *(line for line in drop_in.splitlines() if line.startswith(_AFTER)),
        f"ExecStop=-ip link set dev {layout.interface} down",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"
