"""What connections from Host β prove, and why nothing came back, against a computer at the site that really behaves so."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.point_support import ENDPOINT, Side, come_up
from tests.system.test_foreign_forwards import inside
from wgwizard.applying import Proven
from wgwizard.site import PortRange, Right, SiteHost, Strategy

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]
NAS, NAS6 = "192.168.200.254", "fd00:200::254"
TUNNEL = "10.64.0.0/24"
WEB, CLOSED = 5001, 5002


@pytest.fixture
def nas(lan: object) -> Iterator[None]:
    """This test's own end of the LAN serves a page there; what is done to it is undone."""
    with socket.create_server((NAS, WEB)), socket.create_server((NAS6, WEB), family=socket.AF_INET6):
        yield
    here("ip route flush proto 99; ip -6 route flush proto 99; nft delete table inet own", check=False)


def here(script: str, *, check: bool = True) -> None:
    """As the computer at the site, in this test's own network namespace."""
    subprocess.run(["sh", "-c", script], check=check, capture_output=True)


def to_nas(client: Client, *, strategy: Strategy = Strategy.GATEWAY, rights: tuple[Right, ...] | None = None) -> Client:
    """Points may reach the NAS's page."""
    rights = rights or (Right("nas", "tcp", (PortRange(WEB, WEB),)),)
    points = tuple(replace(point, may_reach=rights) for point in client.site.points)
    hosts = (SiteHost("nas", (ip_address(NAS), ip_address(NAS6))), SiteHost("printer", (ip_address("192.168.200.77"),)))
    client.change_site(replace(client.site, hosts=hosts, points=points))
    client.strategy = strategy
    return client


def proved(client: Client) -> dict[str, Proven]:
    """What is proven now, by what it is about."""
    return {one.what: one for one in client.connector.status("wg0", client.target, client.answers, client.plan(None)).proven}


def lacking(client: Client) -> list[Proven]:
    """What is proven not to work; what our rules refused, as a late packet of an earlier test, is no connection of the proof."""
    return [one for one in proved(client).values() if one.works is False]


@contextmanager
def way_back() -> Iterator[None]:
    """The site knows the way to the tunnel."""
    here(f"ip route add {TUNNEL} via 192.168.200.2 proto 99; ip -6 route add fd00::/8 via fd00:200::2 proto 99")
    yield


def test_a_missing_route_a_firewall_there_and_what_works_are_told_apart(beta: LabHost, make_client: MakeClient, nas: None) -> None:
    client = to_nas(make_client(beta))
    assert client.apply().state == "applied"
    web = f"nas ({NAS}), tcp {WEB}"
    missing = proved(client)[web]
    assert missing.works is False
    assert "answers Host β, and nothing comes back to 10.64.0.1 in the tunnel: " in missing.seen
    assert f"a route to {TUNNEL} via 192.168.200.2 is missing at the site" in missing.seen
    with way_back():
        assert proved(client)[web] == Proven(True, web, "answers from 10.64.0.1")
        assert lacking(client) == []
        here("nft add table inet own; nft 'add chain inet own i { type filter hook input priority 0; }'")
        here(f"nft add rule inet own i ip saddr {TUNNEL} tcp dport {WEB} drop")
        seen = proved(client)[web].seen
        assert "and nothing comes back to 10.64.0.1 in the tunnel but ping: its own firewall" in seen
        here(f"nft add rule inet own i tcp dport {WEB} drop")
        assert "answers ping, and no connection: its own firewall drops it, even from Host β" in proved(client)[web].seen
    assert client.status().as_applied  # nothing was left on the host


def test_what_is_not_there_does_not_listen_or_is_dropped_on_the_host_itself(beta: LabHost, make_client: MakeClient, nas: None) -> None:
    rights = (
        Right("nas", "tcp", (PortRange(CLOSED, CLOSED),)),
        Right("printer"),
        Right("nas", "udp", (PortRange(53, 53),)),
    )
    client = to_nas(make_client(beta), strategy=Strategy.MASQUERADE, rights=rights)
    assert client.apply().state == "applied"
    found = proved(client)
    assert found[f"nas ({NAS}), tcp {CLOSED}"].seen == "is there, and says that nothing listens on that port"
    assert found["printer (192.168.200.77)"].seen.startswith("nobody on the LAN has this address")
    assert found["nas, udp"] == Proven(None, "nas, udp", "not tried: only TCP shows by itself whether it arrived")
    beta.sh(
        "nft add table inet own; nft 'add chain inet own o { type filter hook output priority 0; }';"
        f" nft add rule inet own o tcp dport {CLOSED} drop"
    )
    assert proved(client)[f"nas ({NAS}), tcp {CLOSED}"].seen == ("Host β's own firewall (inet own o) drops what Host β itself sends there")


def tries(point: Side, address: str, port: int) -> bool:
    """Whether a connection of the point's own is answered."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with inside(point.space), socket.socket(family, socket.SOCK_STREAM) as one:
        one.settimeout(1.0)
        return one.connect_ex((address, port)) == 0


@pytest.mark.parametrize("asked", ["conntrack", "the kernel"])
def test_what_a_point_tried_itself_in_vain_is_told_until_it_is_answered(
    beta: LabHost, make_client: MakeClient, nas: None, plugged: Callable[[LabHost], Side], tmp_path: Path, asked: str
) -> None:
    client = to_nas(make_client(beta))
    client.change_site(replace(client.site, host=replace(client.site.host, endpoint=ENDPOINT)))
    assert client.apply().state == "applied"
    if asked != "conntrack":
        beta.sh("mv /usr/sbin/conntrack /usr/sbin/conntrack.away")
    point = come_up(client, plugged(beta), tmp_path)
    here(
        f"nft 'add table inet own; add chain inet own i {{ type filter hook input priority 0; }}; add rule inet own i tcp dport {WEB} drop'"
    )
    assert [tries(point, NAS, WEB), tries(point, NAS6, WEB), tries(point, NAS, CLOSED)] == [False] * 3  # the last is no right of it
    by_address = {point.addresses[4]: NAS, point.addresses[6]: NAS6}
    expected = {f"point1 ({source}) to nas ({target}), tcp {WEB}" for source, target in by_address.items()}
    stands = take(beta)
    found = proved(client)
    assert stands.differences(take(beta)) == []
    assert {what for what in found if what.startswith("point1 ")} == expected
    assert {found[what] for what in expected} == {
        Proven(None, what, "was tried lately, went out of Host β, and nothing came back") for what in expected
    }
    here("nft flush table inet own")
    assert tries(point, NAS, WEB)
    assert tries(point, NAS6, WEB)
    assert not [what for what in proved(client) if what.startswith("point1 ")]


def test_a_host_that_does_not_tell_what_it_tracks_is_proved_all_the_same(beta: LabHost, make_client: MakeClient, nas: None) -> None:
    client = to_nas(make_client(beta), strategy=Strategy.MASQUERADE)
    assert client.apply().state == "applied"
    expected = proved(client)
    beta.sh("mv /usr/sbin/conntrack /usr/sbin/conntrack.away; mount --bind /dev/null /proc/net/nf_conntrack")
    assert proved(client) == expected
