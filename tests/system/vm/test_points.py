"""A Linux point's file for systemd-networkd and for NetworkManager: these make what wg-quick makes of its own, in the kernel."""

import time
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.point_support import ENDPOINT
from tests.system.vm.machine import NETWORK_MANAGER
from wgwizard.render import render
from wgwizard.render.forms import Form, in_form

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

_LOOK = """
wg show wg0 private-key
wg show wg0 dump | tail -n +2 | cut -f 1-3,8
wg show wg0 allowed-ips | cut -f 2 | tr ' ' '\\n' | sort
ip -o address show dev wg0 scope global | awk '{ print $4 }' | sort
{ ip -o -4 route show dev wg0; ip -o -6 route show dev wg0; } | grep -v 'proto kernel' | awk '{ print $1 }' | sort
cat /sys/class/net/wg0/mtu"""
_UP = {
    Form.NETWORKD: """
chgrp systemd-network /etc/systemd/network/50-wg0.netdev
systemctl start systemd-networkd
until [ -e /sys/class/net/wg0 ]; do sleep 0.2; done
networkctl up wg0""",
    Form.NETWORK_MANAGER: "systemctl start NetworkManager; nmcli -w 60 connection up wg0",
}


@pytest.mark.parametrize("form", list(_UP))
def test_a_linux_point_gets_the_same_tunnel_from_its_own_program(
    make_beta: Callable[..., LabHost], make_client: Callable[..., Client], form: Form
) -> None:
    machine = make_beta(variant=NETWORK_MANAGER)
    client = make_client(machine)
    client.change_site(replace(client.site, host=replace(client.site.host, endpoint=ENDPOINT)))
    (conf,) = [
        one for one in render(client.plan(None), client.keyring).artefacts if one.node == "point1" and one.path.endswith("/wg0.conf")
    ]
    machine.write(conf.path, conf.content(), mode=0o600)
    machine.sh("ip address flush dev eth0")  # it is not at the site
    machine.sh("wg-quick up wg0")
    by_wg_quick = machine.sh(_LOOK)
    assert client.keyring.preshared["point1"].reveal() in by_wg_quick
    machine.sh("wg-quick down wg0")
    for file in in_form(conf, form, "wg0", at_start=False):
        machine.write(file.path, file.content(), mode=int(file.mode, 8))
    machine.sh(_UP[form], timeout=120)
    deadline = time.monotonic() + 30
    while machine.sh(_LOOK) != by_wg_quick and time.monotonic() < deadline:
        time.sleep(0.5)
    assert machine.sh(_LOOK) == by_wg_quick
