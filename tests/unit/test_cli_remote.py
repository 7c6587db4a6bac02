"""apply and uninstall with a connector that plays the host: what it is given, what is remembered, what is said, and the exit codes."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wgwizard import profiles
from wgwizard.applying import Change, Difference, Event, HostKey, Outcome, Prompt, Proven, Standing, State, Step
from wgwizard.cli import arguments, remote, verbs
from wgwizard.cli.asking import TerminalAsk, read_secret
from wgwizard.errors import ExitCode, RemoteError, SiteRefusedError, UsageError
from wgwizard.host.facts import Facts
from wgwizard.secret import Secret
from wgwizard.target import Target

HOST_KEY = "CZe8gBoEcIDUuYlqP1b8N3GNaTY6RU6y9TXnB0ZFkmg="
CHANGE = Change("/etc/wgwizard/wg0.nft", "create", "--- absent\n+++ wanted\n+table inet wgwizard_wg0")
SITE = """\
version: 1
name: site-b
site: {networks: [192.168.200.0/24], routes: []}
host: {addresses: [192.168.200.2/24], endpoint: "vpn.b.home.arpa:51820", ssh: admin@192.168.200.2}
points: [{name: laptop}, {name: phone, platform: android}]
needs: {opens: points}
"""


class Host:
    """A connector that plans once, tells one event, and ends as it was told to."""

    def __init__(self, outcome: Outcome, *, asks: bool = False) -> None:
        self.outcome = outcome
        self.asks = asks
        self.plan = self.keyring = self.target = self.interface = None
        self.standing = Standing("wg0", applied=False)

    def apply(self, site, make_plan, keyring, target, ask, tell, *, dry_run):
        self.keyring, self.target = keyring, target
        self.plan = make_plan(Facts())
        if self.asks:
            assert ask.confirm((CHANGE,))
        tell(Event(Step.PREVIEW, State.DONE, "1 change", 12.0))
        return self.outcome

    def uninstall(self, interface, target, ask, tell):
        self.interface, self.target = interface, target
        return self.outcome

    rollback = uninstall

    def status(self, interface, target, ask, prove=None):
        self.interface, self.target, self.prove = interface, target, prove
        return self.standing


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "phrase").write_text("correct horse\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def apply(host, *words) -> int:
    return remote.apply(arguments.parse(["apply", "site.yaml", *words]), host)


def test_apply_remembers_the_host_and_tells_the_owners(folder, capsys):
    host = Host(Outcome(True, "applied", HOST_KEY, (CHANGE,), ("ufw is active",)))
    assert apply(host, "--yes", "--passphrase-file", "phrase", "--confirm-timeout", "30", "--identity", "id") == ExitCode.OK
    assert host.target == Target("admin@192.168.200.2", identity="id", confirm_timeout=30.0)
    assert set(host.keyring.private) == set(host.keyring.preshared) == {"laptop", "phone"}
    lock = profiles.load_lock("site.yaml")
    assert lock.public_keys["host"] == HOST_KEY
    assert lock.public_keys["laptop"] == host.keyring.public["laptop"]
    assert set(lock.addresses) == {"host", "laptop", "phone"}
    said = capsys.readouterr()
    assert CHANGE.path in said.out
    take_in = ("scp laptop/etc/wireguard/wg0.conf USER@ITS-ADDRESS:", "bring phone/etc/wireguard/wg0.conf there, by cable")
    for words in ("✓ preview: 1 change   (undo in 12 s)", "ufw is active", *take_in):
        assert words in said.err
    assert not re.search("|".join(map(re.escape, (secret.reveal() for secret in host.keyring.private.values()))), said.out + said.err)


def test_changes_that_somebody_said_yes_to_are_not_shown_twice(folder, capsys):
    assert apply(Host(Outcome(True, "applied", HOST_KEY, (CHANGE,))), "--passphrase-file", "phrase") == ExitCode.OK
    assert capsys.readouterr().out == ""


def test_what_would_not_work_is_said_again_after_the_owners(folder, capsys):
    assert apply(Host(Outcome(True, "applied", HOST_KEY)), "--passphrase-file", "phrase") == ExitCode.OK
    assert "Not all that is wanted" not in capsys.readouterr().err
    text = SITE.replace("opens: points", "opens: points, tell_points_apart: true").replace(", routes: []", "")
    (folder / "site.yaml").write_text(text)
    assert apply(Host(Outcome(True, "applied", HOST_KEY)), "--passphrase-file", "phrase") == ExitCode.OK
    owners, _, unmet = capsys.readouterr().err.partition("! Not all that is wanted works yet\n")
    assert "phone:" in owners
    assert unmet.startswith("  It is not known where at the site a route to the tunnel can be added")


def test_the_points_files_are_complete_after_the_first_apply(folder, capsys):
    assert apply(Host(Outcome(True, "applied", HOST_KEY)), "--passphrase-file", "phrase") == ExitCode.OK
    capsys.readouterr()
    options = arguments.parse(["plan", "site.yaml", "-o", "out", "--passphrase-file", "phrase"])
    assert verbs.plan(options) == ExitCode.OK
    assert f"PublicKey = {HOST_KEY}" in (folder / "out/laptop/etc/wireguard/wg0.conf").read_text()


def test_a_dry_run_says_whether_anything_differs_and_remembers_nothing(folder, capsys):
    sealed = ("--passphrase-file", "phrase")
    assert apply(Host(Outcome(False, "preview", HOST_KEY, (CHANGE,))), "--dry-run", *sealed) == ExitCode.DIFFERENT
    assert "host" not in profiles.load_lock("site.yaml").public_keys
    assert apply(Host(Outcome(False, "unchanged", HOST_KEY)), "--dry-run", *sealed) == ExitCode.OK
    assert "laptop:" not in capsys.readouterr().err


def test_events_are_json_lines(folder, capsys):
    apply(Host(Outcome(True, "applied", HOST_KEY, (CHANGE,))), "--json", "--passphrase-file", "phrase")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == {"step": "preview", "state": "done", "text": "1 change", "undo_in": 12.0}
    assert lines[-1]["outcome"]["state"] == "applied"
    assert lines[-1]["outcome"]["changes"][0]["path"] == CHANGE.path


def test_a_colleague_without_the_secrets_may_apply_what_the_lock_knows(folder, capsys):
    apply(Host(Outcome(True, "applied", HOST_KEY)), "--passphrase-file", "phrase")
    (folder / "site.secrets").unlink()
    host = Host(Outcome(False, "unchanged", HOST_KEY))
    assert apply(host, "--ssh", "root@10.1.1.1:2222") == ExitCode.OK
    assert host.target.address == "root@10.1.1.1:2222"
    assert {peer.public_key for peer in host.plan.host.peers} == {
        profiles.load_lock("site.yaml").public_keys[name] for name in ("laptop", "phone")
    }


def test_a_colleague_is_asked_for_no_passphrase_where_the_hosts_key_was_made_by_somebody_else(folder):
    (folder / "site.yaml").write_text(SITE.replace("ssh: admin", "keys: here, ssh: admin"))
    apply(Host(Outcome(True, "applied")), "--passphrase-file", "phrase")
    (folder / "site.secrets").unlink()
    host = Host(Outcome(False, "unchanged"))
    assert apply(host) == ExitCode.OK
    assert (host.keyring.private, host.keyring.preshared) == ({}, {})


@pytest.mark.slow
def test_a_colleague_adds_a_point_with_a_passphrase_of_their_own_and_both_go_on(folder, tmp_path_factory, monkeypatch):
    apply(Host(Outcome(True, "applied", HOST_KEY)), "--passphrase-file", "phrase")
    founder = profiles.load_keys("site.yaml", Secret("correct horse"))
    theirs = tmp_path_factory.mktemp("colleague")
    (theirs / "site.yaml").write_text(SITE.replace("points: [", "points: [{name: tablet}, "))
    (theirs / "site.lock").write_text((folder / "site.lock").read_text())
    (theirs / "phrase").write_text("another horse\n")
    monkeypatch.chdir(theirs)
    for _ in range(2):
        host = Host(Outcome(True, "applied", HOST_KEY))
        assert apply(host, "--passphrase-file", "phrase") == ExitCode.OK
        assert (set(host.keyring.private), set(host.keyring.preshared)) == ({"tablet"}, {"tablet"})
        assert {peer.node: peer.public_key for peer in host.plan.host.peers} == {
            "tablet": host.keyring.public["tablet"], "laptop": founder.public["laptop"], "phone": founder.public["phone"]
        }  # fmt: skip
    tablet = host.keyring
    for name in ("site.yaml", "site.lock"):
        (folder / name).write_text((theirs / name).read_text())
    monkeypatch.chdir(folder)
    host = Host(Outcome(False, "unchanged", HOST_KEY))
    assert apply(host, "--passphrase-file", "phrase") == ExitCode.OK
    assert (host.keyring.private, host.keyring.preshared) == (founder.private, founder.preshared)
    assert {peer.node: peer.public_key for peer in host.plan.host.peers}["tablet"] == tablet.public["tablet"]


def test_a_lost_secrets_file_is_what_is_asked_for_not_the_passphrase_that_was_given(folder, capsys):
    apply(Host(Outcome(True, "applied", HOST_KEY)), "--passphrase-file", "phrase")
    (folder / "site.secrets").unlink()
    capsys.readouterr()
    verbs.plan(arguments.parse(["plan", "site.yaml", "-o", "out", "--passphrase-file", "phrase"]))
    said = capsys.readouterr().err
    assert "! not written: laptop /etc/wireguard/wg0.conf" in said
    assert "bring site.secrets" in said
    assert "give --passphrase-file" not in said


def test_a_point_that_keeps_its_key_gets_its_file_to_put_the_key_in(folder, capsys):
    (folder / "site.yaml").write_text(SITE.replace("{name: laptop}", f'{{name: laptop, public_key: "{HOST_KEY}"}}'))
    apply(Host(Outcome(True, "applied", HOST_KEY[1:-1] + "A=")), "--passphrase-file", "phrase")
    assert "put its private key in place of (kept on laptop)" in capsys.readouterr().err
    verbs.plan(arguments.parse(["plan", "site.yaml", "-o", "out", "--passphrase-file", "phrase"]))
    assert "# PrivateKey = (kept on laptop)\n" in (folder / "out/laptop/etc/wireguard/wg0.conf").read_text()


def test_what_is_missing_is_said_without_a_terminal(folder):
    with pytest.raises(UsageError, match="keys must be made") as missing:
        apply(Host(Outcome(False, "unchanged")))
    assert "--passphrase-file" in missing.value.hint
    with pytest.raises(UsageError, match="nobody can be asked") as missing:
        apply(Host(Outcome(False, "unchanged"), asks=True), "--passphrase-file", "phrase")
    assert "--yes" in missing.value.hint
    assert apply(Host(Outcome(True, "applied"), asks=True), "--passphrase-file", "phrase", "--yes") == ExitCode.OK
    (folder / "site.yaml").write_text(SITE.replace(", ssh: admin@192.168.200.2", ""))
    with pytest.raises(UsageError, match="log in"):
        apply(Host(Outcome(False, "unchanged")), "--passphrase-file", "phrase")


def test_nothing_is_applied_where_no_strategy_fits(folder):
    (folder / "site.yaml").write_text(SITE.replace("opens: points", "opens: site"))
    host = Host(Outcome(True, "applied"))
    with pytest.raises(SiteRefusedError) as refused:
        apply(host, "--passphrase-file", "phrase")
    assert [problem.code for problem in refused.value.problems if problem.is_error] == ["no-strategy-fits"]
    assert host.plan is None


def test_uninstall_needs_a_site_or_a_target(folder):
    host = Host(Outcome(True, "uninstalled"))
    assert remote.uninstall(arguments.parse(["uninstall", "--ssh", "root@h", "--interface", "wg7"]), host) == ExitCode.OK
    assert (host.interface, host.target.address) == ("wg7", "root@h")
    assert remote.uninstall(arguments.parse(["uninstall", "site.yaml"]), host) == ExitCode.OK
    assert (host.interface, host.target.address) == ("wg0", "admin@192.168.200.2")
    with pytest.raises(UsageError):
        remote.uninstall(arguments.parse(["uninstall"]), host)


def status(host, *words) -> int:
    return remote.status(arguments.parse(["status", *words]), host)


def test_status_says_whose_site_it_is_and_names_the_points_that_were_heard_of(folder, capsys):
    host = Host(Outcome(True, "applied", HOST_KEY))
    apply(host, "--passphrase-file", "phrase")
    capsys.readouterr()
    ages = {HOST_KEY[::-1]: 600.0, host.keyring.public["phone"]: None, host.keyring.public["laptop"]: 12.4}  # as wg has them: any order
    host.standing = Standing("wg0", True, "site-b", "masquerade", "admin@beta from 192.0.2.7", 0.0, handshakes=ages)
    assert status(host, "site.yaml") == ExitCode.OK
    heading, same, *points = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"wg0: the site site-b, Masquerade, applied (1970-01-01|1969-12-31) \S+ by admin@beta from 192\.0\.2\.7", heading)
    assert same == "✓ files, rules, forwarding and units are as they were applied"
    dead = f"! {HOST_KEY[::-1]}: last handshake 600 s ago, not connected now"
    assert points == ["✓ laptop: handshake 12 s ago", "○ phone: no handshake yet", dead]
    assert status(host, "--ssh", "root@h", "--json") == ExitCode.OK
    document = json.loads(capsys.readouterr().out)
    assert (document["interface"], document["as_applied"]) == ("wg0", True)
    assert document["applied"] == {"site": "site-b", "strategy": "masquerade", "who": "admin@beta from 192.0.2.7", "at": 0.0}
    assert document["points"] == [{"name": key, "handshake_seconds_ago": ages[key]} for key in sorted(ages)]


def test_status_proves_what_the_site_says_and_ends_with_5_where_that_fails(folder, capsys):
    host = Host(Outcome(True, "applied", HOST_KEY))
    apply(host, "--passphrase-file", "phrase")
    works, unknown = Proven(True, "nas (192.168.200.9), tcp 443", "answers"), Proven(None, "dns, udp", "not tried")
    host.standing = Standing("wg0", True, proven=(works, unknown))
    capsys.readouterr()
    assert status(host, "site.yaml", "--prove") == ExitCode.OK
    assert capsys.readouterr().out.splitlines()[-2:] == ["✓ nas (192.168.200.9), tcp 443: answers", "○ dns, udp: not tried"]
    assert host.prove.site.name == "site-b"
    host.standing = Standing("wg0", True, proven=(works, Proven(False, "printer", "never answers")))
    assert status(host, "site.yaml", "--prove", "--json") == ExitCode.DIFFERENT
    assert json.loads(capsys.readouterr().out)["proven"][1] == {"works": False, "what": "printer", "seen": "never answers"}
    assert status(host, "site.yaml") == ExitCode.DIFFERENT
    assert host.prove is None
    with pytest.raises(UsageError, match="needs a site file"):
        status(host, "--ssh", "root@h", "--prove")


def test_status_ends_with_5_where_something_differs_is_not_there_or_has_not_ended(folder, capsys):
    host = Host(Outcome(True, "applied", HOST_KEY))
    apply(host, "--passphrase-file", "phrase")
    laptop = host.keyring.public["laptop"]
    capsys.readouterr()
    host.standing = Standing(
        "wg0", True, at=0.0, differences=(Difference(f"peer {laptop} is missing"), Difference("x was edited", "-a\n+b\n"))
    )
    assert status(host, "site.yaml") == ExitCode.DIFFERENT
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:5] == ["! peer laptop is missing", "! x was edited", "    -a"]
    assert lines[6].startswith("To bring it back: wgwizard apply")
    assert status(host, "site.yaml", "--json") == ExitCode.DIFFERENT
    assert json.loads(capsys.readouterr().out)["differences"][0] == {"what": "peer laptop is missing", "diff": ""}
    host.standing = Standing("wg0", applied=False)
    assert status(host, "site.yaml") == ExitCode.DIFFERENT
    assert capsys.readouterr().out == "There is nothing of ours for wg0 on the host.\n"
    host.standing = Standing("wg0", applied=True, under_way="A change is pending")
    assert status(host, "site.yaml") == ExitCode.DIFFERENT
    assert "! A change is pending" in capsys.readouterr().out


def test_a_rollback_names_the_points_and_says_what_the_files_here_do_not_know(folder, capsys):
    host = Host(Outcome(True, "applied", HOST_KEY))
    apply(host, "--passphrase-file", "phrase")
    lock = Path("site.lock").read_text()
    capsys.readouterr()
    host.outcome = Outcome(
        True, "rolled back", HOST_KEY[::-1], (CHANGE,), (f"Peer {host.keyring.public['phone']} cannot connect any more.",)
    )
    assert remote.rollback(arguments.parse(["rollback", "site.yaml"]), host) == ExitCode.OK
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["rolled back", "! Peer phone cannot connect any more."]
    assert "earlier key" in said[2]
    assert Path("site.lock").read_text() == lock


# --- asking ----------------------------------------------------------------------------------------------------------------


def test_without_a_terminal_a_host_key_is_never_accepted(folder):
    key = HostKey("beta", 22, "ssh-ed25519", "SHA256:abc")
    with pytest.raises(RemoteError) as unknown:
        TerminalAsk(yes=True).accept_host_key(key)
    assert "--accept-host-key SHA256:abc" in unknown.value.hint
    with pytest.raises(UsageError, match="sudo asks for the password of admin@beta"):
        TerminalAsk(yes=True).sudo_password("admin@beta")
    ask = TerminalAsk(yes=True)
    with pytest.raises(UsageError, match="id_rsa is locked by a passphrase") as locked:
        ask.key_passphrase("/home/me/.ssh/id_rsa")
    with pytest.raises(UsageError, match="asks for the password of admin@beta") as password:
        ask.login_password("admin@beta")
    with pytest.raises(UsageError, match="asks for: One-time code") as code:
        ask.answers("admin@beta", "", (Prompt("One-time code: "),))
    hints = [caught.value.hint for caught in (locked, password, code)]
    assert ["--key-passphrase-file" in hints[0], "--ssh-password-file" in hints[1], "by key" in hints[2]] == [True] * 3


@pytest.mark.parametrize(("content", "expected"), [("word\n", "word"), ("word\n\n", "word\n"), ("two words", "two words"), ("  ", "  ")])
def test_one_newline_at_the_end_of_a_secret_is_left_out(tmp_path, content, expected):
    (tmp_path / "secret").write_text(content)
    assert read_secret(str(tmp_path / "secret"), "--passphrase-file") == Secret(expected)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_secret_that_is_none_is_said(tmp_path, content):
    (tmp_path / "secret").write_bytes(content)
    for source in (str(tmp_path / "secret"), str(tmp_path / "absent"), "987"):
        with pytest.raises(UsageError):
            read_secret(source, "--passphrase-file")


ASKING = """
from wgwizard.applying import Change, HostKey, Prompt
from wgwizard.cli.asking import TerminalAsk
ask = TerminalAsk(yes=False)
print(ask.accept_host_key(HostKey("beta", 22, "ssh-ed25519", "SHA256:abc")))
print(ask.confirm((Change("/etc/x", "create", "+line"),)))
print(ask.install(("nftables",), "apt-get install nftables"))
print(ask.sudo_password("admin@beta").reveal())
print(ask.key_passphrase("/key", refused=1).reveal())
print(ask.login_password("admin@beta"))
print(*[one.reveal() for one in ask.answers("admin@beta", "From the host", (Prompt("Name:", True), Prompt("Code:")))])
"""


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("y\nyes\nY\nhunter2\nhunter3\n\nme\nhunter4\n", "True True True hunter2 hunter3 None me hunter4"),
        ("n\n\nno\nhunter2\nhunter3\n\nme\nhunter4\n", "False False False hunter2 hunter3 None me hunter4"),
    ],
)
def test_at_a_terminal_everything_is_asked(answers, expected):
    """In a pty: what is answered is what the caller gets, and the password is not echoed."""
    main, terminal = pty.openpty()
    root = Path(__file__).parent.parent.parent
    process = subprocess.Popen(
        [sys.executable, "-c", ASKING], stdin=terminal, stderr=terminal, stdout=subprocess.PIPE, cwd=root, start_new_session=True, text=True
    )
    os.close(terminal)
    seen = ""
    for prompt, answer in zip(
        (
            "key?",
            "changes?",
            "there?",
            "[sudo] password of admin@beta: ",
            "leave it out): ",
            "\r\npassword of admin@beta: ",
            "Name:",
            "Code:",
        ),
        answers.splitlines(keepends=True),
        strict=True,
    ):
        while prompt not in seen:
            seen += os.read(main, 1000).decode()
        os.write(main, answer.encode())
    out, _ = process.communicate(timeout=20)
    os.close(main)
    assert out.split() == expected.split()
    assert "SHA256:abc" in seen
    assert "+line" in seen
    assert "+ create  /etc/x" in seen
    assert "× That was not it (1 tried)." in seen
    assert "hunter" not in seen


@pytest.mark.parametrize(("verb", "lines"), [("apply", 1), ("rollback", 1), ("uninstall", 1), ("status", 5)])
def test_an_error_is_one_line_where_the_verb_prints_events(folder, verb, lines):
    words = [sys.executable, "-m", "wgwizard", verb, "site.yaml", "--ssh", "127.0.0.1:1", "--json"]
    words += ["--passphrase-file", "phrase"] if verb == "apply" else []
    root = Path(__file__).parents[2]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(root)}
    )
    assert done.returncode == ExitCode.REMOTE
    printed = done.stdout.splitlines()
    assert len([line for line in printed if '"step"' not in line]) == lines
    assert "cannot be reached" in json.loads("".join(line for line in printed if '"step"' not in line))["error"]
