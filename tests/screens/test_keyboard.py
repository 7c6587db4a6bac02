"""Every page and dialog by keys alone: Tab comes to every control and round again, and the terminal's cursor comes along."""

from collections.abc import Callable

import pytest
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input

from screens.apply_dialogs import ConfirmChanges
from screens.choices import Choices
from screens.dialogs import AskAnswers, AskPath, AskSecret, Choose, Help
from screens.new_passphrase import NewPassphrase
from screens.pages import PAGES
from tests.screens.fake_connector import CHANGES, FakeConnector
from tests.screens.person import Person, sit_down
from tests.screens.shoot import home
from tests.stages import fast
from wgwizard.applying import Prompt

DIALOGS: dict[str, Callable[[], ModalScreen]] = {
    "help": lambda: Help("Why?", "So that `ip route` can be asked."),
    "choose": lambda: Choose("Leave the wizard?", "Everything is kept.", (("stay", "Stay"), ("go", "Leave"))),
    "secret": lambda: AskSecret("The passphrase", "Of its keys.", problem="× That was not it."),
    "login": lambda: AskAnswers("The login", "", (Prompt("Code:", echo=True), Prompt("Password:", echo=False))),
    "path": lambda: AskPath("Save where?", "The file.", "x.conf", lambda _: ""),
    "passphrase": lambda: NewPassphrase("A passphrase", "For the keys."),
    "changes": lambda: ConfirmChanges(CHANGES),
}
# By keys, from a page: the point's own page, the picture, leaving, a point's file.
FROM_PAGES = {"point": ("points", "a"), "picture": ("needs", "f2"), "leave": ("site", "ctrl+q"), "look": ("host", "ctrl+n")}


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
    elif isinstance(focused, Input):
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
        check_place(person, focused)
        if focused is first:
            break
        met.append(focused)
    assert set(met) == controls(person)
    await person.press("shift+tab")
    assert person.app.screen.focused is met[-1]


@pytest.mark.parametrize("page", fast([page.name for page in PAGES], chosen=["host"]))
async def test_tab_comes_to_every_control_of_a_page_and_round(page):
    async with sit_down(FakeConnector(), draft=home(), begin_at=page) as person:
        await walk(person)


@pytest.mark.parametrize("name", fast(DIALOGS, chosen=["changes"]))
async def test_tab_comes_to_every_control_of_a_dialog_and_round(name):
    async with sit_down(draft=home(), begin_at="site") as person:
        person.app.push_screen(DIALOGS[name]())
        await person.press()
        await walk(person)


@pytest.mark.parametrize("name", fast(FROM_PAGES))
async def test_tab_comes_to_every_control_of_what_a_key_opens(name):
    page, key = FROM_PAGES[name]
    async with sit_down(FakeConnector(), draft=home(), begin_at=page) as person:
        await person.press(key)
        await person._until(lambda: person.app.screen.focused is not None, "nothing has the focus")
        await walk(person)
