"""The whole way on a host without systemd, under dash and with busybox in place of everything: no unit, no timer, no SFTP."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from tests.system.apply_support import Client, with_points
from tests.system.faults.world import SCRIPTS
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.test_apply import ifindex, running
from tests.system.test_apply_faults import UNDO_AFTER, apply_in_child, assert_old, at, break_nft, break_tunnel, kill_self
from wgwizard.applying import State, Step
from wgwizard.errors import RemoteError

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]
MakeBeta = Callable[..., LabHost]
FILES = ("/etc/wgwizard/wg0.nft", "/etc/wgwizard/wg0.start", "/etc/wireguard/wg0.conf", "/etc/wgwizard/wg0.sysctls")


@pytest.fixture(params=["dash", "busybox"])
def small(request: pytest.FixtureRequest, make_beta: MakeBeta) -> LabHost:
    """A host without systemd, with Debian's programs or with busybox's."""
    return make_beta(init="none", busybox=request.param == "busybox")


def ours_running(host: LabHost) -> list[str]:
    """The processes of our engine."""
    return host.sh("grep -lsa 'wgwizard/transaction/engin[e]' /proc/[0-9]*/cmdline || true").split()


def assert_quiet(host: LabHost) -> None:
    """Nothing of ours works any more: no process but the tunnel's own, no lock."""
    deadline = time.monotonic() + 5
    while ours_running(host) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert ours_running(host) == []
    assert host.sh("find /run/wgwizard 2>/dev/null || true").split() == []


def test_applied_unchanged_changed_a_step_back_and_taken_off(small: LabHost, make_client: MakeClient) -> None:
    client = make_client(small)
    before = take(small)
    outcome = client.apply()
    assert outcome.state == "applied"
    assert any("let what runs at its start" in note and "sh /etc/wgwizard/wg0.start" in note for note in outcome.notes)
    said = {event.step: event.text for event in client.events if event.state is State.DONE}
    assert "last until the host's next restart" in said[Step.PREVIEW]
    assert "lasts until the host's next restart" in said[Step.PERSIST]
    after = take(small)
    new = {path for path, entry in after.files.items() if before.files.get(path) != entry and entry.kind == "-"}
    assert {path for path in new if not path.startswith("/var/lib/wgwizard/")} == set(FILES)
    assert after.files["/etc/wgwizard/wg0.start"].mode == "0755"
    assert (after.sysctls["net.ipv4.conf.wg0.forwarding"], after.sysctls["net.ipv6.conf.all.forwarding"]) == ("1", "1")
    assert small.sh("ip -o link show wg0 | grep -c 'group default'", check=False).strip() == "0"
    assert_quiet(small)

    index, runs = ifindex(small), running(small)
    stands = take(small)
    assert client.apply().state == "unchanged"
    assert client.status().as_applied
    assert stands.differences(take(small)) == []

    client.change_site(with_points(client.site, 4))
    assert client.apply().state == "applied"
    assert len(small.sh("wg show wg0 peers").split()) == 4
    assert client.rollback().state == "rolled back"
    assert (running(small), ifindex(small)) == (runs, index)

    assert client.uninstall().state == "uninstalled"
    assert before.differences(take(small)) == []
    assert_quiet(small)


@pytest.mark.parametrize(
    ("step", "state"), [(Step.STAGE, State.DONE), (Step.ARM, State.DONE), (Step.ACTIVATE, State.DONE), (Step.VERIFY, State.DONE)]
)
def test_a_client_killed_before_the_confirmation_is_undone_at_the_deadline(
    small: LabHost, make_client: MakeClient, step: Step, state: State
) -> None:
    client = make_client(small, confirm_timeout=UNDO_AFTER)
    client.on_event = at(step, state, kill_self)
    before = take(small)
    assert apply_in_child(client) == -signal.SIGKILL
    assert_old(small, before, within=UNDO_AFTER + 20)
    assert_quiet(small)
    client.on_event = lambda _: None
    assert client.apply().state == "applied"


def test_a_client_killed_after_the_confirmation_leaves_the_host_as_planned(small: LabHost, make_client: MakeClient) -> None:
    client = make_client(small)
    client.change_site(client.site)
    client.on_event = at(Step.CONFIRM, State.DONE, kill_self)
    assert apply_in_child(client) == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while small.sh("ls /run | grep -x wgwizard || true") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [path for path in FILES if not (small.root / path[1:]).exists()] == []
    client.on_event = lambda _: None
    assert client.apply().state == "unchanged"


@pytest.mark.parametrize(
    ("sabotage", "reason"), [(break_nft, "the rules could not be loaded: no memory"), (break_tunnel, "the tunnel could not be started")]
)
def test_a_step_that_fails_is_undone_at_once(
    small: LabHost, make_client: MakeClient, sabotage: Callable[[LabHost], None], reason: str
) -> None:
    sabotage(small)
    client = make_client(small, confirm_timeout=60)
    before = take(small)
    with pytest.raises(RemoteError, match=reason):
        client.apply()
    assert_old(small, before)
    assert_quiet(small)


def test_the_line_that_is_named_starts_it_at_boot(small: LabHost, make_client: MakeClient) -> None:
    client = make_client(small)
    before = take(small)
    client.apply()
    runs = running(small)
    small.reboot()
    assert small.run("ip", "link", "show", "wg0", check=False).returncode != 0
    after = take(small)
    assert (after.sysctls, after.ruleset) == (before.sysctls, before.ruleset)  # where the rules do not run nothing is forwarded
    assert any("sh /etc/wgwizard/wg0.start does" in one.what for one in client.status().differences)
    small.write("/etc/rc.local", "sh /etc/wgwizard/wg0.start\n")
    small.reboot()
    assert running(small) == runs
    assert client.status().as_applied
    assert client.apply().state == "unchanged"


def test_a_tunnel_that_outlives_its_killed_script_is_taken_down_by_the_undo(small: LabHost, make_client: MakeClient) -> None:
    """It would stand there without its rules."""
    client = make_client(small, confirm_timeout=UNDO_AFTER)
    program = small.sh("command -v wireguard-go").strip()
    small.sh(f"mv {program} {program}.real")
    small.write(program, f'#!/bin/sh\nsleep 6\nexec {program}.real "$@"\n', mode=0o755)
    before = take(small)

    def kill() -> None:
        while not any("wireguard-go" in line for line in small.processes().values()):
            time.sleep(0.05)
        for process in [process for process, line in small.processes().items() if SCRIPTS.match(line)]:
            os.kill(process, signal.SIGKILL)

    client.on_event = at(Step.ACTIVATE, State.RUNNING, kill)
    with pytest.raises(RemoteError):
        client.apply()
    assert_old(small, before, within=UNDO_AFTER + 20)
    time.sleep(8)  # what comes late has come
    assert_old(small, before)
    assert_quiet(small)


@pytest.mark.parametrize("lacks", ["start-stop-daemon", "start-stop-daemon setsid"])
def test_the_undo_outlives_the_login_by_whatever_the_host_has(make_beta: MakeBeta, make_client: MakeClient, lacks: str) -> None:
    beta = make_beta(init="none")
    beta.sh(f"cd /usr/sbin && rm -f {lacks}; cd /usr/bin && rm -f {lacks}")
    client = make_client(beta, confirm_timeout=UNDO_AFTER)
    client.on_event = at(Step.ACTIVATE, State.DONE, kill_self)
    before = take(beta)
    assert apply_in_child(client) == -signal.SIGKILL
    beta.sh("pkill -HUP -u admin; true")
    assert len(ours_running(beta)) == 1
    assert_old(beta, before, within=UNDO_AFTER + 20)
    assert_quiet(beta)


def test_an_undo_that_cannot_be_armed_stops_before_anything_is_touched(make_beta: MakeBeta, make_client: MakeClient) -> None:
    beta = make_beta(init="none")
    client = make_client(beta)
    for place in ("/usr/bin/setsid", "/usr/sbin/start-stop-daemon"):
        beta.sh(f"rm -f {place}")
        beta.write(place, "#!/bin/sh\nexit 0\n", mode=0o755)
    before = take(beta)
    with pytest.raises(RemoteError, match="the undo cannot be armed"):
        client.apply()
    assert_old(beta, before)
