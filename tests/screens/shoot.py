"""The pictures of the wizard in README and docs: `python -m tests.screens.shoot` draws them.

test_screenshots.py sees where one is not true.

A person goes through the real App with the keys of every day; only what would differ each time stands still: the WireGuard keys and
the clock. Host β is the stand-in of fake_connector.py.
"""

import asyncio
import contextlib
import html
import os
import re
import tempfile
from pathlib import Path
from unittest.mock import patch

import presets
from tests.golden.case import fixed_keys
from tests.screens.fake_connector import FakeConnector
from tests.screens.person import Person, sit_down
from wgwizard.sitefile import yamltext
from wgwizard.wizard.draft import Draft

PICTURES = Path(__file__).parents[2] / "docs" / "screens"
COMMAND = "python -m tests.screens.shoot"
SIZE = (100, 32)
CELL = 12.2  # the width of a sign in Rich's pictures
PASSPHRASE = "quiet anvil marble thistle"


def home() -> Draft:
    """The answers of the first scenario as somebody's own, with keys that are the same each time."""
    document, problems = yamltext.parse(presets.load("home-pi").text.encode())
    assert document is not None, problems
    document["host"]["endpoint"] = "vpn.b.home.arpa:51820"  # a preset's own is warned of
    return Draft(document, keyring=fixed_keys(True, [point["name"] for point in document["points"]]))


async def take_all() -> dict[str, str]:
    """Every picture by its name, drawn now: SVG."""
    taken: dict[str, str] = {}
    async with sit_down(size=SIZE) as person:
        await person.press("down", "down")
        await person.sees("A Raspberry Pi at home", "A small computer in the flat")
        take(taken, "start", person)
    async with sit_down(draft=home(), begin_at="host", size=SIZE) as person:
        await person.sees("2 of 9 · Host β")
        take(taken, "question", person)
    with patch("screens.apply.monotonic", lambda: 0.0):
        await from_the_strategy_on(taken)
    return taken


async def from_the_strategy_on(taken: dict[str, str]) -> None:
    """The pages that follow from the answers."""
    host = FakeConnector()
    async with sit_down(host, draft=home(), begin_at="strategy", size=SIZE) as person:
        await person.sees("Recommended: Masquerade", "because")
        take(taken, "recommendation", person)
        person.app.animation_level = "none"  # the packet would be seen on its way
        await person.press("f2")
        await person.sees("every connection in it", "laptop → nas")
        take(taken, "picture", person)
        await person.press("enter", "right")
        await person.sees("step 2 of 6, there", "now    192.168.1.10 → 192.168.1.20")
        take(taken, "follow", person)
        await person.press("escape", "escape")
        await person.sees("6 of 9 · Strategy")
        await person.press("ctrl+n")
        await person.sees("7 of 9 · Files", "who → whom")
        take(taken, "reach", person)
        await person.press("down", "down")
        await person.sees("table inet wgwizard_wg0")
        take(taken, "files", person)
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("A passphrase for the keys")
        await person.pastes(PASSPHRASE)
        await person.press("enter")
        await person.pastes(PASSPHRASE)
        await person.press("enter")
        await person.sees("9 of 9 · Apply")
        await person.press("enter")
        await person.sees("Is this Host β?")
        await person.press("right", "enter")
        await person.sees("The sudo password")
        await person.pastes("a password")
        await person.press("enter")
        await person.sees("2 changes on Host β")
        await person.press("tab", "enter")
        await person.sees("● switch over", "undo in 1:12")
        take(taken, "apply", person)
        host.go_on.set()
        await person.sees("✓ Host β is as planned.")
        await person.press("ctrl+n")
        await person.sees("What each point's owner does now", "laptop")
        take(taken, "done", person)


def take(taken: dict[str, str], name: str, person: Person) -> None:
    """Draw what stands on the screen, without what Rich makes anew each time and without fonts fetched from elsewhere."""
    svg = re.sub(r"@font-face \{.*?\}\n", "", person.app.export_screenshot(), flags=re.DOTALL)
    taken[name] = re.sub(r"terminal-\d+", f"wgwizard-{name}", svg)


def text_of(svg: str) -> list[str]:
    """The rows of the screen in a picture."""
    rows: dict[float, str] = {}
    for x, y, text in re.findall(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', svg):
        row = rows.get(float(y), "").ljust(round(float(x) / CELL))
        rows[float(y)] = row + html.unescape(text).replace("\xa0", " ")
    return [row.rstrip() for _, row in sorted(rows.items())]


def main() -> None:
    """Draw them all, in a directory and a home of their own."""
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place), patch.dict(os.environ):
        os.environ.update(dict.fromkeys(("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), place))
        os.environ.pop("NO_COLOR", None)
        taken = asyncio.run(take_all())
    PICTURES.mkdir(exist_ok=True)
    for name, svg in taken.items():
        (PICTURES / f"{name}.svg").write_text(svg)


if __name__ == "__main__":
    main()
