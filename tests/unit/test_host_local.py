"""Scripts on this computer itself: they end in time, whoever else keeps their pipes open."""

import time
from pathlib import Path

import pytest

from wgwizard.host.channel import ConnectionLostError
from wgwizard.host.launch import Command
from wgwizard.host.local import LocalConnection

TIMEOUT = 0.3


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("script", ["sleep 20 & echo $! > {}", "sh -c 'echo $$ > {}; exec sleep 20'", "sleep 20 & echo $! > {}; exit 3"])
def test_a_script_that_takes_too_long_is_killed_with_its_children(tmp_path: Path, script: str) -> None:
    """Also where the script itself has ended, and a child keeps the pipe open."""
    began = time.monotonic()
    with pytest.raises(ConnectionLostError):
        LocalConnection().run(Command(script.format(tmp_path / "pid"), b""), timeout=3 * TIMEOUT)  # a loaded machine begins it late
    assert time.monotonic() - began < 3
    pid = int((tmp_path / "pid").read_text())
    while is_alive(pid):
        assert time.monotonic() - began < 5
        time.sleep(0.01)


@pytest.mark.parametrize("keeps", ["", ">/dev/null"])
def test_the_timeout_holds_for_what_cannot_be_killed_with_the_script(tmp_path: Path, keeps: str) -> None:
    """A child in a session of its own, as sudo gives it to what it runs, keeps both pipes or that of the errors alone."""
    began, pid = time.monotonic(), tmp_path / "pid"
    run = f"setsid sh -c 'echo $$ > {pid}; exec sleep 4' {keeps} </dev/null & while ! [ -s {pid} ]; do sleep 0.01; done; echo done"
    if keeps:
        assert LocalConnection().run(Command(run, b""), timeout=4 * TIMEOUT).stdout == b"done\n"
    else:
        with pytest.raises(ConnectionLostError):
            LocalConnection().run(Command(run, b""), timeout=TIMEOUT)
    assert time.monotonic() - began < 3
