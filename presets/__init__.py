"""Scenarios: questions answered in advance, one commented site file each."""

from pathlib import Path

from msgspec import Struct

from wgwizard.errors import UsageError

_SUFFIX = ".yaml"

# Every preset, in the order in which it is offered: what people have most comes first.
SCENARIOS = (
    "home-pi",
    "family-devices",
    "host-only",
    "office-addresses",
    "field-device",
    "support",
    "consultant",
    "cgnat",
    "router-itself",
    "dual-stack",
    "vpc",
)
ARTICLE = ("article-masquerade", "article-masquerade-forward", "article-forward", "article-gateway", "article-gateway-forward")
GROUPS = {"Scenarios": SCENARIOS, "The same site for each strategy": ARTICLE}


class Preset(Struct, frozen=True):
    """A scenario: its name, one line saying what it is for (the file's first comment), and the site file's whole text."""

    name: str
    title: str
    text: str

    @property
    def about(self) -> str:
        """The first paragraph of the file's comments: what it is for, in a few sentences."""
        paragraphs = self.text.partition("\nversion:")[0].split("\n#\n")
        return " ".join(line.removeprefix("#").strip() for line in paragraphs[1].splitlines())


def names() -> tuple[str, ...]:
    """The names of all presets, in the order in which they are offered."""
    return SCENARIOS + ARTICLE


def load(name: str) -> Preset:
    """The preset of that name; raises UsageError with the nearest name."""
    known = names()
    if name not in known:
        from wgwizard.sitefile.shape import nearest

        close = nearest(name, known)
        raise UsageError(f"there is no preset named {name!r}", f"did you mean {close}?" if close else f"the presets are {', '.join(known)}")
    text = (Path(__file__).parent / f"{name}{_SUFFIX}").read_text(encoding="utf-8")
    return Preset(name, text.partition("\n")[0].removeprefix("#").strip(), text)


def load_all() -> tuple[Preset, ...]:
    """Every preset, in the order in which they are offered."""
    return tuple(load(name) for name in names())
