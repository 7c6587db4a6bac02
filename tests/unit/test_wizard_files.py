"""The files' names in the list and above the preview, what the preview shows, and the folder that they are written to."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.article import article
from wgwizard.errors import WgwizardError
from wgwizard.keys import Keyring, complete_keyring, remember
from wgwizard.lock import Lock
from wgwizard.pipeline import result, study
from wgwizard.render.artefact import lacks_text
from wgwizard.site import Strategy
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.files import heading, label, shown_text
from wgwizard.wizard.study import Outlook
from wgwizard.wizard.tools import write_files


def made(platform: str, keyring: Keyring | None = None):
    site = article()
    site = replace(site, strategy=Strategy.GATEWAY, points=(replace(site.points[0], platform=platform),))
    found = study(site, Lock())
    return site, result(found, complete_keyring(found.site, Keyring(), found.lock) if keyring is None else keyring).bundle


def test_only_linux_keeps_a_points_file_at_a_path():
    for platform, said in (("linux", "endpoint-a: /etc/wireguard/wg0.conf"), ("windows", "endpoint-a: wg0.conf, for its WireGuard app")):
        site, bundle = made(platform)
        (file,) = bundle.of("endpoint-a")
        assert label(file, site).startswith(said)
        assert file.path == "/etc/wireguard/wg0.conf"
    assert heading(file, site).startswith("wg0.conf of endpoint-a, for its WireGuard app · keys are hidden")


def test_a_card_fits_the_preview_and_loses_no_word():
    site, bundle = made("linux")
    card = next(artefact for artefact in bundle.of("router") if "computers" in artefact.path)
    assert label(card, site).startswith("card: route-on-the-computers.txt")
    shown = shown_text(card, 60)
    assert [line for line in shown.splitlines() if len(line) > 60] == []
    assert "    ip route get 10.0.0.2        # must say: via\n        192.168.200.2\n" in shown
    assert shown.split() == card.text.split()
    host = bundle.of("host")[0]
    assert shown_text(host, 60) == host.text


def test_what_lacks_is_said_with_the_points_name_and_never_as_a_path():
    _, bundle = made("linux", Keyring())
    (point,), names = bundle.of("endpoint-a"), ["endpoint-a"]
    assert lacks_text(point.missing).startswith("its private key, Host β's public key")
    assert "the preshared key of endpoint-a" in lacks_text(("points[0].preshared_key",), names)
    for artefact in bundle.artefacts:
        said = lacks_text(artefact.missing, names)
        assert "points[" not in said
        keys = [name for name in artefact.missing if name.startswith("points[") and name.endswith(("private_key", "preshared_key"))]
        assert ("their passphrase opens them" in said) is bool(keys)


def test_files_that_wait_for_sealed_keys_are_named_once_and_how_to_open_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    site = article()
    found = study(replace(site, strategy=Strategy.GATEWAY), Lock())
    whole = complete_keyring(found.site, Keyring(), found.lock)
    made = result(found, whole)
    assert write_files(Draft(path="site.yaml"), Outlook(made.plan, whole, made.bundle, (), ())).count("Host β's public key") == 0
    found = replace(found, lock=remember(found.lock, whole))
    made = result(found, Keyring())
    lines = write_files(Draft(path="site.yaml", sealed=True), Outlook(made.plan, Keyring(), made.bundle, (), ())).splitlines()
    assert [line.partition(":")[0] for line in lines[1:]] == [
        "○ not complete yet",
        "○ Host β's files are not complete yet, missing",
        "Sealed keys",
    ]
    assert "endpoint-a" in lines[1]
    assert "the preshared key of endpoint-a" in lines[2]
    assert "points[" not in "".join(lines)


@pytest.mark.parametrize("broken", ["site", "site/endpoint-a", "site/host/etc"])
def test_a_file_where_a_folder_has_to_be_is_said(tmp_path, monkeypatch, broken):
    monkeypatch.chdir(tmp_path)
    Path(broken).parent.mkdir(parents=True, exist_ok=True)
    Path(broken).touch()
    found = study(replace(article(), strategy=Strategy.GATEWAY), Lock())
    keys = complete_keyring(found.site, Keyring(), found.lock)
    made = result(found, keys)
    with pytest.raises(WgwizardError, match=f"^{broken} is a file, where a folder has to be$") as caught:
        write_files(Draft(path="site.yaml"), Outlook(made.plan, keys, made.bundle, (), ()))
    assert "choose another place" in caught.value.hint


def test_a_folder_that_cannot_be_made_is_said(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    found = study(replace(article(), strategy=Strategy.GATEWAY), Lock())
    keys = complete_keyring(found.site, Keyring(), found.lock)
    made = result(found, keys)
    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(WgwizardError, match="site cannot be made: No space left on device"):
        write_files(Draft(path=str(tmp_path / "site.yaml")), Outlook(made.plan, keys, made.bundle, (), ()))
