"""What else on Host β sets forwarding."""

from collections.abc import Callable

import pytest

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

MakeClient = Callable[..., Client]
HARDENED = "net.ipv4.ip_forward = 0\nnet.ipv4.conf.all.forwarding = 0\nnet.ipv6.conf.all.forwarding = 0\n"


def test_a_file_that_switches_forwarding_off_at_boot_after_ours_does_not_last(beta: LabHost, make_client: MakeClient) -> None:
    beta.write("/etc/sysctl.d/99-hardening.conf", HARDENED)
    before = take(beta)
    client = make_client(beta)
    assert client.apply().state == "applied"
    beta.reboot()
    beta.sh("systemctl is-system-running --wait", check=False)
    assert client.apply(dry_run=True).changes == ()
    forwarding = beta.sh("sysctl -n net.ipv4.conf.eth0.forwarding net.ipv4.conf.wg0.forwarding net.ipv6.conf.all.forwarding").split()
    assert forwarding == ["1", "1", "1"]
    assert beta.sh("sysctl -n net.ipv4.ip_forward").strip() == "0"
    assert client.uninstall().state == "uninstalled"
    assert before.differences(take(beta)) == []
