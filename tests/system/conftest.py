"""Live tests: refused with a reason outside the private namespaces (tests/system/run), and the fixtures that give lab hosts."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.apply_support import Client, small_site
from tests.system.lab import base, inside
from tests.system.lab.host import LabHost
from tests.system.lab.lan import Lan, LanWiring, enter_own_network
from tests.system.point_support import Side, plug
from tests.system.secrecy import Secrecy, leaks_below, leaks_on, watching
from tests.system.vm.labelled import RUNS
from tests.system.vm.machine import INSIDE
from wgwizard.rehearsal import netns

# python -m tests.system.vm, and python -m tests.system.vm.selinux, whose tests run outside of their machine.
collect_ignore = ["vm/test_selinux.py"] if os.environ.get(INSIDE) else [] if os.environ.get(RUNS) else ["vm"]
MakeBeta = Callable[..., LabHost]
SECRECY = Secrecy()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A live test that cannot run fails and says why; it never passes by being left out."""
    if item.get_closest_marker("live") and (reason := inside.why_not_inside()):
        pytest.fail(reason, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """What a test printed and logged is looked at, too."""
    report: pytest.TestReport = yield  # type: ignore[assignment, misc]
    for name, text in report.sections:
        SECRECY.show(f"{name} of {item.nodeid}", text.encode())
    return report


@pytest.fixture(scope="session", autouse=True)
def secrecy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secrecy]:
    """Once all tests of this process have ended, no key and no password that they used is anywhere but in its store."""
    with watching(SECRECY):
        yield SECRECY
    assert [*SECRECY.leaks(), *leaks_below(tmp_path_factory.getbasetemp(), SECRECY)] == []


@pytest.fixture(scope="session")
def own_network() -> None:
    """This test process in its own network namespace."""
    enter_own_network()


@pytest.fixture(scope="session")
def lan(own_network: None) -> Iterator[Lan]:
    """A LAN of this test process (192.168.200.254, fd00:200::254) that lab hosts are plugged into."""
    network = Lan()
    yield network
    network.close()


@pytest.fixture
def make_beta(lan: Lan) -> Iterator[MakeBeta]:
    """Boots hosts on the LAN: make_beta(variant=…, sudo="nopasswd"|"password", enable=("nftables.service",)), variants as in lab.base.

    The first is 192.168.200.2 / fd00:200::2, user `admin`, key `client_key`.
    """
    hosts: list[LabHost] = []
    numbers = itertools.count(2)

    def make(**options: Any) -> LabHost:
        number = next(numbers)
        host = LabHost("beta" if number == 2 else f"beta{number}", LanWiring(number), **options)
        hosts.append(host)
        host.boot()
        return host

    yield make
    leaks = [leak for host in hosts for leak in leaks_on(host, SECRECY)]
    for host in hosts:
        host.destroy()
    assert leaks == []


@pytest.fixture
def beta(make_beta: MakeBeta) -> LabHost:
    """A fresh Host β at 192.168.200.2 with NOPASSWD sudo and nftables.service enabled."""
    return make_beta(enable=("nftables.service",))


@pytest.fixture(scope="session")
def client_key() -> str:
    """The path of the private SSH key that `admin` on every lab host accepts."""
    return str(base.client_key())


@pytest.fixture
def make_client(client_key: str, tmp_path: Path) -> Callable[..., Client]:
    """The person's side of an apply: make_client(host, points=2, keys_on_host=False, answers=Answers(…))."""

    def make(host: LabHost, *, points: int = 2, keys_on_host: bool = False, **options: Any) -> Client:
        client = Client(host, tmp_path / "known_hosts", client_key, small_site(points=points, keys_on_host=keys_on_host), **options)
        client.know_host()
        return client

    return make


@pytest.fixture
def plugged() -> Iterator[Callable[[LabHost], Side]]:
    """plugged(host): the place behind a second interface of that host, for somebody who is not of its LAN."""
    places: list[Side] = []

    def make(host: LabHost) -> Side:
        places.append(plug(host, "e1", 100))
        return places[0]

    yield make
    netns.delete([place.space for place in places])
