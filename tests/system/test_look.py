"""A look at a real host: what it shows is proposed, the tunnel avoids what is in use there, and nothing is changed or asked of root."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import record_probe
from tests.screens.person import sit_down
from tests.system.apply_support import ADDRESS, Client
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.secrecy import Secrecy
from tests.system.test_wizard_apply import fingerprint
from wgwizard.host.connector import SshConnector
from wgwizard.host.facts import Facts
from wgwizard.host.facts_parsing import parse_facts, sections
from wgwizard.host.layout import Layout
from wgwizard.questions import new_document
from wgwizard.target import Target
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools

pytestmark = pytest.mark.live

SITE = {"networks": ["192.168.200.0/24", "fd00:200::/64"]}
# What a VPN of the host's own and a socket on WireGuard's usual port leave there.
IN_USE = (
    "ip route add 10.64.0.0/23 via 192.168.200.9",
    "ip link add wg0 type bridge",
    "ip addr add 10.64.2.1/24 dev wg0",
    "systemd-run -q --unit=other --socket-property=ListenDatagram=51820 cat",
)


def looked(client: Client) -> Facts:
    return client.connector.look(client.target, client.answers)


@pytest.mark.parametrize("sudo", ["nopasswd", "password"])
def test_what_the_host_shows_is_proposed_without_root_and_the_tunnel_avoids_what_is_in_use_there(
    make_beta: Callable[..., LabHost], make_client: Callable[..., Client], sudo: str
) -> None:
    beta = make_beta(sudo=sudo)
    for command in IN_USE:
        beta.sh(command)
    client = make_client(beta)
    before = take(beta)
    facts = looked(client)
    assert before.differences(take(beta)) == []
    assert client.answers.passwords_asked == []
    draft = Draft({**new_document(), "site": SITE, "host": {"ssh": ADDRESS}}, host=facts, host_login=ADDRESS)
    found = {path: proposal.text for path, proposal in draft.proposals().items()}
    ipv4, ipv6 = found.pop("tunnel.networks").split(", ")
    assert ipv4 == "10.64.3.0/24"
    assert ipv6.startswith("fd")
    assert found == {
        "site.router": "192.168.200.254",
        "host.addresses": "192.168.200.2/24, fd00:200::2/64",
        "host.interface": "eth0",
        "host.name": "beta",
        "tunnel.interface": "wg1",
        "tunnel.port": "51821",
        "points[0].name": "laptop",
    }
    assert facts.system.name.startswith("Debian GNU/Linux 12")


def test_the_wizard_looks_at_a_real_host_and_says_where_an_answer_differs(beta: LabHost, client_key: str, tmp_path: Path) -> None:
    document = {**new_document(), "site": {"networks": ["192.168.200.0/24"]}, "host": {"addresses": ["192.168.200.3/24"]}}

    async def session() -> Draft:
        tools = Tools(SshConnector(), login=Target("", client_key, str(tmp_path / "known_hosts")))
        async with sit_down(tools=tools, draft=Draft(document), begin_at="host") as person:
            await person.pastes(ADDRESS)
            await person.press("f4")
            await person.sees("Is this Host β?", fingerprint(beta))
            await person.press("right", "enter")
            await person.sees("✓ looked at beta: Debian GNU/Linux 12", "! beta has not 192.168.200.3, it has 192.168.200.2/24")
            return person.app.draft

    draft = asyncio.run(session())
    assert draft.proposals()["host.interface"].text == "eth0"


def test_a_module_of_the_kernels_that_is_not_loaded_is_seen_by_busyboxs_modprobe_too(
    make_beta: Callable[..., LabHost], make_client: Callable[..., Client]
) -> None:
    beta = make_beta(init="none", busybox=True)
    client = make_client(beta)
    modules = f"/lib/modules/{beta.sh('uname -r').strip()}"
    beta.sh("ln -s /bin/busybox /usr/sbin/modprobe")
    beta.write(f"{modules}/modules.dep", "kernel/drivers/net/other.ko:\n")
    assert not looked(client).system.kernel_wireguard
    beta.write(f"{modules}/modules.dep", "kernel/drivers/net/wireguard/wireguard.ko:\n")
    assert looked(client).system.kernel_wireguard


def test_an_ipv6_default_route_without_a_router_is_told_by_busyboxs_ip_too(
    make_beta: Callable[..., LabHost], make_client: Callable[..., Client]
) -> None:
    beta = make_beta(init="none", busybox=True)
    beta.sh("ip -6 route replace default dev eth0")
    defaults = [(route.network.version, route.gateway) for route in looked(make_client(beta)).routes if route.network.prefixlen == 0]
    assert sorted(defaults) == [(4, True), (6, False)]


def test_a_default_route_that_a_program_learned_by_router_advertisement_is_not_one_that_the_kernel_forgets(
    beta: LabHost, make_client: Callable[..., Client]
) -> None:
    """As NetworkManager and systemd-networkd leave it: they answer advertisements themselves, with accept_ra=0."""
    beta.sh(
        "echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_ra; ip -6 route del default; ip -6 route add default via fe80::1 dev eth0 proto ra"
    )
    assert looked(make_client(beta)).ra_default_interfaces == ()
    beta.sh("echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")
    assert "default via fe80::1 dev eth0 proto ra" in beta.sh("ip -6 route show default")


def test_a_probe_that_somebody_sends_says_what_the_programs_own_does_and_holds_no_secret(
    beta: LabHost, make_client: Callable[..., Client], secrecy: Secrecy
) -> None:
    client = make_client(beta)
    client.apply()
    options = [f"-oUserKnownHostsFile={client.known_hosts}", "-oBatchMode=yes", f"-i{client.identity}"]
    said = subprocess.run(["ssh", *options, ADDRESS, record_probe.command()], capture_output=True, check=True).stdout
    found = parse_facts(sections(said, "NONCE"), Layout("wg0"))
    assert found.tunnel is not None
    assert (found.ours, found.public_key, len(found.tunnel.peers)) == (True, client.keyring.public["host"], 2)
    assert secrecy.told("the probe", beta.read("/etc/wireguard/wg0.conf").encode()) != []
    assert secrecy.told("the probe", said) == []


def test_a_running_kernel_whose_modules_an_update_took_away_is_seen(beta: LabHost, make_client: Callable[..., Client]) -> None:
    client = make_client(beta)
    release = looked(client).system.release
    assert release == beta.sh("uname -r").strip()
    assert not looked(client).system.kernel_is_gone  # no modules at all, as in a container
    beta.write("/lib/modules/0.0.0-next/modules.dep", "")
    assert looked(client).system.kernel_is_gone
    beta.write(f"/lib/modules/{release}/modules.dep", "")
    assert not looked(client).system.kernel_is_gone
