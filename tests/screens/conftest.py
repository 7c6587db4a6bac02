import os

import pytest

# Read by Textual when it is imported.
os.environ["TEXTUAL_ANIMATIONS"] = "none"

import textual.app
import textual.pilot
import textual.screen

import screens.app
from tests.screens.settling import settled
from wgwizard.profiles import sealed


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    """Each test works in a directory of its own and sees nobody's drafts or configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "xdg" / name))
    monkeypatch.delenv("NO_COLOR", raising=False)
    # What the machine of the tests shows is its own business; machines written down stand in for it.
    monkeypatch.setenv("WGWIZARD_LOOK", "no")
    monkeypatch.setattr(screens.app, "LOOK_AFTER", 0.001)
    # A person paints when everything has happened (settling.py); what Textual paints meanwhile nobody looks at.
    monkeypatch.setattr(textual.screen, "UPDATE_PERIOD", 0.25)
    monkeypatch.setattr(textual.app, "wait_for_idle", settled)
    monkeypatch.setattr(textual.pilot, "wait_for_idle", settled)
    monkeypatch.setattr(textual.pilot.Pilot, "_wait_for_screen", settled)
    # Sealing is slow on purpose; tests/unit and the test in a real terminal seal as people do.
    monkeypatch.setattr(sealed, "ARGON2ID", sealed.Derivation("argon2id", 1, 8 * 1024, 1))
