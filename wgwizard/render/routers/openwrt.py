"""OpenWrt's words.

Read: OpenWrt's user guide, "Static routes" (named sections, `interface`, `target` as CIDR, `gateway`) and "Firewall configuration"
(`/etc/init.d/firewall reload`); its LuCI (routes.js: `route6`; zones.js: "Drop invalid packets"; the menu of luci-app-firewall); its
firewall4 (ruleset.uc: the drop of invalid packets stands before every rule; etc/config/firewall: redirects, rules, and that the zone
lan forwards inside itself). For DHCP: the user guide's "DNS and DHCP configuration" (dnsmasq serves it) and the change that brought
`dhcp_option_force` (a `dhcp_option` becomes a `dhcp-option` of dnsmasq); `uci add_list dhcp.lan.dhcp_option='121,…'` is in published
configurations, and dnsmasq 2.90 sent the right bytes for the value.
"""

from wgwizard.render.option_121 import ByDhcp
from wgwizard.render.routers.words import HalfSeen, Router, Routes, Steps, WayIn


def _route(needed: Routes) -> Steps:
    """One named section a route, so that it can be taken away by its name."""
    add: list[str] = []
    sections = [f"network.{needed.tag}_{number}" for number, _ in enumerate(needed.routes, 1)]
    for section, route in zip(sections, needed.routes, strict=True):
        add += [
            f"uci set {section}={'route' if route.network.version == 4 else 'route6'}",
            f"uci set {section}.interface=lan        # OpenWrt's name of the network that the host is in",
            f"uci set {section}.target={route.network}",
            f"uci set {section}.gateway={route.via}",
        ]
    kept = ("uci commit network", "service network reload")
    return Steps(
        add=(*add, *kept),
        check=tuple(
            f"ip -{route.network.version} route show {route.network}        # must say: via {route.via}" for route in needed.routes
        ),
        remove=(*(f"uci delete {section}" for section in sections), *kept),
    )


def _half_seen(_: HalfSeen) -> Steps:
    """A switch for the whole firewall: its drop stands before every rule, so no rule can make an exception."""
    kept = ("uci commit firewall", "/etc/init.d/firewall reload")
    return Steps(
        add=(
            "uci set firewall.@defaults[0].drop_invalid=0",
            *kept,
            "the same in LuCI: Network → Firewall → General Settings: take the tick off Drop invalid packets",
            "this is for the whole router; a rule cannot make an exception, because this drop comes before all of them",
        ),
        check=("uci -q get firewall.@defaults[0].drop_invalid        # 1: it drops them; 0 or nothing, as usual: it does not",),
        remove=("uci set firewall.@defaults[0].drop_invalid=1", *kept),
    )


def _way_in(way: WayIn) -> Steps:
    sections: dict[str, tuple[str, ...]] = {}
    common = ("src=wan", "dest=lan", "proto=udp")
    if way.four is not None:
        four = ("family=ipv4", f"src_dport={way.outside}", f"dest_ip={way.four}", f"dest_port={way.inside}", "target=DNAT")
        sections[f"firewall.{way.tag}"] = ("redirect", *common, *four)
    if way.six is not None:
        six = ("family=ipv6", f"dest_ip={way.six}", f"dest_port={way.inside}", "target=ACCEPT")
        sections[f"firewall.{way.tag}_ipv6"] = ("rule", *common, *six)
    add = [
        f"uci set {section}{'=' if place == 0 else '.'}{option}"
        for section, options in sections.items()
        for place, option in enumerate(options)
    ]
    kept = ("uci commit firewall", "/etc/init.d/firewall reload")
    return Steps(
        add=(*add, *kept),
        check=tuple(f"uci show {section}" for section in sections),
        remove=(*(f"uci delete {section}" for section in sections), *kept),
    )


def _by_dhcp(told: ByDhcp) -> Steps:
    """Options of dnsmasq, on the list of the network's own section."""
    values = [f"dhcp.lan.dhcp_option='{code},{told.dnsmasq()}'" for code in (121, 249)]
    kept = ("uci commit dhcp", "service dnsmasq restart")
    return Steps(
        add=(
            *(f"uci add_list {value}" for value in values),
            *kept,
            f"lan stands for OpenWrt's name of the network {told.network}",
        ),
        check=("uci show dhcp.lan.dhcp_option        # both are there, once",),
        remove=(*(f"uci del_list {value}" for value in values), *kept),
    )


OPENWRT = Router("OpenWrt", "as root in its shell (SSH)", _route, _half_seen, _way_in, _by_dhcp)
