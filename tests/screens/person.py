"""A person at the terminal: types, clicks and reads what stands on the screen, through Textual's pilot."""

import asyncio
import difflib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from screens.app import WizardApp
from tests.screens.contrast import unreadable
from tests.screens.settling import painted
from wgwizard.applying import Connector
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools

GOLDEN = Path(__file__).parent / "golden"
REGENERATE = "WGWIZARD_REGENERATE"
PATIENCE = 30.0


class Person:
    """What a person can do; `read` is the whole screen as text."""

    def __init__(self, app: WizardApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.everything_seen: list[str] = []

    def read(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        assert (hidden := unreadable(self.app.screen, strips)) == [], hidden
        text = "\n".join(strip.text.rstrip() for strip in strips) + "\n"
        self.everything_seen.append(text)
        return text

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
        await self._handled()

    async def _handled(self) -> None:
        """What was typed has come to where it belongs, and is drawn."""
        await painted(self.app)
        await self._until(lambda: self.app.at_rest or not self.app.is_running, "the keys are still held back")
        await painted(self.app)
        self.read()

    async def types(self, text: str) -> None:
        await self.pilot.press(*text)
        await self._handled()

    async def pastes(self, text: str) -> None:
        await self._until(lambda: isinstance(self.app.screen.focused, Input), "nothing to type into has the focus")
        self.app.screen.focused.post_message(events.Paste(text))
        await self._handled()

    async def clicks(self, selector: str, offset: tuple[int, int] | None = None) -> None:
        """A button takes no second click while it still shows the first one."""
        await self._until(lambda: not self.app.screen.query(f"{selector}.-active"), f"{selector} shows the click before for ever")
        if offset is None:
            assert await self.pilot.click(selector)
        else:
            assert await self.pilot.click(selector, offset=offset)
        await painted(self.app)
        self.read()

    async def sees(self, *texts: str) -> None:
        """Wait until all of the texts stand on the screen."""
        await self._until(lambda: not missing_in(self.read(), texts), f"not all of {texts} on the screen")

    async def sees_gone(self, text: str) -> None:
        """Wait until the text has gone from the screen."""
        await self._until(lambda: text not in self.read(), f"{text!r} is still on the screen")

    async def waits(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds that does not stand on the screen."""
        await self._until(holds, "what was waited for does not come")

    async def _until(self, holds: Callable[[], bool], what: str) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE
        while not holds():
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"{what}:\n{self.read()}")
            if self.app._exception is not None:
                raise self.app._exception
            await asyncio.sleep(0.01)
            await painted(self.app)

    def sees_no(self, text: str) -> None:
        assert text not in self.read(), self.read()

    def focused_path(self) -> str:
        """The site-file path of the question that has the focus."""
        focused = self.app.screen.focused
        assert focused is not None
        return next((node.path for node in focused.ancestors_with_self if hasattr(node, "path")), "")


def missing_in(screen: str, texts: tuple[str, ...]) -> list[str]:
    """Those of the texts that do not stand on the screen."""
    return [text for text in texts if text not in screen]


@asynccontextmanager
async def sit_down(
    connector: Connector | None = None,
    *,
    tools: Tools | None = None,
    draft: Draft | None = None,
    begin_at: str = "start",
    size: tuple[int, int] = (80, 24),
    plain_colours: bool = False,
) -> AsyncIterator[Person]:
    """Start the wizard in a terminal of this size."""
    app = WizardApp(draft or Draft(), tools or Tools(connector), begin_at=begin_at, plain_colours=plain_colours)
    app.animation_level = "none"  # Textual reads the environment's word for that when it is imported
    async with app.run_test(size=size) as pilot:
        await painted(app)
        yield Person(app, pilot)


def matches_golden(name: str, text: str) -> None:
    """Compare with golden/NAME; `WGWIZARD_REGENERATE=1 python -m pytest tests/screens` writes them anew."""
    path = GOLDEN / name
    if os.environ.get(REGENERATE):
        path.write_text(text)
    known = path.read_text() if path.exists() else ""
    if known != text:
        diff = "\n".join(difflib.unified_diff(known.splitlines(), text.splitlines(), f"golden/{name}", "now", lineterm=""))
        pytest.fail(f"{diff}\n(meant so? {REGENERATE}=1 python -m pytest tests/screens)", pytrace=False)
