"""RouterOS's words, for MikroTik.

Read: MikroTik's help, "IP Routing", "Console" (`find`, `place-before`, the numbers that `print` gives), "First time configuration"
(dst-nat, the order of fasttrack and the drop of invalid packets) and "Connection tracking" (that drop and asymmetric routing; what is
fasttracked passes by the firewall; by default a connection counts as established from its second packet on), "DHCP",
from "Network" to "Classless Route" (`dhcp-option`, `raw-value`, an option 121 with the default route in it), and the wiki's
"Manual:IPv6/Route". Address lists, the interface list WAN and the comments "defconf: …" are in many published configurations, as
`/ip/dhcp-server/network/set [find address=…]` is in some; one says that it found nothing. MikroTik's help has the number in its place.
"""

from collections.abc import Iterable

from wgwizard.render.option_121 import ByDhcp
from wgwizard.render.routers.words import HalfSeen, Router, Routes, Steps, WayIn
from wgwizard.site import Network


def _menu(network: Network) -> str:
    return "/ip" if network.version == 4 else "/ipv6"


def _route(needed: Routes) -> Steps:
    found = [(_menu(route.network), route) for route in needed.routes]
    menus = dict.fromkeys(menu for menu, _ in found)
    return Steps(
        add=tuple(f"{menu}/route/add dst-address={route.network} gateway={route.via} comment={needed.tag}" for menu, route in found),
        check=tuple(
            f"{menu}/route/print where dst-address={route.network}        # must say: A (active), gateway {route.via}"
            for menu, route in found
        ),
        remove=tuple(f"{menu}/route/remove [find where comment={needed.tag}]" for menu in menus),
    )


def _half_seen(half: HalfSeen) -> Steps:
    """A rule before the drop, and before fasttrack where it stands first."""
    families = [(menu, networks) for menu, networks in (("/ip", half.four), ("/ipv6", half.six)) if networks]
    add: list[str] = []
    for menu, networks in families:
        add += _passing(menu, networks, half.tag)
    return Steps(
        add=(*add, "N is the number that print gave to the first rule with fasttrack-connection, or else with drop and invalid"),
        check=tuple(
            f"{menu}/firewall/filter/print where chain=forward        # is there “drop invalid”? The usual configuration has it"
            for menu, _ in families
        ),
        remove=tuple(
            line
            for menu, _ in families
            for line in (
                f"{menu}/firewall/filter/remove [find where comment={half.tag}_passing]",
                f"{menu}/firewall/address-list/remove [find where list={half.tag}]",
            )
        ),
    )


def _passing(menu: str, networks: Iterable[Network], tag: str) -> list[str]:
    both = f"src-address-list={tag} dst-address-list={tag}"
    return [
        *(f"{menu}/firewall/address-list/add list={tag} address={network}" for network in networks),
        f"{menu}/firewall/filter/add chain=forward action=accept {both} comment={tag}_passing place-before=N",
    ]


def _way_in(way: WayIn) -> Steps:
    add: list[str] = []
    check: list[str] = []
    remove: list[str] = []
    if way.four is not None:
        add.append(
            f"/ip/firewall/nat/add chain=dstnat in-interface-list=WAN protocol=udp dst-port={way.outside} "
            f"action=dst-nat to-addresses={way.four} to-ports={way.inside} comment={way.tag}"
        )
        check.append(f"/ip/firewall/nat/print where comment={way.tag}")
        remove.append(f"/ip/firewall/nat/remove [find where comment={way.tag}]")
    if way.six is not None:
        to = f"in-interface-list=WAN protocol=udp dst-address={way.six}/128 dst-port={way.inside}"
        add += [
            f"/ipv6/firewall/filter/add chain=forward action=accept {to} comment={way.tag} place-before=N",
            "N is the number of the last drop in the chain forward, as /ipv6/firewall/filter/print gives it",
        ]
        check.append(f"/ipv6/firewall/filter/print where comment={way.tag}")
        remove.append(f"/ipv6/firewall/filter/remove [find where comment={way.tag}]")
    add.append("WAN is the interface list of the usual configuration; without it, in-interface= and the interface to the internet")
    return Steps(tuple(add), tuple(check), tuple(remove))


def _by_dhcp(told: ByDhcp) -> Steps:
    """An option by itself, and the network that gives it; `dhcp-option` is set as a whole."""
    option, network = "/ip/dhcp-server/option", f"/ip/dhcp-server/network/set [find address={told.network}]"
    return Steps(
        add=(
            "/ip/dhcp-server/network/print detail        # names that dhcp-option has already go after the new one, with commas",
            f"{option}/add name={told.tag} code=121 value=0x{told.octets().hex()}",
            f"{network} dhcp-option={told.tag}",
            "for older Windows a second option, with code=249, the same value and a name of its own",
            "where find finds nothing, the number that print gives to the network stands in place of [find …]",
        ),
        check=(
            f"{option}/print detail where name={told.tag}        # must say: raw-value {told.octets().hex()}",
            f"/ip/dhcp-server/network/print detail        # at {told.network}: dhcp-option={told.tag}",
        ),
        remove=(
            f'{network} dhcp-option=""        # or what else stood there',
            f"{option}/remove [find where name={told.tag}]",
        ),
    )


ROUTEROS = Router("MikroTik (RouterOS 7)", "in its terminal (WinBox, WebFig or SSH)", _route, _half_seen, _way_in, _by_dhcp)
