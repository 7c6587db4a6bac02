"""Where to log in: the address as written, and what ssh's own configuration makes of it."""

import getpass
import subprocess
from pathlib import Path

import pytest

from wgwizard.errors import RemoteError, UsageError
from wgwizard.host import ssh_config
from wgwizard.host.address import SshAddress, parse_address
from wgwizard.host.ssh_config import parse, resolve, way


@pytest.mark.parametrize(
    ("text", "address", "known_as"),
    [
        ("beta", SshAddress(None, "beta"), "beta"),
        ("Beta.Example.NET", SshAddress(None, "Beta.Example.NET"), "beta.example.net"),
        ("admin@192.168.200.2:2222", SshAddress("admin", "192.168.200.2", 2222), "[192.168.200.2]:2222"),
        ("root@[fd00::2]:2222", SshAddress("root", "fd00::2", 2222), "[fd00::2]:2222"),
        ("root@[fd00::2]", SshAddress("root", "fd00::2"), "fd00::2"),
        ("fd00::2", SshAddress(None, "fd00::2"), "fd00::2"),
        ("me@corp@beta:22", SshAddress("me@corp", "beta"), "beta"),
    ],
)
def test_an_address_is_read_with_its_parts(text: str, address: SshAddress, known_as: str) -> None:
    assert parse_address(text) == address
    assert address.known_hosts_name == known_as


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@beta",
        "-oProxyCommand=id",
        "-x@beta",
        "beta:0",
        "beta:70000",
        "beta:٢٢",
        "beta:",
        "[fd00::2",
        "[fd00::2]22",
        "a b",
        "$(id)",
        "fd00::zz",
        "admin@192.168.10.5192.168.10.5",
    ],
)
def test_what_is_no_address_is_refused_and_named(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert caught.value.hint


def with_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, config: str) -> None:
    """`ssh -G` with this configuration in place of the user's."""
    file, wrapper = tmp_path / "config", tmp_path / "bin" / "ssh"
    file.write_text(config)
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {file} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:/usr/bin:/bin")


def test_an_alias_of_sshs_configuration_is_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "more").write_text("Host site-b\n HostName 192.0.2.7\n Port 2222\n User gateway\n IdentityFile ~/.ssh/site\n")
    with_config(monkeypatch, tmp_path, f"Include {tmp_path}/more\n")
    login = resolve(SshAddress(None, "site-b"))
    assert login.address == SshAddress(None, "192.0.2.7", 2222)
    assert (login.user, login.known_hosts_name, login.identity_files) == ("gateway", "[192.0.2.7]:2222", ("~/.ssh/site",))
    assert resolve(SshAddress("root", "site-b", 22022)).user == "root"
    assert resolve(SshAddress("root", "site-b", 22022)).address.port == 22022


def test_a_host_key_alias_names_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_config(monkeypatch, tmp_path, "Host *\n HostKeyAlias Site\n")
    assert resolve(SshAddress("root", "beta")).known_hosts_name == "site"


JUMPS = """
Host beta
 HostName 192.0.2.7
 ProxyJump near,far@far.example.net:2222
Host near
 HostName 192.0.2.1
 User me
 ProxyJump first
Host far.example.net
 ProxyJump never
Host first
 ProxyCommand nc -X 5 %h %p as %r via %n %%
"""


def test_the_way_leads_over_every_jump_host_with_its_own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_config(monkeypatch, tmp_path, JUMPS)
    hops = way(SshAddress("root", "beta"))
    assert [(hop.who, hop.address.port) for hop in hops] == [
        (f"{getpass.getuser()}@first", 22),
        ("me@192.0.2.1", 22),
        ("far@far.example.net", 2222),
        ("root@192.0.2.7", 22),
    ]
    assert [hop.proxy for hop in hops] == [f"nc -X 5 first 22 as {getpass.getuser()} via first %", None, None, None]


def test_jump_hosts_in_a_circle_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_config(monkeypatch, tmp_path, "Host a\n ProxyJump b\nHost b\n ProxyJump c\nHost c\n ProxyJump b\n")
    with pytest.raises(RemoteError, match="in a circle"):
        way(SshAddress(None, "a"))


def test_a_jump_host_that_would_be_its_own_is_refused_as_ssh_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_config(monkeypatch, tmp_path, "Host *.example.net\n ProxyJump jump.example.net\n")
    with pytest.raises(RemoteError, match="jumphost loop"):
        way(SshAddress(None, "b.example.net"))


def test_files_of_the_configuration_are_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = (
        "Host beta\n UserKnownHostsFile /tmp/hosts_%r /tmp/more\n GlobalKnownHostsFile none\n IdentitiesOnly yes\n"
        " IdentityAgent /run/agent\n CertificateFile ~/.ssh/cert-%h\n RevokedHostKeys ~/.ssh/lost-%h\n"
    )
    with_config(monkeypatch, tmp_path, config)
    login = resolve(SshAddress("root", "beta"))
    assert (login.known_hosts, login.global_known_hosts) == (("/tmp/hosts_root", "/tmp/more"), ())
    assert (login.identities_only, login.agent, login.certificate_files) == (True, "/run/agent", ("~/.ssh/cert-beta",))
    assert login.revoked_keys == "~/.ssh/lost-beta"


def test_a_configuration_that_ssh_cannot_read_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_config(monkeypatch, tmp_path, "Nonsense yes\n")
    with pytest.raises(RemoteError, match="Bad configuration option: nonsense"):
        resolve(SshAddress("root", "beta"))


def test_without_ssh_an_address_is_taken_as_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert resolve(SshAddress("root", "beta", 2222)) == ssh_config.Login(SshAddress("root", "beta", 2222), "root", "[beta]:2222")


@pytest.mark.parametrize(("line", "expected"), [("", False), ("HashKnownHosts yes", True), ("HashKnownHosts no", False)])
def test_whether_names_are_hashed_is_as_ssh_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, expected: bool) -> None:
    with_config(monkeypatch, tmp_path, f"Host *\n {line}\n")
    assert resolve(SshAddress("root", "beta")).hash_names is expected


@pytest.mark.parametrize("user", ["CORP\\me", "machine$", "CORP\\new$", "me"])
def test_a_proxy_command_gets_the_users_name_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: str) -> None:
    """What the shell hands to the program, in each kind of quotes that the configuration may have."""
    with_config(monkeypatch, tmp_path, """Host *\n ProxyCommand printf '%%s\\n' %r "%r" '%r' %r@gate "it's %r" \\%%\n""")
    proxy = resolve(parse_address(f"{user}@beta")).proxy
    assert proxy is not None
    given = subprocess.run(["/bin/sh", "-c", proxy], capture_output=True, text=True, check=True).stdout
    assert given.splitlines() == [user, user, user, f"{user}@gate", f"it's {user}", "%"]


def test_an_ssh_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_config(monkeypatch, tmp_path, 'Match exec "sleep 5"\n User somebody\n')
    monkeypatch.setattr(ssh_config, "ASK_TIMEOUT", 0.2)
    with pytest.raises(RemoteError, match=r"did not say within .* what its configuration says of beta") as caught:
        resolve(SshAddress("root", "beta"))
    assert "`ssh -G -l root -- beta`" in caught.value.hint


def test_settings_may_come_several_times() -> None:
    assert parse("identityfile a\nIdentityFile b\nport 22\n") == {"identityfile": ["a", "b"], "port": ["22"]}
