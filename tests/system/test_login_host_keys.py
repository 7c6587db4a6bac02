"""Host keys: for each known_hosts the verdict of the real ssh, and ours, on the same sshd."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.apply_support import Answers, Client
from tests.system.lab.host import LabHost
from tests.system.ssh_support import configure_ssh, make_key, public_of, set_up_sshd
from wgwizard.errors import CancelledError, RemoteError
from wgwizard.host.connecting import connect
from wgwizard.host.logins import Logins

pytestmark = pytest.mark.live

MakeClient = Callable[..., Client]
NAME = "192.168.200.2"


def verdict_of_ssh(known: Path, key: str, port: int) -> str:
    """What ssh makes of the host's key."""
    options = ["UserKnownHostsFile=" + str(known), "GlobalKnownHostsFile=none", "StrictHostKeyChecking=yes", "BatchMode=yes"]
    command = ["ssh", "-F", "none", "-i", key, "-p", str(port), *(word for option in options for word in ("-o", option))]
    done = subprocess.run([*command, f"admin@{NAME}", "true"], capture_output=True, text=True, timeout=20, check=False)
    for words, verdict in (("IDENTIFICATION HAS CHANGED", "changed"), ("REVOKED HOST KEY", "revoked"), ("key is known", "unknown")):
        if words in done.stderr:
            return verdict
    assert done.returncode == 0, done.stderr
    return "known"


def our_verdict(client: Client, port: int) -> str:
    client.address = f"admin@{NAME}:{port}"
    try:
        connect(client.target, client.answers, Logins()).close()
    except CancelledError:
        return "unknown"
    except RemoteError as error:
        return "changed" if "changed" in error.message else "revoked" if "revoked" in error.message else error.message
    return "known"


def hashed(line: str, folder: Path) -> str:
    """The line as `ssh-keygen -H` hashes it."""
    file = folder / "to-hash"
    file.write_text(line + "\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(file)], check=True, capture_output=True)
    return file.read_text().strip()


def test_every_known_hosts_gets_the_verdict_of_ssh(beta: LabHost, make_client: MakeClient, client_key: str, tmp_path: Path) -> None:
    set_up_sshd(beta, "Port 22", "Port 2222")
    ours = " ".join(beta.host_key.split()[:2])
    rsa = " ".join(beta.read("/etc/ssh/ssh_host_rsa_key.pub").split()[:2])
    other = " ".join(public_of(make_key(tmp_path / "other")).split()[:2])
    other_rsa = " ".join(public_of(make_key(tmp_path / "other-rsa", "-t", "rsa")).split()[:2])
    lines: dict[str, tuple[list[str], int]] = {
        "empty": ([""], 22),
        "plain": ([f"{NAME} {ours}"], 22),
        "with a comment, tabs and carriage return": ([f"# x\n\n{NAME}\t{ours} me@here\r"], 22),
        "hashed": ([hashed(f"{NAME} {ours}", tmp_path)], 22),
        "wildcard": ([f"192.168.*,!192.168.200.9 {ours}"], 22),
        "negated": ([f"*,!{NAME} {ours}"], 22),
        "changed": ([f"{NAME} {other}"], 22),
        "several keys of one type": ([f"{NAME} {other}", f"{NAME} {ours}"], 22),
        "only another type, which the host has": ([f"{NAME} {rsa}"], 22),
        "only another type, which the host no longer has": ([f"{NAME} {other_rsa}"], 22),
        "right and wrong types": ([f"{NAME} {other_rsa}", f"{NAME} {ours}"], 22),
        "revoked": ([f"{NAME} {ours}", f"@revoked * {ours}"], 22),
        "another one revoked": ([f"{NAME} {ours}", f"@revoked * {other}"], 22),
        "revoked for another host": ([f"{NAME} {ours}", f"@revoked elsewhere {ours}"], 22),
        "an authority that signed nothing": ([f"@cert-authority * {other}"], 22),
        "an authority and the key": ([f"@cert-authority * {other}", f"{NAME} {ours}"], 22),
        "unreadable lines": (["|1|bad|bad ssh-rsa !!", f"{NAME} ssh-ed25519", f"{NAME} {ours}"], 22),
        "another port": ([f"[{NAME}]:2222 {ours}"], 22),
        "that port": ([f"[{NAME}]:2222 {ours}"], 2222),
        "that port, hashed": ([hashed(f"[{NAME}]:2222 {ours}", tmp_path)], 2222),
        "known without the port": ([f"{NAME} {ours}"], 2222),
        "another one known without the port": ([f"{NAME} {other}"], 2222),
        "another one known with the port": ([f"[{NAME}]:2222 {other}", f"{NAME} {ours}"], 2222),
    }
    client = make_client(beta, answers=Answers(accept=False))
    found: dict[str, tuple[str, str]] = {}
    for name, (text, port) in lines.items():
        client.known_hosts.write_text("\n".join([*text, ""]))
        found[name] = (our_verdict(client, port), verdict_of_ssh(client.known_hosts, client_key, port))
    assert {name: ours for name, (ours, _) in found.items()} == {name: theirs for name, (_, theirs) in found.items()}
    assert {verdict for verdict, _ in found.values()} == {"known", "unknown", "changed", "revoked"}


CERTIFICATES = {
    "for this host": (("-h", "-n", NAME), "known"),
    "for a pattern, which is no name": (("-h", "-n", "192.168.200.*"), "unknown"),
    "for another host": (("-h", "-n", "elsewhere"), "unknown"),
    "expired": (("-h", "-n", NAME, "-V", "20200101:20200102"), "unknown"),
    "of a user": (("-n", NAME), "unknown"),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_host_certificate_is_taken_as_ssh_takes_it(
    beta: LabHost, make_client: MakeClient, client_key: str, tmp_path: Path, name: str
) -> None:
    options, expected = CERTIFICATES[name]
    authority = make_key(tmp_path / "authority")
    (tmp_path / "host.pub").write_text(beta.host_key + "\n")
    subprocess.run(["ssh-keygen", "-q", "-s", str(authority), "-I", "beta", *options, str(tmp_path / "host.pub")], check=True)
    beta.write("/etc/ssh/host-cert.pub", (tmp_path / "host-cert.pub").read_text())
    set_up_sshd(beta, "HostCertificate /etc/ssh/host-cert.pub")
    client = make_client(beta, answers=Answers(accept=False))
    for line, verdict in ((f"@cert-authority {NAME}", expected), ("@cert-authority elsewhere", "unknown")):
        client.known_hosts.write_text(f"{line} {public_of(authority)}")
        assert (our_verdict(client, 22), verdict_of_ssh(client.known_hosts, client_key, 22)) == (verdict, verdict)
    client.known_hosts.write_text(f"@cert-authority * {public_of(authority)}@revoked * {public_of(authority)}")
    assert our_verdict(client, 22) == "unknown"


def test_the_files_and_the_alias_of_sshs_configuration_are_used(
    beta: LabHost, make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client_key: str
) -> None:
    """The key stands in the machine's file under an alias; a new one goes to the first of the user's, in a folder made for it."""
    own, machine = tmp_path / "new" / "hosts", tmp_path / "machine"
    config = f"Host beta\n HostName {NAME}\n User admin\n HostKeyAlias Site-B\n"
    config += f"Host *\n IdentityFile {client_key}\n UserKnownHostsFile {own} {tmp_path}/second\n GlobalKnownHostsFile {machine}\n"
    configure_ssh(monkeypatch, tmp_path, config)
    machine.write_text(f"site-b {beta.host_key}\n")
    client = make_client(beta)
    client.identity, client.known_hosts, client.address = None, None, "beta"
    client.apply(dry_run=True)
    assert client.answers.host_keys == []
    client.address = f"admin@{NAME}"
    client.apply(dry_run=True)
    assert len(client.answers.host_keys) == 1
    assert own.read_text() == f"{NAME} {beta.host_key}\n"
    assert (own.parent.stat().st_mode & 0o777, own.stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_key_that_sshs_configuration_revokes_is_refused_as_ssh_refuses_it(
    beta: LabHost, make_client: MakeClient, client_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RevokedHostKeys, as a list and as a KRL, whatever known_hosts knows; nothing is sent to the host."""
    client, revoked = make_client(beta), tmp_path / "revoked"
    assert client.known_hosts is not None
    client.known_hosts.write_text(f"{NAME} {beta.host_key}\n")
    configure_ssh(monkeypatch, tmp_path, f"Host *\n RevokedHostKeys {revoked}\n")
    revoked.write_text("")
    client.apply(dry_run=True)
    logins = beta.sh("journalctl -u ssh --no-pager").count("Accepted publickey")
    for form in ("list", "KRL"):
        revoked.write_text(f"{beta.host_key}\n")
        if form == "KRL":
            (tmp_path / "beta.pub").write_text(f"{beta.host_key}\n")
            subprocess.run(["ssh-keygen", "-q", "-k", "-f", str(revoked), str(tmp_path / "beta.pub")], check=True)
        command = [
            "ssh",
            "-i",
            client_key,
            "-o",
            f"UserKnownHostsFile={client.known_hosts}",
            "-o",
            "BatchMode=yes",
            f"admin@{NAME}",
            "true",
        ]
        assert "revoked" in subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stderr
        with pytest.raises(RemoteError, match=r"\(RevokedHostKeys\) revokes"):
            client.apply(dry_run=True)
    assert beta.sh("journalctl -u ssh --no-pager").count("Accepted publickey") == logins


def test_a_file_that_cannot_be_written_is_said_before_anything_is_sent(beta: LabHost, make_client: MakeClient, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    client = make_client(beta)
    client.known_hosts = tmp_path / "file" / "known_hosts"
    with pytest.raises(RemoteError, match="cannot be read"):
        client.apply(dry_run=True)
    assert "Accepted publickey" not in beta.sh("journalctl -u ssh --no-pager")
