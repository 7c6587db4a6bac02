"""Keys that the host has and the client does not: what is shown, what is refused, and what the host's shell makes of it."""

import subprocess
from ipaddress import ip_interface, ip_network
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.shells import SHELLS, Shell
from wgwizard.derive import complete
from wgwizard.host.changes import changes, wanted_of
from wgwizard.host.connector import _incomplete
from wgwizard.host.facts import Facts, HostFile
from wgwizard.host.kept import another_key
from wgwizard.host.layout import Layout
from wgwizard.host.masking import masked_conf, preshared_digest
from wgwizard.host.scripts import script
from wgwizard.keys import Keyring, complete_keyring, generate_preshared, generate_private, remember
from wgwizard.lock import Lock
from wgwizard.plan import make_plan
from wgwizard.render import Bundle, render
from wgwizard.site import Host, Needs, Opens, Point, Site, SiteNetwork, Strategy

LAYOUT = Layout("wg0")
SITE, LOCK, _ = complete(
    Site(
        name="s",
        networks=(SiteNetwork(ip_network("192.168.200.0/24"), "lan"),),
        host=Host(name="beta", addresses=(ip_interface("192.168.200.2/24"),), interfaces=("eth0",), ssh="beta", keys_on_host=False),
        points=(Point(name="alice"), Point(name="bob")),
        needs=Needs(opens=Opens.POINTS),
    ),
    Lock(),
)
KEYRING = complete_keyring(SITE, Keyring(), LOCK)
PUBLIC = remember(LOCK, KEYRING).public_keys


def bundle(keyring: Keyring, *, keys_on_host: bool = False) -> Bundle:
    """What is rendered for the site with the public keys of the lock and the secrets of `keyring`."""
    site = replace(SITE, host=replace(SITE.host, keys_on_host=keys_on_host))
    return render(make_plan(site, Strategy.MASQUERADE, masquerade_into_tunnel=False, public_keys=PUBLIC), keyring)


def conf(keyring: Keyring, *, keys_on_host: bool = False) -> str:
    """β's .conf, as it would be sent."""
    return next(it.content() for it in bundle(keyring, keys_on_host=keys_on_host).of("host") if it.path == LAYOUT.tunnel)


def facts(text: str) -> Facts:
    """A host on which we applied, with this .conf."""
    file = HostFile(LAYOUT.tunnel, "file", "0600", "0:0", "0" * 64, masked_conf(text), preshared_digest(text))
    return Facts(files={LAYOUT.tunnel: file}, applied={LAYOUT.tunnel: "0" * 64}, public_key=PUBLIC["host"])


@pytest.mark.parametrize(
    ("keys_on_host", "there", "said"),
    [
        (True, "host", None),
        (True, None, "gets a new key, as its former one"),
        (True, "alice", "has another key ("),
        (False, None, None),
    ],
)
def test_whoever_gave_out_files_is_told_when_the_host_has_not_that_key(keys_on_host: bool, there: str | None, said: str | None) -> None:
    site = replace(SITE, host=replace(SITE.host, keys_on_host=keys_on_host))
    plan = make_plan(site, Strategy.MASQUERADE, masquerade_into_tunnel=False, public_keys=PUBLIC)
    notes = another_key(plan, replace(facts(conf(KEYRING)), public_key=PUBLIC.get(there or "")))
    assert len(notes) == (said is not None)
    assert all(said is not None and said in note and PUBLIC["host"] in note for note in notes)


def test_where_no_file_was_given_out_nothing_is_said_of_a_new_key() -> None:
    site = replace(SITE, host=replace(SITE.host, keys_on_host=True))
    public = {name: key for name, key in PUBLIC.items() if name != "host"}
    assert another_key(make_plan(site, Strategy.MASQUERADE, masquerade_into_tunnel=False, public_keys=public), Facts()) == ()


def without_preshared(text: str, point: str) -> str:
    return text.replace(f"PresharedKey = {KEYRING.preshared[point].reveal()}\n", "")


def test_the_keys_that_the_host_has_are_no_difference() -> None:
    there = facts(conf(KEYRING))
    wanted = wanted_of(bundle(Keyring()), there, LAYOUT)
    assert wanted.missing == ()
    assert LAYOUT.tunnel not in [change.path for change in changes(there, wanted, LAYOUT)]


def test_a_key_that_neither_side_has_is_missing_and_told_by_the_points_name() -> None:
    missing = wanted_of(bundle(Keyring()), facts(without_preshared(conf(KEYRING), "bob")), LAYOUT).missing
    assert missing == ("points[1].preshared_key",)
    problem = _incomplete(missing[0], SITE)
    assert "bob" in problem.message
    assert problem.hint is not None
    assert "--passphrase-file" in problem.hint


def test_a_file_that_is_not_ours_supplies_no_key() -> None:
    there = replace(facts(conf(KEYRING)), applied={})
    assert wanted_of(bundle(Keyring()), there, LAYOUT).missing == (
        "host.private_key",
        "points[0].preshared_key",
        "points[1].preshared_key",
    )


def test_other_preshared_keys_that_are_known_here_are_a_change() -> None:
    other = replace(KEYRING, preshared={**KEYRING.preshared, "bob": generate_preshared()})
    there = facts(conf(KEYRING))
    found = {change.path: change.diff for change in changes(there, wanted_of(bundle(other), there, LAYOUT), LAYOUT)}
    assert "preshared keys change (hidden)" in found[LAYOUT.tunnel]


def test_another_key_is_a_change_also_where_the_host_keeps_those_that_are_not_known_here() -> None:
    there = facts(conf(KEYRING))
    for point, key, is_change in (("bob", KEYRING.preshared["bob"], False), ("bob", generate_preshared(), True)):
        wanted = wanted_of(bundle(Keyring(preshared={point: key})), there, LAYOUT)
        assert wanted.missing == ()
        found = {change.path: change.diff for change in changes(there, wanted, LAYOUT)}
        assert found.get(LAYOUT.tunnel) == ("# preshared keys change (hidden)\n" if is_change else None)


# --- the host's side -------------------------------------------------------------------------------------------------------


def filled(shell: Shell, folder: Path, sent: str, there: str | None) -> tuple[str, str]:
    """What `fill_keys` says, and what becomes of the file that was sent, on a host whose present file is `there`."""
    state, run = folder / "state", folder / "run"
    (run / "transaction/new").mkdir(parents=True)
    (state / "wg0").mkdir(parents=True)
    staged = run / "transaction/new/wg0.conf"
    staged.write_text(sent)
    if there is not None:
        (folder / "wg0.conf").write_text(there)
        (state / "wg0/applied").write_text("")
    main = 'release() { :; }; wg() { printf "%s\\n" "$GENERATED"; }; fill_keys; exit'
    values = {"STATE": str(state), "RUN": str(run), "TUNNEL": str(folder / "wg0.conf"), "GENERATED": GENERATED}
    done = subprocess.run(
        [*shell, "-s"], input=script(LAYOUT, "transaction", main=main, **values), capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout, staged.read_text()


GENERATED = generate_private().reveal()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_host_puts_its_own_keys_in_by_the_peers_public_key(shell: Shell, tmp_path: Path) -> None:
    whole = conf(KEYRING)
    head, alice, bob = whole.split("\n[Peer]\n")
    by_hand = f"{head}\n[Peer]\n{bob.rstrip()}\n\n[peer]\n{alice}".replace("PresharedKey = ", "  presharedkey=").replace("\n", " # odd\n")
    assert filled(shell, tmp_path, conf(Keyring()), by_hand) == ("", whole)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_private_key_is_made_only_where_there_is_none_and_it_is_to_be_made_there(shell: Shell, tmp_path: Path) -> None:
    sent, made = conf(KEYRING, keys_on_host=True), "# PrivateKey = (made on beta)"
    assert filled(shell, tmp_path / "1", sent, None) == ("", sent.replace(made, f"PrivateKey = {GENERATED}"))
    own = KEYRING.private["host"].reveal()
    assert filled(shell, tmp_path / "2", sent, conf(KEYRING)) == ("", sent.replace(made, f"PrivateKey = {own}"))
    said, _ = filled(shell, tmp_path / "3", conf(Keyring()), None)
    assert said.startswith("@ failed a key is missing")
    said, _ = filled(shell, tmp_path / "4", conf(Keyring()), without_preshared(conf(KEYRING), "bob"))
    assert said.startswith("@ failed a key is missing")


@pytest.mark.parametrize("shell", SHELLS)
def test_here_documents_with_keys_are_kept_in_the_transactions_own_directory(shell: Shell, tmp_path: Path) -> None:
    """bash writes one to a file; its name is seen while it is read. It has to be longer than a pipe takes at once."""
    document = "put() { readlink /proc/self/fd/0; exit; }\nstage_files() {\nput x <<'END'\n" + "secret\n" * 20000 + "END\n}\n"
    main = document + "fingerprint() { echo F; }; alone() { :; }; mkdir -p $T; main"
    text = script(LAYOUT, "transaction", main=main, RUN=str(tmp_path / "run"), FINGERPRINT="F")
    done = subprocess.run([*shell, "-s"], input=text, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(("pipe:", str(tmp_path / "run/transaction/")))
