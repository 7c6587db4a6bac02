"""What --plain says of the answers and files is so, also under a preset and on a second pass."""

import getpass
import sys
from io import StringIO
from pathlib import Path

import pytest

from tests.front_ends.test_conversation import BEGIN, PASSPHRASE, Scripted
from tests.front_ends.test_plain_manners import left, squeezed
from tests.screens.fake_connector import FakeConnector
from wgwizard import profiles
from wgwizard.owners import Folder
from wgwizard.prompts import converse
from wgwizard.prompts.numbered import NumberedTalk
from wgwizard.prompts.talk import Asked
from wgwizard.questions import Choice
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.files import what_is_written
from wgwizard.wizard.opening import open_preset
from wgwizard.wizard.points import REMOVED
from wgwizard.wizard.tools import Tools
from wgwizard.wizard.words import MORE, MORE_PRESET

CHOICES = (Choice("on", "Go on"), Choice("add", "Add"), Choice("change", "Change"))


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def words(text: str) -> str:
    return f" more{text[len('More') :]}"


# --- the questions that nearly everyone leaves alone --------------------------------------------------------------------------


def test_answers_of_a_preset_among_the_questions_that_are_left_alone_are_called_that_and_named():
    networks = (("Which networks", "192.168.7.0/24"), ("Which address does", "192.168.7.2/24"))
    talk = left(Scripted(*networks, ("Look at these?", "n"), ("Who opens", "^D")), Tools(), document=open_preset("field-device").document)
    assert words(MORE_PRESET) in squeezed(talk)
    assert "What is Host β called? gate" in squeezed(talk)


def test_where_no_preset_answered_them_they_all_have_good_answers():
    talk = left(Scripted(*BEGIN, ("Look at these, which", "n"), ("Who opens", "^D")), Tools())
    assert words(MORE) in squeezed(talk)
    assert words(MORE_PRESET) not in squeezed(talk)


# --- a terminal whose arrow keys are signs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("\x1b[B3", "× “3”, with a key that"),
        ("\x1bOA", "× That key is none"),
        ("\x1b[1;5Cx\x07", "× “x”, with a key"),
        ("9", "× “9” is none"),
    ],
)
def test_a_key_that_types_no_sign_is_never_sent_back(typed, said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", StringIO(f"{typed}\n2\n{typed}\ny\n"))
    talk = NumberedTalk()
    assert talk.one(Asked("What next?", current="on"), CHOICES) == "add"
    assert talk.yes("Go on?", default=False) is True
    told = capsys.readouterr().err
    assert said in told
    assert all(sign.isprintable() or sign == "\n" for sign in told)


@pytest.mark.parametrize("typed", ["", "half a line"])
@pytest.mark.parametrize("ask", [lambda talk: talk.text(Asked("Which?")), lambda talk: talk.yes("Go on?", default=True)])
def test_what_is_said_after_ctrl_d_begins_on_a_line_of_its_own(ask, typed, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    with pytest.raises(EOFError):
        ask(NumberedTalk())
    assert capsys.readouterr().err.endswith("] \n")


def test_the_same_where_a_passphrase_was_asked_for(monkeypatch, capsys):
    def ended(*_: object, **__: object) -> str:
        raise EOFError

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", ended)
    with pytest.raises(EOFError):
        NumberedTalk().secret("The passphrase")
    assert capsys.readouterr().err.endswith("\n\n")


# --- removing a point ----------------------------------------------------------------------------------------------------------


def test_an_address_stays_reserved_only_where_one_was_given_out():
    removed = (("What next?", "remove"), ("Remove", "n"))
    back = (("Where should", "<"), ("Which would", "<"), ("Which way", "<"), ("Who opens", "<"))
    talk = left(Scripted(*BEGIN, *removed, ("What next?", "on"), ("Which would", "on"), *back, *removed, ("What next?", "^D")), Tools())
    assert squeezed(talk).count(REMOVED) == 1
    assert squeezed(talk).index("== Save ==") < squeezed(talk).index(REMOVED)


# --- what is written, and what a file lacks ------------------------------------------------------------------------------------


def test_nothing_is_said_to_be_written_before_it_is_and_what_is_afterwards():
    looked, on, back = ("Which would", "on"), ("What next?", "on"), ("What next?", "<")
    again = (back, ("Where should", "<"), looked)
    talk = Scripted(
        *BEGIN[:2], ("Look at admin", "n"), BEGIN[2], on, looked, *again, on, ("What next?", "write"), back, *again, on,
        ("What next?", "leave"),
    )  # fmt: skip
    converse(talk, Tools(FakeConnector()))
    assert talk.answers == []
    told = squeezed(talk)
    assert told.count("Nothing has been written yet.") == 1
    assert "The site is saved in home.yaml; none of these files has been written yet." in told
    assert "The site is saved in home.yaml; the folder home/ holds these files." in told


def test_a_folder_of_older_answers_and_a_site_that_was_changed_are_called_that():
    draft = Draft(path="home.yaml", saved={})
    assert what_is_written(draft, Folder("home/", is_current=False)) == (
        "home.yaml does not hold these answers yet; the folder home/ is older than these answers."
    )


GIVE = (("What next?", "give"), ("Whose?", "0"))


def by_ssh(*answers: tuple[str, str]) -> tuple[Scripted, Draft]:
    talk = Scripted(*BEGIN, ("What next?", "on"), *answers, ("What next?", "leave"))
    draft = converse(talk, Tools())
    assert talk.answers == []
    return talk, draft


def test_a_file_that_lacks_only_the_hosts_key_is_whole_at_once_where_that_is_made_here_and_the_site_saved():
    talk, draft = by_ssh(
        *GIVE, ("Let Host β's key", "y"), ("Where should the site", "home.yaml"), ("How?", "save"), ("What next?", "write")
    )
    assert f"PublicKey = {draft.keyring.public['host']}" in Path("laptop.conf").read_text()
    assert draft.is_saved
    assert "host" in profiles.load_keys("home.yaml", PASSPHRASE).private
    assert "keys: here" in Path("home.yaml").read_text()
    assert "must be saved anew" in squeezed(talk)
    assert f"PublicKey = {draft.keyring.public['host']}" in Path("home/laptop/etc/wireguard/wg0.conf").read_text()
    assert [asked.current for asked in talk.asked if asked.prompt == "What next?"][-2:] == ["write", "leave"]


@pytest.mark.parametrize("given", [(("Let Host β's key", "n"),), (("Let Host β's key", "y"), ("Where should the site", "<"))])
def test_where_it_is_not_wanted_or_not_saved_host_makes_its_key_as_before(given):
    _, draft = by_ssh(*GIVE, *given)
    assert draft.is_saved
    assert "host" not in draft.keyring.private
    assert "keys: here" not in Path("home.yaml").read_text()
    assert not Path("laptop.conf").exists()


def test_a_name_that_would_not_open_the_site_is_refused_and_asked_for_again():
    talk = Scripted(
        *BEGIN, ("What next?", "on"), ("Where should", "home.yamlquiet anvil"), ("Where should", "home.yaml"), ("What next?", "leave")
    )  # fmt: skip
    assert converse(talk, Tools()).path == "home.yaml"
    assert talk.answers == []
    assert "`wgwizard NAME` opens. Give a name such as home.yaml." in squeezed(talk)
    assert not list(Path().glob("*anvil*"))
