"""One step back: the host as it stood before the last apply, by bytes and by what runs, as safely as an apply."""

import os
import signal
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Answers, Client, small_site, with_points
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import Snapshot, take
from tests.system.test_apply import OUR_FILES, ifindex, running
from tests.system.test_apply_faults import UNDO_AFTER, assert_old, at, kill_self
from wgwizard.applying import State, Step
from wgwizard.errors import CancelledError, RemoteError
from wgwizard.site import Opens, Strategy

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]


def without_state(snapshot: Snapshot) -> Snapshot:
    """A host but for what we note of it."""
    return replace(snapshot, files={path: entry for path, entry in snapshot.files.items() if not path.startswith("/var/lib/wgwizard/")})


@pytest.mark.parametrize("shell", ["dash", "busybox"])
def test_a_step_back_is_the_host_before_the_last_apply_and_another_one_takes_that_back(
    beta: LabHost, make_client: MakeClient, shell: str
) -> None:
    client = make_client(beta, answers=Answers())
    client.apply()
    one, runs_one, index = without_state(take(beta)), running(beta), ifindex(beta)
    client.change_site(replace(with_points(client.site, 4), needs=replace(client.site.needs, opens=Opens.BOTH)))
    client.strategy = Strategy.GATEWAY
    client.apply()
    two, runs_two = without_state(take(beta)), running(beta)
    assert runs_one != runs_two
    beta.run("ln", "-sf", shell, "/bin/sh")

    back = client.rollback()
    beta.run("ln", "-sf", "dash", "/bin/sh")
    assert (back.changed, back.state) == (True, "rolled back")
    assert one.differences(without_state(take(beta))) == []
    assert (running(beta), ifindex(beta)) == (runs_one, index)
    gone = {f"Peer {client.keyring.public[name]} cannot connect any more." for name in ("point3", "point4")}
    assert gone < set(back.notes)
    standing = client.status()
    assert (standing.as_applied, standing.strategy) == (True, "masquerade")
    assert standing.put_back is not None
    assert "admin@192.168.200.2 from 192.168.200.254" in standing.put_back[1]

    assert client.rollback().state == "rolled back"
    assert "the last change was a rollback itself" in " ".join(event.text for event in client.events)
    assert two.differences(without_state(take(beta))) == []
    assert running(beta) == runs_two
    beta.reboot()
    assert running(beta) == runs_two
    assert client.apply().state == "unchanged"


def test_a_step_back_from_the_first_apply_is_the_host_without_us(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    before = take(beta)
    client.apply()
    outcome = client.rollback()
    assert outcome.state == "uninstalled"
    assert "was the first one" in outcome.notes[0]
    assert before.differences(take(beta)) == []
    assert client.rollback().state == "absent"


def test_what_its_owner_edited_before_the_last_apply_comes_back_as_an_edit(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    before = take(beta)
    client.apply()
    beta.sh("echo '# mine' >> /etc/sysctl.d/60-wgwizard-wg0.conf; chgrp adm /etc/sysctl.d/60-wgwizard-wg0.conf")
    edited = without_state(take(beta))
    client.apply()
    assert client.status().as_applied
    client.rollback()
    assert edited.differences(without_state(take(beta))) == []
    assert [one.what for one in client.status().differences] == [
        "/etc/sysctl.d/60-wgwizard-wg0.conf was edited",
        "/etc/sysctl.d/60-wgwizard-wg0.conf has mode 0644 and owner 0:4, not 0644 and 0:0",
    ]
    outcome = client.uninstall()
    assert any("60-wgwizard-wg0.conf was edited since" in note for note in outcome.notes)
    beta.sh("rm /etc/sysctl.d/60-wgwizard-wg0.conf")
    assert before.differences(take(beta)) == []


def test_forwarding_that_only_the_last_apply_needed_goes_back(beta: LabHost, make_client: MakeClient) -> None:
    client, both = make_client(beta), small_site()
    client.change_site(replace(both, networks=both.networks[:1], host=replace(both.host, addresses=both.host.addresses[:1])))
    client.apply()
    one = take(beta).sysctls
    client.change_site(both)
    client.apply()
    assert (one["net.ipv6.conf.all.forwarding"], take(beta).sysctls["net.ipv6.conf.all.forwarding"]) == ("0", "1")
    client.rollback()
    assert take(beta).sysctls == one


@pytest.mark.parametrize(("step", "state"), [(Step.ARM, State.DONE), (Step.ACTIVATE, State.DONE), (Step.VERIFY, State.DONE)])
def test_a_client_killed_during_a_step_back_leaves_the_host_as_it_was(
    beta: LabHost, make_client: MakeClient, step: Step, state: State
) -> None:
    client = make_client(beta, confirm_timeout=UNDO_AFTER)
    client.apply()
    client.change_site(with_points(client.site, 4))
    client.apply()
    before, runs = take(beta), running(beta)
    client.on_event = at(step, state, kill_self)
    child = os.fork()
    if child == 0:
        try:
            client.rollback()
        finally:
            os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert_old(beta, before, within=UNDO_AFTER + 20)
    assert running(beta) == runs
    client.on_event = lambda _: None
    assert client.rollback().state == "rolled back"
    assert len(beta.sh("wg show wg0 peers").split()) == 2


def test_no_is_taken_for_an_answer_and_a_copy_that_is_gone_or_damaged_is_refused(beta: LabHost, make_client: MakeClient) -> None:
    client = make_client(beta)
    client.apply()
    client.change_site(with_points(client.site, 3))
    client.apply()
    before, runs = take(beta), running(beta)
    client.answers.wanted = False
    with pytest.raises(CancelledError):
        client.rollback()
    client.answers.wanted = True
    client.answers.before_confirm = lambda: beta.sh("echo x | tee -a /var/lib/wgwizard/wg0/before-*/wg0.nft")
    with pytest.raises(RemoteError, match="is damaged"):
        client.rollback()
    client.answers.before_confirm = lambda: None
    assert running(beta) == runs
    assert without_state(before).differences(without_state(take(beta))) == []
    beta.sh("rm -r /var/lib/wgwizard/wg0/before-*")
    with pytest.raises(RemoteError, match="was not kept"):
        client.rollback()
    assert [path for path in OUR_FILES if not (beta.root / path[1:]).exists()] == []
