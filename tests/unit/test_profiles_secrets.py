"""Sealed secrets beside a site file (inputs 92 to 96)."""

import stat
from hashlib import sha256

import pytest

from tests.unit.profile_support import owned_by, saved
from wgwizard import profiles
from wgwizard.keys import Keyring, complete_keyring, remember
from wgwizard.lock import Lock
from wgwizard.profiles import beside, sealed
from wgwizard.profiles.files import FileError
from wgwizard.profiles.sealed import SealError
from wgwizard.secret import Secret

PASSPHRASE = Secret("correct horse")


@pytest.fixture
def path(tmp_path):
    return saved(tmp_path)


@pytest.fixture(autouse=True)
def _cheap_derivation(monkeypatch):
    """The form is tested with little work; one test uses the real amount."""
    monkeypatch.setattr(sealed, "ARGON2ID", sealed.Derivation("argon2id", 1, 8, 1))


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


@pytest.mark.slow
def test_the_real_derivation_is_argon2id_with_64_mib(path, tmp_path, keyring, monkeypatch):
    monkeypatch.undo()
    profiles.save_keys(path, keyring, PASSPHRASE)
    assert b"argon2id cost=3 memory=65536 lanes=1 " in (tmp_path / "home.secrets").read_bytes()
    assert profiles.load_keys(path, PASSPHRASE) == keyring


@pytest.mark.slow
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


@pytest.mark.slow
def test_every_cut_is_noticed(path, tmp_path, keyring):
    """94: cut at any byte, the file is said to be empty or cut off, never opened and never "wrong passphrase"."""
    profiles.save_keys(path, keyring, PASSPHRASE)
    file = tmp_path / "home.secrets"
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert ("is empty" if length == 0 else "cut off") in refused_keys(path), length


@pytest.mark.slow
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
    lock = Lock(public_keys={"host": "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="})
    profiles.save_lock(path, remember(lock, keyring))
    assert profiles.load_lock(path).public_keys == {**lock.public_keys, **keyring.public}
