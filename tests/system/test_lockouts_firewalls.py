"""The host's own firewall against the plan (lock-outs 18, 19 and 22): it is said with what to do, never touched, and true."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from wgwizard.site import Needs, Opens, Strategy

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

MakeClient = Callable[..., Client]
FOREIGN = "nft -s list ruleset | awk '/^table inet wgwizard_wg0/ { ours = 1 } !ours { print } /^}/ { ours = 0 }'"
NFT = """table inet own {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state vmap { established : accept, related : accept, invalid : drop }
		iifname "lo" accept
		meta l4proto icmp accept
		meta l4proto icmpv6 accept
		tcp dport { 22, 80 } accept
		limit rate 5/minute log prefix "in { drop: "
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		iifname "docker0" accept
	}
}
"""


def warned(client: Client) -> list[str]:
    return [note for note in client.apply(dry_run=True).notes if "own firewall" in note]


def between(text: str, mark: str = "`") -> list[str]:
    """The commands in a note."""
    return text.split(mark)[1::2]


@pytest.mark.parametrize(
    ("start", "chains"),
    [
        pytest.param(
            "cat >/etc/nftables.conf; nft -f /etc/nftables.conf",
            {"inet own input": "UDP port 51820", "inet own forward": "the points"},
            id="nft",
        ),
        pytest.param(
            "ufw allow 22/tcp && ufw --force enable",
            {"ip filter INPUT": "UDP port 51820", "ip6 filter INPUT": "UDP port 51820", "ip filter FORWARD": "the points"},
            id="ufw",
        ),
        pytest.param(
            "systemctl start firewalld",
            {"inet firewalld filter_INPUT": "UDP port 51820", "inet firewalld filter_FORWARD": "the points"},
            id="firewalld",
        ),
    ],
)
def test_a_firewall_that_stops_the_tunnel_is_named_with_the_commands_that_open_it(
    make_beta: Callable[..., LabHost], make_client: MakeClient, start: str, chains: dict[str, str]
) -> None:
    beta = make_beta(variant="firewalls", enable=("nftables.service",))
    beta.run("sh", "-c", start, stdin=NFT, timeout=90)
    client = make_client(beta)
    client.strategy = Strategy.GATEWAY
    client.site = replace(client.site, needs=Needs(opens=Opens.BOTH))
    notes = warned(client)
    assert [chain for chain, what in chains.items() if not any(f"({chain})" in note and what in note for note in notes)] == [], notes
    before = beta.sh(FOREIGN)
    assert client.apply().state == "applied"
    assert beta.sh(FOREIGN) == before
    for command in [command for note in notes for command in between(note)]:
        beta.sh(command, timeout=90)
    assert warned(client) == []
    assert client.apply().state == "unchanged"
