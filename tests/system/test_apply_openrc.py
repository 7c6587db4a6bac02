"""The whole way on a host that OpenRC starts (Debian's OpenRC; with busybox's programs it is nearest to Alpine)."""

import signal
from collections.abc import Callable

import pytest

from tests.system.apply_support import Client, with_points
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.test_apply import ifindex, running
from tests.system.test_apply_faults import UNDO_AFTER, apply_in_child, assert_old, at, kill_self
from tests.system.test_apply_without_systemd import FILES, assert_quiet
from wgwizard.applying import State, Step

pytestmark = pytest.mark.live

SERVICE = "/etc/init.d/wgwizard-wg0"
LINK = "/etc/runlevels/default/wgwizard-wg0"


@pytest.fixture(params=["dash", "busybox"])
def beta(request: pytest.FixtureRequest, make_beta: Callable[..., LabHost]) -> LabHost:
    """A host of OpenRC's."""
    return make_beta(variant="openrc", init="openrc", busybox=request.param == "busybox")


def service_state(host: LabHost) -> str:
    return host.sh("rc-service wgwizard-wg0 status 2>&1 || true").strip()


def test_openrc_starts_it_at_boot_and_knows_nothing_of_it_after_an_uninstall(beta: LabHost, make_client: Callable[..., Client]) -> None:
    client = make_client(beta)
    before = take(beta)
    outcome = client.apply()
    assert outcome.state == "applied"
    assert not any("start" in note for note in outcome.notes)
    assert [f"{event.step}: {event.text}" for event in client.events if "last until" in event.text or "lasts until" in event.text] == []
    after = take(beta)
    new = {path for path, entry in after.files.items() if before.files.get(path) != entry and entry.kind in "-l"}
    assert {path for path in new if not path.startswith("/var/lib/wgwizard/")} == {*FILES, SERVICE, LINK}
    assert "started" in service_state(beta)
    runs = running(beta)
    assert client.apply().state == "unchanged"
    assert client.status().as_applied

    beta.reboot()
    assert running(beta) == runs
    assert "started" in service_state(beta)
    assert client.status().as_applied
    assert client.apply().state == "unchanged"

    index = ifindex(beta)
    client.change_site(with_points(client.site, 4))
    assert client.apply().state == "applied"
    assert client.rollback().state == "rolled back"
    assert (running(beta), ifindex(beta)) == (runs, index)

    assert client.uninstall().state == "uninstalled"
    assert before.differences(take(beta)) == []
    assert_quiet(beta)
    beta.reboot()
    assert before.differences(take(beta)) == []


def test_what_is_taken_out_of_the_runlevel_or_stopped_is_said_and_put_right(beta: LabHost, make_client: Callable[..., Client]) -> None:
    client = make_client(beta)
    client.apply()
    runs = running(beta)
    beta.sh("rc-service -q wgwizard-wg0 stop; rc-update -q -a del wgwizard-wg0 2>/dev/null; true")
    said = [one.what for one in client.status().differences]
    assert "wgwizard-wg0 is not started at boot" in said
    assert "it does not run: rc-service wgwizard-wg0 start" in said
    assert client.apply().state == "applied"
    assert (beta.root / LINK[1:]).is_symlink()
    assert running(beta) == runs
    assert client.status().as_applied


def test_a_client_killed_before_the_confirmation_leaves_openrc_as_it_was(beta: LabHost, make_client: Callable[..., Client]) -> None:
    client = make_client(beta, confirm_timeout=UNDO_AFTER)
    client.on_event = at(Step.VERIFY, State.DONE, kill_self)
    before = take(beta)
    assert apply_in_child(client) == -signal.SIGKILL
    assert_old(beta, before, within=UNDO_AFTER + 20)
    assert_quiet(beta)
