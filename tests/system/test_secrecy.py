"""The search for secrets finds one wherever it stands, so that its silence about the other tests means something."""

import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.system.lab.host import LabHost
from tests.system.secrecy import Secrecy, leaks_below, leaks_on, look_at_processes, watching
from wgwizard.secret import Secret

pytestmark = pytest.mark.live


PLANTED = "planted-where-none-may-be"


@pytest.fixture
def watched() -> Secrecy:
    """A search of its own for a secret that the one about all tests does not know."""
    return Secrecy({PLANTED})


def test_what_the_program_makes_or_is_told_is_searched_for(secrecy: Secrecy) -> None:
    Secret("known from now on")
    assert "known from now on" in secrecy.used


def test_one_in_a_process_is_found(watched: Secrecy) -> None:
    words = [sys.executable, "-c", "input()"]
    for arguments, variables in (([*words, PLANTED], {}), (words, {"WORD": PLANTED})):
        process = subprocess.Popen(arguments, stdin=subprocess.PIPE, env=variables)
        look_at_processes(watched, {})
        process.communicate(b"\n")
    found = watched.leaks()
    assert [place.split(":")[0] for place in found] == ["arguments of a process", "variables of a process"]
    assert PLANTED not in str(found)


def test_one_on_a_terminal_is_found(watched: Secrecy) -> None:
    with watching(watched):
        pexpect.spawn("printf", [PLANTED]).expect(pexpect.EOF)
    assert [place.split(":")[0] for place in watched.leaks() if "terminal" in place] == ["a terminal"]


def test_one_in_a_file_of_the_person_is_found_unless_it_is_the_one_to_give_it_by(watched: Secrecy, tmp_path: Path) -> None:
    for name, text, mode in (("log", f"it is {PLANTED}", 0o600), ("open", PLANTED, 0o644), ("phrase", f"{PLANTED}\n", 0o600)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
    assert leaks_below(tmp_path, watched) == [str(tmp_path / "log"), str(tmp_path / "open")]


def test_one_on_a_host_is_found_but_in_its_stores(beta: LabHost, watched: Secrecy) -> None:
    for path in ("/etc/wireguard/wg7.conf", "/var/lib/wgwizard/kept", "/etc/motd.d/x", "/home/admin/notes"):
        beta.write(path, f"PrivateKey = {PLANTED}\n")
    beta.sh("mkdir -p /run/wgwizard /run/other; cat >/run/wgwizard/staged /etc/wireguard/wg7.conf; cp /etc/wireguard/wg7.conf /run/other/x")
    beta.run("systemd-cat", "-t", "test", stdin=f"the key {PLANTED} was refused\n")
    found = leaks_on(beta, watched)
    assert [place.rsplit("/upper", 1)[-1].rsplit("/root", 1)[-1] for place in found] == [
        "/etc/motd.d/x",
        "/home/admin/notes",
        "/run/other/x",
        "the journal of beta",
    ]
