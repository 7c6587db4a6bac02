"""The presets, put on a real host by the command line alone: applied, applied again, taken off."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import presets
from tests.system.apply_support import Client
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from wgwizard import profiles
from wgwizard.keys import Keyring
from wgwizard.secret import Secret

pytestmark = pytest.mark.live

# The scenarios whose site is one network of the size of the one here; the others need a site of another shape.
SCENARIOS = ("home-pi", "host-only", "field-device", "support", "consultant", "cgnat")


def as_here(preset: str) -> str:
    """A preset with its site's network, and Host β in it, put where they are here; the article's are there already."""
    text = presets.load(preset).text
    network, own = re.findall(r"^  addresses: \[(\d+\.\d+\.\d+)\.(\d+)/24", text, re.MULTILINE)[0]
    moved = text.replace(f"{network}.{own}", "192.168.200.2").replace(f"{network}.", "192.168.200.")
    return re.sub(r"^  ssh: \w+@", "  ssh: admin@", moved, flags=re.MULTILINE)


def wgwizard(client: Client, tmp_path: Path, *words: str) -> tuple[int, list[dict[str, object]]]:
    """Run the command line; its exit code and JSON lines."""
    login = ["--identity", client.identity, "--known-hosts", str(client.known_hosts), "--yes", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "wgwizard", words[0], str(tmp_path / "site.yaml"), *login, *words[1:]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 5), done.stdout + done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("preset", [*presets.ARTICLE, *SCENARIOS])
def test_a_preset_is_applied_found_unchanged_and_taken_off(preset: str, beta: LabHost, make_client: object, tmp_path: Path) -> None:
    client: Client = make_client(beta)  # type: ignore[operator]
    text = as_here(preset)
    interface = "wg-a" if preset == "consultant" else "wg0"
    (tmp_path / "site.yaml").write_text(text)
    (tmp_path / "passphrase").write_text("a passphrase of the test")
    (tmp_path / "passphrase").chmod(0o600)
    sealed = ("--passphrase-file", str(tmp_path / "passphrase"))
    before = take(beta)

    assert wgwizard(client, tmp_path, "apply", "--dry-run", *sealed)[0] == 5
    assert before.differences(take(beta)) == []
    code, lines = wgwizard(client, tmp_path, "apply", *sealed)
    outcome = lines[-1]["outcome"]
    assert (code, outcome["state"], outcome["changed"]) == (0, "applied", True)  # type: ignore[index]
    assert outcome["host_public_key"] == beta.sh(f"wg show {interface} public-key").strip()  # type: ignore[index]
    assert len(beta.sh(f"wg show {interface} peers").split()) == text.split("\npoints:")[1].split("\nneeds:")[0].count("- name:")
    code, lines = wgwizard(client, tmp_path, "apply", *sealed)
    assert (code, lines[-1]["outcome"]["state"]) == (0, "unchanged")  # type: ignore[index]
    code, lines = wgwizard(client, tmp_path, "uninstall")
    assert (code, lines[-1]["outcome"]["state"]) == (0, "uninstalled")  # type: ignore[index]
    assert before.differences(take(beta)) == []


SHARED = """\
version: 1
name: lab
site: {networks: [192.168.200.0/24], routes: []}
host: {addresses: [192.168.200.2/24], endpoint: "vpn.b.home.arpa:51820", ssh: admin@192.168.200.2}
points: [{name: laptop}]
needs: {opens: points}
"""


def test_a_colleague_without_the_secrets_adds_a_point_and_the_founder_goes_on(beta: LabHost, make_client: object, tmp_path: Path) -> None:
    client: Client = make_client(beta)  # type: ignore[operator]
    founder, colleague = tmp_path / "founder", tmp_path / "colleague"
    sealed = {}
    for folder in (founder, colleague):
        folder.mkdir()
        (folder / "phrase").write_text(f"the words of the {folder.name}")
        (folder / "phrase").chmod(0o600)
        sealed[folder] = ("--passphrase-file", str(folder / "phrase"))

    def preshared_on_beta() -> dict[str, str]:
        return dict(line.split() for line in beta.sh("wg show wg0 preshared-keys").splitlines())

    def keys_of(folder: Path) -> Keyring:
        return profiles.load_keys(str(folder / "site.yaml"), Secret(f"the words of the {folder.name}"))

    def apply(folder: Path, *words: str) -> tuple[int, str]:
        code, lines = wgwizard(client, folder, "apply", *sealed[folder], *words)
        return code, str(lines[-1]["outcome"]["state"])  # type: ignore[index]

    def bring(source: Path, target: Path, old: str, new: str) -> None:
        (target / "site.lock").write_text((source / "site.lock").read_text())
        (target / "site.yaml").write_text((source / "site.yaml").read_text().replace(old, new))

    (founder / "site.yaml").write_text(SHARED)
    assert apply(founder) == (0, "applied")
    laptop = keys_of(founder)
    wanted = {laptop.public["laptop"]: laptop.preshared["laptop"].reveal()}
    assert preshared_on_beta() == wanted

    bring(founder, colleague, "[{", "[{name: tablet}, {")
    assert apply(colleague) == (0, "applied")
    tablet = keys_of(colleague)
    assert (set(tablet.private), set(tablet.preshared)) == ({"tablet"}, {"tablet"})
    wanted[tablet.public["tablet"]] = tablet.preshared["tablet"].reveal()
    assert preshared_on_beta() == wanted
    assert apply(colleague) == (0, "unchanged")

    bring(colleague, founder, "", "")
    assert apply(founder, "--dry-run") == (0, "unchanged")
    bring(colleague, founder, "[{", "[{name: desk}, {")
    assert apply(founder) == (0, "applied")
    desk = keys_of(founder)
    assert set(desk.private) == {"laptop", "desk"}
    wanted[desk.public["desk"]] = desk.preshared["desk"].reveal()
    assert preshared_on_beta() == wanted
