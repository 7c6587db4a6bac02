"""`plan --json` writes what points share once for all of them; the text is what one row after the other gives."""

import json

import pytest

import presets
from wgwizard import sitefile
from wgwizard.applying import Change
from wgwizard.cli import output
from wgwizard.cli.change_text import changes_list
from wgwizard.cli.plan_json import plan_json
from wgwizard.cli.plan_text import reach_table
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.pipeline import result, study
from wgwizard.sitefile import yamltext
from wgwizard.wizard.reach import table

TWO_FAMILIES = """\
version: 1
name: site-b
site:
  networks: [{cidr: 192.168.200.0/24, name: lan}, "fd00:200::/64"]
  router: [192.168.200.1]
  routes: [router]
host: {addresses: [192.168.200.2/24, "fd00:200::2/64"], interface: lan0, services: [{name: dns, protocol: udp, port: 53}]}
tunnel: {networks: [10.0.0.0/24, "fd00:10::/64"], addresses: [10.0.0.1, "fd00:10::1"]}
points:
  - name: both
    addresses: [10.0.0.2, "fd00:10::2"]
  - {name: only4, addresses: [10.0.0.3], services: [{name: web, protocol: tcp, port: 80}]}
  - {name: only6, addresses: ["fd00:10::4"], may_reach: [{to: 192.168.200.22, protocol: tcp, ports: [22, 80-90]}]}
"""


@pytest.mark.parametrize("text", [TWO_FAMILIES, *(preset.text for preset in presets.load_all())])
def test_the_rows_are_those_of_each_alone(text):
    document, _ = yamltext.parse(text.encode())
    site, problems = sitefile.read(document)
    assert site is not None, problems
    found = study(site, Lock())
    outcome = result(found, Keyring())
    assert outcome.reaches
    whole = {
        "strategy": outcome.plan.strategy.value,
        "recommendation": output.recommendation_document(found.recommendation),
        "artefacts": [output.artefact_document(artefact, reveal=False) for artefact in outcome.bundle.artefacts],
        "reachability": [output.reach_document(reach) for reach in outcome.reaches],
        "warnings": [output.problem_document(problem) for problem in outcome.warnings],
    }
    written = b"".join(plan_json(outcome, found.recommendation, outcome.warnings, reveal=False)).decode()
    assert json.loads(written) == json.loads(output.to_json(whole))
    rows = [line.strip().removesuffix(",") for line in written.splitlines() if line.startswith('    {"from"')]
    assert [json.loads(row) for row in rows] == json.loads(written)["reachability"]


def many(count: int) -> list[str]:
    """The text's rows for so many points that are treated alike."""
    points = [{"name": f"p{number}"} for number in range(count)]
    host = {"addresses": ["192.168.200.2/24"], "services": [{"name": "dns", "protocol": "udp", "port": 53}]}
    document = {"version": 1, "name": "s", "site": {"networks": ["192.168.200.0/24"]}, "host": host, "points": points}
    site, problems = sitefile.read(document)
    assert site is not None, problems
    return reach_table(result(study(site, Lock()), Keyring()).reaches).splitlines()


def test_what_many_points_have_in_common_is_one_row_of_the_text():
    few, grouped = many(12), many(20)
    assert [line.split()[0] for line in few[1:6]] == ["p0"] * 4 + ["192.168.200.0/24"]
    assert len(few) == 1 + 12 * 5
    assert [" ".join(line.split()[:10]) for line in grouped[1:]] == [
        "each of 20 points 192.168.200.0/24 IPv4 any ✓ 192.168.200.2 the",
        "each of 20 points Host β IPv4 icmp ✓ its",
        "each of 20 points Host β IPv4 udp 53 ✓",
        "each of 20 points other points IPv4 any × —",
        "192.168.200.0/24 each of 20 points IPv4 any × — the",
    ]
    assert "its own address" in grouped[2]


def test_the_wizards_table_has_them_once_too_and_every_reason_whole():
    site, _ = sitefile.read({"version": 1, "name": "s", "site": {"networks": ["192.168.200.0/24"]},
        "host": {"addresses": ["192.168.200.2/24"]}, "points": [{"name": f"p{number}"} for number in range(20)]})  # fmt: skip
    assert site is not None
    reaches = result(study(site, Lock()), Keyring()).reaches
    for width in (40, 79, 100, 130):
        lines = table(reaches, width)
        assert max(map(len, lines)) <= width
        text = " ".join(" ".join(lines).split())
        assert "…" not in text, (width, lines)
        assert text.count("each of 20 points → Host β") == 1
        for reach in reaches:
            assert all(word in text for word in reach.why.split())


def test_every_change_is_a_line_in_plain_words():
    changes = (
        Change("/etc/wgwizard/wg0.nft", "create", "+x"),
        Change("/etc/sysctl.d/60-wgwizard-wg0.conf", "change", "-x"),
        Change("/etc/elsewhere", "remove", "-x"),
        Change("wg-quick@wg0.service", "run", "+ start\n+ start at boot\n"),
    )
    assert changes_list(changes).splitlines() == [
        "+ create  the rules: /etc/wgwizard/wg0.nft",
        "~ change  forwarding, also after a restart: /etc/sysctl.d/60-wgwizard-wg0.conf",
        "- remove  /etc/elsewhere",
        "» run     start, start at boot: wg-quick@wg0.service",
    ]
