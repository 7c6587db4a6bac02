"""A complete set-up of each strategy, from the first page to the saved files."""

from pathlib import Path

import pytest

from tests.screens.person import Person, matches_golden, sit_down
from wgwizard import profiles, sitefile
from wgwizard.secret import Secret
from wgwizard.sitefile import yamltext

PASSPHRASE = "correct horse battery staple"


async def save(person: Person, *, keys: bool = True) -> None:
    """From the recommendation over the files to the saved site."""
    await person.press("ctrl+n")
    await person.sees("7 of 9 · Files", "Who reaches whom")
    await person.press("ctrl+n")
    await person.sees("8 of 9 · Save")
    await person.press("ctrl+n")
    if keys:
        await person.sees("A passphrase for the keys")
        await person.pastes(PASSPHRASE)
        await person.press("enter")
        await person.pastes(PASSPHRASE)
        await person.press("enter")
    await person.sees("9 of 9 · Apply")


def saved(name: str) -> str:
    """The saved site file; it loads again without a problem."""
    path = f"{name}.yaml"
    assert [problem for problem in profiles.load_site(path).warnings if problem.is_error] == []
    return Path(path).read_text()


async def test_masquerade_typed_from_scratch_at_80x24():
    async with sit_down() as person:
        matches_golden("masquerade-0-start.txt", person.read())
        await person.press("enter")
        await person.sees("1 of 9 · Site")
        await person.press("tab")
        await person.types("192.168.1.0/24")
        matches_golden("masquerade-1-site.txt", person.read())
        await person.press("ctrl+n")
        await person.sees("2 of 9 · Host β")
        await person.pastes("192.168.1.10/24")
        await person.press("enter")
        await person.pastes("vpn.example.com:51820")
        await person.press("enter")
        await person.pastes("admin@192.168.1.10")
        matches_golden("masquerade-2-host.txt", person.read())
        await person.press("ctrl+n")
        await person.sees("3 of 9 · Tunnel")
        matches_golden("masquerade-3-tunnel.txt", person.read())
        await person.press("ctrl+n")
        await person.sees("4 of 9 · Points")
        await person.press("enter")
        await person.types("laptop")
        matches_golden("masquerade-4-point.txt", person.read())
        await person.press("ctrl+n")
        await person.press("a")
        await person.types("phone")
        await person.press("enter", "down", "down", "down", "ctrl+n")
        matches_golden("masquerade-4-points.txt", person.read())
        await person.press("ctrl+n")
        await person.sees("5 of 9 · Needs")
        matches_golden("masquerade-5-needs.txt", person.read())
        await person.press("ctrl+n")
        await person.sees("Recommended: Masquerade")
        matches_golden("masquerade-6-strategy.txt", person.read())
        await save(person)
        matches_golden("masquerade-9-apply.txt", person.read())
    matches_golden("masquerade.yaml", saved("home"))
    keyring = profiles.load_keys("home.yaml", Secret(PASSPHRASE))
    assert set(keyring.private) == {"laptop", "phone"}
    assert dict(profiles.load_lock("home.yaml").public_keys) == dict(keyring.public)
    assert Path("home.secrets").stat().st_mode & 0o777 == 0o600
    everything = "".join(person.everything_seen) + Path("home.yaml").read_text() + Path("home.lock").read_text()
    secrets = [*keyring.private.values(), *keyring.preshared.values(), Secret(PASSPHRASE)]
    assert [secret for secret in secrets if secret.reveal() in everything] == []


async def test_gateway_typed_from_scratch_by_keyboard_alone():
    async with sit_down(size=(120, 40)) as person:
        await person.press("ctrl+n")
        await person.press("ctrl+u")
        await person.pastes("office")
        await person.press("enter")
        await person.pastes("192.168.200.0/24, fd00:200::/64")
        await person.press("enter", "space", "down", "down", "space", "ctrl+n")
        await person.sees("2 of 9 · Host β")
        await person.pastes("192.168.200.2/24, fd00:200::2/64")
        await person.press("enter")
        await person.pastes("vpn.example.com:51822")
        await person.press("ctrl+n")
        await person.sees("3 of 9 · Tunnel")
        await person.pastes("10.0.0.0/24, fd00:10::/64")
        await person.press("enter")
        await person.pastes("10.0.0.2, fd00:10::2")
        await person.press("enter")
        await person.pastes("51822")
        await person.press("enter")
        await person.sees("4 of 9 · Points")
        await person.press("enter")
        await person.pastes("endpoint-a")
        await person.press("ctrl+n", "ctrl+n")
        await person.sees("5 of 9 · Needs")
        await person.press("down", "down", "enter", "left", "enter")
        matches_golden("gateway-5-needs-120x40.txt", person.read())
        await person.press("ctrl+n")
        await person.sees("Recommended: Site gateway")
        matches_golden("gateway-6-strategy-120x40.txt", person.read())
        await save(person)
    matches_golden("gateway.yaml", saved("office"))


@pytest.mark.parametrize(
    ("preset", "heading"),
    [
        ("article-forward", "Recommended: Port forward"),
        ("article-masquerade-forward", "Recommended: Masquerade and port forward"),
        ("article-gateway-forward", "Site gateway and port forward"),
    ],
)
async def test_the_other_strategies_begun_from_their_presets(preset, heading):
    import presets

    async with sit_down() as person:
        place = presets.names().index(preset)
        await person.press(*["down"] * (place + 1), "enter")
        await person.sees("1 of 9 · Site")
        # A preset has every answer, so that F3 leads to the files at once, past the pages that other tests go through.
        await person.press("f3")
        await person.sees("7 of 9 · Files")
        await person.press("escape")
        await person.sees("6 of 9", heading)
        matches_golden(f"{preset}-6-strategy.txt", person.read())
        await save(person)
    wanted, _ = sitefile.read(yamltext.parse(presets.load(preset).text.encode())[0])
    assert saved("site-b")
    assert profiles.load_site("site-b.yaml").site == wanted
