"""What only a conversation does: menus of its own, proposals, a look at the host, applying, sealed keys. A scripted terminal answers."""

from pathlib import Path

import pytest

from tests.screens.fake_connector import FINGERPRINT, HOST_PUBLIC_KEY, FakeConnector
from wgwizard import profiles
from wgwizard.applying import Step
from wgwizard.errors import CancelledError
from wgwizard.profiles import unfinished
from wgwizard.prompts import converse
from wgwizard.prompts.talk import Asked
from wgwizard.questions import Choice
from wgwizard.secret import Secret
from wgwizard.surroundings_parsing import parse_surroundings
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import offers, open_preset
from wgwizard.wizard.tools import Tools

PASSPHRASE = Secret("quiet anvil marble thistle")
ADDRESSES = "2: eth0    inet 192.168.7.20/24 brd 192.168.7.255 scope global eth0\n"
ROUTES = "default via 192.168.7.1 dev eth0 \n192.168.7.0/24 dev eth0 scope link \n"


class Scripted:
    """A terminal (prompts.Talk): answers by a prompt's first words, each once and in order; everything else by Enter."""

    help = "the keys"
    columns = 80

    def __init__(self, *answers: tuple[str, str], secrets: tuple[Secret | None, ...] = (PASSPHRASE,) * 9) -> None:
        self.answers, self.secrets = list(answers), list(secrets)
        self.said: list[str] = []
        self.asked: list[Asked] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def _next(self, prompt: str) -> str | None:
        assert len(self.said) < 3000, f"asked without end: {prompt}"
        if self.answers and prompt.startswith(self.answers[0][0]):
            answer = self.answers.pop(0)[1]
            if answer == "^D":
                raise EOFError
            return answer
        return None

    def text(self, asked: Asked) -> str:
        self.asked.append(asked)
        answer = self._next(asked.prompt)
        return asked.current if answer is None else answer

    def one(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        self.asked.append(asked)
        answer = self._next(asked.prompt)
        return asked.current if answer is None else answer

    many = one

    def yes(self, prompt: str, *, default: bool) -> bool | None:
        answer = self._next(prompt)
        return default if answer is None else None if answer == "<" else answer == "y"

    def secret(self, prompt: str) -> Secret | None:
        self.said.append(f"? {prompt}")
        return self.secrets.pop(0)

    def code(self, rows: list[str]) -> None:
        self.said += rows

    @property
    def everything(self) -> str:
        return "\n".join(self.said)


BEGIN = (("Which networks", "192.168.1.0/24"), ("How do you log in", "admin@192.168.1.10"), ("Under which", "vpn.b.home.arpa"))


def applied(connector: FakeConnector, *after: tuple[str, str]) -> Scripted:
    connector.go_on.set()
    on_the_way = (("What next?", "on"), ("What next?", "apply"), ("Is this Host β?", "y"))
    talk = Scripted(*BEGIN[:2], ("Look at admin", "n"), BEGIN[2], *on_the_way, *after)
    converse(talk, Tools(connector))
    assert talk.answers == []
    return talk


def test_applying_asks_tells_how_far_it_is_and_remembers_the_hosts_key():
    connector = FakeConnector()
    talk = applied(connector, ("Make these changes?", "y"), ("What next?", "write"), ("What next?", "look"), ("What next?", "leave"))
    assert connector.applied == ["masquerade"]
    assert connector.sudo == [PASSPHRASE]
    assert FINGERPRINT in talk.everything
    assert "+PrivateKey = (hidden)" in talk.everything
    assert "(undo in 1:30)" in talk.everything
    assert "✓ Host β is as planned." in talk.everything
    assert "○ laptop: no handshake yet" in talk.everything
    assert profiles.load_lock("home.yaml").public_keys["host"] == HOST_PUBLIC_KEY
    assert f"PublicKey = {HOST_PUBLIC_KEY}" in Path("home/laptop/etc/wireguard/wg0.conf").read_text()


def test_an_apply_that_fails_says_why_and_can_be_left():
    connector = FakeConnector(fails_at=Step.VERIFY)
    talk = applied(connector, ("Make these changes?", "y"), ("What next?", "on"), ("What next?", "leave"))
    assert connector.applied == []
    assert "× the tunnel did not come up, so the host went back to how it was" in talk.everything


def test_nothing_is_changed_without_a_yes():
    connector = FakeConnector()
    talk = applied(connector, ("Make these changes?", "n"), ("What next?", "on"), ("What next?", "leave"))
    assert connector.applied == []
    assert "× nothing was changed" in talk.everything


def around():
    return parse_surroundings({"addresses": ADDRESSES, "routes": ROUTES, "links": "2: eth0: <UP>", "host_name": "desk", "system": "Linux"})


def test_what_was_found_is_the_answer_that_stands_and_is_marked_as_found():
    talk = Scripted(("How do you log in", ""), ("Which address does", "192.168.7.2/24"), ("What next?", "on"), ("What next?", "leave"))
    draft = converse(talk, Tools(look_around=around))
    networks = next(asked for asked in talk.asked if asked.prompt.startswith("Which networks"))
    assert (networks.current, networks.proposed) == ("192.168.7.0/24", True)
    assert "found: this computer's eth0" in networks.remark
    assert draft.document["site"]["networks"] == ["192.168.7.0/24"]
    # Asked for by nobody, as a question that nearly everyone leaves alone: it stands all the same.
    assert draft.document["site"]["router"] == ["192.168.7.1"]


def test_what_was_found_and_emptied_stays_empty():
    talk = Scripted(
        ("Look at", "y"), ("What is the address of the site's router", "-"), ("Which address does", "192.168.7.2/24"), ("Must", "^D"),
    )  # fmt: skip
    with pytest.raises(CancelledError):
        converse(talk, Tools(look_around=around))
    (kept,) = unfinished.drafts()
    assert "router" not in kept.document["site"]


def saved() -> None:
    converse(Scripted(*BEGIN, ("What next?", "on"), ("What next?", "leave")), Tools())


def test_a_saved_site_is_opened_with_its_keys_and_none_is_made_anew():
    saved()
    before = Path("home.yaml").read_bytes(), profiles.load_keys("home.yaml", PASSPHRASE)
    talk = Scripted(("What next?", "on"), ("What next?", "leave"))
    converse(talk, Tools(), site_path="home.yaml")
    assert (Path("home.yaml").read_bytes(), profiles.load_keys("home.yaml", PASSPHRASE)) == before


def test_a_wrong_passphrase_is_said_and_asked_for_again():
    saved()
    talk = Scripted(("What next?", "on"), ("What next?", "leave"), secrets=(Secret("wrong"), PASSPHRASE))
    draft = converse(talk, Tools(), site_path="home.yaml")
    assert "the passphrase is wrong" in talk.everything
    assert set(draft.keyring.private) == {"laptop"}


def test_another_file_is_replaced_only_after_a_yes():
    Path("home.yaml").write_text("mine")
    talk = Scripted(
        *BEGIN, ("What next?", "on"), ("Where should", "home.yaml"), ("home.yaml is there", "n"), ("Where should", "other.yaml"),
        ("What next?", "leave"),
    )  # fmt: skip
    assert converse(talk, Tools()).path == "other.yaml"
    assert Path("home.yaml").read_text() == "mine"


def test_where_no_strategy_fits_enter_overrules_nothing_but_leads_back_to_the_answers():
    talk = Scripted(
        *BEGIN[:1], ("Look at", "y"), ("Where at the site", "none"), *BEGIN[1:], ("What next?", "on"), ("Must computers", "yes"),
        ("Must computers", "no"), ("What next?", "leave"),
    )  # fmt: skip
    draft = converse(talk, Tools())
    said = " ".join(talk.everything.split())
    helps = said.index("No strategy gives all that you ask What would help · if routes could be added")
    assert helps < said.index("Nearest: Masquerade ○ it means Host β stands in")
    assert "strategy" not in draft.document


def test_every_question_says_why_and_every_first_question_leads_a_page_back():
    talk = Scripted(
        *BEGIN[:1], ("How do you log in", "?"), ("How do you log in", "<"), ("What do you call", "hut"), ("Which address", "^D"),
    )  # fmt: skip
    with pytest.raises(CancelledError) as left:
        converse(talk, Tools())
    assert "Whatever you type after `ssh`" in " ".join(talk.everything.split())
    (kept,) = unfinished.drafts()
    assert kept.document["name"] == "hut"
    assert str(kept.path) in left.value.message


def test_from_the_first_page_one_gets_back_to_what_one_may_begin_with_and_the_answers_are_still_there():
    begins = "What would you like"
    talk = Scripted(
        (begins, "new"), ("What do you call", "hut"), ("Which computers", "<"), ("What do you call", "<"),
        (begins, "present"), ("What do you call", "<"), (begins, "preset"), ("Which one?", "?"), ("Which one?", "home-pi"),
        ("What do you call", "^D"),
    )  # fmt: skip
    with pytest.raises(CancelledError):
        converse(talk, Tools())
    assert talk.answers == []
    assert [draft.document["name"] for draft in unfinished.drafts()] == ["hut"]


def test_from_the_offer_to_look_and_from_that_of_more_questions_one_gets_back_to_the_question_before():
    connector = FakeConnector()
    talk = Scripted(
        BEGIN[0], ("Look at these", "<"), ("Which networks", "192.168.5.0/24"), ("Look at these", "n"), ("How do you log in", "admin@a"),
        ("Look at admin@a now?", "<"), ("How do you log in", "admin@a"), ("Look at admin@a now?", "n"), ("Which address", "^D"),
    )  # fmt: skip
    with pytest.raises(CancelledError):
        converse(talk, Tools(connector))
    assert talk.answers == []
    assert connector.targets == []
    (kept,) = unfinished.drafts()
    assert kept.document["site"]["networks"] == ["192.168.5.0/24"]


def test_that_an_answer_is_the_presets_example_is_said_with_its_question_and_with_no_other():
    talk = Scripted(("Which networks", "^D"))
    with pytest.raises(CancelledError):
        converse(talk, Tools(), document=open_preset("home-pi").document)
    told = {asked.prompt: "this is the preset's example" in asked.remark for asked in talk.asked}
    assert told["Which networks at the site does the tunnel connect?"]
    assert not told["What do you call this set-up?"]
    assert "preset's example" not in talk.everything


def test_where_the_command_line_said_what_to_begin_with_the_first_page_stays_the_first():
    profiles.save_site("home.yaml", open_preset("home-pi").document)
    with pytest.raises(CancelledError):  # left on the second page, with an answer that is not saved
        converse(Scripted(("What do you call", "hut"), ("How do you log in", "^D")), Tools(), site_path="home.yaml")
    talk = Scripted(("How do you log in", "<"), ("What do you call", "<"), ("What do you call", "barn"), ("Which networks", "^D"))
    with pytest.raises(CancelledError):
        converse(talk, Tools(), site_path="home.yaml")
    assert talk.answers == []


def test_a_computer_may_be_named_before_its_network_is_put_in_the_place_of_a_presets():
    with pytest.raises(CancelledError):
        converse(
            talk := Scripted(
                ("Which computers", "nas=192.168.50.10"),
                ("Which networks", "192.168.7.0/24"),
                ("Which computers", "nas=192.168.7.10"),
                ("Where", "^D"),
            ),
            Tools(),
            document=open_preset("home-pi").document,
        )
    assert talk.everything.count("192.168.50.10 is in none of") == 1  # once both are given, and they do not fit


def test_a_site_that_lies_in_this_directory_is_offered_first_and_a_preset_that_was_only_looked_at_is_no_draft():
    profiles.save_site(
        "home.yaml",
        {
            "version": 1,
            "name": "hut",
            "site": {"networks": ["192.168.1.0/24"]},
            "host": {"addresses": ["192.168.1.10/24"]},
            "points": [{"name": "laptop"}],
        },
    )
    Path("logging.yaml").write_text("version: 1\nhandlers: {}\n")
    with pytest.raises(CancelledError):
        converse(talk := Scripted(("What do you call", "^D")), Tools())
    assert [choice.text for choice in offers(Draft()) if choice.site] == ["Go on with home.yaml, saved just now"]
    assert talk.asked[0].current == "site-home.yaml"
    with pytest.raises(CancelledError) as left:
        converse(Scripted(("What would you like", "preset"), ("Which networks", "^D")), Tools())
    assert "Nothing was changed in the preset" in left.value.message
    assert unfinished.drafts() == ()


@pytest.mark.parametrize(("answer", "shown"), [("y", True), ("n", False)])
def test_a_points_keys_are_shown_after_a_yes_and_not_before(answer, shown):
    given = (("What next?", "give"), ("Whose?", "0"), ("How?", "show"), ("Show the keys?", answer), ("What next?", "leave"))
    talk = applied(FakeConnector(), ("Make these changes?", "y"), *given)
    key = next(iter(profiles.load_keys("home.yaml", PASSPHRASE).private.values())).reveal()
    assert (f"PrivateKey = {key}" in talk.everything) is shown
    assert "Whoever sees them can connect as laptop" in talk.everything
