"""The cards for what tells the computers themselves a route: each system's commands, and who has a fixed address."""

from ipaddress import ip_address

from tests.unit.article import KEYS, article, completed
from wgwizard.plan import make_plan
from wgwizard.render.cards import cards
from wgwizard.site import RoutesAt, Site, SiteHost, Strategy

AT_HOSTS = frozenset({RoutesAt.HOSTS})
BY_DHCP = frozenset({RoutesAt.DHCP})
LINUX = ["ip route add 10.0.0.0/24 via 192.168.200.2", "ip route del 10.0.0.0/24 via 192.168.200.2"]
WINDOWS = [
    "route -p add 10.0.0.0 mask 255.255.255.0 192.168.200.2",
    "Find-NetRoute -RemoteIPAddress 10.0.0.2        # must say: NextHop 192.168.200.2",
    "route delete 10.0.0.0 mask 255.255.255.0 192.168.200.2",
]
WINDOWS_IPV6 = [
    "New-NetRoute -DestinationPrefix fd00:10::/64 -InterfaceIndex N -NextHop fd00:200::2",
    "Find-NetRoute -RemoteIPAddress fd00:10::2        # must say: NextHop fd00:200::2",
    "Remove-NetRoute -DestinationPrefix fd00:10::/64 -NextHop fd00:200::2",
]
MACOS = [
    "sudo route -n add -net 10.0.0.0/24 192.168.200.2",
    "sudo route -n add -inet6 fd00:10::/64 fd00:200::2",
    "route -n get 10.0.0.2        # must say: gateway: 192.168.200.2",
    "route -n get -inet6 fd00:10::2        # must say: gateway: fd00:200::2",
    "sudo route -n delete -net 10.0.0.0/24 192.168.200.2",
    "sudo route -n delete -inet6 fd00:10::/64 fd00:200::2",
]
ANY_DEVICE = ["add: network 10.0.0.0, mask 255.255.255.0, gateway 192.168.200.2", "remove: delete the route to 10.0.0.0/24"]


def lines_of(site: Site, card: str) -> list[str]:
    plan = make_plan(completed(site), Strategy.GATEWAY, masquerade_into_tunnel=False, public_keys=KEYS)
    text = next(made.text for made in cards(plan) if made.path == card)
    return [line.strip() for line in text.splitlines()]


def after(lines: list[str], title: str) -> list[str]:
    return lines[lines.index(title) :]


def test_each_computer_finds_the_commands_of_its_system() -> None:
    lines = lines_of(article(routes_at=AT_HOSTS), "route-on-the-computers.txt")
    wanted = [*LINUX, *WINDOWS, *WINDOWS_IPV6, *MACOS, *ANY_DEVICE]
    assert [line for line in wanted if line not in lines] == []
    assert "add: network fd00:10::, prefix length 64, gateway fd00:200::2" in lines
    assert "macOS: add (lost at the next boot):" in lines


def test_a_fixed_address_beside_dhcp_is_told_by_the_same_commands() -> None:
    lines = after(lines_of(article(routes_at=BY_DHCP), "route-by-dhcp.txt"), FIXED)
    assert [line for line in [*LINUX, *WINDOWS, *ANY_DEVICE] if line not in lines] == []
    assert not any("fd00:" in line for line in lines)


FIXED = "On a computer with a fixed address, which asks no DHCP server:"


def test_the_computers_that_may_have_one_are_named_with_their_addresses_in_that_network() -> None:
    hosts = (
        SiteHost("files", (ip_address("192.168.200.10"), ip_address("fd00:200::10"))),
        SiteHost("print", (ip_address("192.168.200.11"), ip_address("192.168.200.12"))),
        SiteHost("camera", (ip_address("192.168.201.5"),)),
    )
    lines = after(lines_of(article(routes_at=BY_DHCP, hosts=hosts), "route-by-dhcp.txt"), FIXED)
    assert "if they have fixed addresses: files (192.168.200.10), print (192.168.200.11, 192.168.200.12)" in lines


def test_a_site_without_named_computers_names_none() -> None:
    lines = lines_of(article(routes_at=BY_DHCP, hosts=()), "route-by-dhcp.txt")
    assert FIXED in lines
    assert not any(line.startswith("if they have") for line in lines)
