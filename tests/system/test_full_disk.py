"""A disk that is really full, and one that is really read-only: tmpfs in a mount namespace of its own, and a real terminal."""

from pathlib import Path

import pytest

from tests.screens.terminal import LEAVE_ALTERNATE_SCREEN, Terminal
from wgwizard import profiles

pytestmark = pytest.mark.live

OFFICE = {
    "version": 1,
    "name": "office",
    "site": {"networks": ["192.168.1.0/24"], "routes": ["router", "dhcp"]},
    "host": {"addresses": ["192.168.1.10/24"], "endpoint": "vpn.b.home.arpa:51820"},
    "points": [{"name": "laptop", "public_key": "aG9zdC1iZXRhLXB1YmxpYy1rZXktb2YtYS10ZXN0ISE="}],
    "needs": {"opens": "points", "tell_points_apart": False},
}


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A directory to mount on; everything of a person's is below it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("XDG_STATE_HOME", str(disk / "state"))
    monkeypatch.chdir(tmp_path)
    return disk


def mounted(disk: Path, then: str) -> tuple[str, ...]:
    """The command line that mounts a tiny disk, prepares it, and runs what follows on it."""
    script = f'mount -t tmpfs -o size=64k tmpfs "{disk}" && cd "{disk}" && {then} && exec "$0" "$@"'
    return ("unshare", "-m", "sh", "-c", script)


def leave(terminal: Terminal) -> str:
    """Leave and print; gives what was printed."""
    terminal.press("ctrl+q")
    terminal.sees("Leave the wizard?", "cannot be kept as a draft either", "Leave and print them")
    terminal.press("right", "enter")
    assert terminal.end() == 130
    return terminal.received.split(LEAVE_ALTERNATE_SCREEN)[-1].decode()


def test_on_a_full_disk_the_wizard_goes_on_says_so_and_prints_the_answers(places):
    full = "mkdir -p state/wgwizard/drafts state/wgwizard/open; cat /dev/zero >fill 2>/dev/null; true"
    terminal = Terminal("new", "--preset", "article-gateway", before=mounted(places, full))
    terminal.sees("1 of 9 · Site")
    terminal.press("site-b-north")
    terminal.sees("! Your answers cannot be kept:", "No space left on device")
    terminal.press("ctrl+n")
    terminal.sees("2 of 9 · Host β", "! Your answers cannot be kept:")
    assert "name: site-b-north" in leave(terminal)


def test_on_a_read_only_disk_too(places):
    terminal = Terminal("new", "--preset", "article-gateway", before=mounted(places, f'mount -o remount,ro "{places}"'))
    terminal.sees("1 of 9 · Site", "! Your answers cannot be kept:", "Read-only file system")
    terminal.press("site-b-north")
    assert "name: site-b-north" in leave(terminal)


def test_a_site_that_cannot_be_saved_stays_as_it_was(places, tmp_path, monkeypatch):
    profiles.save_site("whole.yaml", OFFICE)
    before = Path("whole.yaml").read_text()
    full = "cp ../whole.yaml site.yaml && cat /dev/zero >fill 2>/dev/null; cmp ../whole.yaml site.yaml"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    ending = f"{mounted(places, full)[4].replace('exec ', '')}; code=$?; cp site.yaml ../after.yaml; exit $code"
    terminal = Terminal("site.yaml", before=("unshare", "-m", "sh", "-c", ending))
    terminal.sees("1 of 9 · Site", "office")
    terminal.press("-north", "\x13")
    terminal.sees("8 of 9 · Save")
    terminal.press("enter")
    terminal.sees("A passphrase for the keys")
    passphrase = "seven ducks walk over the green dyke at noon"
    terminal.press(passphrase, "enter", passphrase, "enter")
    terminal.sees("× cannot write", "No space left on device")
    terminal.press("ctrl+q")
    terminal.sees("Leave the wizard?", "They are kept as a draft")
    terminal.press("right", "enter")
    assert terminal.end() == 130
    assert Path("after.yaml").read_text() == before
