"""Scenarios: questions answered in advance, one commented site file each."""

from dataclasses import dataclass
from importlib.resources import files

from wgwizard.errors import UsageError
from wgwizard.sitefile.shape import nearest

_SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class Preset:
    """A scenario: its name, one line saying what it is for (the file's first comment), and the site file's whole text."""

    name: str
    title: str
    text: str


def names() -> tuple[str, ...]:
    """The names of all presets, sorted."""
    return tuple(sorted(entry.name.removesuffix(_SUFFIX) for entry in files(__name__).iterdir() if entry.name.endswith(_SUFFIX)))


def load(name: str) -> Preset:
    """The preset of that name; raises UsageError with the nearest name."""
    known = names()
    if name not in known:
        close = nearest(name, known)
        raise UsageError(f"there is no preset named {name!r}", f"did you mean {close}?" if close else f"the presets are {', '.join(known)}")
    text = (files(__name__) / f"{name}{_SUFFIX}").read_text(encoding="utf-8")
    return Preset(name, text.partition("\n")[0].removeprefix("#").strip(), text)


def load_all() -> tuple[Preset, ...]:
    """Every preset, by the strategy that its title begins with, so that each stands before its combination with port forwards."""
    return tuple(sorted((load(name) for name in names()), key=lambda preset: preset.title.partition(":")[0]))
