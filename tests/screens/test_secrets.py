"""What must never be shown: keys in a crash, and configurations must be shown as they are."""

import pytest

from screens.app import WizardApp
from screens.preview import Preview
from screens.step import FormStep
from tests.screens.person import sit_down
from wgwizard.profiles import unfinished
from wgwizard.secret import Secret
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools

KEY = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="


def test_a_crash_says_where_and_shows_no_value(monkeypatch, capsys):
    def crash(step: FormStep) -> None:
        private_key = Secret(KEY).reveal()
        raise RuntimeError(f"cannot use {private_key}")

    monkeypatch.setattr(FormStep, "finish", crash)
    app = WizardApp(Draft({"version": 1, "name": "crashing"}), Tools(), begin_at="site")

    async def press(pilot):
        await pilot.press("ctrl+n")

    app.run(headless=True, auto_pilot=press)
    written = "".join(capsys.readouterr())
    assert KEY not in written
    assert "The wizard broke (RuntimeError)" in written
    assert "test_secrets.py" in written
    assert app.return_code == 1
    assert unfinished.drafts()[0].document["name"] == "crashing"


@pytest.mark.parametrize("text", ["[Interface]\nPrivateKey = (hidden)", "[/", "[bold]x[/bold]", "$accent"])
async def test_a_configuration_is_shown_exactly_as_it_is(text):
    async with sit_down(begin_at="files") as person:
        person.app.query_one(Preview).show(text)
        await person.pilot.pause()
        for line in text.splitlines():
            assert line in person.read()


async def test_names_are_never_read_as_markup():
    document = {"version": 1, "name": "[red]x[/", "site": {"networks": ["[bold]1[/bold]"]}, "points": [{"name": "[/]"}]}
    async with sit_down(draft=Draft(document), begin_at="site") as person:
        await person.sees("[red]x[/")
        await person.press("ctrl+n")
        await person.sees("[bold]1[/bold]", "×")
        await person.app.show_page("points")
        await person.sees("[/]")
        await person.press("delete")
        await person.sees("Remove [/]?")
