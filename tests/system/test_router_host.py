"""Host β is the site's own router: several LANs, several addresses, the internet behind another interface, NAT and a firewall of its own.

eth0 leads to the LAN of these tests, e2 to a second LAN, e1 to the internet, where the point is.
"""

import time
from collections.abc import Callable, Iterator
from ipaddress import ip_interface, ip_network
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client
from tests.system.kinds.test_kinds import PUBLISHED, source_seen
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import Snapshot, take
from tests.system.point_support import ENDPOINT, Side, come_up, plug
from tests.system.test_foreign_forwards import FAMILIES, ON_LAN, PORT, routes
from wgwizard.rehearsal import netns
from wgwizard.site import Needs, Opens, Service, SiteNetwork, Strategy

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

MakeClient = Callable[..., Client]
Seen = dict[str, dict[int, str]]
OWN_RULES = """#!/usr/sbin/nft -f
flush ruleset
table inet router {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iifname { "lo", "eth0", "e2" } accept
		meta l4proto { icmp, icmpv6 } accept
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		iifname { "eth0", "e2" } accept
	}
	chain postrouting {
		type nat hook postrouting priority srcnat;
		oifname "e1" masquerade
	}
}
"""
ON_INTERNET = {4: "198.51.100.1", 6: "fd00:100::1"}  # β there
ON_SECOND = {4: "198.51.101.1", 6: "fd00:101::1"}
SECOND_ADDRESS = "192.168.200.3"  # β's other one in the first LAN
ON_FIRST = {4: "192.168.200.2", 6: "fd00:200::2"}
NOBODY = {4: "", 6: ""}


@pytest.fixture
def router(make_beta: Callable[..., LabHost]) -> LabHost:
    """A host that is the LANs' router since long."""
    made = make_beta(enable=("nftables.service",))
    made.write("/etc/nftables.conf", OWN_RULES)
    made.write("/etc/sysctl.d/10-router.conf", "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n")
    made.sh("sysctl -q -p /etc/sysctl.d/10-router.conf; systemctl restart nftables")
    return made


class Around:
    """What is plugged into the router; a restart of it pulls every plug."""

    def __init__(self, host: LabHost) -> None:
        self.host = host
        self.places: list[Side] = []

    def plug(self) -> tuple[Side, Side]:
        """Somebody on the internet and somebody in the second LAN."""
        netns.delete([place.space for place in self.places])
        self.host.sh(f"ip address add {SECOND_ADDRESS}/24 dev eth0")
        self.places = [plug(self.host, "e1", 100), plug(self.host, "e2", 101)]
        self.host.sh("ip route replace default via 198.51.100.9; ip -6 route replace default via fd00:100::9")
        return self.places[0], self.places[1]


@pytest.fixture
def around(router: LabHost) -> Iterator[Around]:
    made = Around(router)
    routes("add")
    yield made
    routes("delete")
    netns.delete([place.space for place in made.places])


def seen(origin: str | None, addresses: dict[int, str], listener: str | None, port: int = PORT) -> dict[int, str]:
    return {family: source_seen(origin, addresses[family], port, listener) for family in FAMILIES}


def as_router(internet: Side, second: Side) -> Seen:
    """What the router does for the LANs, with and without a tunnel."""
    return {
        "LAN to internet": seen(None, internet.addresses, internet.space),
        "second LAN to internet": seen(second.space, internet.addresses, internet.space),
        "LAN to second LAN": seen(None, second.addresses, second.space),
        "second LAN to LAN": seen(second.space, ON_LAN, None),
    }


def by_tunnel(point: Side, second: Side) -> Seen:
    return {
        "LAN to the port": seen(None, ON_FIRST, point.space, PUBLISHED),
        "LAN to the port at the second address": {4: source_seen(None, SECOND_ADDRESS, PUBLISHED, point.space)},
        "point to LAN": seen(point.space, ON_LAN, None),
        "point to second LAN": seen(point.space, second.addresses, second.space),
        "LAN to point": seen(None, point.addresses, point.space),
        "second LAN to point": seen(second.space, point.addresses, point.space),
        "second LAN to the port": seen(second.space, ON_SECOND, point.space, PUBLISHED),
    }


def routed(second: Side) -> Seen:
    return {
        "LAN to internet": ON_INTERNET,
        "second LAN to internet": ON_INTERNET,
        "LAN to second LAN": ON_LAN,
        "second LAN to LAN": second.addresses,
    }


def wanted(strategy: Strategy, point: Side, second: Side) -> Seen:
    """docs/strategies.md, the truth table, for both LANs."""
    forwards, plain = strategy.forwards, strategy.routes
    return {
        "LAN to the port": ON_LAN if forwards else NOBODY,
        "LAN to the port at the second address": {4: ON_LAN[4] if forwards else ""},
        "point to LAN": point.addresses if plain else ON_FIRST,
        "point to second LAN": point.addresses if plain else ON_SECOND,
        "LAN to point": ON_LAN if plain else NOBODY,
        "second LAN to point": second.addresses if plain else NOBODY,
        "second LAN to the port": second.addresses if forwards else NOBODY,
    }


def client_of(made: Client, strategy: Strategy) -> Client:
    """The site with both LANs, whose router β is."""
    made.strategy = strategy
    first, other = made.site.points
    services = (Service("web", "tcp", PORT, PUBLISHED),) if strategy.forwards else ()
    networks = (*made.site.networks, SiteNetwork(ip_network("198.51.101.0/24"), "lan2"), SiteNetwork(ip_network("fd00:101::/64"), "lan2-6"))
    more = (ip_interface(f"{text}/{prefix}") for text, prefix in ((SECOND_ADDRESS, 24), (ON_SECOND[4], 24), (ON_SECOND[6], 64)))
    host = replace(made.site.host, addresses=(*made.site.host.addresses, *more), default_gateway=True, endpoint=ENDPOINT)
    made.change_site(
        replace(
            made.site,
            networks=networks,
            host=host,
            router=(),
            needs=Needs(opens=Opens.BOTH),
            points=(replace(first, services=services), other),
        )
    )
    return made


def steady(snapshot: Snapshot) -> Snapshot:
    """Without the link-local addresses, which are others each time something is plugged in."""
    addresses, routes = (tuple(line for line in lines if "fe80:" not in line) for lines in (snapshot.addresses, snapshot.routes))
    return replace(snapshot, addresses=addresses, routes=routes)


def settles(strategy: Strategy, point: Side, second: Side) -> None:
    """A tunnel that was made anew on one side is noticed by the other after 15 s (Keepalive-Timeout)."""
    deadline = time.monotonic() + 40
    while by_tunnel(point, second) != wanted(strategy, point, second) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert by_tunnel(point, second) == wanted(strategy, point, second)


@pytest.mark.parametrize("strategy", [Strategy.GATEWAY, Strategy.MASQUERADE_FORWARD], ids=lambda strategy: strategy.value)
def test_the_router_of_two_lans_carries_the_tunnel_and_stays_their_router(
    router: LabHost, around: Around, make_client: MakeClient, tmp_path: Path, strategy: Strategy
) -> None:
    internet, second = around.plug()
    assert as_router(internet, second) == routed(second)
    client = client_of(make_client(router), strategy)
    client.apply(dry_run=True)
    before = steady(take(router))
    assert client.apply().state == "applied"
    assert client.apply().state == "unchanged"
    point = come_up(client, internet, tmp_path)
    settles(strategy, point, second)
    assert as_router(internet, second) == routed(second)
    for command in ("reload", "restart"):
        router.sh(f"systemctl {command} nftables; while systemctl list-jobs --no-legend | grep -q .; do sleep 0.1; done")
        assert client.apply(dry_run=True).changes == (), command
        settles(strategy, point, second)
    router.reboot()
    router.sh("systemctl is-system-running --wait", check=False)  # the second LAN is not there yet
    internet, second = around.plug()
    assert client.apply(dry_run=True).changes == ()
    again = tmp_path / "again"
    again.mkdir()
    settles(strategy, come_up(client, internet, again), second)
    assert as_router(internet, second) == routed(second)
    assert client.uninstall().state == "uninstalled"
    assert before.differences(steady(take(router))) == []
    assert as_router(internet, second) == routed(second)
