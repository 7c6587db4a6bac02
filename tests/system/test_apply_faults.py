"""What goes wrong on the way: whatever it is, the host ends as it was, or as planned, and never in between.

OLD means: files by bytes, mode and owner, ruleset, sysctls, units, addresses and routes as before, no lock, no timer.
"""

import os
import signal
import time
from collections.abc import Callable

import pytest

from tests.system.apply_support import Client, with_points
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import Snapshot, take
from tests.system.test_apply import ifindex, running
from wgwizard.applying import Event, State, Step
from wgwizard.errors import CancelledError, RemoteError, UsageError

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]
UNDO_AFTER = 8.0


def assert_old(host: LabHost, before: Snapshot, *, within: float = 0.0) -> None:
    """The host is as it was, at the latest after so many seconds."""
    deadline = time.monotonic() + within
    while (differences := before.differences(take(host))) and time.monotonic() < deadline:
        time.sleep(0.3)
    assert differences == []


def at(step: Step, state: State, act: Callable[[], None]) -> Callable[[Event], None]:
    """Do something once, when this step is in this state."""
    done: list[Event] = []

    def on_event(event: Event) -> None:
        if (event.step, event.state) == (step, state) and not done:
            done.append(event)
            act()

    return on_event


def apply_in_child(client: Client) -> int:
    """Apply in a process of its own; its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            client.apply()
        finally:
            os._exit(3)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# --- steps that fail on the host -------------------------------------------------------------------------------------------


def break_nft(host: LabHost) -> None:
    """nft that checks everything and loads nothing of ours."""
    host.sh("mv /usr/sbin/nft /usr/sbin/nft.real")
    host.write("/usr/sbin/nft", '#!/bin/sh\ncase "$*" in "-f /run/"*) echo no memory >&2; exit 1;; esac\nexec nft.real "$@"\n', mode=0o755)


def break_tunnel(host: LabHost) -> None:
    """wireguard-go that does not start."""
    host.sh("mv /usr/bin/wireguard-go /usr/bin/wireguard-go.real")
    host.write("/usr/bin/wireguard-go", "#!/bin/sh\nexit 1\n", mode=0o755)


def test_a_change_of_a_running_tunnel_that_fails_puts_the_old_one_back(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    before, runs, index = take(beta), running(beta), ifindex(beta)
    client.change_site(with_points(client.site, 5))
    client.on_event = at(Step.VERIFY, State.RUNNING, lambda: beta.sh("wg set wg0 listen-port 60001"))
    with pytest.raises(RemoteError, match="listens on port 60001, not 51820"):
        client.apply()
    assert (running(beta), ifindex(beta)) == (runs, index)
    assert_old(beta, before)


def test_a_change_of_a_tunnel_that_is_switched_off_that_fails_leaves_it_so(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    beta.sh("ip link set wg0 down")
    before = [line for line in running(beta).splitlines() if "fe80" not in line]
    client.on_event = at(Step.VERIFY, State.RUNNING, lambda: beta.sh("wg set wg0 listen-port 60001"))
    with pytest.raises(RemoteError, match="listens on port 60001, not 51820"):
        client.apply()
    assert [line for line in running(beta).splitlines() if "fe80" not in line] == before
    assert client.status().differences[0].what == "the tunnel is switched off"
    client.on_event = lambda _: None
    assert client.apply().state == "applied"
    assert client.status().as_applied


# --- the client or the link goes away --------------------------------------------------------------------------------------


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_change_whose_timer_died_is_undone_at_the_next_contact(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta, confirm_timeout=5)
    before = take(beta)
    client.on_event = at(Step.ACTIVATE, State.DONE, kill_self)
    assert apply_in_child(client) == -signal.SIGKILL
    beta.sh("systemctl stop 'wgwizard-rollback-*.timer'")
    client.on_event = lambda _: None
    with pytest.raises(RemoteError, match="Another session is changing this host"):
        client.apply()
    time.sleep(16)
    client.answers.wanted = False
    with pytest.raises(CancelledError):
        client.apply()
    assert_old(beta, before)


def test_somebody_who_interrupts_does_not_wait_for_the_deadline(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta, confirm_timeout=60)

    def interrupt() -> None:
        raise KeyboardInterrupt

    client.on_event = at(Step.VERIFY, State.RUNNING, interrupt)
    before = take(beta)
    with pytest.raises(KeyboardInterrupt):
        client.apply()
    assert_old(beta, before)


def test_a_connection_that_died_while_somebody_read_the_preview_is_made_anew(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.answers.before_confirm = lambda: (beta.sh("pkill -u admin sshd"), time.sleep(0.5))[1]
    assert client.apply().state == "applied"


def test_a_deadline_that_nobody_could_meet_is_refused(beta: LabHost, make_client: MakeClient) -> None:
    with pytest.raises(UsageError, match="undo after 2 s"):
        make_client(beta, confirm_timeout=2).apply()


def test_the_front_end_hears_how_long_until_the_host_undoes(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta, confirm_timeout=30)
    client.apply()
    counted = {(event.step, event.state): event.undo_in for event in client.events}
    armed, verified = counted[Step.ARM, State.DONE], counted[Step.VERIFY, State.DONE]
    assert armed is not None
    assert verified is not None
    assert 28 < armed <= 30
    assert 0 < verified < armed
    assert counted[Step.STAGE, State.DONE] is None
    assert counted[Step.PERSIST, State.DONE] is None
