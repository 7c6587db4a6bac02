"""What an installation brings besides the program is what the program makes of its own command line."""

import re
import subprocess
import sys

import jsonschema
import pytest
import yaml

import presets
from tests import shipped
from wgwizard.sitefile.schema import schema


@pytest.mark.parametrize("name", sorted(shipped.texts()))
def test_the_shipped_files_are_up_to_date(name):
    assert (shipped.FOLDER / name).read_text(encoding="utf-8") == shipped.texts()[name], "out of date: python -m tests.shipped"


def test_nothing_else_is_shipped():
    assert {path.name for path in shipped.FOLDER.iterdir()} == set(shipped.texts())


@pytest.mark.parametrize("shell", shipped.SHELLS)
def test_the_verb_prints_a_shells_completion(shell):
    done = subprocess.run([sys.executable, "-m", "wgwizard", "completion", shell], capture_output=True, text=True, check=True)
    assert done.stdout == shipped.completion(shell)


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_the_man_page_has_every_verb_and_nothing_that_man_stumbles_over(locale):
    page = shipped.FOLDER / "wgwizard.1"
    environment = {"MANWIDTH": "100", "LC_ALL": locale}
    done = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True, check=True, env=environment)
    assert done.stderr == ""
    assert page.read_text(encoding="utf-8").isascii()
    for verb in (
        "presets",
        "recommend",
        "plan",
        "rehearse",
        "apply",
        "status",
        "rollback",
        "uninstall",
        "qr",
        "secrets",
        "schema",
        "completion",
    ):
        assert f"wgwizard {verb}" in done.stdout
    for section in ("EXAMPLES", "FILES", "ENVIRONMENT", "EXIT STATUS"):
        assert section in done.stdout


def test_the_man_page_says_each_thing_once_keeps_the_lines_of_a_usage_and_names_presets_that_there_are():
    done = subprocess.run(["man", "-l", shipped.FOLDER / "wgwizard.1"], capture_output=True, text=True, check=True, env={"MANWIDTH": "80"})
    plan = done.stdout.split("   wgwizard plan\n")[1].split("   wgwizard rehearse\n")[0]
    assert plan.count("every file for every node") == 1
    assert "\n                     [--linux-points {wg-quick,networkd,NetworkManager}]\n" in plan
    assert set(re.findall(r"wgwizard presets (\S+) >", done.stdout)) <= set(presets.names())
    assert re.search(r"wgwizard presets \S+ >", done.stdout)


# --- the schema that editors use -------------------------------------------------------------------------------------------


def refusals(document):
    checker = jsonschema.Draft202012Validator(schema())
    checker.check_schema(checker.schema)
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(document)]


@pytest.mark.parametrize("name", presets.names())
def test_an_editor_finds_nothing_wrong_with_a_preset(name):
    assert refusals(yaml.safe_load(presets.load(name).text)) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"nmae": "x"}, "$"),
        ({"strategy": "gatway"}, "$.strategy"),
        ({"needs": {"opens": "all"}}, "$.needs.opens"),
        ({"points": []}, "$.points"),
        ({"tunnel": {"port": "51820"}}, "$.tunnel.port"),
    ],
)
def test_an_editor_marks_what_is_wrong(change, place):
    document = yaml.safe_load(presets.load("article-masquerade").text)
    found = refusals({**document, **change})
    assert [line.partition(":")[0] for line in found] == [place]


def test_an_editor_tells_what_every_field_is_for():
    for part, about in schema()["$defs"].items():
        for name, field in about["properties"].items():
            assert field.get("description"), f"{part}.{name}"
