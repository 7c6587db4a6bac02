"""Every strategy on a real Host β: applied over SSH by the program, used by the points with the program's files, measured cell by cell.

What may reach what is typed here anew from the measurements in docs/strategies.md; neither the trace nor the plan is asked for it.
No computer of the replica takes ICMP redirects: where a route stands on the router alone they would make an IPv4 connection
work after 0.8 to 3.3 seconds, sometimes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.system.article import A2, ADMIN, A, B, C, Document, article_document
from tests.system.lab import snapshot
from tests.system.strategy_support import Network, network_of
from wgwizard.plan import HOST
from wgwizard.rehearsal.measure import measure
from wgwizard.rehearsal.probe import Question, ask
from wgwizard.trace import trace

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

PORT = 7777  # a port that the site file does not name
SIX = {"192.168.200.": "fd00:200::", "192.168.201.": "fd00:201::", "10.0.0.": "fd00:10::"}

# The cells of the table: who opens a connection to which address and port, and who should answer at which port.
CELLS = {
    "A→B": (A, "192.168.200.22", PORT, B, PORT),
    "A2→B": (A2, "192.168.200.22", PORT, B, PORT),
    "B→A": (B, "10.0.0.1", 8000, A, 8000),
    "B→β:8081": (B, "192.168.200.2", 8081, A, 8000),
    "B→β:8082": (B, "192.168.200.2", 8082, A2, 8000),
    "A→C": (A, "192.168.201.22", PORT, C, PORT),
    "C→A": (C, "10.0.0.1", 8000, A, 8000),
    "C→β:8081": (C, "192.168.200.2", 8081, A, 8000),
    # The same under every strategy: β's one service is allowed, its SSH is not; the desk keeps its way in; points do not meet.
    "A→β:53": (A, "10.0.0.2", 53, HOST, 53),
    "A→β:22": (A, "10.0.0.2", 22, None, 0),
    "A→β's LAN:22": (A, "192.168.200.2", 22, None, 0),
    "desk→β:22": (ADMIN, "192.168.200.2", 22, None, 0),
    "A→A2": (A, "10.0.0.3", 8000, A2, 8000),
    "B→A, a port that is no service": (B, "10.0.0.1", PORT, A, PORT),
}
YES, NO = "yes", None
ALWAYS = {
    "A→β:53": "10.0.0.1",
    "A→β:22": NO,
    "A→β's LAN:22": NO,
    "desk→β:22": YES,
    "A→A2": NO,
    "B→A, a port that is no service": NO,
}


@dataclass(frozen=True)
class Case:
    """A site document, and for each cell the source address that the far side sees (NO: not reachable)."""

    document: Document
    seen: dict[str, str | None]


def row(
    a_b: str | None, a2_b: str | None, b_a: str | None, b_beta: str | None, a_c: str | None, c_a: str | None, c_beta: str | None
) -> dict[str, str | None]:
    """One row of the table, in the order of its columns."""
    return {"A→B": a_b, "A2→B": a2_b, "B→A": b_a, "B→β:8081": b_beta, "B→β:8082": b_beta, "A→C": a_c, "C→A": c_a, "C→β:8081": c_beta}


BETA, AS_A, AS_A2, AS_B, AS_C, TUNNEL = "192.168.200.2", "10.0.0.1", "10.0.0.3", "192.168.200.22", "192.168.201.22", "10.0.0.2"
CASES = {
    "masquerade": Case(article_document("masquerade"), row(BETA, BETA, NO, NO, BETA, NO, NO)),
    "forward": Case(article_document("forward"), row(NO, NO, NO, AS_B, NO, NO, AS_C)),
    "forward, masquerading into the tunnel": Case(article_document("forward", into_tunnel=True), row(NO, NO, NO, TUNNEL, NO, NO, TUNNEL)),
    "masquerade+forward": Case(article_document("masquerade+forward"), row(BETA, BETA, NO, AS_B, BETA, NO, AS_C)),
    "gateway, routes on the hosts": Case(article_document("gateway", routes="hosts"), row(AS_A, AS_A2, AS_B, NO, NO, NO, NO)),
    "gateway, route on a router that drops invalid": Case(
        article_document("gateway", routes="router", drops_invalid=True), row(NO, NO, NO, NO, AS_A, AS_C, NO)
    ),
    "gateway, route on a router that does not": Case(
        article_document("gateway", routes="router", drops_invalid=False), row(AS_A, AS_A2, AS_B, NO, AS_A, AS_C, NO)
    ),
    "gateway+forward": Case(article_document("gateway+forward", routes="hosts"), row(AS_A, AS_A2, AS_B, AS_B, NO, NO, AS_C)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_strategy_does_what_the_table_says_until_it_is_taken_off(own_network: None, name: str, tmp_path: Path) -> None:
    """Apply, restart of nftables, reboot of β, uninstall: the same table at each step, and the same host at the end."""
    case = CASES[name]
    with network_of(case.document, tmp_path) as network:
        before = snapshot.take(network.beta)
        network.apply()
        network.connect_points()
        assert differences(network, case) == []
        assert disagreements(network) == []

        # The tunnel goes down and up with its rules (no rules, no tunnel), so the points open new sessions.
        network.beta.run("systemctl", "restart", "nftables")
        eventually(lambda: network.beta.run("systemctl", "is-active", "wg-quick@wg0", check=False).stdout == "active\n")
        network.reconnect_points()
        assert differences(network, case) == []

        network.beta.reboot()
        network.reconnect_points()
        assert differences(network, case) == []

        network.uninstall()
        # systemd forgets the last finished transient unit a moment later.
        eventually(
            lambda: before.differences(snapshot.take(network.beta)) == [], else_say=lambda: before.differences(snapshot.take(network.beta))
        )


def test_rights_that_were_not_given_are_refused(own_network: None, tmp_path: Path) -> None:
    """One point may open some ports of one computer, the other only β's own service; the site opens the published port alone."""
    document = article_document("masquerade+forward")
    first, second = document["points"]
    first["may_reach"] = [{"to": B, "protocol": "tcp", "ports": ["8080-8090"]}]
    second["may_reach"] = [{"to": "host"}]
    expected = {
        (A, "192.168.200.22", 8080, B): True,
        (A, "192.168.200.22", 8090, B): True,
        (A, "192.168.200.22", 8079, B): False,
        (A, "192.168.200.22", 8091, B): False,
        (A, "192.168.200.102", 8080, "another host in lan"): False,
        (A, "192.168.201.22", 8080, C): False,
        (A, "10.0.0.2", 53, HOST): False,
        (A2, "192.168.200.22", 8080, B): False,
        (A2, "10.0.0.2", 53, HOST): True,
        (A2, "192.168.200.2", 53, HOST): True,
        (A2, "10.0.0.2", PORT, HOST): False,
        (A2, "192.168.200.2", PORT, HOST): False,
        (B, "192.168.200.2", PORT, HOST): True,
    }
    with network_of(document, tmp_path) as network:
        network.apply()
        network.connect_points()
        answers = ask(network.replica, [Question(origin, ip_address(to), "tcp", port, who, port) for origin, to, port, who in expected])
        assert {cell: answer.reached for cell, answer in zip(expected, answers, strict=True)} == expected
        assert disagreements(network) == []


@pytest.mark.parametrize("name", ["masquerade+forward", "gateway+forward"])
def test_the_install_script_does_the_same_where_the_host_has_no_ssh(own_network: None, name: str, tmp_path: Path) -> None:
    """Carried there and run by hand; again it changes nothing; after a reboot everything still holds."""
    case = CASES[name]
    document = article_document(name, routes=case.document["site"]["routes"])
    document["host"]["keys"] = "here"
    with network_of(document, tmp_path) as network:
        network.write_files()
        assert "/etc/wireguard/wg0.conf" in network.install_by_hand()
        network.connect_points()
        assert differences(network, case) == []

        installed = snapshot.take(network.beta)
        assert "written:" not in network.install_by_hand()
        assert installed.differences(snapshot.take(network.beta)) == []

        network.beta.reboot()
        network.reconnect_points()
        assert differences(network, case) == []


def test_the_points_come_back_by_themselves_after_a_power_cut(own_network: None, tmp_path: Path) -> None:
    """β is killed and started again; nobody touches the points, whose WireGuard opens a new session after 15 seconds of silence."""
    name = "masquerade+forward"
    with network_of(CASES[name].document, tmp_path) as network:
        network.apply()
        network.connect_points()
        network.beta.crash()
        network.beta.boot()
        network.await_tunnels(seconds=30.0)
        assert differences(network, CASES[name]) == []


def disagreements(network: Network) -> list[str]:
    """Where measurement and trace differ, over all rows of the trace."""
    findings = measure(network.replica, network.plan, trace(network.plan))
    assert len(findings) > 20
    return [f"predicted {found.predicted}\nmeasured {found.measured}" for found in findings if not found.agrees]


def eventually(condition: Callable[[], bool], seconds: float = 5.0, else_say: Callable[[], object] = lambda: "") -> None:
    """Until the condition holds; the test fails when it does not within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, else_say()
        time.sleep(0.1)


def differences(network: Network, case: Case) -> list[str]:
    """The cells, in both families, that are not as the table says."""
    expected = {**ALWAYS, **case.seen}
    cells = [(label, version, question(*CELLS[label], version)) for label in expected for version in (4, 6)]
    answers = ask(network.replica, [asked for _, _, asked in cells])
    wrong = []
    for (label, version, asked), answer in zip(cells, answers, strict=True):
        wanted = expected[label]
        found = None if not answer.reached else YES if asked.listener is None else str(answer.source_seen)
        if found != (wanted if wanted in (YES, NO) else in_family(wanted, version)):
            wrong.append(f"{label} over IPv{version}: {found or answer.error or 'silence'} instead of {wanted}")
    return wrong


def question(origin: str, address: str, port: int, listener: str | None, listen_port: int, version: int) -> Question:
    """A cell as a question in one family."""
    return Question(origin, ip_address(in_family(address, version)), "tcp", port, listener, listen_port)


def in_family(address: str, version: int) -> str:
    """The address, or its IPv6 counterpart."""
    start = next(start for start in SIX if address.startswith(start))
    return address if version == 4 else SIX[start] + address.removeprefix(start)
