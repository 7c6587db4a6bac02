"""What goes wrong on the way: whatever it is, the host ends as it was, or as planned, and never in between.

OLD means: files by bytes, mode and owner, ruleset, sysctls, units, addresses and routes as before, no lock, no timer.
"""

import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable

import pytest

from tests.system.apply_support import Client, with_points
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import Snapshot, take
from tests.system.test_apply import OUR_FILES, ifindex, running
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


def break_sysctl(host: LabHost) -> None:
    """A value of forwarding that cannot be written."""
    host.sh(
        "mount --bind -o ro /proc/sys/net/ipv6/conf/all /proc/sys/net/ipv6/conf/all; mount -o remount,bind,ro /proc/sys/net/ipv6/conf/all"
    )


@pytest.mark.parametrize(
    ("sabotage", "reason"),
    [
        (break_nft, "the rules could not be loaded: no memory"),
        (break_tunnel, "the tunnel could not be started"),
        (break_sysctl, "forwarding could not be set"),
    ],
)
@pytest.mark.parametrize("shell", ["dash", "busybox"])
def test_a_step_that_fails_is_undone_at_once(
    beta: LabHost, make_client: MakeClient, sabotage: Callable[[LabHost], None], reason: str, shell: str
) -> None:
    sabotage(beta)
    client = make_client(beta, confirm_timeout=60)
    before = take(beta)
    beta.run("ln", "-sf", shell, "/bin/sh")
    started = time.monotonic()
    with pytest.raises(RemoteError, match=reason):
        client.apply()
    assert time.monotonic() - started < 30
    beta.run("ln", "-sf", "dash", "/bin/sh")
    assert_old(beta, before)


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


def test_what_changed_since_the_preview_is_refused(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    client.change_site(with_points(client.site, 3))
    client.answers.before_confirm = lambda: beta.sh("echo '# theirs' >> /etc/wireguard/wg0.conf")
    before = take(beta)
    with pytest.raises(RemoteError, match="changed between the preview and now"):
        client.apply()
    beta.sh("sed -i '$d' /etc/wireguard/wg0.conf")
    assert_old(beta, before)


def test_counters_and_file_times_are_not_a_change(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    client.change_site(with_points(client.site, 3))
    client.answers.before_confirm = lambda: beta.sh("touch /etc/wireguard/wg0.conf; ping -c1 -W1 10.64.0.1")
    assert client.apply().state == "applied"


# --- the client or the link goes away --------------------------------------------------------------------------------------


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("step", "state"),
    [(Step.STAGE, State.DONE), (Step.ARM, State.DONE), (Step.ACTIVATE, State.DONE), (Step.VERIFY, State.DONE)],
)
def test_a_client_killed_before_the_confirmation_leaves_the_host_as_it_was(
    beta: LabHost, make_client: MakeClient, step: Step, state: State
) -> None:
    client = make_client(beta, confirm_timeout=UNDO_AFTER)
    client.on_event = at(step, state, kill_self)
    before = take(beta)
    assert apply_in_child(client) == -signal.SIGKILL
    assert_old(beta, before, within=UNDO_AFTER + 6)
    client.on_event = lambda _: None
    assert client.apply().state == "applied"


def test_a_client_killed_after_the_confirmation_leaves_the_host_as_planned(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.change_site(client.site)
    client.on_event = at(Step.CONFIRM, State.DONE, kill_self)
    assert apply_in_child(client) == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while beta.sh("ls /run | grep -x wgwizard || true") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [path for path in OUR_FILES if not (beta.root / path[1:]).exists()] == []
    client.on_event = lambda _: None
    assert client.apply().state == "unchanged"


def test_a_link_cut_during_the_check_is_undone_by_the_host(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta, confirm_timeout=UNDO_AFTER)
    client.on_event = at(Step.VERIFY, State.RUNNING, beta.wiring.unplug)  # type: ignore[attr-defined]
    before = take(beta)
    with pytest.raises(RemoteError, match="not confirmed"):
        client.apply()
    beta.wiring.plug()  # type: ignore[attr-defined]
    assert_old(beta, before, within=5)


def test_rules_that_let_only_open_connections_pass_are_found_and_undone(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta, confirm_timeout=UNDO_AFTER)
    drop = (
        "nft 'add table inet cut; add chain inet cut in { type filter hook input priority -300; }; add rule inet cut in tcp flags syn drop'"
    )
    client.on_event = at(Step.VERIFY, State.RUNNING, lambda: beta.sh(drop))
    before = take(beta)
    with pytest.raises(RemoteError, match="It was undone"):
        client.apply()
    beta.sh("nft delete table inet cut")
    assert_old(beta, before)


def test_a_confirmation_that_comes_too_late_is_told_so(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta, confirm_timeout=UNDO_AFTER)
    client.on_event = at(Step.CONFIRM, State.RUNNING, lambda: time.sleep(UNDO_AFTER + 4))
    before = take(beta)
    with pytest.raises(RemoteError, match="too late"):
        client.apply()
    assert_old(beta, before)


def test_a_reboot_before_the_confirmation_leaves_the_host_as_it_was(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    files = take(beta).files
    client.on_event = at(Step.VERIFY, State.RUNNING, kill_self)
    assert apply_in_child(client) == -signal.SIGKILL
    beta.crash()
    beta.boot()
    assert take(beta).files == files
    assert "wgwizard" not in beta.sh("nft list ruleset; ip link; ls /run")


def test_a_second_session_is_told_who_is_at_work(beta: LabHost, make_client: MakeClient) -> None:
    first, second = make_client(beta, confirm_timeout=40), make_client(beta)
    second.keyring, second.lock = first.keyring, first.lock
    ready, go_on = threading.Event(), threading.Event()
    first.on_event = at(Step.VERIFY, State.RUNNING, lambda: (ready.set(), go_on.wait(30), None)[2])
    states: list[str] = []
    work = threading.Thread(target=lambda: states.append(first.apply().state))
    before = take(beta)
    second.answers.before_confirm = lambda: (work.start(), ready.wait(30), None)[2]
    with pytest.raises(RemoteError, match=r"Another session is changing this host: admin@192\.168\.200\.2 from 192\.168\.200\.254"):
        second.apply()
    go_on.set()
    work.join(30)
    assert states == ["applied"]
    assert before.differences(take(beta)) != []


def test_a_confirmed_change_that_cannot_be_written_is_finished_by_the_next_apply(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    freeze = "mount --bind /etc/sysctl.d /etc/sysctl.d && mount -o remount,bind,ro /etc/sysctl.d"
    client.on_event = at(Step.VERIFY, State.DONE, lambda: beta.sh(freeze))
    with pytest.raises(RemoteError, match="confirmed, but could not be written for the next boot"):
        client.apply()
    with pytest.raises(RemoteError, match="An earlier change was confirmed but cannot be written"):
        client.apply()
    assert not (beta.root / "etc/sysctl.d/60-wgwizard-wg0.conf").exists()
    beta.sh("umount /etc/sysctl.d")
    assert client.apply().state == "unchanged"
    assert [path for path in OUR_FILES if not (beta.root / path[1:]).exists()] == []
    assert beta.sh("ls /run | grep -x wgwizard || true") == ""


def test_a_power_cut_right_after_the_confirmation_is_mended_by_the_next_apply(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    before = take(beta)
    client.on_event = at(Step.CONFIRM, State.DONE, beta.crash)
    with pytest.raises(RemoteError):
        client.apply()
    beta.boot()
    client.on_event = lambda _: None
    assert client.apply().state in ("applied", "unchanged")
    assert client.apply().state == "unchanged"
    client.uninstall()
    assert take(beta).files == before.files


def test_a_lock_of_an_earlier_boot_is_taken_over(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    beta.sh("mkdir -p /run/wgwizard/transaction && printf 'id=old\\nboot=another\\nuntil=999999\\n' > /run/wgwizard/transaction/owner")
    assert client.apply().state == "applied"


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


def advertise_router() -> None:
    """A router advertisement on the LAN (RFC 4861, 4.2): default router for half an hour, without prefixes."""
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as router:
        router.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        index = socket.if_nametoindex("br0")
        router.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0), ("ff02::1", 0, 0, index))


def test_a_default_route_learned_by_router_advertisement_survives_apply_and_undo(beta: LabHost, make_client: MakeClient) -> None:
    beta.sh("ip -6 route del default")
    advertise_router()
    learned = "ip -6 route show default | grep -o 'default via fe80[^ ]* dev eth0 proto ra'"
    deadline = time.monotonic() + 5
    while not (route := beta.sh(f"{learned} || true")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert route
    client = make_client(beta, confirm_timeout=UNDO_AFTER)
    before = take(beta)
    client.on_event = at(Step.ACTIVATE, State.DONE, kill_self)
    assert apply_in_child(client) == -signal.SIGKILL
    assert_old(beta, before, within=UNDO_AFTER + 6)
    assert beta.sh(learned) == route
    client.on_event = lambda _: None
    client.apply()
    assert beta.sh(learned) == route
    assert beta.sh("cat /proc/sys/net/ipv6/conf/eth0/accept_ra").strip() == "2"
    assert client.apply().state == "unchanged"


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


def test_an_undo_is_armed_before_anything_is_touched(beta: LabHost, make_client: MakeClient) -> None:
    beta.sh("mv /usr/bin/systemd-run /usr/bin/systemd-run.real")
    beta.write("/usr/bin/systemd-run", "#!/bin/sh\nexit 0\n", mode=0o755)
    client = make_client(beta)
    before = take(beta)
    with pytest.raises(RemoteError, match="the undo's timer does not run"):
        client.apply()
    assert_old(beta, before)


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
