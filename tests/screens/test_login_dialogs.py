"""What a login may ask for, as dialogs. The connector here only asks; the live logins are in tests/system."""

from dataclasses import dataclass, field

import pytest

from tests.screens.fake_connector import FakeConnector
from tests.screens.person import Person, sit_down
from tests.screens.test_apply import OFFICE, to_the_apply_page
from wgwizard.applying import Ask, Outcome, Prompt
from wgwizard.errors import RemoteError
from wgwizard.wizard.draft import Draft

KEY = "/home/me/.ssh/id_ed25519"


@dataclass
class AskingConnector(FakeConnector):
    """Asks everything that a login may ask for, then gives up; keeps the answers."""

    answers: list[object] = field(default_factory=list)

    def apply(self, site, make_plan, keyring, target, ask: Ask, tell, *, dry_run: bool) -> Outcome:
        self.answers += [ask.key_passphrase(KEY), ask.key_passphrase(KEY, 1), ask.login_password("admin@beta", 2)]
        prompts = (Prompt("Your name:", echo=True), Prompt("One-time code:"))
        self.answers += [ask.answers("admin@beta", "Please be quick.", prompts), ask.answers("admin@beta", "", prompts)]
        raise RemoteError("nobody is let in")


@pytest.mark.slow
async def test_what_a_login_asks_for_is_asked_masked_and_can_be_left():
    host = AskingConnector()
    async with sit_down(host, draft=Draft(OFFICE), begin_at="strategy") as person:
        await to_the_apply_page(person)
        await person.press("enter")
        await answer_everything(person)
    passphrase, none, password, answers, given_up = host.answers
    assert (passphrase.reveal(), none, password.reveal()) == ("secret-1", None, "secret-2")
    assert [one.reveal() for one in answers] == ["me", "secret-3"]
    assert given_up is None
    assert "secret-" not in "".join(person.everything_seen)


async def answer_everything(person: Person) -> None:
    await person.sees("The passphrase of your SSH key", KEY, "Escape goes on without this key")
    await person.pastes("secret-1")
    await person.press("enter")
    await person.sees("× That was not it (1 tried so far).")
    await person.press("escape")
    await person.sees("The password of admin@beta", "× That was not it (2 tried so far).")
    await person.pastes("secret-2")
    await person.press("enter")
    await person.sees("The login of admin@beta", "Please be quick.", "Your name:", "One-time code:")
    await person.pastes("me")
    await person.press("enter")
    await person.pastes("secret-3")
    await person.sees("me")
    await person.press("enter")
    await person.sees("The host asks:")
    await person.press("escape")
    await person.sees("nobody is let in")
