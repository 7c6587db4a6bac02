"""The pages that the program makes: they say what it does now, and no line of any ruleset is without an explanation."""

import re
from difflib import unified_diff
from pathlib import Path

import pytest

import presets
from tests.docs.pages import DOCS, REGENERATE, pages
from tests.docs.rules import blocks
from tests.docs.strategy_page import name_of, strategy_page
from tests.docs.worked import work_out
from tests.golden.case import case_folders
from tests.golden.case import work_out as work_out_case
from wgwizard.recommend import TITLES
from wgwizard.render.explanations import container_of, explain_rule
from wgwizard.site import Strategy

LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("name", pages())
@pytest.mark.slow
def test_a_page_on_disk_is_what_the_program_makes(name):
    now, on_disk = pages()[name].splitlines(), (DOCS / name).read_text().splitlines() if (DOCS / name).exists() else []
    told = "\n".join(unified_diff(on_disk, now, f"docs/{name}", "as the program makes it", lineterm=""))
    assert not told, f"{told}\n\nTo write them anew: {REGENERATE}"


@pytest.mark.slow
def test_there_is_a_page_for_each_strategy_and_no_other():
    assert {f"strategies/{path.name}" for path in (DOCS / "strategies").iterdir()} == {name_of(strategy) for strategy in Strategy}


@pytest.mark.parametrize("strategy", Strategy)
@pytest.mark.slow
def test_a_page_holds_the_whole_ruleset_and_links_to_what_is_there(strategy):
    text = strategy_page(strategy)
    assert text.splitlines()[2] == f"# {TITLES[strategy]}"
    shown = "\n\n".join(re.findall(r"```nft\n(.*?)\n```", text, re.DOTALL))
    rules = work_out(f"article-{strategy.value.replace('+', '-')}", interface="eth0").rules
    assert rules.complete
    assert re.sub(r"\n+", "\n", shown) == re.sub(r"\n+", "\n", rules.text.strip())


@pytest.mark.parametrize("path", [*DOCS.rglob("*.md"), DOCS.parent / "README.md"], ids=lambda path: path.name)
@pytest.mark.slow
def test_every_link_of_a_page_leads_somewhere(path: Path):
    links = LINK.findall(path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def rulesets() -> list[str]:
    """Every ruleset that there is an example for."""
    found = [work_out(name).rules.text for name in presets.names()]
    cases = [
        artefact.text for folder in case_folders() for artefact in work_out_case(folder).bundle.artefacts if artefact.path.endswith(".nft")
    ]
    return [*found, *cases]


@pytest.mark.slow
def test_every_line_of_every_ruleset_is_explained():
    unknown = set()
    for text in rulesets():
        for block in blocks(text):
            container = next((name for line in block if (name := container_of(line))), "")
            unknown |= {line for line in block if explain_rule(line, container) is None}
    assert unknown == set()


@pytest.mark.parametrize(
    "line",
    ["ip saddr 10.0.0.1 drop", "chain surprise {", "set strange4 {", "10.0.0.1", 'iifname "wg0" accept', "counter accept", "flush ruleset"],
)
@pytest.mark.slow
def test_a_line_that_is_not_known_has_no_explanation(line):
    assert explain_rule(line) is None


@pytest.mark.slow
def test_braces_and_comments_need_none():
    assert [explain_rule(line) for line in ("", "}", "\t# answers", "\t\telements = {")] == [""] * 4
