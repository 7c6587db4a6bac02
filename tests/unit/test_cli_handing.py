"""The verbs about secrets: a QR code on stdout and as a picture, and secrets files that are looked at, joined and sealed anew."""

import os
import pty
import re
import stat
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.unit.test_phone import decoded, of_half_blocks
from wgwizard import profiles
from wgwizard.cli import arguments, handing, verbs
from wgwizard.errors import SiteRefusedError, UsageError
from wgwizard.profiles import sealed
from wgwizard.secret import Secret

SITE = """\
version: 1
name: home
site: {networks: [192.168.200.0/24], routes: []}
host: {addresses: [192.168.200.2/24], endpoint: "vpn.b.home.arpa:51820", keys: here}
points: [{name: laptop}, {name: phone, platform: android}, {name: nas, public_key: "CZe8gBoEcIDUuYlqP1b8N3GNaTY6RU6y9TXnB0ZFkmg="}]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(sealed, "ARGON2ID", sealed.Derivation("argon2id", 1, 8, 1))
    for name, text in {"home.yaml": SITE, "phrase": "founder's words\n", "theirs": "colleague's words\n"}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(verb, *words) -> int:
    table = handing.VERBS if verb in handing.VERBS else verbs.VERBS
    return table[verb](arguments.parse([verb, "home.yaml", *words]))


def private(point: str, phrase: str = "founder's words") -> str:
    return profiles.load_keys("home.yaml", Secret(phrase)).private[point].reveal()


def test_the_code_on_stdout_is_read_back_and_the_words_go_elsewhere(folder, capsys):
    assert run("qr", "phone", "--passphrase-file", "phrase") == 0
    printed = capsys.readouterr()
    scan = decoded(of_half_blocks(printed.out.splitlines()))
    assert f"PrivateKey={private('phone')}\n" in scan
    assert "clear the screen" in printed.err
    assert private("phone") not in printed.out + printed.err


def test_without_blocks_the_code_is_drawn_in_plain_signs(folder):
    words = [sys.executable, "-m", "wgwizard", "qr", "home.yaml", "phone", "--passphrase-file", "phrase"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"})
    pixels = [[255 * (row[x] == "#") for x in range(0, len(row), 2)] for row in done.stdout.splitlines()]
    assert set(done.stdout) == {"#", " ", "\n"}
    assert "[Interface]" in decoded(pixels)


@pytest.mark.slow
def test_on_a_terminal_it_is_white_on_black_and_the_terminals_size_is_said(folder):
    import fcntl
    import struct
    import termios

    def on_terminal(columns: int) -> tuple[str, int]:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 20, columns, 0, 0))
        words = [sys.executable, "-m", "wgwizard", "qr", "home.yaml", "phone", "--passphrase-file", "phrase"]
        with subprocess.Popen(words, stdout=theirs, stderr=theirs, env={**os.environ, "LC_ALL": "C.UTF-8"}) as child:
            os.close(theirs)
            said = b""
            try:
                while piece := os.read(ours, 65536):
                    said += piece
            except OSError:
                pass
        os.close(ours)
        return said.decode(), child.returncode

    said, code = on_terminal(120)
    rows = re.findall(r"\x1b\[97;40m([█▀▄ ]+)\x1b\[0m", said)
    assert code == 0
    assert "[Interface]" in decoded(of_half_blocks(rows))
    assert "the terminal has 20: enlarge it" in said
    said, code = on_terminal(40)
    assert (code, "█" in said) == (2, False)
    assert "columns, and the terminal has 40" in said


def test_a_picture_is_its_owners_and_replaces_nothing(folder, capsys):
    assert run("qr", "phone", "-o", "phone.png", "--passphrase-file", "phrase") == 0
    assert capsys.readouterr().out == ""
    assert stat.S_IMODE(Path("phone.png").stat().st_mode) == 0o600
    assert Path("phone.png").read_bytes().startswith(b"\x89PNG")
    for output, reason in {"phone.png": "it is there already", "phone.jpg": "which kind"}.items():
        with pytest.raises(UsageError, match=reason):
            run("qr", "phone", "-o", output, "--passphrase-file", "phrase")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("fone", "--passphrase-file", "phrase"), "no point “fone”"),
        (("nas", "--passphrase-file", "phrase"), "keeps its own private key"),
        (("phone",), "no terminal"),
    ],
)
def test_why_there_is_no_code_is_said(folder, words, reason):
    with pytest.raises(UsageError, match=reason) as refused:
        run("qr", *words)
    assert refused.value.hint


def test_what_is_sealed_is_told_by_names(folder, capsys):
    run("plan", "--passphrase-file", "phrase")
    capsys.readouterr()
    assert run("secrets", "--passphrase-file", "phrase") == 0
    told = capsys.readouterr().out
    assert told.splitlines() == ["home.secrets holds", "  private keys of    host, laptop, phone", "  preshared keys of  laptop, phone"]


def test_another_passphrase_opens_it_and_the_old_one_no_more(folder):
    run("plan", "--passphrase-file", "phrase")
    before = private("phone")
    run("secrets", "--passphrase-file", "phrase", "--new-passphrase-file", "theirs")
    assert private("phone", "colleague's words") == before
    with pytest.raises(sealed.SealError, match="passphrase is wrong"):
        private("phone")


def talk(*lines: tuple[str, str]) -> pexpect.spawn:
    """`wgwizard secrets --change-passphrase` at a terminal: each text that is waited for, and what is typed then."""
    words = ["-m", "wgwizard", "secrets", "home.yaml", "--change-passphrase"]
    child = pexpect.spawn(sys.executable, words, env={**os.environ, "LC_ALL": "C.UTF-8"}, encoding="utf-8", timeout=60)
    for awaited, typed in lines:
        child.expect_exact(awaited)
        child.sendline(typed)
    return child


@pytest.mark.slow
def test_a_weak_new_passphrase_is_told_and_taken_after_a_yes_only(folder):
    run("plan", "--passphrase-file", "phrase")
    old, new, weak = ("passphrase of the sealed keys", "founder's words"), ("new passphrase", "laptop1"), "! weak: somebody"
    refused = talk(old, new, (weak, ""), ("no passphrase was chosen", ""))
    refused.expect(pexpect.EOF)
    assert private("phone")
    taken = talk(old, new, (weak, "y"), ("once more", "laptop1"))
    taken.expect_exact("home.secrets holds")
    taken.expect(pexpect.EOF)
    assert private("phone", "laptop1")


@pytest.mark.slow
def test_enter_makes_six_words_that_are_shown_once_and_typed_once(folder):
    run("plan", "--passphrase-file", "phrase")
    child = talk(("passphrase of the sealed keys", "founder's words"), ("six words are made", ""))
    child.expect(r"Write it down now[^\r\n]*\r\n\r\n  ([a-z -]+)\r\n")
    made = child.match[1]
    child.expect_exact("once more")
    child.sendline(made)
    child.expect_exact("home.secrets holds")
    child.expect(pexpect.EOF)
    assert len(made.split()) == 6
    assert private("phone", made)


def test_a_colleagues_file_that_was_begun_apart_joins_the_founders(folder, capsys):
    run("plan", "--passphrase-file", "phrase")
    founder = profiles.load_keys("home.yaml", Secret("founder's words"))
    profiles.set_keys_aside("home.yaml")
    Path("home.yaml").write_text(SITE.replace("points: [", "points: [{name: tablet}, "))
    run("plan", "--passphrase-file", "theirs")
    tablet = profiles.load_keys("home.yaml", Secret("colleague's words"))
    assert set(tablet.private) == {"tablet"}
    capsys.readouterr()
    run("secrets", "--passphrase-file", "theirs")
    assert "  made elsewhere     laptop, phone" in capsys.readouterr().out
    run("secrets", "--join", "home.secrets.aside", "--join-passphrase-file", "phrase", "--passphrase-file", "theirs")
    whole = profiles.load_keys("home.yaml", Secret("colleague's words"))
    assert whole.private == {**founder.private, **tablet.private}
    assert whole.preshared == {**founder.preshared, **tablet.preshared}
    assert "made elsewhere" not in capsys.readouterr().out
    run("plan", "-o", "out", "--passphrase-file", "theirs")
    assert {path.name for path in Path("out").iterdir()} >= {"host", "laptop", "phone", "tablet", "nas"}


def test_keys_of_another_site_are_not_joined(folder):
    run("plan", "--passphrase-file", "phrase")
    profiles.set_keys_aside("home.yaml")
    lock = Path("home.lock").read_text()
    Path("home.lock").unlink()
    run("plan", "--passphrase-file", "theirs")
    other = Path("home.secrets").rename("other.secrets")
    Path("home.secrets.aside").rename("home.secrets")
    Path("home.lock").write_text(lock)
    sealed_before = Path("home.secrets").read_bytes()
    assert run("secrets", "--join", str(other), "--join-passphrase-file", "theirs", "--passphrase-file", "phrase") == 0
    assert Path("home.secrets").read_bytes() == sealed_before
    Path("home.secrets").write_bytes(other.read_bytes())
    with pytest.raises(SiteRefusedError, match="do not fit"):
        run("secrets", "--join", str(other), "--join-passphrase-file", "theirs", "--passphrase-file", "theirs")
