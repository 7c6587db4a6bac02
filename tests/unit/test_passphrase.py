"""How strong a passphrase is, in words; and the ones that are made."""

import pytest

from wgwizard.passphrase import Level, known_words, made_passphrase, strength
from wgwizard.secret import Secret
from wgwizard.site import Host, Point, Site

SITE = Site(name="holsteiner", networks=(), host=Host(), points=(Point("gertruds-klapprechner"),))


@pytest.mark.parametrize(
    ("passphrase", "level", "words"),
    [
        ("a", Level.WEAK, "! weak: "),
        ("password1", Level.WEAK, "less than a minute"),
        ("hunter2", Level.WEAK, "about 13 minutes"),
        ("ab" * 200, Level.WEAK, "less than a minute"),
        ("kq7ZbXw2p", Level.WEAK, "years"),
        ("kq7ZbXw2pR", Level.FAIR, "○ fair: "),
        ("quiet anvil marble thistle", Level.STRONG, "more than 10000 years"),
        ("correct horse battery staple", Level.WEAK, "less than a minute"),
        ("CorrectHorseBatteryStaple", Level.WEAK, ""),
        ("prüfe dreißig gelbe Öltürme 漢字", Level.STRONG, "✓ strong: "),
    ],
)
def test_strength_is_said_plainly(passphrase, level, words):
    found = strength(Secret(passphrase))
    assert found.level is level, found.text
    assert words in found.text
    assert passphrase == "a" or passphrase not in found.text
    assert ("Add a word" in found.text) is (level is not Level.STRONG)


def test_names_of_the_site_are_guessed_first():
    passphrase = Secret("gertruds-klapprechner")
    assert strength(passphrase).level is Level.STRONG
    assert strength(passphrase, known_words(SITE)).level is Level.WEAK


def test_made_ones_are_six_words_that_differ_each_time_and_are_strong():
    made = {made_passphrase().reveal() for _ in range(20)}
    assert len(made) == 20
    assert {len(one.split(" ")) for one in made} == {6}
    assert strength(Secret(made.pop())).level is Level.STRONG
