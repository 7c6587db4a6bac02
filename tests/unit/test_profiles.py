"""The site file and the lock on disk: capped reads that never block, and whole writes (inputs 28, 92 and 93)."""

import os
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from tests.unit.profile_support import SITE, owned_by, saved
from wgwizard import profiles, sitefile
from wgwizard.errors import ExitCode, SiteRefusedError
from wgwizard.lock import Lock
from wgwizard.profiles import files
from wgwizard.profiles.files import FileError
from wgwizard.sitefile import yamltext
from wgwizard.wizard.saving import path_problem, site_path


@pytest.fixture
def path(tmp_path):
    return saved(tmp_path)


def names_in(folder):
    return sorted(entry.name for entry in folder.iterdir())


def refusal(path):
    with pytest.raises(SiteRefusedError) as caught:
        profiles.load_site(str(path))
    assert caught.value.exit_code is ExitCode.REFUSED
    return caught.value.problems


# --- the site file


def test_a_site_is_loaded_with_its_document(path):
    loaded = profiles.load_site(path)
    assert loaded.site.name == "s"
    assert loaded.document["points"] == [{"name": "a"}]
    assert loaded.warnings == ()


def test_a_directory(tmp_path):
    assert [(problem.code, problem.message) for problem in refusal(tmp_path)] == [("cannot-read", f"{tmp_path} is a directory, not a file")]


@pytest.mark.timeout(5)
def test_a_named_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "is a named pipe" in refusal(tmp_path / "pipe")[0].message


def test_a_device_is_not_read():
    assert "is a device" in refusal("/dev/zero")[0].message


def test_what_lies_beside_a_site_is_named_with_the_site(path):
    with pytest.raises(SiteRefusedError, match="lies beside a site") as refused:
        profiles.check_site_path(str(Path(path).with_suffix(".lock")))
    assert refused.value.hint == f"open {path}"


def test_a_path_is_taken_as_in_a_shell(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/anna")
    assert [files.as_typed(text) for text in (" ~/a b.yaml ", "./~/x", "~", "")] == ["/home/anna/a b.yaml", "./~/x", "/home/anna", ""]
    assert files.as_typed("~nobody-at-all/x") == "~nobody-at-all/x"
    Path("taken").touch()
    assert [site_path(text) for text in ("~/home", "home.yml", "taken", "")] == ["/home/anna/home.yaml", "home.yml", "taken", ""]


def test_a_sites_file_is_saved_under_a_name_that_opens_it_or_under_its_own(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    told = path_problem("home.yamlcondone cadmium marble thistle")
    assert told.startswith("× That is no name")
    assert told.endswith("Give a name such as home.yaml.")
    assert "cadmium" not in told  # a passphrase that was typed blindly is not repeated
    assert [path_problem(path) for path in ("home.yaml", "home.yml")] == ["", ""]
    Path("mine.site").write_text("notes")
    assert path_problem("mine.site") != ""
    Path("mine.site").write_text("version: 1\nsite:\n  networks: [192.168.1.0/24]\n")
    assert path_problem("mine.site") == ""


def test_a_missing_file(tmp_path):
    assert "does not exist" in refusal(tmp_path / "none.yaml")[0].message


def test_a_path_with_a_nul_byte():
    assert "null byte" in refusal("a\0b")[0].message


def test_a_file_that_is_too_big_is_not_read(tmp_path):
    with (tmp_path / "big.yaml").open("wb") as file:
        file.truncate(yamltext.MAX_BYTES + 1)
    assert "16777217 bytes" in refusal(tmp_path / "big.yaml")[0].message


def test_a_file_that_grows_beyond_what_it_said_is_refused():
    """Files under /proc say that they are empty."""
    with pytest.raises(FileError, match="more than 10 bytes"):
        files.read_file(Path("/proc/cpuinfo"), 10)


def test_a_link_is_followed_with_a_warning(path, tmp_path):
    (tmp_path / "link.yaml").symlink_to(path)
    assert [problem.code for problem in profiles.load_site(str(tmp_path / "link.yaml")).warnings] == ["symbolic-link"]


def test_a_link_to_nowhere(tmp_path):
    (tmp_path / "link.yaml").symlink_to(tmp_path / "nowhere")
    assert "does not exist" in refusal(tmp_path / "link.yaml")[0].message


def test_a_site_that_others_can_change_is_warned_of(path):
    """92: whoever changes the site file decides what is done to Host β."""
    Path(path).chmod(0o666)
    warnings = profiles.load_site(path).warnings
    assert [(problem.code, problem.hint) for problem in warnings] == [("writable-by-others", f"chmod go-w {path}")]


def test_a_site_of_another_user_is_warned_of(path, monkeypatch):
    """93."""
    owned_by(12345, monkeypatch)
    warnings = profiles.load_site(path).warnings
    assert [problem.code for problem in warnings] == ["foreign-owner"]
    assert "12345" in warnings[0].message


def test_every_problem_is_told_with_the_refusal(tmp_path):
    (tmp_path / "x.yaml").write_text(SITE.replace("name: s", "name: a b").replace("192.168.1.0/24", "192.168.1.1/24"))
    assert {problem.field for problem in refusal(tmp_path / "x.yaml")} == {"name", "site.networks[0]"}


def test_what_is_saved_is_loaded_again(tmp_path):
    document = sitefile.to_document(sitefile.read(yamltext.parse(SITE.encode())[0])[0])
    path = str(tmp_path / "new.yaml")
    profiles.save_site(path, document)
    assert profiles.load_site(path).document == document
    assert (tmp_path / "new.yaml").read_text().startswith("# yaml-language-server: $schema=")
    assert names_in(tmp_path) == ["new.yaml"]


def test_a_write_that_fails_leaves_the_old_file_whole_and_nothing_beside_it(path, tmp_path, monkeypatch):
    def broken(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(FileError, match="No space left on device"):
        profiles.save_site(path, {"version": 1})
    assert (tmp_path / "home.yaml").read_text() == SITE
    assert names_in(tmp_path) == ["home.yaml"]


def test_saving_through_a_link_keeps_the_link(path, tmp_path):
    (tmp_path / "link.yaml").symlink_to(path)
    profiles.save_site(str(tmp_path / "link.yaml"), {"version": 1})
    assert (tmp_path / "link.yaml").is_symlink()
    assert "version: 1" in (tmp_path / "home.yaml").read_text()


def test_saving_over_a_directory_or_into_none_is_refused(tmp_path):
    with pytest.raises(FileError, match="is not a file"):
        profiles.save_site(str(tmp_path), {})
    with pytest.raises(FileError, match="does not exist"):
        profiles.save_site(str(tmp_path / "no" / "x.yaml"), {})


def test_a_file_of_exactly_the_most_bytes_is_read(tmp_path):
    (tmp_path / "x").write_bytes(b"0123456789")
    assert files.read_file(tmp_path / "x", 10).content == b"0123456789"
    with pytest.raises(FileError, match="10 bytes; the most is 9"):
        files.read_file(tmp_path / "x", 9)


# --- the lock

LOCK = Lock(
    networks=(ip_network("10.64.0.0/24"), ip_network("fd00:10::/64")),
    addresses={"a": (ip_address("10.64.0.2"), ip_address("fd00:10::2")), "gone": (ip_address("10.64.0.3"),), "no": ()},
    public_keys={"host": "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="},
)


def test_without_a_lock_nothing_is_remembered(path):
    assert profiles.load_lock(path) == Lock()


def test_the_lock_is_remembered_beside_the_site(path, tmp_path):
    profiles.save_lock(path, LOCK)
    assert profiles.load_lock(path) == LOCK
    assert names_in(tmp_path) == ["home.lock", "home.yaml"]


def test_a_lock_that_says_the_same_is_not_written_again(path, tmp_path):
    profiles.save_lock(path, LOCK)
    before = (tmp_path / "home.lock").stat()
    profiles.save_lock(path, LOCK)
    after = (tmp_path / "home.lock").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("<<<<<<< HEAD\nversion: 1\n", "yaml-syntax", ""),
        ("version: 2\n", "newer-version", "version"),
        ("version: 1\nnetworks: [10.0.0.1/24]\n", "host-bits", "networks[0]"),
        ("version: 1\naddresses: {a: [10.0.0]}\n", "bad-address", "addresses.a[0]"),
        ("version: 1\naddresses: {a: 10.0.0.1}\n", "wrong-type", "addresses.a"),
        ('version: 1\naddresses: {"a b": [10.0.0.1]}\n', "bad-name", "addresses.a b"),
        ("version: 1\npublic_keys: {a: x}\n", "bad-key", "public_keys.a"),
        ("version: 1\nkeys: {}\n", "unknown-field", "keys"),
    ],
)
def test_a_broken_lock_is_refused(path, tmp_path, text, code, field):
    (tmp_path / "home.lock").write_text(text)
    with pytest.raises(SiteRefusedError) as caught:
        profiles.load_lock(path)
    assert (code, field) in {(problem.code, problem.field) for problem in caught.value.problems}
