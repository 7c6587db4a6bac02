"""The files of a site on disk: capped reads that never block, whole writes, and sealed secrets (inputs 28 and 92 to 96)."""

import os
import stat
from dataclasses import replace
from hashlib import sha256
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from wgwizard import profiles, sitefile
from wgwizard.errors import ExitCode, SiteRefusedError
from wgwizard.keys import Keyring, complete_keyring, remember
from wgwizard.lock import Lock
from wgwizard.profiles import beside, files, sealed
from wgwizard.profiles.files import FileError
from wgwizard.profiles.sealed import SealError
from wgwizard.secret import Secret
from wgwizard.sitefile import yamltext

SITE = "version: 1\nname: s\nsite: {networks: [192.168.1.0/24]}\nhost: {addresses: [192.168.1.10/24]}\npoints: [{name: a}]\n"
PASSPHRASE = Secret("correct horse")


@pytest.fixture
def path(tmp_path):
    (tmp_path / "home.yaml").write_text(SITE)
    (tmp_path / "home.yaml").chmod(0o644)
    return str(tmp_path / "home.yaml")


@pytest.fixture(autouse=True)
def _cheap_derivation(monkeypatch):
    """The form is tested with little work; one test uses the real amount."""
    monkeypatch.setattr(sealed, "ARGON2ID", sealed.Derivation("argon2id", 1, 8, 1))


def names_in(folder):
    return sorted(entry.name for entry in folder.iterdir())


def owned_by(uid, monkeypatch):
    """From now on, files read as belonging to `uid` (only root could really give them away)."""
    monkeypatch.setattr(profiles, "read_file", lambda *arguments: replace(files.read_file(*arguments), owner=uid))


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


# --- the secrets


@pytest.fixture
def keyring(path):
    return complete_keyring(profiles.load_site(path).site, Keyring(), Lock())


def refused_keys(path, passphrase=PASSPHRASE):
    with pytest.raises((SealError, FileError)) as caught:
        profiles.load_keys(path, passphrase)
    assert caught.value.hint
    return caught.value.message


def test_sealed_keys_come_back_and_only_their_owner_can_read_the_file(path, tmp_path, keyring):
    assert not profiles.has_keys(path)
    profiles.save_keys(path, keyring, PASSPHRASE)
    assert profiles.has_keys(path)
    assert profiles.load_keys(path, PASSPHRASE) == keyring
    assert stat.S_IMODE((tmp_path / "home.secrets").stat().st_mode) == 0o600
    content = (tmp_path / "home.secrets").read_text()
    for secret in [*keyring.private.values(), *keyring.preshared.values()]:
        assert secret.reveal() not in content


def test_the_real_derivation_is_argon2id_with_64_mib(path, tmp_path, keyring, monkeypatch):
    monkeypatch.undo()
    profiles.save_keys(path, keyring, PASSPHRASE)
    assert b"argon2id cost=3 memory=65536 lanes=1 " in (tmp_path / "home.secrets").read_bytes()
    assert profiles.load_keys(path, PASSPHRASE) == keyring


def test_where_openssl_has_no_argon2id_scrypt_serves(path, tmp_path, keyring, monkeypatch):
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.kdf import argon2

    def missing(**_):
        raise UnsupportedAlgorithm("no argon2id here")

    monkeypatch.setattr(argon2, "Argon2id", missing)
    profiles.save_keys(path, keyring, PASSPHRASE)
    assert b"scrypt cost=65536 memory=8 lanes=1 " in (tmp_path / "home.secrets").read_bytes()
    assert profiles.load_keys(path, PASSPHRASE) == keyring


def test_argon2id_secrets_on_a_machine_without_it(path, keyring, monkeypatch):
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.kdf import argon2

    profiles.save_keys(path, keyring, PASSPHRASE)

    def missing(**_):
        raise UnsupportedAlgorithm("no argon2id here")

    monkeypatch.setattr(argon2, "Argon2id", missing)
    assert "has no Argon2id" in refused_keys(path)


def test_two_seals_of_the_same_keys_differ(keyring):
    text = beside.keyring_text(keyring)
    assert sealed.seal(text, PASSPHRASE) != sealed.seal(text, PASSPHRASE)


def test_no_passphrase_gives_no_keys_and_no_error(path, keyring):
    profiles.save_keys(path, keyring, PASSPHRASE)
    assert profiles.load_keys(path, None) == Keyring()


def test_an_empty_passphrase_is_refused(path, keyring):
    """96."""
    with pytest.raises(SealError, match="passphrase is empty"):
        profiles.save_keys(path, keyring, Secret(""))
    assert not profiles.has_keys(path)
    profiles.save_keys(path, keyring, PASSPHRASE)
    assert "passphrase is empty" in refused_keys(path, Secret(""))


def test_a_wrong_passphrase_is_called_that(path, keyring):
    """95."""
    profiles.save_keys(path, keyring, PASSPHRASE)
    assert "the passphrase is wrong" in refused_keys(path, Secret("correct Horse"))


def test_what_is_not_a_secrets_file_is_called_that(path, tmp_path):
    """95."""
    (tmp_path / "home.secrets").write_text("age-encryption.org/v1\n")
    (tmp_path / "home.secrets").chmod(0o600)
    assert "not a secrets file of wgwizard" in refused_keys(path)


def test_every_cut_is_noticed(path, tmp_path, keyring):
    """94: cut at any byte, the file is said to be empty or cut off, never opened and never "wrong passphrase"."""
    profiles.save_keys(path, keyring, PASSPHRASE)
    file = tmp_path / "home.secrets"
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert ("is empty" if length == 0 else "cut off") in refused_keys(path), length


def test_every_flipped_byte_is_noticed(path, tmp_path, keyring):
    """94: with any byte changed the file is not opened, and the passphrase is not blamed."""
    profiles.save_keys(path, keyring, PASSPHRASE)
    file = tmp_path / "home.secrets"
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        message = refused_keys(path)
        assert any(words in message for words in ("damaged", "not a secrets file", "cut off")), (place, message)


def rechecked(content):
    """Content changed on purpose, with the checksum made to fit."""
    body = content[: content.rindex(b"end ")]
    return body + f"end {sha256(body).hexdigest()}\n".encode()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"secrets 1\n", b"secrets 2\n", "another version"),
        (b"cost=1 ", b"cost=2 ", "passphrase is wrong"),
        (b"memory=8 ", b"memory=99999999 ", "more work"),
        (b"argon2id", b"argon2i0", "damaged"),
        (b"salt=", b"salt=!", "damaged"),
    ],
)
def test_a_header_changed_on_purpose_is_not_believed(path, tmp_path, keyring, old, new, message):
    profiles.save_keys(path, keyring, PASSPHRASE)
    file = tmp_path / "home.secrets"
    changed = rechecked(file.read_bytes().replace(old, new, 1))
    file.write_bytes(changed)
    assert message in refused_keys(path)


@pytest.mark.parametrize(
    ("name", "cost", "memory", "lanes", "bearable"),
    [
        ("argon2id", 3, 65536, 1, True),
        ("argon2id", 16, 1024 * 1024, 16, True),
        ("argon2id", 17, 65536, 1, False),
        ("argon2id", 0, 65536, 1, False),
        ("argon2id", 3, 1024 * 1024 + 1, 1, False),
        ("argon2id", 3, 65536, 17, False),
        ("argon2id", 3, 15, 2, False),
        ("scrypt", 2**16, 8, 1, True),
        ("scrypt", 2**20, 8, 4, True),
        ("scrypt", 2**21, 8, 1, False),
        ("scrypt", 2**16 + 1, 8, 1, False),
        ("scrypt", 0, 8, 1, False),
        ("scrypt", 2**16, 9, 1, False),
        ("scrypt", 2**16, 8, 5, False),
    ],
)
def test_a_file_may_not_ask_for_endless_work(name, cost, memory, lanes, bearable):
    assert sealed.Derivation(name, cost, memory, lanes).is_bearable() is bearable


def test_a_file_of_exactly_the_most_bytes_is_read(tmp_path):
    (tmp_path / "x").write_bytes(b"0123456789")
    assert files.read_file(tmp_path / "x", 10).content == b"0123456789"
    with pytest.raises(FileError, match="10 bytes; the most is 9"):
        files.read_file(tmp_path / "x", 9)


def test_sealed_text_that_is_no_keyring_is_called_that(path, tmp_path):
    (tmp_path / "home.secrets").write_bytes(sealed.seal(Secret('{"version": 9}'), PASSPHRASE))
    (tmp_path / "home.secrets").chmod(0o600)
    with pytest.raises(profiles.WgwizardError, match="not a keyring"):
        profiles.load_keys(path, PASSPHRASE)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_secrets_open_to_others_are_refused(path, tmp_path, keyring, mode):
    """92."""
    profiles.save_keys(path, keyring, PASSPHRASE)
    (tmp_path / "home.secrets").chmod(mode)
    assert f"open to other users (mode {mode:04o})" in refused_keys(path)


def test_secrets_of_another_user_are_refused(path, keyring, monkeypatch):
    """93."""
    profiles.save_keys(path, keyring, PASSPHRASE)
    owned_by(12345, monkeypatch)
    assert "belongs to another user (uid 12345)" in refused_keys(path)


def test_secrets_behind_a_link_are_refused(path, tmp_path, keyring):
    profiles.save_keys(path, keyring, PASSPHRASE)
    (tmp_path / "home.secrets").rename(tmp_path / "elsewhere")
    (tmp_path / "home.secrets").symlink_to(tmp_path / "elsewhere")
    assert "symbolic link" in refused_keys(path)


def test_a_lock_of_public_keys_and_a_keyring_agree(path, keyring):
    profiles.save_lock(path, remember(LOCK, keyring))
    assert profiles.load_lock(path).public_keys == {**LOCK.public_keys, **keyring.public}
