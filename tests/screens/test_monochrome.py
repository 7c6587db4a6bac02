"""No meaning by colour alone: what looks different in colour differs without it in a sign or in how the letters are drawn."""

from collections.abc import Callable
from itertools import combinations

import pytest
from textual.color import Color
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Button, OptionList

from screens.chrome import StepBar
from screens.field import Field
from screens.preview import Preview
from tests.screens.fake_connector import FakeConnector
from tests.screens.looks import Look, look
from tests.screens.person import Person, sit_down
from tests.screens.shoot import home
from tests.screens.test_keyboard import PLACES, controls, opened
from tests.stages import fast

Looks = dict[str, Look]


def check(colours: Looks, plain: Looks) -> None:
    """Each pair that colours tell apart is told apart without them, too."""
    assert colours.keys() == plain.keys()
    alike = [
        (one, other)
        for one, other in combinations(colours, 2)
        if colours[one] != colours[other] and plain[one].monochrome == plain[other].monochrome
    ]
    assert alike == []


@pytest.mark.parametrize("place", fast(PLACES, chosen=["files"]))
async def test_what_has_the_focus_is_seen_without_colour(place: str) -> None:
    """Every control of every page and dialog."""
    async with opened(place, plain_colours=True) as person:
        app, alike = person.app, []
        if app.screen.focused is None:
            await person.press("tab")
        first = here = app.screen.focused
        for _ in controls(person):
            assert here is not None
            before = look(app, here.region).monochrome
            await person.press("tab")
            if look(app, here.region).monochrome == before and app.screen.focused is not here:
                alike.append(here)
            here = app.screen.focused
        assert here is first
        assert alike == []


def marked(person: Person) -> list[Widget]:
    """The controls that have the sign of the focus: ▸ before a row, a choice or a label, or a line at the left alone."""
    found = []
    for control in controls(person):
        signs = look(person.app, control.region).text
        if "▸" in signs or (signs.startswith("▌") and not signs.rstrip().endswith("▐")):
            found.append(control)
    return found


@pytest.mark.parametrize("place", fast(PLACES, chosen=["start", "points"]))
async def test_what_has_the_focus_and_nothing_else_has_its_sign_and_the_main_button_another(place: str) -> None:
    async with opened(place, plain_colours=True) as person:
        if person.app.screen.focused is None:
            await person.press("tab")
        for _ in controls(person):
            focused = person.app.screen.focused
            assert marked(person) == [focused], person.read()
            main = [button for button in person.app.screen.query("Button.-primary") if "▌" in look(person.app, button.region).text]
            assert len(main) <= (0 if isinstance(focused, Button) else 1), person.read()
            await person.press("tab")


async def steps(person: Person) -> Looks:
    """A step to come, one that is done, one that was skipped, one that is in the way, and where we are; their names left out."""
    bar = person.app.query_one(StepBar)
    bar.here, bar.reached, bar.skipped, bar.wrong = 3, 3, frozenset({1}), frozenset({2})
    await person.press()
    found, x = {}, 1
    for title, state in zip(bar.titles, ("done", "skipped", "wrong", "here", "to come"), strict=False):
        whole = look(person.app, Region(x, bar.region.y, len(title) + 2, 1))
        found[state] = Look(whole.cells[:3])
        x += len(title) + 2 + bar._gap()
    return found


async def buttons(person: Person) -> Looks:
    """A button with the focus, without it, and one that does nothing now."""
    button, found = person.app.query_one("#next", Button), {}
    for state, act in (("calm", None), ("focus", button.focus), ("off", lambda: setattr(button, "disabled", True))):
        if act is not None:
            act()
        await person.press()
        found[state] = look(person.app, button.region)
    return found


async def rows(person: Person) -> Looks:
    """A list's marked row with the focus and without it, and one that is not marked, all with the same text."""
    listed, found = person.app.query_one("#artefacts", OptionList), {}
    listed.set_options(["the same", "the same"])
    for state, act in (("marked", listed.focus), ("left", person.app.query_one(Preview).focus)):
        listed.highlighted = 0
        act()
        await person.press()
        for row, name in ((0, state), (1, f"{state}: another")):
            found[name] = look(person.app, Region(listed.region.x, listed.region.y + row, listed.region.width, 1))
    return found


async def fields(person: Person) -> Looks:
    """An answer that is empty, typed, wrong or found, with the focus and without."""
    field = next(field for field in person.app.query(Field) if field.path == "site.networks")
    found: Looks = {}
    for text in ("", "192.168.1.0/24", "192.168.1.0/33"):
        field.control.focus()
        field.control.value = text
        await person.press()
        found[f"focus on {text!r}"] = look(person.app, field.region)
        await person.press("shift+tab")
        found[f"left with {text!r}"] = look(person.app, field.region)
        await person.press("tab")
    return found


async def choices(person: Person) -> Looks:
    """Each choice of a question, chosen or not, with the focus and without."""
    field = next(field for field in person.app.query(Field) if field.question.kind.is_chosen and not field.control.across)
    found: Looks = {}
    for focused in (True, False):
        (field.control if focused else person.app.query_one("#next")).focus()
        await person.press()
        area = field.control.region
        for row, choice in enumerate(field.control.offered[:2]):
            signs = look(person.app, Region(area.x, area.y + row, 5, 1))
            found[f"{choice.answer} {'with' if focused else 'without'} the focus"] = signs
    return found


STATES: dict[str, tuple[str, Callable[[Person], object]]] = {
    "steps": ("site", steps),
    "buttons": ("points", buttons),
    "rows": ("files", rows),
    "fields": ("site", fields),
    "choices": ("needs", choices),
}


@pytest.mark.parametrize("what", fast(STATES, chosen=["rows"]))
async def test_states_that_colours_tell_apart_are_told_apart_without_them(what: str) -> None:
    page, seen = STATES[what]
    found: list[Looks] = []
    for plain_colours in (False, True):
        async with sit_down(FakeConnector(), draft=home(), begin_at=page, plain_colours=plain_colours, size=(100, 40)) as person:
            found.append(await seen(person))
    check(*found)


# Beside each text in a colour that means good, doubtful or bad: done, mind, wrong, here, added and gone.
SIGNS = "✓!×●▲+-○"


def said_by_colour_alone(person: Person) -> list[str]:
    """The texts in such a colour that have neither a sign nor letters of their own; a line below such a one goes on with it."""
    means = {Color.parse(person.app.theme_variables[name]).rgb for name in ("success", "warning", "error")}
    found, above = [], set()
    for row in person.app.screen._compositor.render_strips():
        goes_on = set()
        for text, style, _ in row:
            rgb = Color.from_rich_color(style.color).rgb if style is not None and style.color is not None and style.color.triplet else None
            near = next((one for one in means if rgb is not None and max(abs(a - b) for a, b in zip(one, rgb, strict=True)) < 4), None)
            if near is None or not text.strip() or style is None:
                continue
            goes_on.add(near)
            if not (style.bold or style.underline or any(sign in text for sign in SIGNS) or near in above):
                found.append(text)
        above = goes_on
    return found


@pytest.mark.parametrize("place", fast(PLACES, chosen=[]))
async def test_a_colour_that_means_something_has_a_sign_beside_it(place: str) -> None:
    async with opened(place, size=(100, 40)) as person:
        assert said_by_colour_alone(person) == []


@pytest.mark.slow
async def test_a_wrong_answer_is_said_by_a_sign_and_what_has_none_is_found() -> None:
    async with sit_down(draft=home(), begin_at="site") as person:
        field = next(field for field in person.app.query(Field) if field.path == "site.networks")
        field.control.focus()
        field.control.value = "192.168.1.0/33"
        await person.press("tab")
        await person.sees("× ")
        assert said_by_colour_alone(person) == []
        line = field.query_one(".prompt")
        line.styles.color = person.app.theme_variables["error"]
        line.update("This network")
        await person.press()
        assert [text.strip() for text in said_by_colour_alone(person)] == ["This network"]
