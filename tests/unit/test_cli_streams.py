"""The command line's ends: signals, odd streams and terminals, a crash, a reader that goes away."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.stages import fast
from tests.unit.test_cli import ENVIRONMENT, SITE


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with a site file."""
    (tmp_path / "site.yaml").write_text(SITE)
    return tmp_path


def interruptible() -> None:
    """What a shell starts in the background ignores interrupts, and so would all that it starts; the tests may run so."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.slow
def test_signals_have_their_codes(folder, number, code):
    """The passphrase comes through a pipe that nobody writes into, so that the process waits there."""
    os.mkfifo(folder / "pipe")
    words = [sys.executable, "-m", "wgwizard", "plan", "site.yaml", "--passphrase-file", "pipe"]
    process = subprocess.Popen(words, cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True, preexec_fn=interruptible)
    deadline = time.monotonic() + 20
    writer = None
    while writer is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):  # as long as nobody reads
            writer = os.open(folder / "pipe", os.O_WRONLY | os.O_NONBLOCK)
        time.sleep(0.02)
    assert writer is not None
    process.send_signal(number)
    _, words_said = process.communicate(timeout=20)
    os.close(writer)
    assert process.returncode == code
    assert "Traceback" not in words_said


@pytest.mark.slow
def test_a_locale_without_utf_8_gets_plain_signs_everywhere_and_data_stays_as_it_is(folder):
    environment = {**ENVIRONMENT, "LC_ALL": "C"}
    words = [sys.executable, "-m", "wgwizard", "plan", "site.yaml"]
    plain = subprocess.run(words, cwd=folder, env=environment, capture_output=True, check=True)
    assert (plain.stdout + plain.stderr).isascii()
    assert b"Host beta" in plain.stdout
    data = subprocess.run([*words, "--json"], cwd=folder, env=environment, capture_output=True, check=True)
    whole = subprocess.run([*words, "--json"], cwd=folder, env=ENVIRONMENT, capture_output=True, check=True)
    assert data.stdout == whole.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.slow
def test_a_terminal_without_our_signs_gets_plain_ones(folder, encoding):
    words = [sys.executable, "-m", "wgwizard", "recommend", "site.yaml"]
    environment = {**ENVIRONMENT, "PYTHONIOENCODING": encoding}
    found = subprocess.run(words, cwd=folder, env=environment, capture_output=True, check=True, timeout=60)
    text = found.stdout.decode(encoding)
    assert "+ Masquerade (masquerade): no routes are needed at the site" in text
    assert "see Host beta (192.168.200.2) for every point" in text
    assert not found.stderr


@pytest.mark.parametrize(
    ("line", "code"),
    fast(
        [
            ("plan site.yaml > /dev/full", 1),
            ("apply site.yaml <&-", 2),
            ("<&-", 2),
            ("recommend site.yaml >&-", 0),
            ("plan absent.yaml 2>&-", 3),
            ("plan site.yaml -o /dev/null/x", 1),
            ("plan ''", 3),
            ("''", 2),
        ],
        first=4,
        several=True,
    ),
)
@pytest.mark.slow
def test_odd_streams_and_paths_end_in_words(folder, line, code):
    found = subprocess.run(
        f"{sys.executable} -m wgwizard {line}", shell=True, cwd=folder, capture_output=True, text=True, env=ENVIRONMENT, timeout=60
    )
    assert found.returncode == code, found.stderr
    assert "broke" not in found.stderr
    assert "Traceback" not in found.stderr
    assert "Exception ignored" not in found.stderr


@pytest.mark.slow
def test_a_crash_shows_no_value():
    code = (
        "import sys\nfrom wgwizard import __main__\nfrom wgwizard.cli import arguments\n"
        "def broken(words):\n    secret = 'hunter2'\n    raise RuntimeError(secret)\n"
        "arguments.parse = broken\nsys.exit(__main__.main([]))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert found.returncode == 1
    assert "RuntimeError" in found.stderr
    assert "hunter2" not in found.stdout + found.stderr


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_traceback(folder):
    words = f"{sys.executable} -m wgwizard plan site.yaml | head -c 1"
    found = subprocess.run(words, shell=True, cwd=folder, capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
    assert not found.stderr
