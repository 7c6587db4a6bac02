import pytest

from wgwizard.profiles import sealed


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    """Each test works in a directory of its own and sees nobody's drafts or configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "xdg" / name))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.delenv("NO_COLOR", raising=False)
    # Sealing is slow on purpose; tests/unit and the test in a real terminal seal as people do.
    monkeypatch.setattr(sealed, "ARGON2ID", sealed.Derivation("argon2id", 1, 8 * 1024, 1))
