"""The results of a run as a table: one row a fault and kind, with the places where it held and those where it did not."""

import datetime
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.system.faults.table import CASES

NAME = re.compile(r"\[(?P<case>.*) \((?P<place>[^()]*)\)\]$")
SECTION = re.compile(r"<!-- (?P<name>\w+) -->\n.*?<!-- end -->\n", re.DOTALL)
BEGIN = """\
# Faults, and how Host β ends

Written by `python -m tests.system.faults --docs` (all of them) and `python -m tests.system.faults --random 300 --docs`. Each fault is
injected for real into a host with its own sshd, network and WireGuard, at each step where it can happen, in eight places: a fresh
host and one with its owner's rules, tunnel and odd files; Debian's programs and busybox's; systemd and none.

OLD: files by bytes, mode and owner, ruleset, sysctls, units, addresses and routes as before, no lock, no timer. NEW: all of it as
planned and the rest as before, after the next contact where a cut left something to finish. "refused": OLD, with nothing staged. In
every one a new login works. Failures stand here as failures.

"""


@dataclass(frozen=True)
class Result:
    """One cell of the matrix, or one round; `reason` is empty where it held."""

    case: str
    place: str
    end: str
    seconds: float
    reason: str


def read(path: Path) -> list[Result]:
    """What pytest wrote with --junitxml."""
    results = []
    for found in ElementTree.parse(path).getroot().iter("testcase"):
        name = NAME.search(found.get("name", ""))
        bad = next((child for child in found if child.tag in ("failure", "error")), None)
        properties = {one.get("name"): one.get("value") or "" for one in found.iter("property")}
        reason = "" if bad is None else (bad.get("message") or "failed").splitlines()[0][:200]
        if name:
            results.append(Result(name["case"], name["place"], properties.get("end", ""), float(found.get("time", "0")), reason))
    return results


def table(found: list[Result]) -> str:
    """As text and as Markdown alike."""
    ends = {str(case): case.end.value for case in CASES}
    order = {name: place for place, name in enumerate(ends)}
    rows = ["| fault | ends | held in | failed in |", "|---|---|---|---|"]
    for case in sorted({one.case for one in found}, key=lambda name: order.get(name, -1)):
        mine = [one for one in found if one.case == case]
        failed = "; ".join(f"{one.place}: {one.reason}".replace("|", "/") for one in mine if one.reason)
        rows.append(f"| {case} | {ends.get(case, mine[0].end)} | {sum(not one.reason for one in mine)} of {len(mine)} | {failed} |")
    return "\n".join(rows) + "\n\n" + summary(found) + "\n"


def summary(found: list[Result]) -> str:
    """How many held, and which failed most."""
    failed = Counter(one.case for one in found if one.reason)
    worst = "".join(f" {case} ({count})." for case, count in failed.most_common(5))
    return f"{len(found)} run, {sum(failed.values())} failed, {sum(one.seconds for one in found) / 60:.0f} minutes of hosts.{worst}"


def document(before: str, found: list[Result], seed: str, what: str) -> str:
    """docs/faults.md with this run's part anew."""
    sections = {match["name"]: match.group() for match in SECTION.finditer(before)}
    name = "rounds" if seed else "matrix"
    today = datetime.datetime.now(datetime.UTC).date()
    if seed:
        ends = Counter(one.end or "failed" for one in found)
        bad = "".join(f"\n- {one.case} ({one.place}): {one.reason}" for one in found if one.reason)
        text = f"## At random times\n\n{today}, seed {seed}: " + ", ".join(f"{count} {end}" for end, count in ends.items()) + f".\n{bad}\n"
    else:
        text = f"## {what}, {today}\n\n{table(found)}"
    sections[name] = f"<!-- {name} -->\n{text}<!-- end -->\n"
    return BEGIN + "\n".join(sections[key] for key in ("matrix", "rounds") if key in sections)
