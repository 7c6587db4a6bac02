"""Every strategy on a kind of host: who reaches whom over real tunnels, after a reboot the same rules and tunnel, and no trace left."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client
from tests.system.lab import base
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.point_support import ENDPOINT, Side, come_up
from tests.system.test_apply import running
from tests.system.test_foreign_forwards import ON_LAN, PORT, inside
from wgwizard.site import Needs, Opens, Service, Strategy

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

OWN = "debian-12"
CHOSEN = (OWN, *base.KINDS) if os.environ.get(base.ALL_KINDS) else (OWN,)
PUBLISHED = 8100
HOST = {4: "192.168.200.2", 6: "fd00:200::2"}


@pytest.fixture(params=CHOSEN)
def host(request: pytest.FixtureRequest, make_beta: Callable[..., LabHost], record_property: Callable[[str, object], None]) -> LabHost:
    """A host of this kind, without any firewall of its own."""
    found = make_beta(variant="full" if request.param == OWN else request.param)
    words = found.sh("nft --version; systemctl --version | head -n 1; readlink /bin/sh; . /etc/os-release; echo $PRETTY_NAME").splitlines()
    record_property("about", "; ".join(words))
    return found


def source_seen(origin: str | None, address: str, port: int, listener: str | None) -> str:
    """The address from which a TCP connection is seen to come that is opened in one namespace (None: the LAN); "" where none comes."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with inside(listener):
        server = socket.create_server(("", PORT), family=family)
    with server, inside(origin):
        try:
            with socket.create_connection((address, port), timeout=2.0):
                connection, seen = server.accept()
                connection.close()
                return str(seen[0])
        except OSError:
            return ""


def expected(strategy: Strategy, own: dict[int, str]) -> dict[str, dict[int, str]]:
    """As whom each side sees the other, by family (docs/strategies.md, the truth table): to the LAN, to the point, and to a port of β."""
    nobody = {4: "", 6: ""}
    return {
        "point to LAN": HOST if strategy.masquerades else own if strategy.routes else nobody,
        "LAN to point": ON_LAN if strategy.routes else nobody,
        "LAN to the port of the host": ON_LAN if strategy.forwards else nobody,
    }


def found(point: Side) -> dict[str, dict[int, str]]:
    return {
        "point to LAN": {family: source_seen(point.space, ON_LAN[family], PORT, None) for family in HOST},
        "LAN to point": {family: source_seen(None, point.addresses[family], PORT, point.space) for family in HOST},
        "LAN to the port of the host": {family: source_seen(None, HOST[family], PUBLISHED, point.space) for family in HOST},
    }


@pytest.mark.parametrize("strategy", list(Strategy), ids=[strategy.value for strategy in Strategy])
def test_a_strategy_works_on_this_kind_of_host(
    host: LabHost, plugged: Callable[[LabHost], Side], make_client: Callable[..., Client], tmp_path: Path, strategy: Strategy
) -> None:
    client = make_client(host)
    client.strategy = strategy
    first, second = client.site.points
    services = () if strategy is Strategy.GATEWAY else (Service("web", "tcp", PORT, PUBLISHED),)
    client.site = replace(
        client.site,
        host=replace(client.site.host, endpoint=ENDPOINT),
        needs=Needs(opens=Opens.BOTH),
        points=(replace(first, services=services), second),
    )
    host.reboot()  # the first boot and the first login of all do more than later ones
    client.apply(dry_run=True)
    before = take(host)
    assert client.apply().state == "applied"
    assert client.apply().state == "unchanged"
    stands = running(host)
    point = come_up(client, plugged(host), tmp_path)
    deadline = time.monotonic() + 10
    while found(point) != expected(strategy, point.addresses) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert found(point) == expected(strategy, point.addresses)
    host.reboot()
    assert running(host) == stands
    assert client.apply(dry_run=True).state == "unchanged"
    assert client.uninstall().state == "uninstalled"
    assert before.differences(take(host)) == []
