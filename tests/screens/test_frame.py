"""The first page comes up styled and laid out once, and as well as if Textual had done it again."""

import subprocess
import sys

import pytest
from msgspec.structs import replace
from textual.dom import DOMNode

from screens.pages import PAGES
from tests.screens.person import sit_down
from tests.screens.shoot import home
from tests.stages import fast
from wgwizard.questions import new_document
from wgwizard.wizard.draft import Draft


def looks(node: DOMNode) -> tuple[object, ...]:
    """All that the style sheets say of it and of its parts."""
    return dict(node.styles.base.get_rules()), {name: dict(part.get_rules()) for name, part in node._component_styles.items()}


@pytest.mark.parametrize("begin_at", ["start", "site"])
async def test_what_was_styled_once_looks_as_if_styled_again(begin_at):
    async with sit_down(draft=Draft(new_document()), begin_at=begin_at) as person:
        shown = {node: (looks(node), node.region) for node in person.app.screen.walk_children(with_self=True)}
        person.app.screen.update_node_styles(animate=False)
        person.app.screen.refresh(layout=True)
        await person.press("f1")
        await person.press("escape")
        assert len(shown) >= 12
        different = [node for node, (look, region) in shown.items() if (looks(node), node.region) != (look, region)]
        assert different == []


async def test_on_a_narrow_terminal_the_bar_names_the_step_one_is_at_and_a_click_still_finds_the_others():
    async with sit_down(draft=home(), begin_at="strategy", size=(60, 20)) as person:
        await person.sees(" ✓ ✓ ✓ ✓ Points ✓ Needs ● Strategy ○ Files ○ Save ○ Apply\n")
        await person.clicks("StepBar", offset=(1, 0))
        await person.sees(" ● Site ✓ Host β ✓ Tunnel ✓ Points ✓ Needs ○ Strategy ○ ○ ○\n")


@pytest.mark.parametrize("width", fast([24, 40, 60]))
async def test_however_narrow_the_step_here_and_how_many_there_are_can_be_read(width: int) -> None:
    long = home().with_document({**home().document, "name": "a-house-with-a-very-long-name"})
    for place, page in enumerate(PAGES[1:-1], 1):
        async with sit_down(draft=long, begin_at=page.name, size=(width, 20)) as person:
            await person.waits(lambda page=page: person.app.here == page.name)
            head, bar = person.read().splitlines()[:2]
            assert head.endswith(f"{place} of 9 · {page.title}")
            assert f"● {page.title}" in bar


@pytest.mark.parametrize(
    ("size", "ascii_only", "wrong", "right"),
    [
        ((80, 24), False, "× Points ● Needs", "✓ Points ● Needs"),
        ((120, 40), False, "× Points (in the way) ", "✓ Points "),
        pytest.param((120, 40), True, "x Points (in the way) ", "+ Points ", marks=pytest.mark.slow),
        pytest.param(
            (60, 20),
            False,
            "× Points ● Needs ○ Strategy ○ Files",
            "✓ Points ● Needs ○ Strategy ○ Files",
            marks=pytest.mark.slow,
        ),
    ],
)
async def test_a_step_with_answers_in_the_way_has_no_tick_and_has_one_when_they_are_put_right(
    size: tuple[int, int], ascii_only: bool, wrong: str, right: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ascii_only:
        monkeypatch.setenv("WGWIZARD_ASCII", "1")
    points = [{"name": "laptop", "may_reach": [{"to": "nas"}]}]
    draft = home().with_document({**home().document, "points": points})
    async with sit_down(draft=draft, begin_at="needs", size=size) as person:
        await person.sees(right)
        site = person.app.draft.document["site"]
        person.app.page.change(person.app.draft.with_document({**person.app.draft.document, "site": {**site, "hosts": []}}))
        await person.sees(wrong)
        person.app.page.change(person.app.draft.with_document({**person.app.draft.document, "site": site}))
        await person.sees(right)


async def test_where_answers_are_in_the_way_the_strategy_that_follows_from_them_is_not_said_to_be() -> None:
    async with sit_down(draft=home(), begin_at="files") as person:
        await person.press("f3")
        await person.sees("✓ Strategy ● Files")
        site = person.app.draft.document["site"]
        person.app.page.change(person.app.draft.with_document({**person.app.draft.document, "site": {**site, "networks": ["x"]}}))
        await person.sees("× Site ✓ Host β", "✓ Strategy ● Files")


@pytest.mark.parametrize("page", fast(["points", "strategy", "files", "apply", "done"]))
async def test_at_60x20_every_key_is_named_and_a_click_on_the_second_line_is_its_key(page: str) -> None:
    async with sit_down(draft=home(), begin_at=page, size=(60, 20)) as person:
        await person.sees("^N next", "F3 files", "^S save", "^Q quit")
        await person.clicks("Keys", offset=(person.read().splitlines()[-1].index("^Q"), 1))
        await person.sees("Leave the wizard?")
        await person.press("escape")
        await person.pilot.resize_terminal(80, 24)
        await person.waits(lambda: person.app.screen.query_one("Keys").size.height == 1)


async def test_on_the_first_page_no_step_is_judged_so_that_the_first_key_does_not_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[Draft] = []
    monkeypatch.setattr(Draft, "problems", lambda draft: judged.append(draft) or ())
    async with sit_down() as person:
        await person.sees("What would you like to begin with?", "○ Site ○ Host β")
    assert judged == []


@pytest.mark.slow
async def test_a_site_that_was_changed_since_it_was_saved_is_not_ticked_as_saved() -> None:
    saved = replace(home(), path="home.yaml", saved=home().document)
    async with sit_down(draft=saved, begin_at="apply") as person:
        await person.sees("✓ Save ● Apply")
        person.app.page.change(saved.with_document({**saved.document, "name": "other"}))
        await person.sees("- Save ● Apply")


async def test_where_another_button_has_the_focus_the_main_one_stands_back():
    async with sit_down(begin_at="site") as person:
        await person.sees("  ◀ Back    ▌ Next ▶ ▐")
        person.app.screen.set_focus(person.app.screen.query_one("#back"))
        await person.sees(" ▸◀ Back      Next ▶")
        person.app.screen.set_focus(person.app.screen.query_one("#next"))
        await person.sees("  ◀ Back     ▸Next ▶")


@pytest.mark.slow
async def test_a_terminal_that_changes_its_size_is_laid_out_anew_and_back():
    async with sit_down() as person:
        narrow = person.read()
        await person.pilot.resize_terminal(120, 30)
        await person.sees("the network so far")
        await person.pilot.resize_terminal(80, 24)
        await person.sees_gone("the network so far")
        assert person.read() == narrow


def test_the_first_page_imports_nothing_that_only_later_pages_need():
    later = {
        "yaml",
        "cryptography",
        "paramiko",
        "screens.picture",
        *(f"wgwizard.{name}" for name in ("site", "plan", "recommend", "render", "trace", "owners", "sitefile")),
    }
    code = f"import screens.app, screens.start, sys; print(sorted({later!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert found.stdout == "[]\n"
