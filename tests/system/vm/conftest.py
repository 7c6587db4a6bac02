"""Hosts whose networks another program runs, which makes their tunnel, too."""

from collections.abc import Callable

import pytest

from tests.system.lab.host import LabHost
from tests.system.vm.test_owners import RUN_BY
from wgwizard.host import connecting, probe, reaching, session, ssh, ssh_config, transaction, userauth
from wgwizard.host.layout import Owner

SLOWER = 10  # times than the machines for which they were chosen
DEADLINES = (
    (transaction, "ACTIVATION_TIMEOUT"),
    (transaction, "CONFIRM_TIMEOUT"),
    (transaction, "UNDO_TIMEOUT"),
    (probe, "PROBE_TIMEOUT"),
    (session, "RECOVERY_TIMEOUT"),
    (ssh, "CONNECT_TIMEOUT"),
    (connecting, "CONNECT_TIMEOUT"),
    (reaching, "REACH_TIMEOUT"),
    (ssh_config, "ASK_TIMEOUT"),
    (userauth, "ANSWER_TIMEOUT"),
)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's side waits longer for an emulated host, and the tests do."""
    for method in (LabHost.run, LabHost.sh):
        monkeypatch.setitem(method.__kwdefaults__, "timeout", SLOWER * method.__kwdefaults__["timeout"])
    for module, name in DEADLINES:
        monkeypatch.setattr(module, name, SLOWER * getattr(module, name))


@pytest.fixture(params=list(RUN_BY))
def owner(request: pytest.FixtureRequest) -> Owner:
    """What runs the host's networks, and so makes its tunnel."""
    return Owner(request.param)


@pytest.fixture
def host(owner: Owner, make_beta: Callable[..., LabHost]) -> LabHost:
    """Such a host."""
    return RUN_BY[owner](make_beta)
