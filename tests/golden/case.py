"""One golden case: from its site file to every text that is expected of it."""

import base64
import json
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_interface
from pathlib import Path

from wgwizard.cli.plan_text import reach_table
from wgwizard.derive import complete
from wgwizard.host.facts import Facts
from wgwizard.keys import Keyring, clamped, complete_keyring, public_of
from wgwizard.lock import Lock
from wgwizard.plan import Plan, make_plan, plan_warnings
from wgwizard.problems import Problem
from wgwizard.profiles import load_lock, load_site
from wgwizard.recommend import recommend
from wgwizard.render import Bundle, render, with_install_script
from wgwizard.secret import Secret
from wgwizard.trace import trace

FOLDER = Path(__file__).parent
# The install script holds every file of β again: its text is expected in these cases only, one for each way it differs.
WITH_INSTALL_SCRIPT = {"1-masquerade", "5-gateway-forward", "13-key-made-on-the-host"}


@dataclass(frozen=True)
class Case:
    """A case, worked out."""

    name: str
    plan: Plan
    bundle: Bundle
    warnings: tuple[Problem, ...]

    def texts(self) -> dict[str, str]:
        """Every expected text by its path below expected/; secrets are masked, because these files are public."""
        artefacts = with_install_script(self.plan, self.bundle).artefacts
        shown = artefacts if self.name in WITH_INSTALL_SCRIPT else self.bundle.artefacts
        texts = {f"{artefact.node}/{artefact.path.lstrip('/')}": artefact.text for artefact in shown}
        incomplete = [f"{artefact.node} {artefact.path}: {', '.join(artefact.missing)}\n" for artefact in artefacts if artefact.missing]
        warned = [f"{item.code} ({item.field})\n  {item.message}\n  {item.hint}\n" for item in self.warnings]
        texts["reach.txt"] = reach_table(trace(self.plan)) + "\n"
        texts["warnings.txt"] = "".join([*incomplete, *warned])
        return texts


def case_folders() -> list[Path]:
    """Every case."""
    return sorted(path.parent for path in FOLDER.glob("*/site.yaml"))


def work_out(folder: Path) -> Case:
    """From site.yaml the whole way to the plan and its files, with keys that are the same each time."""
    loaded = load_site(str(folder / "site.yaml"))
    lock = load_lock(str(folder / "site.yaml")) if (folder / "site.lock").exists() else Lock()
    site, lock, problems = complete(loaded.site, lock)
    assert problems == ()
    advice = recommend(site)
    assert advice.chosen is not None
    keyring = complete_keyring(site, fixed_keys(site.host.keys_on_host, [point.name for point in site.points]), lock)
    plan = make_plan(
        site,
        advice.chosen,
        masquerade_into_tunnel=advice.masquerade_into_tunnel,
        public_keys=keyring.public,
        facts=_facts(folder / "facts.json"),
    )
    return Case(folder.name, plan, render(plan, keyring), plan_warnings(plan))


def fixed_keys(host_makes_its_own: bool, points: list[str]) -> Keyring:
    nodes = points if host_makes_its_own else ["host", *points]
    private = {node: clamped(_fixed(f"private {node}")) for node in nodes}
    return Keyring({node: public_of(key) for node, key in private.items()}, private, {node: _fixed(f"preshared {node}") for node in points})


def _fixed(seed: str) -> Secret:
    return Secret(base64.b64encode(sha256(seed.encode()).digest()).decode())


def _facts(path: Path) -> Facts | None:
    if not path.exists():
        return None
    told = json.loads(path.read_text())
    interfaces = {name: tuple(ip_interface(text) for text in texts) for name, texts in told.pop("interfaces", {}).items()}
    return Facts(interfaces=interfaces, **{name: tuple(value) if isinstance(value, list) else value for name, value in told.items()})
