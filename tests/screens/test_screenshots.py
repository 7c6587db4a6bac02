"""The pictures in README and docs show the wizard as it is."""

import re
from difflib import unified_diff

import pytest

from tests.screens.shoot import COMMAND, PICTURES, take_all, text_of


@pytest.mark.slow
async def test_every_picture_is_what_the_wizard_shows():
    taken = await take_all()
    assert {path.stem for path in PICTURES.iterdir()} == set(taken), COMMAND
    told = []
    for name, svg in taken.items():
        known = (PICTURES / f"{name}.svg").read_text()
        if known != svg:
            lines = list(unified_diff(text_of(known), text_of(svg), f"docs/screens/{name}.svg", "the wizard now", lineterm=""))
            told += lines or [f"docs/screens/{name}.svg: the same words, another look"]
    assert not told, "\n".join([*told, "", f"To draw them anew: {COMMAND}"])


def test_pictures_hold_no_secret_and_fetch_nothing():
    for path in PICTURES.iterdir():
        text = path.read_text()
        assert "PrivateKey = " not in text.replace("&#160;", " ").replace("PrivateKey = (", "")
        assert re.findall(r'(?:href|src|url\()\s*=?\s*["\']?https?:', text) == []


def test_the_text_of_a_picture_is_read_from_it():
    start = text_of((PICTURES / "start.svg").read_text())
    assert any("What would you like to begin with?" in row for row in start)
