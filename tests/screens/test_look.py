"""Once one can log in to Host β, the wizard offers to look at it; FakeConnector and `Facts` written here stand in for the host."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import OptionList

from tests.screens.fake_connector import FakeConnector
from tests.screens.person import Person, matches_golden, sit_down
from tests.screens.test_apply import OFFICE
from tests.unit.test_proposing import BETA
from wgwizard import profiles
from wgwizard.host.facts import System
from wgwizard.questions import new_document
from wgwizard.secret import Secret
from wgwizard.target import Target
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import OPEN
from wgwizard.wizard.tools import Tools

SITE_KNOWN = Draft({**new_document(), "site": {"networks": ["192.168.1.0/24"]}})
SHOWN = replace(BETA, system=System(name="Debian GNU/Linux 12 (bookworm)", node="nas-box"))


async def logs_in(person: Person) -> None:
    await person.types("pi@192.168.1.10")
    await person.press("ctrl+n")
    await person.sees("Look at pi@192.168.1.10 first?", "only reads")
    await person.press("enter")


@pytest.mark.slow
async def test_a_look_fills_in_what_the_host_shows_and_the_tunnel_avoids_its_networks():
    connector = FakeConnector(shows=SHOWN)
    async with sit_down(connector, draft=SITE_KNOWN, begin_at="host") as person:
        await logs_in(person)
        await person.sees("Is this Host β?")
        await person.press("right", "enter")
        await person.sees("✓ looked at nas-box: Debian GNU/Linux 12", "found: nas-box's eth0")
        matches_golden("looked-2-host.txt", person.read())
        await person.press("ctrl+n")
        await person.sees("3 of 9 · Tunnel", "10.64.2.0/24", "found: 51820 is taken on nas-box")
        await person.press("ctrl+n")
        await person.sees("4 of 9 · Points")
        document = person.app.draft.document
    assert document["host"] == {
        "ssh": "pi@192.168.1.10",
        "addresses": ["192.168.1.10/24"],
        "interface": "eth0",
        "name": "nas-box",
        "default_gateway": False,
    }
    assert document["tunnel"] == {"networks": ["10.64.2.0/24"], "port": 51822, "interface": "wg1"}
    assert document["site"]["networks"] == ["192.168.1.0/24"]


@pytest.mark.slow
async def test_what_was_typed_and_the_host_shows_otherwise_is_said_beside_it():
    document = {**SITE_KNOWN.document, "host": {"ssh": "pi@192.168.1.10", "addresses": ["192.168.1.11/24"]}}
    async with sit_down(FakeConnector(shows=SHOWN), draft=Draft(document), begin_at="host") as person:
        await person.press("f4")
        await person.sees("Is this Host β?")
        await person.press("right", "enter")
        await person.sees("✓ looked at nas-box", "Some answers differ", "! nas-box has not 192.168.1.11, it has 192.168.1.10/24")


async def test_what_was_found_stays_in_view_though_an_answer_far_below_is_open():
    beta = {"ssh": "pi@192.168.1.10", "addresses": ["192.168.1.10/24"], "endpoint": "192.168.1.10:51820"}
    shows = replace(SHOWN, routes=())
    async with sit_down(FakeConnector(shows=shows), draft=Draft({**SITE_KNOWN.document, "host": beta}), begin_at="host") as person:
        await person.press("f4")
        await person.sees("Is this Host β?")
        await person.press("right", "enter")
        await person.sees("✓ looked at nas-box: Debian GNU/Linux 12")
        await person.app.workers.wait_for_complete()
        await person.pilot.pause()
        assert "✓ looked at nas-box: Debian GNU/Linux 12" in person.read()


@pytest.mark.slow
async def test_a_host_that_cannot_be_looked_at_is_no_reason_to_stop_and_each_login_is_offered_once():
    async with sit_down(FakeConnector(), draft=SITE_KNOWN, begin_at="host") as person:
        await logs_in(person)
        await person.sees("Is this Host β?")
        await person.press("right", "enter")
        await person.sees("× 192.168.1.10 port 22 cannot be reached", "Go on by hand, or F4 tries again.")
        await person.press("ctrl+n")
        await person.sees("3 of 9 · Tunnel")
        assert person.app.draft.document["host"]["addresses"] == ["192.168.1.10"]


@pytest.mark.slow
async def test_whoever_types_the_address_is_not_stopped():
    connector = FakeConnector(shows=SHOWN)
    async with sit_down(connector, draft=SITE_KNOWN, begin_at="host") as person:
        await person.types("pi@192.168.1.10")
        await person.press("enter")
        await person.types("192.168.1.10/24")
        await person.press("ctrl+n")
        await person.sees("3 of 9 · Tunnel")
    assert connector.targets == []


@pytest.mark.slow
async def test_escape_goes_on_without_a_look():
    connector = FakeConnector(shows=SHOWN)
    async with sit_down(connector, draft=SITE_KNOWN, begin_at="host") as person:
        await person.types("pi@192.168.1.10")
        await person.press("ctrl+n")
        await person.sees("Look at pi@192.168.1.10 first?")
        await person.press("escape")
        await person.sees("3 of 9 · Tunnel")
    assert connector.targets == []


async def looks_at(person, name):
    """Open a saved site on the first page, and look at its Host β."""
    while "Welcome" not in person.read():
        await person.press("escape")
    offers = person.app.query_one(OptionList)
    while offers.highlighted_option.id != OPEN:
        await person.press("down")
    await person.press("enter")
    await person.sees("The path of its file:")
    await person.press("end", "ctrl+u")
    await person.pastes(name)
    await person.press("enter")
    await person.sees(f"{Path(name).stem}", "1 of 9")
    await person.press("ctrl+n")
    await person.sees("2 of 9")
    await person.press("f4")
    await person.sees("Is this Host β?")
    await person.press("escape")
    await person.sees("F4 tries again")


@pytest.mark.slow
async def test_what_the_command_line_gives_to_log_in_serves_the_site_that_it_was_given_for():
    """A site that is opened next may be anybody's: neither key nor password goes to its host unasked."""
    for name in ("office", "annex"):
        profiles.save_site(f"{name}.yaml", {**OFFICE, "name": name})
    host = FakeConnector()
    secret = Secret("the password")
    login = Target("", "key", "known", ("SHA256:x",), secret, secret, secret, 30.0)
    async with sit_down(tools=Tools(host, login=login)) as person:
        await looks_at(person, "office.yaml")
        await looks_at(person, str(Path("office.yaml").absolute()))
        await looks_at(person, "annex.yaml")
    assert host.targets == [replace(login, address="admin@192.168.1.10")] * 2 + [
        Target("admin@192.168.1.10", known_hosts="known", confirm_timeout=30.0)
    ]


def test_a_login_that_served_nobody_yet_goes_to_the_site_that_is_opened_next():
    tools = Tools(login=Target("", "key"))
    assert tools.for_another_site().target("a").identity == "key"
    assert tools.for_another_site().target("b").identity is None
    assert Tools(login=Target("", "key"), login_of={"home.yaml"}).for_another_site().target("b").identity is None
