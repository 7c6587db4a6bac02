"""Logging in with what has to be typed: a key's passphrase, a password, what the host asks for; each asked once, few attempts made."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.apply_support import Answers, Client
from tests.system.lab import base
from tests.system.lab.host import LabHost
from tests.system.ssh_support import PASSPHRASE, authorize, configure_ssh, make_key, public_of, refused, set_up_sshd
from wgwizard.errors import RemoteError
from wgwizard.secret import Secret

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]
KINDS = {
    "openssh ed25519": ("-t", "ed25519"),
    "openssh rsa": ("-t", "rsa", "-b", "2048"),
    "pem rsa": ("-t", "rsa", "-b", "2048", "-m", "PEM"),
    "pem ecdsa": ("-t", "ecdsa", "-m", "PEM"),
    "pkcs8 ecdsa": ("-t", "ecdsa", "-m", "PKCS8"),
}


def test_a_locked_keys_passphrase_is_asked_for_once_and_serves_to_the_end(beta: LabHost, make_client: MakeClient, tmp_path: Path) -> None:
    key = make_key(tmp_path / "locked", passphrase=PASSPHRASE)
    authorize(beta, public_of(key))
    client = make_client(beta, answers=Answers(passphrase=("mistyped", PASSPHRASE)))
    client.identity = str(key)
    assert client.apply().state == "applied"
    client.handshakes()
    assert client.answers.passphrases_asked == [str(key)] * 2
    assert refused(beta) == 0


def test_keys_of_every_kind_are_unlocked_with_and_without_their_public_half(beta: LabHost, make_client: MakeClient, tmp_path: Path) -> None:
    keys = [make_key(tmp_path / name.replace(" ", "-"), *options, passphrase=PASSPHRASE) for name, options in KINDS.items()]
    authorize(beta, *map(public_of, keys))
    for beside in (True, False):
        for key in keys:
            client = make_client(beta, answers=Answers(passphrase=PASSPHRASE))
            client.identity = str(key)
            if not beside:
                key.with_suffix(".pub").unlink()
            assert client.apply(dry_run=True).state == "preview", key
            assert client.answers.passphrases_asked == [str(key)]
    assert refused(beta) == 0


def test_no_passphrase_is_asked_for_a_key_that_the_host_would_not_take(
    beta: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client_key: str
) -> None:
    other = make_key(tmp_path / "other", passphrase=PASSPHRASE)
    configure_ssh(monkeypatch, tmp_path, f"Host *\n IdentityFile {other}\n IdentityFile {client_key}\n")
    client = make_client(beta)
    client.identity = None
    assert client.apply(dry_run=True).state == "preview"
    assert client.answers.passphrases_asked == []


def test_a_key_that_stays_locked_is_named_with_what_to_do(beta: LabHost, make_client: MakeClient, tmp_path: Path) -> None:
    key = make_key(tmp_path / "locked", passphrase=PASSPHRASE)
    authorize(beta, public_of(key))
    client = make_client(beta, answers=Answers(passphrase="wrong every time"))
    client.identity = str(key)
    with pytest.raises(RemoteError, match=r"locked is locked by a passphrase \(3 wrong\)") as caught:
        client.apply(dry_run=True)
    assert f"ssh-add {key}" in caught.value.hint
    assert "The host lets in by: publickey, password." in caught.value.message


def test_a_password_is_asked_for_when_no_key_fits_and_serves_to_the_end(
    beta: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [make_key(tmp_path / f"key{number}") for number in range(4)]
    configure_ssh(monkeypatch, tmp_path, "Host *\n" + "".join(f" IdentityFile {key}\n" for key in keys))
    client = make_client(beta, answers=Answers(login=("mistyped", "again wrong", base.SUDO_PASSWORD)))
    client.identity = None
    assert client.apply().state == "applied"
    client.handshakes()
    assert client.answers.logins_asked == ["admin@192.168.200.2"] * 3
    log = beta.sh("journalctl -u ssh --no-pager -o cat")
    assert log.count("Failed password") == 2
    assert "Too many authentication failures" not in log
    assert base.SUDO_PASSWORD not in log


def test_what_was_typed_for_one_machine_never_goes_to_another_of_the_same_name(
    beta: LabHost, make_client: MakeClient, tmp_path: Path
) -> None:
    """Behind one address several machines can be: by other ports, or in another site reached over another jump host."""
    client = make_client(beta, answers=Answers(login=base.SUDO_PASSWORD, password=base.SUDO_PASSWORD))
    client.identity = str(make_key(tmp_path / "key"))
    beta.sh("rm -f /etc/sudoers.d/*; echo 'admin ALL=(ALL) ALL' > /etc/sudoers.d/admin")
    for _ in range(2):
        assert client.apply(dry_run=True).state == "preview"
    assert (client.answers.logins_asked, client.answers.passwords_asked) == (["admin@192.168.200.2"], ["admin@192.168.200.2"])
    beta.sh("rm /etc/ssh/ssh_host_*; ssh-keygen -q -A; systemctl restart ssh")
    assert client.known_hosts is not None
    client.known_hosts.unlink()
    assert client.apply(dry_run=True).state == "preview"
    assert (client.answers.logins_asked, client.answers.passwords_asked) == (["admin@192.168.200.2"] * 2, ["admin@192.168.200.2"] * 2)


def test_three_wrong_passwords_end_it_with_what_was_tried(beta: LabHost, make_client: MakeClient, tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    client = make_client(beta, answers=Answers(login="wrong"))
    client.identity = str(key)
    with pytest.raises(RemoteError) as caught:
        client.apply(dry_run=True)
    assert f"Refused: {key}." in caught.value.message
    assert "The password was wrong (3 tried)." in caught.value.message
    assert refused(beta) == 3  # and the key, which is only offered


def test_a_host_that_asks_by_itself_gets_the_same_password(beta: LabHost, make_client: MakeClient, tmp_path: Path) -> None:
    set_up_sshd(beta, "PasswordAuthentication no", "KbdInteractiveAuthentication yes")
    client = make_client(beta, answers=Answers(login=("mistyped", base.SUDO_PASSWORD)))
    client.identity = str(make_key(tmp_path / "key"))
    assert client.apply().state == "applied"
    assert len(client.answers.logins_asked) == 2
    assert client.answers.prompted == []


def test_other_prompts_of_the_host_are_shown_as_they_are(beta: LabHost, make_client: MakeClient, tmp_path: Path) -> None:
    """A password that has to be changed at once is such a dialogue; a one-time code goes the same way."""
    set_up_sshd(beta, "PasswordAuthentication no", "KbdInteractiveAuthentication yes")
    beta.sh("chage -d 0 admin")
    client = make_client(beta, answers=Answers(login=base.SUDO_PASSWORD, typed=("a rather new pass phrase",)))
    client.identity = str(make_key(tmp_path / "key"))
    with pytest.raises(RemoteError):
        client.apply(dry_run=True)  # the new one is not the current one, which is asked for first
    (_, (prompt,)), *_ = client.answers.prompted  # a host may ask once more where the answer was wrong
    assert "required to change your password" in prompt.text
    assert prompt.text.endswith("Current password:")
    assert not prompt.echo
    assert "a rather new" not in beta.sh("journalctl --no-pager")


def test_a_host_that_wants_a_key_and_a_password_gets_both(beta: LabHost, make_client: MakeClient) -> None:
    set_up_sshd(beta, "AuthenticationMethods publickey,password")
    client = make_client(beta, answers=Answers(login=("mistyped", base.SUDO_PASSWORD)))
    assert client.apply().state == "applied"
    assert len(client.answers.logins_asked) == 2


def test_a_user_certificate_beside_the_key_lets_us_in(beta: LabHost, make_client: MakeClient, tmp_path: Path) -> None:
    authority, key = make_key(tmp_path / "authority"), make_key(tmp_path / "key", passphrase=PASSPHRASE)
    subprocess.run(["ssh-keygen", "-q", "-s", str(authority), "-I", "me", "-n", "admin", str(tmp_path / "key.pub")], check=True)
    beta.write("/etc/ssh/authority.pub", public_of(authority))
    authorize(beta)
    set_up_sshd(beta, "TrustedUserCAKeys /etc/ssh/authority.pub")
    client = make_client(beta, answers=Answers(passphrase=PASSPHRASE))
    client.identity = str(key)
    assert client.apply().state == "applied"
    assert "ID me" in beta.sh("journalctl -u ssh --no-pager -o cat")


def test_fewer_attempts_than_usual_are_said(
    beta: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_sshd(beta, "MaxAuthTries 2")
    keys = [make_key(tmp_path / f"key{number}") for number in range(4)]
    configure_ssh(monkeypatch, tmp_path, "Host *\n" + "".join(f" IdentityFile {key}\n" for key in keys))
    client = make_client(beta)
    client.identity = None
    with pytest.raises(RemoteError, match="Too many authentication failures") as caught:
        client.apply(dry_run=True)
    assert "--identity" in caught.value.hint


class SlowAnswers(Answers):
    """Somebody who types slowly."""

    def key_passphrase(self, path: str, refused: int = 0) -> Secret | None:
        time.sleep(5)
        return super().key_passphrase(path, refused)

    def login_password(self, who: str, refused: int = 0) -> Secret | None:
        time.sleep(5)
        return super().login_password(who, refused)


def test_a_host_that_hangs_up_while_somebody_types_is_called_again(beta: LabHost, make_client: MakeClient, tmp_path: Path) -> None:
    set_up_sshd(beta, "LoginGraceTime 3")
    key = make_key(tmp_path / "locked", passphrase=PASSPHRASE)
    client = make_client(beta, answers=SlowAnswers(passphrase=PASSPHRASE, login=base.SUDO_PASSWORD))
    client.identity = str(key)
    assert client.apply(dry_run=True).state == "preview"  # by the password, as the key is not let in
    authorize(beta, public_of(key))
    assert client.apply(dry_run=True).state == "preview"
    assert (len(client.answers.logins_asked), client.answers.passphrases_asked) == (1, [str(key)])
