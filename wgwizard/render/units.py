"""Plan -> β's systemd units: the rules come before the tunnel, and never vanish while it is up."""

from wgwizard.plan.model import HOST, Plan
from wgwizard.render.artefact import Artefact
from wgwizard.render.nftables import TUNNEL_GROUP, rules_path
from wgwizard.render.sysctl import settings, sysctl_key
from wgwizard.render.text import header


def rules_unit(interface: str) -> str:
    """The unit that loads the rules."""
    return f"wgwizard-{interface}.service"


def tunnel_unit(interface: str) -> str:
    """wg-quick's unit of the tunnel."""
    return f"wg-quick@{interface}.service"


def units(plan: Plan) -> tuple[Artefact, ...]:
    """The rules' unit and the drop-in of the tunnel's unit."""
    interface = plan.host.interface
    return (
        Artefact(HOST, f"/etc/systemd/system/{rules_unit(interface)}", "0644", _rules(plan, interface)),
        Artefact(HOST, f"/etc/systemd/system/{tunnel_unit(interface)}.d/wgwizard.conf", "0644", _drop_in(plan, interface)),
    )


def _rules(plan: Plan, interface: str) -> str:
    """`nftables.service` flushes every table when it restarts or reloads: this unit follows it each time (systemd.unit(5)).

    Like nftables.service itself it starts before any network interface comes up (systemd.special(7), network-pre.target): the
    forwarding of sysctl.d is on by then, and the rules close what it opens. It has no ExecStop: a rule set that goes away before
    the forwarding does would open what it closed.
    """
    load = f"nft -f {rules_path(interface)}"
    lines = [
        *header(plan, "loads the rules of the tunnel at boot, and again whenever nftables.service flushes every table"),
        "[Unit]",
        f"Description=Rules of the WireGuard tunnel {interface}",
        "DefaultDependencies=no",
        "After=local-fs.target nftables.service",
        "PartOf=nftables.service",
        "ReloadPropagatedFrom=nftables.service",
        "Wants=network-pre.target",
        f"Before=network-pre.target shutdown.target {tunnel_unit(interface)}",
        "Conflicts=shutdown.target",
        "",
        "[Service]",
        "Type=oneshot",
        "RemainAfterExit=yes",
        f"ExecStart={load}",
        f"ExecReload={load}",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"


def _drop_in(plan: Plan, interface: str) -> str:
    """No rules, no tunnel; and what is lost whenever the interface is made anew: its group and its IPv4 forwarding.

    The other settings are made again, too: a file that sysctl.d(5) reads after ours may have switched them off.
    """
    lines = [
        *header(plan, "no rules, no tunnel; the interface's group, and the forwarding, each time it is made"),
        "[Unit]",
        f"Requires={rules_unit(interface)}",
        f"After={rules_unit(interface)}",
        "",
        "[Service]",
        f"ExecStartPost=ip link set dev {interface} group {TUNNEL_GROUP}",
    ]
    if plan.forwarding.ipv4:
        lines.append(f"ExecStartPost=sysctl -q -w {sysctl_key('ipv4', interface, 'forwarding')}=1")
    # -e: an interface that is not there now, as one that was pulled out, must not keep the tunnel from the others.
    lines += [f"ExecStartPost=sysctl -q -e -w {key}={value}" for key, value in settings(plan)]
    return "\n".join(lines) + "\n"
