"""docs/lockouts.md has all thirty lock-outs, each marked in the code where it says and shown by tests that are there."""

import argparse
import re
from pathlib import Path

import pytest

from wgwizard.cli.arguments import parser

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/lockouts.md"
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text().splitlines() if re.match(r"\| \d+ \|", line)]
MARK = re.compile(r"lock-outs? ((?:\d+(?:, | to | and )?)+)", re.IGNORECASE)


def marks(path: Path) -> set[int]:
    """The numbers after "lock-out" in a file, "6 to 10, 12" being six of them."""
    found: set[int] = set()
    for said in MARK.findall(path.read_text()):
        for part in re.split(r", | and ", said.strip()):
            ends = [int(number) for number in re.findall(r"\d+", part)]
            found.update(range(ends[0], ends[-1] + 1) if ends else ())
    return found


def test_each_of_the_thirty_has_its_row() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 31))
    assert [row[0] for row in ROWS if not re.search(r"\*\*(before|check|design)\*\*|said, with", row[2])] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_is_true_of_code_and_tests(row: list[str]) -> None:
    places = re.findall(r"`([^`]+)`", row[3])
    assert places
    assert [place for place in places if int(row[0]) not in marks(ROOT / place)] == []
    shown = re.findall(r"`([^`]+)`", row[4])
    assert shown
    for place in shown:
        path, _, name = place.partition("::")
        assert f"def {name}" in (ROOT / path).read_text()


def test_no_number_stands_in_the_code_that_the_page_does_not_lead_to() -> None:
    code = [path for path in (ROOT / "wgwizard").rglob("*") if path.suffix in (".py", ".sh")]
    told = {(int(row[0]), place) for row in ROWS for place in re.findall(r"`([^`]+)`", row[3])}
    # The list in a module's docstring stands beside the marks of its functions.
    assert {(number, str(path.relative_to(ROOT))) for path in code for number in marks(path)} - told == set()


def test_no_option_overrides_a_refusal() -> None:
    (verbs,) = [action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    options = {option for verb in ("apply", "rollback", "uninstall") for option in verbs.choices[verb]._option_string_actions}
    assert "--dry-run" in options
    assert [option for option in options if re.search(r"force|ignore|skip|check|unsafe|overrid|allow", option)] == []


def test_what_the_scripts_for_the_host_run_restarts_and_flushes_nothing_of_others() -> None:
    """Lock-out 18; and for 30, the way back asks no name server. Only openings.sh speaks to other firewalls, and lets through."""
    code = {
        path.name: "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith("#"))
        for path in (ROOT / "wgwizard/host").glob("*.sh")
    }
    openings, attempts = code.pop("openings.sh"), code.pop("attempts.sh")
    assert not re.findall(r"flush|systemctl|restart|complete-reload|ufw (?:reload|reset|disable|enable)| -[FXPZ] |-j (?!ACCEPT)", openings)
    whole = "\n".join(code.values())
    assert not re.findall(
        r"flush ruleset|iptables|firewall-cmd|\bufw\b|(?:nftables|ssh|sshd|networking|NetworkManager|docker)\.service", whole
    )
    units = re.findall(r"systemctl (?:-\S+ )*(?:re)?(?:start|stop|load|enable|disable|mask)\s+(?:-\S+ )*(\S+)", whole)
    assert units
    assert [unit for unit in units if not unit.startswith(('"$', '"wgwizard-'))] == []
    asks = r"\b(?:getent|nslookup|dig|curl|wget|ping) "
    assert not re.findall(asks, whole)
    # The proof pings, by number; it is no part of a change.
    assert re.findall(asks, attempts.replace("ping -n ", "")) == []
