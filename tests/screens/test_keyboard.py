"""Every page and dialog by keys alone: Tab comes to every control and round again, and the terminal's cursor comes along."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList

from screens.apply_dialogs import ConfirmChanges
from screens.choices import Choices
from screens.conflict import AskConflict
from screens.dialogs import AskAnswers, AskPath, AskSecret, Choose, Help
from screens.new_passphrase import NewPassphrase
from screens.pages import PAGES
from screens.qr import QrScreen
from screens.unsealing import OpenSealed
from tests.screens.fake_connector import CHANGES, HOST_PUBLIC_KEY, FakeConnector
from tests.screens.person import Person, sit_down
from tests.screens.shoot import home
from tests.stages import fast
from wgwizard.applying import Prompt
from wgwizard.lock import Lock
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.saving import Conflict

DIALOGS: dict[str, Callable[[], ModalScreen]] = {
    "help": lambda: Help("Why?", "So that `ip route` can be asked."),
    "choose": lambda: Choose("Leave the wizard?", "Everything is kept.", (("stay", "Stay"), ("go", "Leave"))),
    "secret": lambda: AskSecret("The password", "Of the login.", problem="× That was not it."),
    "unseal": lambda: OpenSealed("The passphrase", "Of its keys.", lambda _: None),
    "login": lambda: AskAnswers("The login", "", (Prompt("Code:", echo=True), Prompt("Password:", echo=False))),
    "path": lambda: AskPath("Save where?", "The file.", "x.conf", lambda _: ""),
    "passphrase": lambda: NewPassphrase("A passphrase", "For the keys."),
    "changes": lambda: ConfirmChanges(CHANGES),
    "conflict": lambda: AskConflict("home.yaml", Conflict("Changed since you opened it: home.yaml.", "-name: home\n+name: flat\n")),
}
# By keys, from a page, and what then stands there: the point's own page, the picture, leaving, a point's file and its code.
FROM_PAGES = {
    "point": ("points", ("insert",), "a new one"),
    "picture": ("needs", ("f2",), "every connection in it"),
    "follow": ("needs", ("f2", "enter"), "here"),
    "leave": ("site", ("ctrl+q",), "Leave the wizard?"),
    "host key": ("host", ("f4",), "Is this Host β?"),
    "hand over": ("files", ("h",), "Hand over a point's file"),
}
PLACES = (*(page.name for page in PAGES), *DIALOGS, *FROM_PAGES)


@asynccontextmanager
async def opened(place: str, draft: Draft | None = None, **how: Any) -> AsyncIterator[Person]:
    """A page, a dialog, or what keys open from a page."""
    begin_at, keys, text = FROM_PAGES.get(place, ("site" if place in DIALOGS else place, (), ""))
    async with sit_down(FakeConnector(), draft=draft or home(), begin_at=begin_at, **how) as person:
        if place in DIALOGS:
            person.app.push_screen(DIALOGS[place]())
            await person.press()
        for key in keys:
            await person._until(lambda: person.app.screen.focused is not None, "nothing has the focus")
            await person.press(key)
        await person.sees(text)
        yield person


def controls(person: Person) -> set[Widget]:
    """What can have the focus now."""
    everything = [node for node in person.app.screen.query("*") if node.focusable]
    return {node for node in everything if all(above.display for above in node.ancestors_with_self if isinstance(above, Widget))}


def check_place(person: Person, focused: Widget) -> None:
    """The terminal's cursor is at the focused control, and that is on the screen with its label."""
    rows = person.read().splitlines()
    cursor, region = person.app.cursor_position, focused.region
    assert region.y <= cursor.y < max(region.bottom, region.y + 1), (focused, region, cursor)
    assert 0 <= cursor.y < person.app.size.height, (focused, cursor)
    if isinstance(focused, Button):
        assert str(focused.label) in rows[cursor.y]
    elif isinstance(focused, Choices):
        assert focused.offered[focused.cursor].label[:20] in rows[cursor.y]
        assert "▸" in rows[cursor.y]
    elif isinstance(focused, OptionList) and focused.highlighted_option is not None:
        assert str(focused.highlighted_option.prompt).strip()[:20] in rows[cursor.y]
    elif isinstance(focused, Input):
        assert not focused.cursor_blink
        above = "".join(rows[max(cursor.y - 5, 0) : cursor.y]).strip("─ ")
        assert above or focused.placeholder, person.read()


async def walk(person: Person) -> None:
    """Tab until it comes round."""
    first = person.app.screen.focused
    if first is None:
        await person.press("tab")
        first = person.app.screen.focused
    assert first is not None
    met, wanted = [first], controls(person)
    check_place(person, first)
    while len(met) <= len(wanted):
        await person.press("tab")
        focused = person.app.screen.focused
        assert focused is not None
        if isinstance(focused, Button):  # a row that is wider than the terminal is scrolled a moment later
            await person.waits(lambda label=str(focused.label): label in person.read().splitlines()[person.app.cursor_position.y])
        check_place(person, focused)
        if focused is first:
            break
        met.append(focused)
    assert set(met) == controls(person)
    await person.press("shift+tab")
    assert person.app.screen.focused is met[-1]


@pytest.mark.parametrize("place", fast(PLACES, chosen=["host"]))
async def test_tab_comes_to_every_control_of_a_page_or_dialog_and_round(place: str) -> None:
    async with opened(place) as person:
        await walk(person)


@pytest.mark.parametrize("place", fast(PLACES, chosen=["host key"]))
async def test_on_a_small_terminal_too_the_control_that_has_the_focus_is_in_view(place: str) -> None:
    async with opened(place, size=(60, 20)) as person:
        await walk(person)


@pytest.mark.parametrize("place", fast(["start", "points", "files", "changes", "hand over", "picture"], chosen=["changes"]))
async def test_the_arrows_come_to_every_row_of_a_list_and_the_cursor_with_them(place: str) -> None:
    async with opened(place) as person:
        listed = next(node for node in controls(person) if isinstance(node, OptionList))
        person.app.screen.set_focus(listed)
        await person.press("home")
        usable = [place for place, option in enumerate(listed.options) if not option.disabled]
        for row in usable:
            assert listed.highlighted == row
            check_place(person, listed)
            await person.press("down")
        await person.press("end")
        assert listed.highlighted == usable[-1]
        for row in reversed(usable):
            assert listed.highlighted == row
            await person.press("up")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["needs", "strategy"])
async def test_the_arrows_come_to_every_choice_and_the_cursor_with_them(place: str) -> None:
    async with opened(place) as person:
        choices = next(node for node in person.app.screen.query(Choices) if not node.across)
        person.app.screen.set_focus(choices)
        await person.press(*["up"] * len(choices.offered))
        for row in range(len(choices.offered)):
            assert choices.cursor == row
            check_place(person, choices)
            await person.press("down")


@pytest.mark.slow
async def test_a_code_for_a_phone_is_left_by_any_key_and_says_its_keys() -> None:
    whole = replace(home(), lock=Lock(public_keys={"host": HOST_PUBLIC_KEY}))
    async with opened("hand over", whole, size=(120, 60)) as person:
        for key, says in (("i", "i inverts, s saves, else closes"), ("x", "Hand over a point's file"), ("s", "Save"), ("escape", "")):
            if not isinstance(person.app.screen, QrScreen) and key in "ix":
                person.app.screen.set_focus(person.app.screen.query_one("#qr"))
                await person.press("enter")
                await person.sees("i inverts, s saves, else closes")
            await person.press(key)
            await person.sees(says)


async def test_arrows_go_along_a_row_of_buttons_and_tab_from_the_changes_to_their_answers():
    async with opened("changes") as person:
        met = []
        for _ in range(5):
            met.append(person.app.screen.focused.id)
            await person.press("tab")
        assert met == ["changes", "yes", "no", "difference", "changes"]
        assert person.app.screen.focused.id == "yes"
        await person.press("right", "right")
        assert person.app.screen.focused.id == "no"
        await person.press("left")
        assert person.app.screen.focused.id == "yes"
