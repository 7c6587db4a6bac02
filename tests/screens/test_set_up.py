"""A complete set-up of each strategy, from the first page to the saved files."""

from dataclasses import dataclass
from pathlib import Path

import pytest

import presets
from tests.screens.person import Person, matches_golden, sit_down
from wgwizard import profiles, sitefile
from wgwizard.recommend import TITLES
from wgwizard.secret import Secret
from wgwizard.site import Strategy
from wgwizard.sitefile import yamltext

PASSPHRASE = "quiet anvil marble thistle"


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


MORE = ("tab", "enter", "tab")  # from the last question to the first of those that nearly everyone leaves alone


async def test_masquerade_typed_from_scratch_at_80x24():
    async with sit_down() as person:
        matches_golden("masquerade-0-start.txt", person.read())
        await person.press("enter")
        await person.sees("1 of 9 · Site")
        await person.press("tab", "tab")
        await person.types("192.168.1.0/24")
        matches_golden("masquerade-1-site.txt", person.read())
        await person.press("ctrl+n")
        await person.sees("2 of 9 · Host β")
        await person.pastes("admin@192.168.1.10")
        await person.press("enter")
        await person.pastes("192.168.1.10/24")
        await person.press("enter")
        await person.pastes("vpn.b.home.arpa:51820")
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
        await person.press("insert")
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


@pytest.mark.slow
async def test_gateway_typed_from_scratch_by_keyboard_alone():
    async with sit_down(size=(120, 40)) as person:
        await person.press("ctrl+n")
        await person.press("ctrl+u")
        await person.pastes("office")
        await person.press("enter", "enter")
        await person.pastes("192.168.200.0/24, fd00:200::/64")
        await person.press(*MORE, "space", "down", "down", "space", "ctrl+n")
        await person.sees("2 of 9 · Host β")
        await person.press("enter")
        await person.pastes("192.168.200.2/24, fd00:200::2/64")
        await person.press("enter")
        await person.pastes("vpn.b.home.arpa:51822")
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


@dataclass(frozen=True)
class SetUp:
    """What is answered on the article's site where the strategies differ: keys that are pressed, and what is pasted for the points."""

    routes: tuple[str, ...]
    services: tuple[str, ...]
    may_reach: str
    needs: tuple[str, ...]


NOWHERE = ("down", "down", "down", "space")
ON_COMPUTERS = ("down", "down", "space")
WEB = ("web tcp 8000 as 8081", "web tcp 8000 as 8082")
SET_UPS = {
    Strategy.FORWARD: SetUp(NOWHERE, WEB, "", ("down",)),
    Strategy.MASQUERADE_FORWARD: SetUp(NOWHERE, WEB, "", ("down", "down")),
    Strategy.GATEWAY_FORWARD: SetUp(ON_COMPUTERS, WEB, "192.168.200.0/24, fd00:200::/64", ("down", "down", "enter", "left")),
}


async def answers(person: Person, *texts: str) -> None:
    """Paste each text and go on to the next answer."""
    for text in texts:
        if text:
            await person.pastes(text)
        await person.press("enter")


async def adds_a_point(person: Person, name: str, may_reach: str, services: str) -> None:
    await person.sees("a new one")
    await answers(person, name)
    await person.press("enter")
    await answers(person, may_reach)
    await person.pastes(services)
    await person.press("ctrl+n")
    await person.sees("4 of 9 · Points", name)


@pytest.mark.parametrize("strategy", SET_UPS, ids=lambda strategy: strategy.value)
@pytest.mark.slow
async def test_the_strategies_with_forwards_typed_from_scratch(strategy: Strategy):
    said, name = SET_UPS[strategy], strategy.value.replace("+", "-")
    async with sit_down() as person:
        await person.press("enter")
        await person.sees("1 of 9 · Site")
        await person.press("ctrl+u")
        await answers(person, "site-b", "")
        await person.pastes("192.168.200.0/24, vlan201=192.168.201.0/24, fd00:200::/64")
        await person.press(*MORE, *said.routes, "ctrl+n")
        await person.sees("2 of 9 · Host β")
        await answers(person, "admin@192.168.200.2", "192.168.200.2/24, fd00:200::2/64", "vpn.b.home.arpa:51822")
        await person.press("ctrl+n")
        await person.sees("3 of 9 · Tunnel")
        await answers(person, "10.0.0.0/24, fd00:10::/64", "10.0.0.2, fd00:10::2", "51822")
        await person.sees("4 of 9 · Points")
        await person.press("enter")
        await adds_a_point(person, "endpoint-a", said.may_reach, said.services[0])
        await person.press("insert")
        await adds_a_point(person, "a2", said.may_reach, said.services[1])
        await person.press("ctrl+n")
        await person.sees("5 of 9 · Needs")
        await person.press(*said.needs, "ctrl+n")
        await person.sees("6 of 9 · Strategy", f"Recommended: {TITLES[strategy]}")
        matches_golden(f"{name}-6-strategy.txt", person.read())
        await save(person)
    matches_golden(f"{name}.yaml", saved("site-b"))
    assert profiles.load_site("site-b.yaml").site.strategy is None


@pytest.mark.slow
async def test_a_set_up_begun_from_a_preset():
    wanted = next(preset for preset in presets.load_all() if preset.name == "article-gateway-forward")
    async with sit_down() as person:
        place = presets.load_all().index(wanted)
        await person.press(*["down"] * (place + 2), "enter")
        await person.sees("1 of 9 · Site")
        # A preset has every answer, so that F3 leads to the files at once, past the pages that other tests go through.
        await person.press("f3")
        await person.sees("7 of 9 · Files")
        await person.app.action_go("strategy")
        await person.sees("6 of 9", f"Recommended: {TITLES[Strategy.GATEWAY_FORWARD]}")
        await save(person)
    assert profiles.load_site("site-b.yaml").site == sitefile.read(yamltext.parse(wanted.text.encode())[0])[0]
