"""What a site of many points costs: reading its file, recommending, rendering, and `plan` as a whole."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from msgspec.structs import replace

from tests.benchmarks.measure import Figure, cpu_seconds, least_of_both, process_seconds, without_collector
from tests.unit.space import WORDS, Answers, site_of
from wgwizard import sitefile
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.pipeline import planned, study
from wgwizard.plan import Plan
from wgwizard.recommend import recommend
from wgwizard.render import render
from wgwizard.site import Site
from wgwizard.sitefile import yamltext

_HEAD = """\
version: 1
name: many
site:
  networks: [{cidr: 192.168.200.0/24, name: lan}]
  router: [192.168.200.1]
host: {addresses: [192.168.200.2/24], interface: lan0, endpoint: "vpn.b.home.arpa:51820"}
tunnel: {networks: [10.64.0.0/14]}
points:
"""
_LOAD = "import sys, yaml; yaml.load(open(sys.argv[1], 'rb'), yaml.CSafeLoader)"


def site_text(points: int, *, served: bool) -> str:
    """A site file with a line for each point: its name alone, or also its address and a service."""
    lines = [
        f"- {{name: p{n}, addresses: [10.{64 + (n + 2 >> 16)}.{n + 2 >> 8 & 255}.{n + 2 & 255}], "
        f"services: [{{name: web, protocol: tcp, port: 8000, published_port: {10_000 + n % 50_000}}}]}}"
        if served
        else f"- {{name: p{n}}}"
        for n in range(points)
    ]
    return _HEAD + "\n".join(lines) + "\n"


def a_plan(points: int) -> Plan:
    """The plan of a checked site of which each point has a name alone."""
    document, _ = yamltext.parse(site_text(points, served=False).encode())
    site, problems = sitefile.read(document)
    if site is None:
        raise ValueError(problems)
    return planned(study(site, Lock()), Keyring())


def little_known(points: int) -> Site:
    """A site of which little is known, which asks the most questions again."""
    site = site_of(Answers(None, None, 2, False, (4, 6), ("link", "behind"), (WORDS["routes"]["unknown"], None, None, False)))
    return replace(site, points=tuple(replace(site.points[0], name=f"p{number}") for number in range(points)))


def figures(
    rounds: int, sizes: tuple[int, ...] = (1_000, 10_000), rendered: tuple[int, ...] = (1_000, 10_000, 100_000)
) -> Iterator[Figure]:
    """The rows of the table."""
    for size in rendered:
        plan = a_plan(size)
        seconds = min(without_collector(lambda plan=plan: render(plan, Keyring())) for _ in range(rounds))
        yield Figure(f"rendering a checked site of {size:,} points: a point", seconds / size, 20e-6)
        del plan
    yield own_reading(sizes[-1], rounds)
    site = little_known(2)
    yield Figure("recommending for a site of 2 points", min(cpu_seconds(lambda: recommend(site)) for _ in range(10 * rounds)), 1e-3)
    few, many = little_known(4_000), little_known(40_000)
    least = least_of_both(lambda: cpu_seconds(lambda: recommend(few)), lambda: cpu_seconds(lambda: recommend(many)), rounds)
    yield Figure("recommending for 40,000 points, beside 4,000", least[1], 15, least[0])
    for served, words in ((False, "a name each"), (True, "a name, an address and a service each")):
        for size in sizes:
            yield whole_plan(size, served, words, rounds)


def own_reading(size: int, rounds: int) -> Figure:
    """The strict reading of a site file's YAML and PyYAML's C loader, here on the same text."""
    text = site_text(size, served=True).encode()
    floor, ours = (lambda: yaml.load(text, yaml.CSafeLoader)), (lambda: yamltext.parse(text))
    least = least_of_both(lambda: cpu_seconds(floor), lambda: cpu_seconds(ours), rounds)
    return Figure(f"reading the YAML of {size:,} points, strictly: CPU time, beside PyYAML's C loader", least[1], 1, least[0])


def whole_plan(size: int, served: bool, words: str, rounds: int) -> Figure:
    """`plan --json` and PyYAML's C loader as whole processes on the same file."""
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "many.yaml")
        Path(path).write_text(site_text(size, served=served), encoding="utf-8")
        floor = [sys.executable, "-c", _LOAD, path]
        ours = [sys.executable, "-m", "wgwizard", "plan", "--json", path]
        least = least_of_both(lambda: process_seconds(floor), lambda: process_seconds(ours), rounds)
    return Figure(f"plan --json, {size:,} points, {words}: CPU time, beside PyYAML's C loader", least[1], 3, least[0])
