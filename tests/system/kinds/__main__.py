"""`python -m tests.system.kinds`: every strategy on every kind of host that can be run here; --docs writes docs/hosts.md.

As root, with a network for the first run, which builds the hosts' file trees; the tests then run in private namespaces.
"""

import argparse
import datetime
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from tests.system.lab.base import ALL_KINDS
from wgwizard.site import Strategy

DOCS = Path(__file__).parents[3] / "docs/hosts.md"
# Of what does not run here, what it says of itself: tests/unit/test_host_facts.py.
RECORDED = {
    "alpine-3.20": ("2026-11-29", "no nft, wg or bash; busybox 1.36.1 as init and ash; apk; Alpine Linux v3.20 (minirootfs)"),
    "raspberry-pi-os-12": (
        "2026-11-29",
        "nftables v1.0.6, no wg; systemd 252 (252.39-1~deb12u2); NetworkManager 1.42.4; dash; Debian GNU/Linux 12 (bookworm)",
    ),
}
NAME = re.compile(r"\[(?P<kind>[^\]]+?)-(?P<strategy>[a-z+]+)\]$")
MATRIX = re.compile(r"(?<=<!-- matrix -->\n).*(?=<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """One strategy on one kind of host; `reason` is empty where it works."""

    kind: str
    strategy: str
    reason: str
    about: str


def read(path: Path) -> list[Cell]:
    """What pytest wrote with --junitxml."""
    cells = []
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        name = NAME.search(case.get("name", ""))
        bad = next((child for child in case if child.tag in ("failure", "error")), None)
        about = next((one.get("value") or "" for one in case.iter("property") if one.get("name") == "about"), "")
        if name:
            reason = "" if bad is None else (bad.get("message") or "failed").splitlines()[0][:160].replace("|", "/")
            cells.append(Cell(name["kind"], name["strategy"], reason, about))
    return cells


def table(cells: list[Cell]) -> str:
    """As text and as Markdown alike: a row a kind."""
    strategies = [strategy.value for strategy in Strategy]
    today = datetime.datetime.now(datetime.UTC).date()
    rows = [f"| host | {' | '.join(strategies)} | what it has |", f"|---{'|---' * len(strategies)}|---|"]
    for kind in sorted({cell.kind for cell in cells}):
        mine = {cell.strategy: cell for cell in cells if cell.kind == kind}
        marks = [("×" if mine[name].reason else f"✓ {today}") if name in mine else "" for name in strategies]
        rows.append(f"| {kind} | {' | '.join(marks)} | {next(iter(mine.values())).about} |")
    rows += [f"| {kind} | recorded probe only {day} |{' |' * (len(strategies) - 1)} {about} |" for kind, (day, about) in RECORDED.items()]
    failures = [f"- {cell.kind}, {cell.strategy}: {cell.reason}" for cell in cells if cell.reason]
    return "\n".join([*rows, *([""] if failures else []), *failures]) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.system.kinds", description="Every strategy on every kind of host.")
    parser.add_argument("--hosts", type=int, default=3, metavar="N", help="so many side by side (default: 3)")
    parser.add_argument("--docs", action="store_true", help="write the results to docs/hosts.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        test = str(Path(__file__).parent / "test_kinds.py")
        command = [sys.executable, "-m", "tests.system.lab", test, "-q", "-n", str(options.hosts), "--tb=short", f"--junitxml={results}"]
        code = subprocess.run(command, env=os.environ | {ALL_KINDS: "yes"}, check=False).returncode
        if not results.exists():
            return code or 1
        found = table(read(results))
    sys.stdout.write(found)
    if options.docs:
        DOCS.write_text(MATRIX.sub(lambda _: found, DOCS.read_text()))
    return code


if __name__ == "__main__":
    sys.exit(main())
