"""The shell texts themselves, run by the shells at hand: nothing of them is changed by a value, and a cut text runs nothing."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.shells import SHELLS, Shell
from wgwizard.host.changes import Wanted, WantedFile
from wgwizard.host.conf import parse_conf
from wgwizard.host.launch import NEEDS_PASSWORD, NO_SENTINEL, Command, inline, over_stdin, validation
from wgwizard.host.layout import Layout
from wgwizard.host.masking import MOST_DIGESTS, masked_conf, preshared_digest
from wgwizard.host.scripts import script, source
from wgwizard.host.steps import Staging, engine_digest, stage_function
from wgwizard.host.transaction import engine_script
from wgwizard.keys import generate_preshared, generate_private
from wgwizard.secret import Secret

LAYOUT = Layout("wg0")
ODD = 'it\'s "odd" $(id) `id` \\n %s \t! *\n'
PASSWORD = Secret("right horse $(id) 'battery'")


def sh(shell: Shell, text: str, *arguments: str) -> str:
    return subprocess.run([*shell, "-s", *arguments], input=text, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_a_value_with_anything_in_it_stays_a_value(shell: Shell) -> None:
    assert sh(shell, script(LAYOUT, main='printf "%s" "$ODD"', ODD=ODD)) == ODD


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", ["probe", "transaction", "confirm", "undo", "recover"])
def test_a_script_that_was_cut_anywhere_before_its_last_line_runs_nothing(shell: Shell, name: str, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    whole = script(LAYOUT, name, NONCE="N", TOOLS="", RUN=str(tmp_path / "run")).replace("main() {", f"main() {{ touch {marker};")
    for part in range(1, 20):
        subprocess.run([*shell, "-s"], input=whole[: len(whole.rstrip()) * part // 20], capture_output=True, text=True, check=False)
    assert not marker.exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_script_is_good_syntax(shell: Shell) -> None:
    for text in (
        engine_script(LAYOUT, "ID", "apply"),
        *(script(LAYOUT, name) for name in ("ways", "probe", "transaction", "confirm", "undo", "recover")),
    ):
        subprocess.run([*shell, "-n"], input=text, text=True, check=True)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.slow
def test_of_several_sessions_at_once_one_gets_the_lock(shell: Shell, tmp_path: Path) -> None:
    begin = "alone take_lock; trap - HUP INT TERM PIPE; echo taken; exit\n"
    for turn in range(10):
        run = tmp_path / str(turn) / "wgwizard"
        run.parent.mkdir()
        texts = [
            script(LAYOUT, "recover", "transaction", main=begin, ID=name, MODE="apply", WHO=name, SECONDS_TO_UNDO="90", RUN=str(run))
            for name in ("one", "two", "three")
        ]
        sessions = [subprocess.Popen([*shell, "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in texts]
        for session, text in zip(sessions, texts, strict=True):
            assert session.stdin is not None
            session.stdin.write(text)
            session.stdin.close()
        said = [session.stdout.read() for session in sessions if session.stdout is not None]
        assert [session.wait() for session in sessions].count(0) == 1
        assert sorted(line.split()[0] for line in said) == ["@", "@", "taken"]
        assert sum("@ busy" in line for line in said) == 2


@pytest.mark.parametrize("shell", SHELLS)
def test_a_flock_that_cannot_wait_for_a_time_as_busyboxs_is_enough_to_wait_for_the_lock(shell: Shell, tmp_path: Path) -> None:
    small = 'flock() { case $1 in -[sxun] | [0-9]) command flock "$@" ;; *) return 1 ;; esac; }\n'
    holder = subprocess.Popen(["flock", str(tmp_path), "sh", "-c", "echo held; sleep 0.5; echo let go"], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    said = sh(shell, script(LAYOUT, "recover", main=f"{small}alone echo taken; exit", RUN=str(tmp_path / "wgwizard")))
    assert (said, holder.stdout.read()) == ("taken\n", "let go\n")
    assert holder.wait() == 0


def staging(content: str) -> Staging:
    file = WantedFile("/etc/wireguard/wg0.conf", "0600", Secret(content), "")
    return Staging(Wanted((file,), parse_conf(""), {}, ()), ("/etc/gone",), "engine text\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_staged_files_arrive_byte_for_byte_and_a_damaged_one_is_refused(shell: Shell, tmp_path: Path) -> None:
    put = source("transaction").split("\nput() {")[1].split("\n}\n")[0]
    head = f'T={tmp_path}; mkdir -p $T/new; give_up() {{ echo "@ $*"; exit 1; }}; digest_of() {{ sha256sum <"$1" | cut -d " " -f 1; }}\n'
    text = f"{head}put() {{{put}\n}}\n" + stage_function(staging(ODD), "END-1") + "stage_files\n"
    assert sh(shell, text) == ""
    assert (tmp_path / "new/wg0.conf").read_text() == ODD
    assert (tmp_path / "manifest").read_text() == "0600 0:0 /etc/wireguard/wg0.conf\n"
    assert (tmp_path / "removed").read_text() == "/etc/gone\n"
    assert (tmp_path / "engine.sh").read_text() == "engine text\n"
    damaged = subprocess.run([*shell, "-s"], input=text.replace("it's", "its"), capture_output=True, text=True, check=False)
    assert (damaged.returncode, damaged.stdout) == (1, "@ the upload of wg0.conf was damaged on the way\n")


def test_a_delimiter_that_stands_in_a_file_is_refused() -> None:
    with pytest.raises(ValueError, match="delimiter"):
        stage_function(staging("END-1\nrm -rf /\n"), "END-1")
    assert len(engine_digest(staging(""))) == 64


@pytest.mark.parametrize("shell", SHELLS)
def test_modes_are_read_as_stat_reads_them(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for mode in (0o600, 0o644, 0o640, 0o4755, 0o2711, 0o1777, 0o7000):
        file.chmod(mode)
        assert sh(shell, script(LAYOUT, main=f"mode_of {file}")).split()[0] == f"{mode:04o}"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_file_that_cannot_be_read_does_not_pass_for_one_that_is_not_there(shell: Shell, tmp_path: Path) -> None:
    """Else the backup would leave it out without a word, and an uninstall would remove what it takes for ours."""
    bad, good, gone = tmp_path / "bad", tmp_path / "good", tmp_path / "gone"
    bad.write_text("x")
    good.write_text("")
    broken = f'sha256sum() {{ shift; for each; do [ "$each" = {bad} ] || echo "0123 $each"; done; }}\n'
    lines = sh(shell, script(LAYOUT, main=f"{broken}states_of {bad} {gone} {good}")).splitlines()
    states = {line.split()[0]: line.split()[1:] for line in lines}
    assert len(lines) == 3
    assert [states[str(path)][0] for path in (bad, gone, good)] == ["file", "absent", "file"]
    assert [states[str(path)][4] for path in (bad, gone, good)] == ["-", "-", "0123"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_host_hides_keys_as_the_client_does(shell: Shell, tmp_path: Path) -> None:
    private = generate_private()
    probe = source("probe").split("\nshow_file() {")[0] + "\n"
    file = tmp_path / "wg0.conf"
    for count, digests in ((0, 0), (1, 1), (3, 3), (MOST_DIGESTS + 1, 1)):
        peers = "".join(f"[Peer]\n# x\nPresharedKey = {generate_preshared().reveal()}\n" for _ in range(count))
        text = f"[Interface]\nPrivateKey = {private.reveal()}\nListenPort = 1\n{peers}"
        file.write_text(text)
        main = f"masked {file}; echo; preshared_digest {file}"
        said = sh(shell, script(LAYOUT, main=probe + main, MOST_DIGESTS=str(MOST_DIGESTS)))
        assert said == f"{masked_conf(text)}\n{preshared_digest(text)}\n"
        assert len(preshared_digest(text).split()) == digests
        assert private.reveal() not in masked_conf(text)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("conflicts", "expected"),
    [
        # firewalld's config/firewalld.service.in at 1.3 and at 2.2, with what systemd adds; systemd of a unit that is not there.
        ("Conflicts=ip6tables.service shutdown.target iptables.service ebtables.service ipset.service nftables.service", ""),
        ("Conflicts=nftables.service ip6tables.service shutdown.target iptables.service ebtables.service ipset.service", ""),
        ("Conflicts=ip6tables.service shutdown.target iptables.service ebtables.service ipset.service", "yes\n"),
        ("Conflicts=", ""),
    ],
)
def test_a_firewalld_says_itself_whether_it_stops_the_service_of_nftables(shell: Shell, conflicts: str, expected: str) -> None:
    there = f"have() {{ :; }}\non_systemd() {{ :; }}\nsystemctl() {{ echo '{conflicts}'; }}\n"
    main = f"{source('probe')}{there}if nftables_beside_firewalld; then echo yes; fi"
    assert sh(shell, script(LAYOUT, main=main)) == expected


# --- root and sudo ---------------------------------------------------------------------------------------------------------

FAKE_SUDO = """#!/bin/sh
# As sudo 1.9 behaves: -n refuses where a password is needed; -S reads one line as the password.
echo "$*" >>"$LOG"
while :; do
  case $1 in
    -n) [ "$SUDO" = nopasswd ] || exit 1; shift ;;
    -S) [ "$SUDO" = nopasswd ] || { IFS= read -r given; [ "$given" = "$WANTED" ] || exit 1; }; shift ;;
    -p) shift 2 ;;
    -k) shift ;;
    *) break ;;
  esac
done
exec "$@"
"""


def launch(command: Command, tmp_path: Path, sudo: str) -> subprocess.CompletedProcess[str]:
    """Run a command line as a login shell would, as a user who is not root, with the given kind of sudo."""
    tools = tmp_path / f"bin-{sudo}"
    tools.mkdir(exist_ok=True)
    programs = {"id": "#!/bin/sh\necho 1000\n"} | ({} if sudo == "none" else {"sudo": FAKE_SUDO})
    for name, text in programs.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    log = tmp_path / "sudo.log"
    log.write_text("")
    for name in ("sh", "base64", "gzip", "cat", "printf", "true"):
        if not (tools / name).exists():
            (tools / name).symlink_to(shutil.which(name) or name)
    environment = {"PATH": str(tools), "LOG": str(log), "SUDO": sudo, "WANTED": PASSWORD.reveal(), "SSH_CONNECTION": "1 2 3 4"}
    line = ["/bin/sh", "-c", command.line]
    return subprocess.run(line, input=command.stdin.decode(), env=environment, capture_output=True, text=True, check=False)


SCRIPT = "main() { printf 'ran %s' \"${SSH_CONNECTION_SEEN:-}\"; }\nmain; exit 5\n"


@pytest.mark.parametrize("build", [inline, over_stdin])
def test_without_a_password_a_script_runs_where_sudo_asks_for_none(build: object, tmp_path: Path) -> None:
    command = build(SCRIPT, None)  # type: ignore[operator]
    done = launch(command, tmp_path, "nopasswd")
    assert (done.returncode, done.stdout.strip()) == (5, "ran 1 2 3 4" if build is inline else "ran")
    assert launch(command, tmp_path, "password").returncode == NEEDS_PASSWORD
    assert launch(command, tmp_path, "none").returncode == NO_SENTINEL


@pytest.mark.parametrize("build", [inline, over_stdin])
@pytest.mark.parametrize("sudo", ["password", "nopasswd"])
def test_with_a_password_a_script_runs_once_and_sudo_sees_neither(build: object, sudo: str, tmp_path: Path) -> None:
    command = build(SCRIPT, PASSWORD)  # type: ignore[operator]
    assert PASSWORD.reveal() not in command.line
    done = launch(command, tmp_path, sudo)
    assert (done.returncode, done.stdout.strip()) == (5, "ran 1 2 3 4" if build is inline else "ran")
    log = (tmp_path / "sudo.log").read_text()
    assert "main()" not in log
    assert PASSWORD.reveal() not in log + done.stdout + done.stderr


def test_a_wrong_password_runs_nothing(tmp_path: Path) -> None:
    for command in (inline(SCRIPT, Secret("wrong")), over_stdin(SCRIPT, Secret("wrong")), validation(Secret("wrong"))):
        done = launch(command, tmp_path, "password")
        assert (done.returncode, done.stdout) == (1, "")
    assert (
        launch(
            Command(validation(PASSWORD).line.replace(" sh -c :", " printf yes"), validation(PASSWORD).stdin), tmp_path, "password"
        ).stdout
        == "yes"
    )


def test_a_secret_script_never_stands_in_a_command_line() -> None:
    assert "main" not in over_stdin(SCRIPT, None).line
    assert "main" not in over_stdin(SCRIPT, PASSWORD).line


# A host with SELinux, as far as the scripts ask: what is labelled is written down, and each file's label is a word.
SELINUX = """
selinux_is_on() { true; }
chcon() { printf '%s\\n' "$*" >>"$labelled"; }
stat() { [ "$1 $2 $3" = "-c %C %n --" ] && echo "own_label $4"; }
"""


def put_in_place(tmp_path: Path) -> str:
    return f"""
labelled={tmp_path}/labelled
flush() {{ :; }}
mkdir -p {tmp_path}/etc "$STATE/$IFACE/baseline"
echo ours >{tmp_path}/file
place {tmp_path}/etc/file 0600 "$(id -u):$(id -g)" {tmp_path}/file
cat {tmp_path}/etc/file
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_a_file_gets_its_directorys_label_before_it_is_there(shell: Shell, tmp_path: Path) -> None:
    names = ("recover", "forwarding", "starting", "tunnel", "engine")
    text = script(LAYOUT, *names, main=SELINUX + put_in_place(tmp_path), ID="0", MODE="apply", STATE=str(tmp_path / "state"))
    assert sh(shell, text) == "ours\n"
    assert (tmp_path / "labelled").read_text() == f"--reference={tmp_path}/etc -- {tmp_path}/etc/.wgwizard-0\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_where_no_selinux_is_nothing_is_labelled(shell: Shell, tmp_path: Path) -> None:
    without = SELINUX.replace("true;", "false;") + put_in_place(tmp_path)
    text = script(LAYOUT, "forwarding", "starting", "tunnel", "engine", main=without, ID="0", MODE="apply", STATE=str(tmp_path / "state"))
    assert sh(shell, text) == "ours\n"
    assert not (tmp_path / "labelled").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_file_that_was_there_before_us_gets_back_the_label_that_it_had(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "wg0.nft"
    file.write_text("ours\n")
    text = f"""
labelled={tmp_path}/labelled T={tmp_path}/T
flush() {{ :; }}
is_as_applied() {{ true; }}
saved=$STATE/$IFACE/baseline
mkdir -p "$saved"
echo theirs >"$saved/wg0.nft"
echo "file 0644 $(id -u):$(id -g) 1 - {file}" >"$saved/index"
labels_of {file} {tmp_path}/none >"$saved/labels"
back_to_baseline {file}
"""
    names = ("forwarding", "starting", "tunnel", "engine")
    sh(shell, script(LAYOUT, *names, main=SELINUX + text, ID="0", MODE="uninstall", STATE=str(tmp_path / "state")))
    assert file.read_text() == "theirs\n"
    assert (tmp_path / "labelled").read_text() == f"-- own_label {tmp_path}/.wgwizard-0\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_change_that_cannot_be_labelled_ends_before_anything_is_staged(shell: Shell, tmp_path: Path) -> None:
    fails = SELINUX.replace('printf \'%s\\n\' "$*" >>"$labelled"', "echo 'chcon: refused' >&2; false")
    text = script(
        LAYOUT,
        "recover",
        "transaction",
        main=f"{fails}take_lock",
        ID="0",
        MODE="apply",
        WHO="me",
        SECONDS_TO_UNDO="9",
        RUN=f"{tmp_path}/run",
    )
    done = subprocess.run([*shell, "-s"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (
        1,
        f"@ failed SELinux is on, and {tmp_path}/run/transaction cannot be labelled: chcon: refused\n",
    )
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_what_nft_and_wg_quick_say_comes_through_a_pipe_and_a_failure_stays_one(shell: Shell) -> None:
    # SELinux closes a file of ours to both, and they would go on as if they had written it.
    tools = 'nft() { [ -p /dev/stdout ] && echo "table {}"; }; wg-quick() { [ -p /dev/stdout ] && echo "[Interface]"; }\n'
    look = "own_table >{0} && cat {0}; stripped conf >{0} && cat {0}; nft() {{ false; }}; own_table || echo none\n".format("$file")
    text = script(LAYOUT, "tunnel", main=f"{tools}file=$(mktemp); {look}rm $file")
    if shell != ("bash",):  # the others take no function of that name
        text = text.replace("wg-quick() ", "wg_quick() ").replace("$(wg-quick strip", "$(wg_quick strip")
    assert sh(shell, text) == "table {}\n[Interface]\nnone\n"
