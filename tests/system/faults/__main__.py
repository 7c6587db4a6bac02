"""`python -m tests.system.faults`: every fault in every place; with --random N faults at random times; --docs writes docs/faults.md.

As root; it enters private namespaces as tests/system/run does.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.system.faults.report import document, read, table

DOCS = Path(__file__).parents[3] / "docs/faults.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.system.faults", description="Every fault of a remote apply, in every place.")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="instead: N rounds of faults at random times")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="of the random rounds (default: another one each time)")
    parser.add_argument("--selection", action="store_true", help="the selection of every day instead of all")
    parser.add_argument("--hosts", type=int, default=3, metavar="N", help="so many side by side (default: 3)")
    parser.add_argument("--docs", action="store_true", help="write the results to docs/faults.md")
    parser.add_argument("-k", metavar="EXPRESSION", help="only those whose names fit, as in pytest")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        file = "test_rounds.py" if options.random else "test_faults.py"
        command = [sys.executable, "-m", "tests.system.lab", f"{Path(__file__).parent / file}", "-q", "-n", str(options.hosts)]
        command += ["--tb=short", f"--junitxml={results}", *(("-k", options.k) if options.k else ())]
        chosen = {
            "WGWIZARD_FAULTS": "" if options.selection else "all",
            "WGWIZARD_FAULT_ROUNDS": str(options.random),
            "WGWIZARD_FAULT_SEED": options.seed,
        }
        if options.random:
            sys.stderr.write(f"seed {options.seed}\n")
        code = subprocess.run(command, env=os.environ | chosen, check=False).returncode
        if not results.exists():
            return code or 1
        found = read(results)
    sys.stdout.write(table(found))
    if options.docs:
        what = "The selection of every day" if options.selection else "Every fault in every place"
        DOCS.write_text(document(DOCS.read_text() if DOCS.exists() else "", found, options.seed if options.random else "", what))
    return code


if __name__ == "__main__":
    sys.exit(main())
