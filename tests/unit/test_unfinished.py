"""Drafts on disk: what is written is there again, whole, closed to others; what is broken is said and stays."""

import fcntl
import os
import shutil
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wgwizard.moments import moment_text
from wgwizard.profiles import claims, unfinished
from wgwizard.profiles.files import FileError
from wgwizard.profiles.unfinished import Broken, Keeper, Kept
from wgwizard.questions import Proposal
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.keeping import Keeping

ANSWERS = {"version": 1, "name": "office", "site": {"networks": ["192.168.1."]}, "points": [{"name": "no"}, {}]}

FOUND = {"site.networks": Proposal("192.168.1.0/24", "this computer's eth0"), "tunnel.port": Proposal("51821", "unused", found=False)}


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    return tmp_path / "home/.local/state/wgwizard"


def kept(document: dict, **about: str) -> Keeper:
    keeper = Keeper()
    keeper.note(document, **about)
    keeper.flush()
    keeper.close()
    return keeper


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_draft_is_there_again_with_all_that_belongs_to_it_and_closed_to_others(state):
    before = os.umask(0)
    try:
        keeper = kept(ANSWERS, page="host", origin="office.yaml", digest="abc", preset={"name": "x"}, taken=FOUND)
    finally:
        os.umask(before)
    (draft,) = unfinished.drafts()
    assert isinstance(draft, Kept)
    assert (draft.path, draft.document) == (keeper.path, ANSWERS)
    assert (draft.about.page, draft.about.origin, draft.about.origin_digest) == ("host", str(Path("office.yaml").absolute()), "abc")
    assert (draft.about.preset, draft.about.taken) == ({"name": "x"}, FOUND)
    assert abs(datetime.now(UTC) - draft.about.kept) < timedelta(seconds=60)
    assert (mode(draft.path), mode(draft.path.parent), mode(state)) == (0o600, 0o700, 0o700)


def test_several_lie_side_by_side_the_latest_first():
    kept({"name": "one"})
    second = kept({"name": "two"})
    assert {draft.document["name"] for draft in unfinished.drafts()} == {"one", "two"}
    again = Keeper(second.path)
    again.note({"name": "two", "tunnel": {"port": 1}})
    again.flush()
    again.close()
    assert [draft.document["name"] for draft in unfinished.drafts()] == ["two", "one"]
    assert again.path == second.path


def test_nothing_is_written_where_nothing_changed():
    keeper = kept(ANSWERS)
    before = keeper.path.stat()
    keeper.note(dict(ANSWERS))
    keeper.flush()
    assert (keeper.path.stat().st_ino, keeper.path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_is_saved_as_a_site_is_no_draft_any_more(state):
    keeper = kept(ANSWERS)
    keeper.forget()
    assert unfinished.drafts() == ()
    assert [path.name for path in state.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("content", [b"version: [1", b"", b"\xff\xfe", b"- a list\n"])
def test_a_broken_draft_is_said_and_stays_until_it_is_thrown_away(content):
    whole, broken = kept(ANSWERS).path, kept(ANSWERS).path
    broken.write_bytes(content)
    good, bad = unfinished.drafts()
    assert (good.path, bad.path, isinstance(bad, Broken)) == (whole, broken, True)
    assert bad.why
    assert broken.read_bytes() == content
    unfinished.throw_away(broken)
    assert [draft.path for draft in unfinished.drafts()] == [whole]


def test_a_draft_without_its_first_line_is_still_a_draft():
    path = kept(ANSWERS, page="host").path
    path.write_text(path.read_text().split("\n", 1)[1])
    os.utime(path, (1_000_000_000, 1_000_000_000))
    (draft,) = unfinished.drafts()
    assert (draft.document, draft.about.kept.year, draft.about.page) == (ANSWERS, 2001, "")


def test_the_draft_of_old_is_taken_over_and_a_broken_one_stays_where_it_is(state, tmp_path):
    state.mkdir(parents=True)
    (state / "draft.yaml").write_text("# yaml-language-server: $schema=wgwizard.schema.json\nversion: 1\nname: garden\n")
    (state / "draft.origin").write_text(str(tmp_path / "garden.yaml"))
    (draft,) = unfinished.drafts()
    assert (draft.document["name"], draft.about.origin, draft.path.parent.name) == ("garden", str(tmp_path / "garden.yaml"), "drafts")
    assert (mode(draft.path), sorted(path.name for path in state.iterdir() if path.is_file())) == (0o600, [])
    (state / "draft.yaml").write_text("name: [")
    good, bad = unfinished.drafts()
    assert (good.path, bad.path) == (draft.path, state / "draft.yaml")


@pytest.mark.parametrize(("home", "state_home"), [("", ""), ("", None)])
def test_without_a_home_it_is_said(monkeypatch, home, state_home):
    monkeypatch.setenv("HOME", home)
    if state_home is not None:
        monkeypatch.setenv("XDG_STATE_HOME", state_home)
    with pytest.raises(FileError, match="home directory") as said:
        kept(ANSWERS)
    assert "XDG_STATE_HOME" in said.value.hint
    assert unfinished.drafts() == ()


def test_a_place_that_is_no_directory_is_said(state):
    state.parent.mkdir(parents=True)
    state.write_text("mine")
    with pytest.raises(FileError, match="cannot be made"):
        kept(ANSWERS)
    assert (unfinished.drafts(), state.read_text()) == ((), "mine")


HOLD = """
import sys
from pathlib import Path
from wgwizard.profiles import claims, unfinished
claim = claims.claim_site("office.yaml")
keeper = unfinished.Keeper()
keeper.note({"name": "theirs"})
keeper.flush()
print(claim.holder, flush=True)
sys.stdin.read()
"""


def test_what_another_process_works_on_is_known_and_free_when_it_dies(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    other = subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert other.stdout.readline() == "None\n"
        ours = claims.claim_site(str(tmp_path / "office.yaml"))
        assert (ours.holder.pid, ours.holder.host) == (other.pid, os.uname().nodename)
        (draft,) = unfinished.drafts()
        assert draft.holder.pid == other.pid
    finally:
        other.kill()
        other.communicate()
    assert ours.take() is False
    assert ours.holder is None
    assert claims.claim_site("office.yaml").holder.pid == os.getpid()
    ours.release()
    assert claims.claim_site("office.yaml").holder is None
    assert unfinished.drafts()[0].holder is None


NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(hours=1), "today 03:00"),
        (timedelta(hours=5), "yesterday 23:00"),
        (timedelta(days=3), "Wednesday 04:00"),
        (timedelta(days=20), "2026-11-08 04:00"),
        (timedelta(hours=-1), "today 05:00"),
    ],
)
def test_a_moment_in_words(ago, text):
    assert moment_text(NOW - ago, NOW) == text


class AsksSlowly(Draft):
    """A draft without answers that takes its time to say so to who asks first."""

    asked, go_on = threading.Event(), threading.Event()

    @property
    def has_answers(self) -> bool:
        if not self.asked.is_set():
            self.asked.set()
            self.go_on.wait(20)
        return False


def test_a_draft_that_is_opened_while_an_empty_one_is_looked_through_is_not_deleted():
    yesterday = kept(ANSWERS).path
    keeping = Keeping()
    keeping.draft = AsksSlowly()
    looking = threading.Thread(target=keeping.flush)
    looking.start()
    assert AsksSlowly.asked.wait(20)
    opening = threading.Thread(target=keeping.opened, args=(Draft(ANSWERS, kept=str(yesterday)),))
    opening.start()
    opening.join(0.2)
    AsksSlowly.go_on.set()
    looking.join(20)
    opening.join(20)
    assert yesterday.exists()
    keeping.closed()


def test_answers_that_are_noted_while_a_draft_is_deleted_are_kept(monkeypatch):
    keeper = kept(ANSWERS)
    throw_away = unfinished.throw_away
    monkeypatch.setattr(unfinished, "throw_away", lambda path: (keeper.note({"name": "new"}), throw_away(path)))
    keeper.forget()
    keeper.flush()
    assert [draft.document for draft in unfinished.drafts() if isinstance(draft, Kept)] == [{"name": "new"}]


def test_who_comes_second_knows_at_once_and_who_only_looks_is_waited_for(monkeypatch):
    """Asked while somebody types: nothing may wait for a wizard that works on it."""
    first = claims.Claim("one")
    pauses = []
    monkeypatch.setattr(claims.time, "sleep", pauses.append)
    second = claims.Claim("one")
    assert second.holder is not None
    assert second.take()
    assert pauses == []
    first.release()
    looking = os.open(claims.private_directory("open") / "two", os.O_RDWR | os.O_CREAT)
    fcntl.flock(looking, fcntl.LOCK_SH)
    monkeypatch.setattr(claims.time, "sleep", lambda seconds: (pauses.append(seconds), os.close(looking)))
    assert claims.Claim("two").holder is None
    assert len(pauses) == 1
    assert sum(pauses) < 0.005


def test_what_was_claimed_is_let_go_where_the_state_directory_is_gone(state):
    claim = claims.Claim("one")
    shutil.rmtree(state)
    state.write_text("a file in its place")
    claim.release()
    state.unlink()
    assert claims.Claim("one").holder is None


def test_where_it_cannot_be_written_the_place_stays_the_same_so_that_it_is_said_once(monkeypatch):
    keeper, told = Keeper(), set()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        for name in ("office", "office-north"):
            keeper.note({**ANSWERS, "name": name})
            with pytest.raises(FileError) as failure:
                keeper.flush()
            told.add(failure.value.message)
    assert len(told) == 1
    keeper.flush()
    assert [draft.document["name"] for draft in unfinished.drafts()] == ["office-north"]
