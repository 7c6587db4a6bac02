"""What the install script, which tells other firewalls nothing, says of them: done by hand, it lets the tunnel through."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.point_support import Side, come_up
from tests.system.test_other_firewalls import FIREWALLS, NFT, gateway, opens, passages, switched_on
from wgwizard.render import install_script, render

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

MakeClient = Callable[..., Client]
# The last rule of a chain refuses everything, whatever the policy is.
CATCH_ALL = NFT.replace("policy drop", "policy accept").replace(
    '\t}\n', '\t\tcounter log prefix "the last: drop" reject with icmpx admin-prohibited comment "all else"\n\t}\n'
)  # fmt: skip
LEGACY = """
for ip in ip ip6; do
  ${ip}tables-legacy -A INPUT -p udp --dport 51820 -j DROP
  ${ip}tables-legacy -A FORWARD -j REJECT
done
"""


@pytest.mark.parametrize("firewall", ["ufw", "firewalld", "nft", "docker"])
def test_the_install_script_says_how_each_is_told_and_that_lets_the_tunnel_through(
    make_beta: Callable[..., LabHost], plugged: Callable[[LabHost], Side], make_client: MakeClient, tmp_path: Path, firewall: str
) -> None:
    beta = switched_on(make_beta, firewall)
    assert_the_install_script_helps(beta, plugged, gateway(make_client(beta)), tmp_path)


@pytest.mark.parametrize("start", [FIREWALLS["nft"].start, LEGACY], ids=["a rule for everything", "iptables-legacy"])
def test_the_install_script_says_it_of_rules_that_are_no_policy_and_that_nft_does_not_list(
    make_beta: Callable[..., LabHost], plugged: Callable[[LabHost], Side], make_client: MakeClient, tmp_path: Path, start: str
) -> None:
    beta = make_beta(variant="firewalls", enable=("nftables.service",))
    beta.run("sh", "-c", start, stdin=CATCH_ALL)
    assert_the_install_script_helps(beta, plugged, gateway(make_client(beta)), tmp_path)


def assert_the_install_script_helps(beta: LabHost, plugged: Callable[[LabHost], Side], client: Client, directory: Path) -> None:
    """What it says, done, lets a tunnel through that was stopped."""
    client.change_site(client.site)
    plan = client.plan(None)
    beta.write("/root/install.sh", install_script(plan, render(plan, client.keyring)).content(), mode=0o700)
    said = beta.run("/root/install.sh").stdout
    point = come_up(client, plugged(beta), directory)
    assert not any(passages(point)[::2])  # Docker leaves IPv6 alone
    commands = [line.strip() for line in said.splitlines() if line.startswith("    ")]
    assert commands
    for command in commands:
        beta.run(*command.split())
    assert opens(point)
