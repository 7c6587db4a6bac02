"""The command line from outside: every verb, its exit codes, its JSON, and that no secret is ever printed."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wgwizard.cli import arguments
from wgwizard.profiles import claims

KEY = re.compile(r"[A-Za-z0-9+/]{43}=")
ROOT = Path(__file__).parent.parent.parent
SITE = """\
version: 1
name: site-b
site:
  networks: [192.168.200.0/24]
  routes: []
host:
  addresses: [192.168.200.2/24]
  interface: eth0
  endpoint: "vpn.b.home.arpa:51822"
  keys: here
points:
  - name: endpoint-a
  - name: a2
needs: {opens: points, tell_points_apart: false}
"""


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def run(*words, cwd, check=None):
    """The command line in a process of its own, without a terminal."""
    found = subprocess.run(
        [sys.executable, "-m", "wgwizard", *map(str, words)],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        env={**ENVIRONMENT, "XDG_STATE_HOME": f"{cwd}-state"},
    )
    assert "Traceback" not in found.stderr, found.stderr
    if check is not None:
        assert found.returncode == check, (found.returncode, found.stderr)
    return found


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with a site file and a passphrase."""
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "phrase").write_text("quiet anvil marble thistle\n")
    return tmp_path


# --- words -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "verb", "site"),
    [
        ([], "new", None),
        (["--no-color"], "new", None),
        (["new"], "new", None),
        (["-o", "x.yaml"], "new", None),
        (["./site"], "new", "./site"),
        (["site.yaml"], "new", "site.yaml"),
        (["--no-color", "a/b"], "new", "a/b"),
        (["plan", "site.yaml"], "plan", "site.yaml"),
        (["plan", "site.yaml", "--no-color"], "plan", "site.yaml"),
        (["--ascii", "a/b"], "new", "a/b"),
    ],
)
def test_words_become_a_verb(words, verb, site):
    options = arguments.parse(words)
    assert options.verb == verb
    assert options.site == site
    assert options.no_color == ("--no-color" in words)


@pytest.mark.parametrize(
    "words", [["plna", "x.yaml"], ["site"], ["plan"], ["plan", "x", "--jsn"], ["apply", "x", "--confirm-timeout", "soon"], ["apply"]]
)
def test_what_cannot_be_understood_is_exit_2(folder, words):
    run(*words, cwd=folder, check=2)


@pytest.mark.parametrize(
    ("path", "good"),
    [
        ("home.yaml", "home.yaml"),
        ("a.b/home.yml", "a.b/home.yml"),
        ("home.yamlcondone cadmium", "home.yaml"),
        ("./a/home.yml2", "./a/home.yml"),
        ("home.txt", "home.yaml"),
        ("a.b/home", "a.b/home.yaml"),
        ("home.lock/", "home.yaml"),
        (".yamlx", ".yamlx.yaml"),
    ],
)
def test_the_nearest_name_of_a_sites_file_is_one_that_opens_it(path, good):
    assert arguments.good_name(path) == good
    assert arguments.is_file(good)


def test_a_name_that_the_site_could_not_be_saved_under_is_refused_before_anything_is_asked(folder):
    said = run("new", "--plain", "-o", "home.yamlx", cwd=folder, check=2).stderr
    assert "what `wgwizard NAME` opens" in said
    assert "give a name such as home.yaml" in said
    for good in ("home.yml", "home", "a.b/home"):
        assert "there is no terminal" in run("new", "-o", good, cwd=folder, check=2).stderr


def test_an_unknown_word_suggests_a_verb(folder):
    assert "did you mean “plan”?" in run("plna", cwd=folder, check=2).stderr
    assert "ends in .yaml" in run("my-site", cwd=folder, check=2).stderr


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["plan", "--help"]])
def test_help_imports_nothing_heavy(words):
    heavy = {"textual", "paramiko", "yaml", "cryptography", "msgspec", "dataclasses", "ipaddress"}
    code = (
        "import sys\nfrom wgwizard.__main__ import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit as end: print(end.code, file=sys.stderr)\n"
        f"print(sorted({heavy!r} & set(sys.modules)), file=sys.stderr)"
    )
    found = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=30)
    assert found.stderr == "0\n[]\n"
    assert found.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "site.yaml", "-o", "out"),
        pytest.param(("plan", "site.yaml", "--passphrase-file", "phrase"), marks=pytest.mark.slow),
        pytest.param(("qr", "site.yaml", "a2", "--passphrase-file", "phrase"), marks=pytest.mark.slow),
        pytest.param(("secrets", "site.yaml", "--passphrase-file", "phrase"), marks=pytest.mark.slow),
        pytest.param(("apply", "site.yaml", "--ssh", "nobody@127.0.0.1:1"), marks=pytest.mark.slow),
    ],
)
def test_who_else_works_on_the_site_is_said_before_anything_is_written(folder, words, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", f"{folder}-state")
    run("plan", "site.yaml", "--passphrase-file", "phrase", cwd=folder, check=0)
    claim = claims.claim_site(str(folder / "site.yaml"))
    words_of_it = f"! site.yaml is also open in another wizard (process {os.getpid()} "
    assert words_of_it in run(*words, cwd=folder).stderr
    if words[0] == "apply":
        assert words_of_it in run(*words, "--dry-run", cwd=folder).stderr
    claim.release()
    assert "also open" not in run(*words, cwd=folder).stderr
    assert list((folder.parent / f"{folder.name}-state/wgwizard/open").iterdir()) == []


# --- presets, schema, recommend ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_presets_are_listed_and_printed_and_can_be_planned(folder):
    listed = run("presets", cwd=folder, check=0).stdout.splitlines()
    names = [line.split()[0] for line in listed if line.startswith("  ")]
    assert len(names) >= 15
    assert [line for line in listed if not line.startswith("  ")] == ["Scenarios:", "The same site for each strategy:"]
    for name in (*names[:2], *names[-2:]):
        (folder / f"{name}.yaml").write_text(run("presets", name, cwd=folder, check=0).stdout)
        run("recommend", f"{name}.yaml", cwd=folder, check=0)
    assert "article-gateway" in run("presets", "article-gatway", cwd=folder, check=2).stderr


def test_the_schema_is_json(folder):
    assert "$schema" in json.loads(run("schema", cwd=folder, check=0).stdout)


def test_recommend_says_why_and_what_would_change_it(folder):
    found = run("recommend", "site.yaml", cwd=folder, check=0)
    assert found.stdout.startswith("Recommended: Masquerade\n")
    assert "[needs.tell_points_apart]" in found.stdout
    assert "What would change this" in found.stdout
    document = json.loads(run("recommend", "site.yaml", "--json", cwd=folder, check=0).stdout)
    assert document["chosen"] == document["recommended"] == "masquerade"
    assert {ranked["strategy"] for ranked in document["ranked"]} == {
        "masquerade",
        "forward",
        "masquerade+forward",
        "gateway",
        "gateway+forward",
    }
    assert not (folder / "site.lock").exists()


def test_no_strategy_is_exit_3_with_the_ways_out(folder):
    (folder / "site.yaml").write_text(SITE.replace("tell_points_apart: false", "tell_points_apart: true"))
    found = run("recommend", "site.yaml", "--json", cwd=folder, check=3)
    assert json.loads(found.stdout)["chosen"] is None
    assert "site.routes" in found.stderr
    found = run("plan", "site.yaml", "--json", cwd=folder, check=3)
    assert [problem["code"] for problem in json.loads(found.stdout)["problems"]] == ["no-strategy-fits"]


# --- plan ------------------------------------------------------------------------------------------------------------------


def test_plan_json_has_the_promised_shape(folder):
    document = json.loads(run("plan", "site.yaml", "--json", cwd=folder, check=0).stdout)
    assert set(document) == {"strategy", "recommendation", "artefacts", "reachability", "warnings"}
    assert document["strategy"] == "masquerade"
    for artefact in document["artefacts"]:
        assert set(artefact) == {"node", "path", "mode", "text", "secret", "complete", "missing"}
        assert artefact["complete"] == (not artefact["missing"])
    assert {artefact["node"] for artefact in document["artefacts"]} >= {"host", "endpoint-a", "a2"}
    promised = {"from", "to", "family", "protocol", "port", "reachable", "via", "source_seen", "why"}
    for row in document["reachability"]:
        assert promised <= set(row)
    into = next(row for row in document["reachability"] if row["from"] == "endpoint-a" and row["to"] == "192.168.200.0/24")
    assert (into["reachable"], into["source_seen"], into["family"]) == (True, "192.168.200.2", 4)
    back = next(row for row in document["reachability"] if row["from"] == "192.168.200.0/24" and row["to"] == "endpoint-a")
    assert back["reachable"] is False
    for warning in document["warnings"]:
        assert set(warning) == {"code", "severity", "field", "message", "hint"}


def test_plan_text_shows_every_file_and_who_reaches_whom(folder):
    text = run("plan", "site.yaml", cwd=folder, check=0).stdout
    assert "┌─ Host β ─" in text.partition("━━ host ━━")[0]
    for heading in ("━━ host ━━", "━━ endpoint-a ━━", "━━ who reaches whom ━━", "/etc/wireguard/wg0.conf (mode 0600"):
        assert heading in text


@pytest.mark.slow
def test_only_ascii_is_written_where_that_is_asked_for(folder):
    assert "+- Host beta " in run("plan", "site.yaml", "--ascii", cwd=folder, check=0).stdout
    for words in (["plan", "site.yaml"], ["recommend", "site.yaml"]):
        shown = run(*words, "--ascii", cwd=folder, check=0)
        assert (shown.stdout + shown.stderr).isascii()
    # JSON is data and stays as it is.
    as_ever = run("plan", "site.yaml", "--json", cwd=folder, check=0).stdout
    assert run("--ascii", "plan", "site.yaml", "--json", cwd=folder, check=0).stdout == as_ever


@pytest.mark.slow
def test_no_key_is_in_any_output_unless_revealed(folder):
    """The secrets are known from the revealed plan; then every other output is searched for them."""
    sealed = ("--passphrase-file", "phrase")
    revealed = json.loads(run("plan", "site.yaml", "--json", "--reveal-secrets", *sealed, cwd=folder, check=0).stdout)
    texts = [artefact["text"] for artefact in revealed["artefacts"] if artefact["secret"]]
    secrets = {key for text in texts for key in re.findall(r"(?:PrivateKey|PresharedKey) = (\S+)", text)}
    assert len(secrets) == 5  # three private keys, two preshared ones
    assert all(KEY.fullmatch(secret) for secret in secrets)
    for words in (["plan", "site.yaml"], ["plan", "site.yaml", "--json"], ["plan", "site.yaml", "-o", "out"], ["recommend", "site.yaml"]):
        for extra in ([], sealed if words[0] == "plan" else []):
            found = run(*words, *extra, cwd=folder, check=0)
            assert not [secret for secret in secrets if secret in found.stdout + found.stderr]
    beside = (folder / "site.lock").read_text() + (folder / "site.secrets").read_text(errors="replace")
    assert not [secret for secret in secrets if secret in beside]


def test_reveal_needs_the_passphrase(folder):
    assert "--passphrase-file" in run("plan", "site.yaml", "--reveal-secrets", cwd=folder, check=2).stderr


def test_keys_are_made_once(folder):
    words = ("plan", "site.yaml", "--json", "--reveal-secrets", "--passphrase-file", "phrase")
    first, second = (run(*words, cwd=folder, check=0).stdout for _ in range(2))
    assert first == second
    assert stat.S_IMODE((folder / "site.secrets").stat().st_mode) == 0o600
    (folder / "wrong").write_text("another\n")
    run("plan", "site.yaml", "--passphrase-file", "wrong", cwd=folder, check=1)
    run("plan", "site.yaml", "--passphrase-file", "absent", cwd=folder, check=2)


def test_the_passphrase_may_come_through_a_file_descriptor(folder):
    with (folder / "phrase").open("rb") as phrase:
        words = [sys.executable, "-m", "wgwizard", "plan", "site.yaml", "--json", "--passphrase-file", str(phrase.fileno())]
        subprocess.run(words, cwd=folder, pass_fds=[phrase.fileno()], check=True, capture_output=True, env=ENVIRONMENT, timeout=60)
    assert (folder / "site.secrets").exists()


def test_files_are_written_with_their_modes(folder):
    found = run("plan", "site.yaml", "-o", "out", "--passphrase-file", "phrase", cwd=folder, check=0)
    written = [folder / line for line in found.stdout.splitlines()]
    assert folder / "out/host/etc/wireguard/wg0.conf" in written
    assert folder / "out/endpoint-a/etc/wireguard/wg0.conf" in written
    assert {stat.S_IMODE((folder / f"out/{name}/etc/wireguard/wg0.conf").stat().st_mode) for name in ("host", "endpoint-a", "a2")} == {
        0o600
    }
    assert stat.S_IMODE((folder / "out/host/install.sh").stat().st_mode) == 0o700
    assert {stat.S_IMODE((folder / f"out/{name}").stat().st_mode) for name in ("host", "endpoint-a", "a2")} == {0o700}
    assert stat.S_IMODE((folder / "out/host/etc/wgwizard/wg0.nft").stat().st_mode) == 0o644
    assert sorted(path for path in (folder / "out").rglob("*") if path.is_file()) == sorted(written)
    assert (folder / "site.lock").exists()


@pytest.mark.parametrize(
    ("form", "modes", "step"),
    [
        ("networkd", {"network/50-wg0.netdev": 0o640, "network/50-wg0.network": 0o644}, "away from the site: sudo networkctl up wg0"),
        ("NetworkManager", {"system-connections/wg0.nmconnection": 0o600}, "away from the site: sudo nmcli connection up wg0"),
    ],
)
def test_linux_points_get_files_for_the_program_that_was_asked_for(folder, form, modes, step):
    (folder / "site.yaml").write_text(SITE.replace("- name: a2", "- {name: a2, platform: android}"))
    found = run("plan", "site.yaml", "-o", "out", "--linux-points", form, "--passphrase-file", "phrase", cwd=folder, check=0)
    files = [path for path in (folder / "out/endpoint-a").rglob("*") if path.is_file()]
    assert {f"{path.parent.name}/{path.name}": stat.S_IMODE(path.stat().st_mode) for path in files} == modes
    assert (folder / "out/a2/etc/wireguard/wg0.conf").exists()
    assert (folder / "out/host/etc/wireguard/wg0.conf").exists()
    steps = [line.strip() for line in found.stderr.splitlines()]
    assert "endpoint-a:" in steps
    assert "a2:" not in steps
    assert step in steps
    assert KEY.search(found.stderr) is None


def test_a_form_without_a_folder_is_refused(folder):
    assert "needs -o DIR" in run("plan", "site.yaml", "--linux-points", "networkd", cwd=folder, check=2).stderr


def test_only_complete_files_are_written(folder):
    found = run("plan", "site.yaml", "-o", "out", cwd=folder, check=0)
    assert not list((folder / "out").rglob("wg0.conf"))
    assert "not written: endpoint-a /etc/wireguard/wg0.conf" in found.stderr
    assert "--passphrase-file" in found.stderr
    before = (folder / "site.lock").stat().st_mtime_ns
    run("plan", "site.yaml", "-o", "out", cwd=folder, check=0)
    assert (folder / "site.lock").stat().st_mtime_ns == before


def told_of(node, found):
    return [line for line in found.stderr.splitlines() if line.startswith(f"! not written: {node} ")]


def test_what_would_complete_a_file_is_said(folder):
    """Sealed keys are there to be opened, not made; a key that Host β makes itself can be made here as well."""
    run("plan", "site.yaml", "--passphrase-file", "phrase", cwd=folder, check=0)
    told = told_of("endpoint-a", run("plan", "site.yaml", "-o", "out", cwd=folder, check=0))
    assert len(told) == 1
    assert told[0].endswith(": give --passphrase-file, to open site.secrets")


def test_a_point_that_waits_for_the_hosts_key_is_said(folder):
    (folder / "site.yaml").write_text(SITE.replace("keys: here", "ssh: admin@192.168.200.2"))
    told = told_of("endpoint-a", run("plan", "site.yaml", "-o", "out", "--passphrase-file", "phrase", cwd=folder, check=0))
    assert not (folder / "out/endpoint-a").exists()
    assert len(told) == 1
    assert "missing host.public_key: Host β makes its key itself, at the first wgwizard apply (host.keys: here" in told[0]


@pytest.mark.slow
def test_a_passphrase_that_others_can_read_is_warned_of(folder):
    (folder / "phrase").chmod(0o644)
    found = run("plan", "site.yaml", "--passphrase-file", "phrase", cwd=folder, check=0)
    assert "! --passphrase-file: phrase can be read by other users (mode 0644): chmod 600 phrase" in found.stderr
    (folder / "phrase").chmod(0o600)
    assert "can be read" not in run("plan", "site.yaml", "--passphrase-file", "phrase", cwd=folder, check=0).stderr


def test_a_passphrase_given_for_a_site_is_not_shown(folder):
    found = run("plan", "phrase", cwd=folder, check=3)
    assert "horse" not in found.stdout + found.stderr


def test_an_output_that_is_a_file_is_refused(folder):
    run("plan", "site.yaml", "-o", "phrase", cwd=folder, check=2)


# --- what goes wrong -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "version: 1",
        "- a",
        "\x00",
        "version: 99\nname: x",
        SITE.replace("192.168.200.0/24", "nonsense"),
        SITE + "surprise: 1\n",
        "a: &x 1\nb: *x",
    ],
)
@pytest.mark.parametrize("verb", ["recommend", "plan"])
def test_a_bad_site_file_is_exit_3(folder, verb, text):
    (folder / "bad.yaml").write_text(text)
    found = run(verb, "bad.yaml", "--json", cwd=folder, check=3)
    document = json.loads(found.stdout)
    assert document["problems"]
    assert document["error"]
    assert found.stderr.startswith("×")


@pytest.mark.parametrize("words", [["plan", "absent.yaml"], ["recommend", "."], ["apply", "absent.yaml"], ["uninstall", "absent.yaml"]])
def test_a_site_that_cannot_be_read_is_exit_3(folder, words):
    run(*words, cwd=folder, check=3)


def test_a_broken_lock_is_exit_3(folder):
    (folder / "site.lock").write_text("version: [")
    run("plan", "site.yaml", cwd=folder, check=3)


@pytest.mark.parametrize("words", [[], ["new"], ["site.yaml"], ["new", "--preset", "article-gateway"]])
def test_the_wizard_without_a_terminal_is_exit_2(folder, words):
    assert "terminal" in run(*words, cwd=folder, check=2).stderr


@pytest.mark.parametrize("words", [["apply", "site.yaml"], ["apply", "site.yaml", "--ssh", "127.0.0.1:1"], ["uninstall"]])
def test_connecting_without_what_it_needs_is_exit_2(folder, words):
    run(*words, cwd=folder, check=2)


@pytest.mark.slow
def test_a_host_that_is_not_there_is_exit_4(folder):
    words = ("apply", "site.yaml", "--ssh", "admin@127.0.0.1:1", "--passphrase-file", "phrase", "--yes")
    found = run(*words, cwd=folder, check=4)
    assert "127.0.0.1" in found.stderr
    run("uninstall", "--ssh", "admin@127.0.0.1:1", "--yes", cwd=folder, check=4)
    run("status", "--ssh", "admin@127.0.0.1:1", cwd=folder, check=4)
