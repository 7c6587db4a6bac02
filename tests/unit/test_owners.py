"""What is left to people: the same words on the wizard's last page and on the command line."""

from dataclasses import replace

import pytest

from screens.owners import waiting_text, what_to_do
from tests.unit.article import KEYS, article
from wgwizard.cli.output import owners_text
from wgwizard.keys import Keyring, complete_keyring
from wgwizard.lock import Lock
from wgwizard.owners import file_of, handshake_text, owner_steps
from wgwizard.pipeline import result, study


@pytest.mark.parametrize("platform", ["linux", "windows", "macos", "android", "ios"])
@pytest.mark.parametrize("own_key", [False, True])
def test_the_wizard_and_the_command_line_tell_an_owner_the_same(platform, own_key):
    site = article()
    point = replace(site.points[0], platform=platform, public_key=KEYS["endpoint-a"] if own_key else None)
    site = replace(site, points=(point,))
    steps = owner_steps(site, point)
    found = study(site, Lock())
    bundle = result(found, complete_keyring(found.site, Keyring(), found.lock)).bundle
    for shown in ("\n".join(line.plain for line in what_to_do(site, bundle)), owners_text(site)):
        assert all(step in shown for step in steps)
    assert len(steps) == 1 + own_key
    assert all("endpoint-a/etc/wireguard/wg0.conf" in step for step in steps)
    assert file_of(site, point) in {f"{artefact.node}{artefact.path}" for artefact in bundle.artefacts}


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (None, "○ laptop: no handshake yet"),
        (0.0, "✓ laptop: handshake 0 s ago"),
        (180.0, "✓ laptop: handshake 180 s ago"),
        (181.0, "! laptop: last handshake 181 s ago, not connected now"),
    ],
)
def test_a_handshake_older_than_three_minutes_is_a_dead_session(age, said):
    assert handshake_text("laptop", age) == said
    site = article()
    site = replace(site, points=(replace(site.points[0], name="laptop"),))
    assert waiting_text(site, {"laptop": "key"}, {"key": age}) == f"Handshakes\n  {said}"
