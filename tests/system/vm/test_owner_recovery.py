"""A change that everybody has forsaken: client, scripts and the host's own timer are gone, or the power was; the next session ends it."""

import contextlib
import signal
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.test_apply_faults import apply_in_child, at, kill_self
from tests.system.vm.owner_support import SERVICE, Wrong, look
from tests.system.vm.test_owner_changes import MTU, OTHER, OTHER_ADDRESSES, moved
from tests.system.vm.test_owners import client_of, left
from wgwizard.applying import State, Step
from wgwizard.errors import CancelledError, RemoteError
from wgwizard.host.layout import Layout, Owner

pytestmark = [pytest.mark.live, pytest.mark.timeout(2400)]

STAGED = {
    Owner.NETWORKD: "/run/systemd/network/49-wgwizard-wg0.netdev",
    Owner.NETWORK_MANAGER: "/run/NetworkManager/system-connections/wgwizard-wg0.nmconnection",
}
# Nobody is left who works at it, and its deadline is over.
FORSAKEN = """
for unit in /sys/fs/cgroup/system.slice/wgwizard-activate-*.service /sys/fs/cgroup/system.slice/wgwizard-persist-*.service \
  /sys/fs/cgroup/system.slice/wgwizard-rollback-*.service; do
  if [ -e "$unit" ]; then echo 1 >"$unit/cgroup.kill"; fi
done
systemctl stop 'wgwizard-rollback-*.timer'
if [ -d /run/wgwizard/transaction ]; then echo until=1 >>/run/wgwizard/transaction/owner; fi
"""


def until(moment: str) -> str:
    """Shell words that wait for a condition, not for ever."""
    return f"tries=1200; until {moment} || [ $tries = 0 ]; do tries=$((tries - 1)); sleep 0.02; done\n"


def power_cut(client: Client, step: Step, moment: str = "true") -> None:
    """An apply whose host loses its power at this moment after that step, and is started again."""

    def cut() -> None:
        client.host.sh(until(moment))
        client.host.crash()

    client.on_event = at(step, State.DONE, cut)
    with contextlib.suppress(RemoteError):
        client.apply()
    client.on_event = lambda _: None
    client.host.boot()


def forsaken(client: Client, step: Step, state: State, moment: str, act: str = "") -> int:
    """An apply whose client dies after this step, and all else once the host has come to this moment, a condition of its shell."""
    client.on_event = at(step, state, kill_self)
    killed = apply_in_child(client)
    client.on_event = lambda _: None
    client.host.sh(f"{act}\n{until(moment)}{FORSAKEN}")
    return killed


def ended_by_the_next_session(wrong: Wrong, what: str, client: Client) -> None:
    """What is pending is named by a status, and undone before anything else is asked."""
    wrong.unless(f"{what}: status", "the next apply ends it" in client.status().under_way, True)
    client.answers.wanted = False
    with contextlib.suppress(CancelledError):
        wrong.note(f"{what}: an apply that nobody wanted ended as {client.apply().state}")
    client.answers.wanted = True


def test_what_everybody_has_forsaken_is_ended_by_the_next_session(host: LabHost, owner: Owner, make_client: Callable[..., Client]) -> None:
    wrong, layout = Wrong(), Layout("wg0", owner)
    client = client_of(make_client, host)
    site = client.site
    client.apply(dry_run=True)
    site = replace(site, tunnel=replace(site.tunnel, networks=client.site.tunnel.networks))
    before = take(host)
    rolled_back = "systemctl start --no-block $(cd /run/systemd/transient && ls -d wgwizard-rollback-*.service)"

    for what, step, state, moment, act in (
        ("its files were put", Step.ARM, State.DONE, f"[ -e {STAGED[owner]} ]", ""),
        ("the tunnel is switched", Step.ARM, State.DONE, "[ -e /sys/class/net/wg0 ]", ""),
        ("half undone", Step.VERIFY, State.DONE, "[ ! -e /sys/class/net/wg0 ]", rolled_back),
    ):
        with wrong.on(what):
            wrong.unless(f"{what}: the client", forsaken(client, step, state, moment, act), -signal.SIGKILL)
            ended_by_the_next_session(wrong, what, client)
            wrong.nothing(what, left(host, before))

    with wrong.on("a power cut before the confirmation"):
        power_cut(client, Step.VERIFY)
        wrong.nothing("a power cut before the confirmation", left(host, before))

    with wrong.on("confirmed, and forsaken while it is written"):
        client.change_site(site)
        forsaken(client, Step.CONFIRM, State.DONE, f"[ -e {layout.tunnel} ]")
        wrong.unless("confirmed: status", "confirmed" in client.status().under_way, True)
        wrong.unless("confirmed: the next apply", client.apply().state, "unchanged")
        wrong.unless("confirmed: status at last", client.status().differences, ())
        wrong.unless("confirmed: what is staged yet", host.sh(f"ls {STAGED[owner]} || true"), "")
    first = look(host)

    with wrong.on("half changed"):
        client.change_site(moved(site, OTHER, MTU))
        changing = "ip -o address show dev wg0 | grep -q '10[.]88[.]'"
        wrong.unless("half changed: the client", forsaken(client, Step.ARM, State.DONE, changing), -signal.SIGKILL)
        ended_by_the_next_session(wrong, "half changed", client)
        wrong.stays("half changed", host, first)
        host.sh(f"systemctl restart {SERVICE[owner]}; sleep 4")
        wrong.stays("half changed, its owner restarted", host, first)

    with wrong.on("a changed one confirmed, and forsaken while it is written"):
        old = host.sh(f"sha256sum {layout.tunnel}").strip()
        forsaken(client, Step.CONFIRM, State.DONE, f"[ \"$(sha256sum {layout.tunnel})\" != '{old}' ]")
        wrong.unless("changed: the next apply", client.apply().state, "unchanged")
        wrong.unless("changed: status", client.status().differences, ())
        host.sh(f"systemctl restart {SERVICE[owner]}; sleep 4")
        now = look(host)
        wrong.unless("changed", (now.get("addresses"), now.get("mtu")), (OTHER_ADDRESSES, f"{MTU};"))
        wrong.stays("changed", host, first, but=("addresses", "routes", "peers", "mtu"))

    changed = look(host)
    with wrong.on("a power cut while it is written"):
        client.change_site(site)
        old = host.sh(f"sha256sum {layout.tunnel}").strip()
        power_cut(client, Step.CONFIRM, f"[ \"$(sha256sum {layout.tunnel})\" != '{old}' ]")
        runs = look(host).get("addresses")
        wrong.unless("a power cut while it is written: what runs then", runs in (first["addresses"], changed["addresses"]), True)
        client.apply()
        wrong.unless("a power cut while it is written: status", client.status().differences, ())
        wrong.stays("a power cut while it is written", host, first, but=("ifindex",))

    with wrong.on("the uninstall"):
        wrong.unless("the uninstall", client.uninstall().state, "uninstalled")
        wrong.nothing("left after the uninstall", left(host, before))
    assert wrong == []
