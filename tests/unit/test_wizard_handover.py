"""A Linux point's file saved for another program than wg-quick."""

import stat
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.article import KEYS, article
from wgwizard.errors import WgwizardError
from wgwizard.keys import Keyring, complete_keyring
from wgwizard.lock import Lock
from wgwizard.pipeline import study
from wgwizard.render.forms import Form, in_form
from wgwizard.sitefile import to_document
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.handover import PointFile, key_made_here, lacks_only_host_key, point_files, save
from wgwizard.wizard.study import outlook
from wgwizard.wizard.study import study as study_of


def handed(platform: str = "linux", *, own_key: bool = False) -> PointFile:
    site = article()
    site = replace(site, points=(replace(site.points[0], platform=platform, public_key=KEYS["endpoint-a"] if own_key else None),))
    found = study(site, Lock())
    return point_files(outlook(found, complete_keyring(found.site, Keyring(), found.lock)))[0]


@pytest.mark.parametrize(
    ("path", "form", "names", "said"),
    [
        (
            "a.netdev",
            Form.NETWORKD,
            ["a.netdev", "a.network"],
            "a.netdev as /etc/systemd/network/50-wg0.netdev (mode 0640, group systemd-network)",
        ),
        ("a.nmconnection", Form.NETWORK_MANAGER, ["a.nmconnection"], "`sudo nmcli connection reload` takes it up"),
    ],
)
def test_it_is_saved_whole_for_its_owners_eyes(tmp_path: Path, path: str, form: Form, names: list[str], said: str) -> None:
    file = handed()
    assert said in save(file, str(tmp_path / path))
    assert sorted(one.name for one in tmp_path.iterdir()) == names
    parts = in_form(file.artefact, form, "wg0", at_start=True)
    assert [(tmp_path / name).read_text() for name in names] == [part.content() for part in parts]
    assert "PrivateKey" in parts[0].content() or "private-key" in parts[0].content()
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in names} == {0o600}


def test_who_keeps_the_key_is_told_where_it_goes_and_another_system_or_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    assert "in place of (kept on endpoint-a)" in save(handed(own_key=True), str(tmp_path / "own.netdev"))
    with pytest.raises(WgwizardError, match="runs windows") as refused:
        save(handed("windows"), str(tmp_path / "a.nmconnection"))
    assert ".conf" in refused.value.hint
    (tmp_path / "b.network").write_text("somebody's")
    with pytest.raises(WgwizardError, match=r"b\.network is there already"):
        save(handed(), str(tmp_path / "b.netdev"))
    assert (tmp_path / "b.network").read_text() == "somebody's"
    assert not (tmp_path / "b.netdev").exists()


def files_of(draft: Draft) -> tuple[PointFile, ...]:
    found, _ = study_of(draft)
    assert found is not None
    return point_files(outlook(found, draft.keyring))


def test_what_lacks_only_the_hosts_key_is_whole_once_that_is_made_here() -> None:
    site = article()
    draft = Draft(to_document(replace(site, host=replace(site.host, ssh="admin@192.168.1.10", keys_on_host=True))))
    assert all(map(lacks_only_host_key, files_of(draft)))
    here = key_made_here(draft)
    assert "host" in here.keyring.private
    assert here.has_unsaved_keys
    assert not here.is_saved
    assert not any(file.artefact.missing or lacks_only_host_key(file) for file in files_of(here))
    assert key_made_here(here).keyring == here.keyring  # made once


def test_what_lacks_more_than_the_hosts_key_would_not_be_whole() -> None:
    site = article()
    host = replace(site.host, ssh="admin@192.168.1.10", keys_on_host=True, endpoint=None)
    assert not any(map(lacks_only_host_key, files_of(Draft(to_document(replace(site, host=host))))))
