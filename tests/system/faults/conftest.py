"""A host in a place, and the person's side of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.apply_support import Client
from tests.system.faults.world import Place, World, make_host
from tests.system.lab.host import LabHost
from tests.system.lab.lan import Lan, LanWiring


@pytest.fixture
def make_world(lan: Lan, make_client: Callable[..., Client], tmp_path: Path) -> Iterator[Callable[..., World]]:
    """make_world(place, **options of LabHost) boots a host at 192.168.200.2."""
    hosts: list[LabHost] = []

    def make(place: Place, **options: object) -> World:
        host = make_host(place, LanWiring(2), **options)
        hosts.append(host)
        return World(host, make_client(host), place, tmp_path)

    yield make
    for host in hosts:
        host.thaw()
        host.destroy()
