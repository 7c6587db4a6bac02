"""The replica alone, as an ordinary user: what is measured there is what the trace says, for every strategy and every preset."""

import json
import os
import site as python_site
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.article import Document, article_document
from tests.system.lab.inside import SHARED
from wgwizard.sitefile import yamltext

pytestmark = pytest.mark.live

REPOSITORY = Path(__file__).parents[2]
PRESETS = sorted(REPOSITORY.glob("presets/*.yaml"))
NOBODY = "65534"
KILLED = "65533"  # a user whose processes nobody else's are among

AsUser = Callable[[str], list[str]]  # a user's number -> the beginning of a command that runs Python code as that user

# What the ordinary user runs: a site document from standard input, the findings as JSON.
REHEARSE = """
import json, os, sys
from tests.system.article import plan_of
from wgwizard.rehearsal.rehearse import rehearse
findings = rehearse(plan_of(json.load(sys.stdin)))
rows = [[str(f.predicted), str(f.measured), f.agrees] for f in findings]
print(json.dumps({"uid": os.getuid(), "rows": rows}))
"""


@pytest.fixture(scope="module")
def python_as() -> Iterator[AsUser]:
    """Python as an ordinary user; interpreter and libraries are bound to where that user may read them."""
    mounts = SHARED / str(os.getpid())
    mounts.mkdir()
    bound = {"python": Path(sys.base_prefix), "repository": REPOSITORY}
    folders = [Path(path) for path in python_site.getsitepackages() if Path(path).is_dir()]
    bound |= {f"packages{number}": folder for number, folder in enumerate(folders)}
    for name, source in bound.items():
        (mounts / name).mkdir()
        subprocess.run(["mount", "--rbind", str(source), str(mounts / name)], check=True)
    libraries = ":".join(str(mounts / name) for name in bound if name != "python")
    interpreter = mounts / "python/bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    privileges = ["--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
    environment = ["env", "-C", str(mounts), f"PYTHONPATH={libraries}", "PYTHONDONTWRITEBYTECODE=1"]
    yield lambda user: [*environment, "setpriv", "--reuid", user, "--regid", user, *privileges, str(interpreter), "-c"]
    for name in bound:
        subprocess.run(["umount", "-R", "-l", str(mounts / name)], check=True)


def rehearse_as_nobody(python: AsUser, document: Document) -> list[list[object]]:
    """The findings as [predicted, measured, agrees], measured by a process without any privilege."""
    done = subprocess.run([*python(NOBODY), REHEARSE], input=json.dumps(document), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert str(told["uid"]) == NOBODY
    rows: list[list[object]] = told["rows"]
    return rows


CASES = [
    article_document("masquerade"),
    article_document("forward"),
    article_document("forward", into_tunnel=True),
    article_document("masquerade+forward"),
    article_document("gateway", routes="hosts"),
    article_document("gateway", routes="dhcp"),
    article_document("gateway", routes="router"),
    article_document("gateway", routes="router", drops_invalid=False),
    article_document("gateway+forward", routes="hosts"),
]


def gateway_is_beta() -> Document:
    """β as the site's own default gateway, for LAN and VLAN."""
    document = article_document("gateway")
    document["host"] |= {"default_gateway": True, "addresses": ["192.168.200.1/24", "fd00:200::1/64"]}
    return document


def dialled_by_beta() -> Document:
    """β behind CGNAT: nobody can dial it, so it dials the points."""
    document = article_document("masquerade")
    del document["host"]["endpoint"]
    for number, point in enumerate(document["points"]):
        point["endpoint"] = f"198.51.100.{number + 1}:51820"
    return document


def restricted() -> Document:
    """Points that may reach different things, and one that only serves."""
    document = article_document("masquerade+forward")
    first, second = document["points"]
    first["may_reach"] = [{"to": "endpoint-b", "protocol": "tcp", "ports": ["8080-8090"]}, {"to": "192.168.201.77"}]
    second["may_reach"] = [{"to": "cameras", "protocol": "udp", "ports": [554]}, {"to": "host"}]
    document["points"].append({"name": "server", "opens": "site", "services": [{"name": "ssh", "protocol": "tcp", "port": 2222}]})
    return document


def one_family() -> Document:
    """IPv4 alone, one point that stands on the internet without NAT and opens connections itself, one network."""
    document = article_document("gateway", routes="hosts")
    document["site"]["networks"] = ["192.168.200.0/24"]
    document["site"]["hosts"] = []
    document["site"]["router"] = ["192.168.200.1"]
    document["host"]["addresses"] = ["192.168.200.2/24"]
    document["tunnel"] = {"port": 51822}
    document["points"] = [{"name": "laptop", "behind_nat": False}]
    document["needs"] = {"opens": "points"}
    return document


def dialled_at_its_lan_address(strategy: str = "forward", *, into_tunnel: bool = True) -> Document:
    """Points that dial β at its own LAN address: a company's network in place of the internet."""
    document = article_document(strategy, into_tunnel=into_tunnel)
    document["host"]["endpoint"] = "192.168.200.2:51822"
    return document


def dialled_at_an_address() -> Document:
    """An endpoint that is written as an address."""
    document = article_document("masquerade")
    document["host"]["endpoint"] = "203.0.113.7:443"
    return document


@pytest.mark.parametrize(
    "document", CASES, ids=lambda case: f"{case['strategy']}-{case['site']['routes']}-{case['site']['router_drops_invalid']}"
)
def test_each_strategy_measures_as_traced(python_as: AsUser, document: Document) -> None:
    agree(rehearse_as_nobody(python_as, document), at_least=36)


@pytest.mark.parametrize(
    "make", [gateway_is_beta, dialled_by_beta, restricted, one_family, dialled_at_an_address, dialled_at_its_lan_address]
)
def test_other_shapes_of_a_site_measure_as_traced(python_as: AsUser, make: Callable[[], Document]) -> None:
    agree(rehearse_as_nobody(python_as, make()), at_least=3)


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_each_preset_measures_as_traced(python_as: AsUser, path: Path) -> None:
    document, problems = yamltext.parse(path.read_bytes())
    assert document is not None, problems
    agree(rehearse_as_nobody(python_as, document), at_least=4)


def test_an_endpoint_inside_its_own_tunnel_is_found_out(python_as: AsUser) -> None:
    """With the LAN among the point's AllowedIPs, the packets of the tunnel itself go into the tunnel: nothing is reached at all."""
    rows = rehearse_as_nobody(python_as, dialled_at_its_lan_address("masquerade", into_tunnel=False))
    assert len(rows) >= 36
    assert [measured for _, measured, _ in rows if "reachable=True" in str(measured)] == []


def agree(rows: list[list[object]], *, at_least: int) -> None:
    """Every row agrees, and there are enough of them, some reachable and some not."""
    assert [f"predicted {predicted}\nmeasured {measured}" for predicted, measured, agrees in rows if not agrees] == []
    assert len(rows) >= at_least
    assert {"reachable=True" in str(measured) for _, measured, _ in rows} == {True, False}


def test_nothing_is_left_when_the_user_kills_the_rehearsal(python_as: AsUser) -> None:
    """A rehearsal that is killed takes its namespaces along: within two seconds no process of that user is left."""
    with subprocess.Popen([*python_as(KILLED), REHEARSE], stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(article_document("masquerade")))
        process.stdin.close()
        wait_for(lambda: any("wireguard-go" in name for name in running()), seconds=20.0)
        os.kill(process.pid, 9)
    wait_for(lambda: running() == [])


def wait_for(condition: Callable[[], bool], seconds: float = 2.0) -> None:
    """Until the condition holds, or the test fails."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def running() -> list[str]:
    """The commands of the processes of that user."""
    done = subprocess.run(["ps", "-u", KILLED, "-o", "args="], capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if "<defunct>" not in line]
