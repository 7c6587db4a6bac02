"""How the benchmarks measure: floor and ours in turns, so that a busy machine slows both, and the least of the runs counts."""

import gc
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
_HOME = TemporaryDirectory()


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: seconds of both; `budget` is a ratio where there is a floor, else seconds."""

    what: str
    ours: float
    budget: float
    floor: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the budget is kept."""
        return self.ours <= self.budget * (1 if self.floor is None else self.floor)


def least_of_both(floor: Callable[[], float], ours: Callable[[], float], rounds: int) -> tuple[float, float]:
    """The least seconds of each, measured in turns."""
    pairs = [(floor(), ours()) for _ in range(rounds)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def cpu_seconds(work: Callable[[], object]) -> float:
    """The CPU time that a piece of work takes here."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def without_collector(work: Callable[[], object]) -> float:
    """The CPU time of a piece of work of a verb: our verbs run without looking for garbage (wgwizard.__main__)."""
    gc.disable()
    try:
        return cpu_seconds(work)
    finally:
        gc.enable()


def process_seconds(command: Sequence[str]) -> float:
    """The CPU time of a whole process, its start included; what it prints goes to a pipe that is read, as in a shell."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def environment() -> dict[str, str]:
    """A plain terminal, 240 frames a second, the project on the path and compiled as if installed, and nobody's drafts."""
    ours = {"TERM": "xterm-256color", "TEXTUAL_FPS": "240", "PYTHONPATH": str(ROOT), "HOME": _HOME.name}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE" and not name.startswith("XDG_")}
    return kept | ours


def console_script(folder: Path, module: str) -> list[str]:
    """The command of a script as pip writes it for `module`'s `main`."""
    path = folder / f"run_{module.rpartition('.')[2].strip('_')}"
    path.write_text(f"import sys\nfrom {module} import main\nif __name__ == '__main__':\n    sys.exit(main())\n", encoding="utf-8")
    return [sys.executable, str(path)]
