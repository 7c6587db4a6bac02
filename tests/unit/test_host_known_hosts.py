"""known_hosts as OpenSSH reads it; each rule is compared with what `ssh-keygen -F` finds in the same file."""

import base64
import hashlib
import hmac
import subprocess
from pathlib import Path

import paramiko
import pytest

from wgwizard.errors import RemoteError
from wgwizard.host.address import SshAddress
from wgwizard.host.host_keys import HostKeyFiles
from wgwizard.host.known_hosts import KnownKeys, Verdict, fingerprint, matches, new_line, parse
from wgwizard.host.ssh_config import Login
from wgwizard.target import Target

KEY = base64.b64decode("AAAAC3NzaC1lZDI1NTE5AAAAIGPGPAvjmPsSwJrqEwhM3PTVJmvYCV7oDwGPVpTSgxqo")
OTHER = base64.b64decode("AAAAC3NzaC1lZDI1NTE5AAAAIJ6Q4vJcUFqbjSHoPlEBQGXoKlHhGPtV0j4q4bB1xk5d")
KEY_TEXT, OTHER_TEXT = base64.b64encode(KEY).decode(), base64.b64encode(OTHER).decode()


def hashed(name: str) -> str:
    salt = b"12345678901234567890"
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


def judge(text: str, name: str = "beta", key: bytes = KEY) -> Verdict:
    return KnownKeys(parse(text, "known_hosts"), name).judge(key)[0]


PATTERNS = [
    ("beta", "beta", True),
    ("beta", "beta2", False),
    ("BETA", "beta", True),
    ("alpha,beta", "beta", True),
    ("*.example.net", "beta.example.net", True),
    ("*.example.net", "example.net", False),
    ("b?ta", "beta", True),
    ("*,!beta", "beta", False),
    ("!beta,*", "beta", False),
    ("*,!beta", "gamma", True),
    ("!beta", "gamma", False),
    ("[beta]:2222", "[beta]:2222", True),
    ("[beta]:2222", "beta", False),
    ("beta", "[beta]:2222", False),
    ("[b*]:22?2", "[beta]:2222", True),
    ("192.168.200.*", "192.168.200.2", True),
    ("fd00:200::2", "fd00:200::2", True),
    (hashed("beta"), "beta", True),
    (hashed("beta"), "gamma", False),
    (hashed("[beta]:2222"), "[beta]:2222", True),
]


@pytest.mark.parametrize(("patterns", "name", "expected"), PATTERNS)
def test_host_patterns_match_as_openssh_has_them(patterns: str, name: str, expected: bool, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"{patterns} ssh-ed25519 {KEY_TEXT}\n")
    found = subprocess.run(["ssh-keygen", "-F", name, "-f", str(file)], capture_output=True, text=True, check=False).stdout
    assert (KEY_TEXT in found) is expected
    assert matches(patterns, name) is expected


def test_a_bad_hash_is_no_match() -> None:
    assert not matches("|1|x|y", "beta")
    assert not matches("|1|onlysalt", "beta")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("", Verdict.UNKNOWN),
        ("# beta ssh-ed25519 AAAA\n\nbeta\nbeta ssh-ed25519 !!!\n", Verdict.UNKNOWN),
        (f"beta ssh-ed25519 {KEY_TEXT} a comment\n", Verdict.KNOWN),
        (f"beta ssh-ed25519 {OTHER_TEXT}\n", Verdict.CHANGED),
        (f"beta ssh-ed25519 {OTHER_TEXT}\nbeta ssh-ed25519 {KEY_TEXT}\n", Verdict.KNOWN),
        (f"beta ssh-rsa {OTHER_TEXT}\n", Verdict.CHANGED),
        (f"gamma ssh-ed25519 {OTHER_TEXT}\n", Verdict.UNKNOWN),
        (f"beta ssh-ed25519 {KEY_TEXT}\n@revoked * ssh-ed25519 {KEY_TEXT}\n", Verdict.REVOKED),
        (f"beta ssh-ed25519 {KEY_TEXT}\n@revoked * ssh-ed25519 {OTHER_TEXT}\n", Verdict.KNOWN),
        (f"@cert-authority * ssh-ed25519 {KEY_TEXT}\n", Verdict.UNKNOWN),
        (f"@unheard-of beta ssh-ed25519 {KEY_TEXT}\n", Verdict.UNKNOWN),
    ],
)
def test_the_verdict_on_a_key(text: str, verdict: Verdict) -> None:
    assert judge(text) is verdict


def test_the_line_that_decided_is_told() -> None:
    known = KnownKeys(parse(f"# one\nother ssh-ed25519 {KEY_TEXT}\nbeta ssh-ed25519 {OTHER_TEXT}\n", "file"), "beta")
    _, entry = known.judge(KEY)
    assert entry is not None
    assert (entry.file, entry.line) == ("file", 3)


def test_known_types_are_asked_for_first_and_a_certificate_authority_is_none() -> None:
    text = f"beta ssh-rsa {OTHER_TEXT}\nbeta ssh-ed25519 {KEY_TEXT}\n@cert-authority beta ecdsa {KEY_TEXT}\nbeta ssh-rsa {KEY_TEXT}\n"
    assert KnownKeys(parse(text, "file"), "beta").kinds() == ("ssh-rsa", "ssh-ed25519")


def test_the_fingerprint_is_that_of_ssh_keygen(tmp_path: Path) -> None:
    file = tmp_path / "key.pub"
    file.write_text(f"ssh-ed25519 {KEY_TEXT}\n")
    shown = subprocess.run(["ssh-keygen", "-lf", str(file)], capture_output=True, text=True, check=True).stdout
    assert fingerprint(KEY) == shown.split()[1]


@pytest.mark.parametrize(("before", "lead"), [(b"", b""), (b"x\n", b""), (b"x", b"\n")])
def test_a_new_line_stands_alone(before: bytes, lead: bytes) -> None:
    assert new_line("beta", "ssh-ed25519", KEY, after=before) == lead + f"beta ssh-ed25519 {KEY_TEXT}\n".encode()


@pytest.mark.parametrize("hash_names", [False, True])
def test_a_new_name_is_hashed_where_ssh_hashes_it_and_ssh_finds_it(tmp_path: Path, hash_names: bool) -> None:
    """HashKnownHosts, which Debian switches on for everybody."""
    file = tmp_path / "known_hosts"
    login = Login(SshAddress("root", "beta", 2222), "root", "[beta]:2222", known_hosts=(str(file),), hash_names=hash_names)
    for name in ("key", "other"):
        HostKeyFiles.of(Target("root@beta:2222"), login).remember(shown(a_key(tmp_path, name)))
    assert ("beta" in file.read_text()) is not hash_names
    assert len({line.split()[0] for line in file.read_text().splitlines()}) == (2 if hash_names else 1)  # each with a salt of its own
    assert HostKeyFiles.of(Target("root@beta:2222"), login).check(shown(tmp_path / "key.pub")) is Verdict.KNOWN
    subprocess.run(["ssh-keygen", "-F", "[beta]:2222", "-f", str(file)], check=True, capture_output=True)


def a_key(folder: Path, name: str) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)], check=True)
    return folder / f"{name}.pub"


def shown(public: Path, certificate: Path | None = None) -> paramiko.PKey:
    """The key as a connection gives it, with the certificate that the host showed."""
    key = paramiko.Ed25519Key(data=base64.b64decode(public.read_text().split()[1]))
    if certificate is not None:
        key.load_certificate(str(certificate))
    return key


@pytest.mark.parametrize("form", ["list", "KRL"])
def test_a_key_that_ssh_revokes_is_refused(tmp_path: Path, form: str) -> None:
    """RevokedHostKeys: a known key, and whatever an authority signed that is revoked."""
    key, other, authority = (a_key(tmp_path, name) for name in ("key", "other", "authority"))
    subprocess.run(["ssh-keygen", "-q", "-s", str(authority.with_suffix("")), "-I", "x", "-h", "-n", "beta", str(other)], check=True)
    certificate = tmp_path / "other-cert.pub"
    lines = f"beta {key.read_text()}beta {other.read_text()}@cert-authority beta {authority.read_text()}"
    (tmp_path / "known").write_text(lines)
    list_ = tmp_path / "revoked-beta"

    def check(revoked: Path, host_key: paramiko.PKey) -> Verdict:
        if form == "KRL":
            subprocess.run(["ssh-keygen", "-q", "-k", "-f", str(list_), str(revoked)], check=True)
        else:
            list_.write_text(f"# lost\n{revoked.read_text()}")
        login = Login(SshAddress("root", "beta"), "root", "beta", known_hosts=(str(tmp_path / "known"),), revoked_keys=str(list_))
        return HostKeyFiles.of(Target("root@beta"), login).check(host_key)

    assert check(other, shown(key)) is Verdict.KNOWN
    assert check(key, shown(other, certificate)) is Verdict.KNOWN
    for revoked, host_key in ((key, shown(key)), (other, shown(other, certificate)), (authority, shown(other, certificate))):
        with pytest.raises(RemoteError, match=r"which .*revoked-beta \(RevokedHostKeys\) revokes"):
            check(revoked, host_key)


@pytest.mark.parametrize("content", [None, b"SSHKRL\n\0and no more"])
def test_without_the_list_of_revoked_keys_no_key_is_taken(tmp_path: Path, content: bytes | None) -> None:
    key, list_ = a_key(tmp_path, "key"), tmp_path / "revoked"
    if content is not None:
        list_.write_bytes(content)
    (tmp_path / "known").write_text(f"beta {key.read_text()}")
    login = Login(SshAddress("root", "beta"), "root", "beta", known_hosts=(str(tmp_path / "known"),), revoked_keys=str(list_))
    with pytest.raises(RemoteError, match=f"{list_}, which RevokedHostKeys .* names, cannot be read: ."):
        HostKeyFiles.of(Target("root@beta"), login).check(shown(key))
