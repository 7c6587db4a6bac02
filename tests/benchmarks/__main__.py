"""`python -m tests.benchmarks [ROUNDS]`: every budget, ours beside its floor of the same run. It only reports, and ends with 0."""

import sys
from itertools import chain

from tests.benchmarks import painting, planning, starting, table


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"The least of {rounds} runs, ours and the floor in turns.\n\n{table.HEAD}", flush=True)  # noqa: T201
    for figure in chain(starting.figures(rounds), painting.figures(rounds), planning.figures(rounds)):
        print(table.line(figure), flush=True)  # noqa: T201
    print(table.NOTES)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
