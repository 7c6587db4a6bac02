"""How hard a passphrase is to guess (zxcvbn), said plainly, and one of six random words for who wants none of their own. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from secrets import choice

from msgspec import Struct

from wgwizard.secret import Secret
from wgwizard.site import Site

# One guess is one Argon2id of profiles/sealed: 0.7 s of a core (measured), so that a good computer of eight cores tries ten a second.
GUESSES_PER_SECOND = 10
WORDS = 6
_JUDGED_CHARACTERS = 72  # zxcvbn's own cap: its work grows with the square
_HOUR, _DAY, _YEAR = 3600, 86400, 365 * 86400
# A hundred computers make ten years a month; ten thousand of them need a year for a strong one.
_WEAK_BELOW = 10 * _YEAR
_STRONG_FROM = 10_000 * _YEAR
# Stands in a comic that everybody knows, and so in the lists of those who guess; zxcvbn takes it for four words at random.
_FAMOUS = tuple(between.join(("correct", "horse", "battery", "staple")) for between in (" ", "", "-", "_"))
_UNITS = ((_YEAR, "year"), (30 * _DAY, "month"), (_DAY, "day"), (_HOUR, "hour"), (60, "minute"))


class Level(StrEnum):
    """What to think of a passphrase."""

    WEAK = "weak"
    FAIR = "fair"
    STRONG = "strong"


_SIGNS = {Level.WEAK: "!", Level.FAIR: "○", Level.STRONG: "✓"}


class Strength(Struct, frozen=True):
    """`seconds` until one computer has guessed it, on average; `text` says it, with a sign for the level and what would help."""

    level: Level
    seconds: float
    text: str


def strength(passphrase: Secret, known: Iterable[str] = ()) -> Strength:
    """How long the passphrase would stand; `known` are words that an attacker would try first. Takes up to 0.2 s."""
    from zxcvbn import zxcvbn

    found = zxcvbn(passphrase.reveal()[:_JUDGED_CHARACTERS], user_inputs=[*_FAMOUS, *(word for word in known if word)])
    seconds = float(found["guesses"]) / GUESSES_PER_SECOND
    level = Level.WEAK if seconds < _WEAK_BELOW else Level.STRONG if seconds >= _STRONG_FROM else Level.FAIR
    text = f"{_SIGNS[level]} {level.value}: somebody with the sealed file and a good computer would need {_duration(seconds)} to guess it."
    advice = "" if level is Level.STRONG else " Add a word or two that nobody would expect."
    return Strength(level, seconds, text + advice)


def known_words(site: Site) -> tuple[str, ...]:
    """What somebody who sees the site file would try: its names."""
    words = (site.name, site.host.name, *(point.name for point in site.points), site.host.endpoint.host if site.host.endpoint else "")
    return tuple(str(word) for word in words)


def made_passphrase() -> Secret:
    """Six words at random from the EFF's long list of 7776 (77 bits), with spaces between."""
    from xkcdpass import xkcd_password

    words = xkcd_password.generate_wordlist(xkcd_password.locate_wordfile("eff-long"), min_length=3, max_length=9)
    return Secret(" ".join(choice(words) for _ in range(WORDS)))


def _duration(seconds: float) -> str:
    """Seconds as "about 3 hours"."""
    if seconds >= _STRONG_FROM:
        return "more than 10000 years"
    for size, unit in _UNITS:
        if seconds >= size:
            count = round(seconds / size)
            return f"about {count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
