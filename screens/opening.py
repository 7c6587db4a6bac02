"""Opening what was saved earlier: a site with what lies beside it, a preset, or the draft."""

from dataclasses import dataclass

import presets
from screens.draft import Draft
from wgwizard import profiles
from wgwizard.profiles import unfinished
from wgwizard.secret import Secret
from wgwizard.sitefile import yamltext

SEALED = "Private keys lie sealed beside this site. Escape opens it without them: they stay sealed, and the files stay incomplete."


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to begin with: its line in the list, and the draft that it leads to; `complete` where every page was answered."""

    name: str
    text: str
    draft: Draft
    complete: bool


def offers() -> tuple[Offer, ...]:
    """What the first page offers: a new set-up, the draft if there is one, and the presets."""
    found = [Offer("new", "A new set-up, one question after another", Draft(), complete=False)]
    kept = unfinished.load_draft()
    if kept is not None:
        found.insert(0, Offer("draft", f"Go on with the draft ({kept.get('name', 'without a name')})", Draft(kept), complete=False))
    return (*found, *_presets())


def _presets() -> list[Offer]:
    """The presets, each with the line that says what it is for."""
    found = []
    for preset in presets.load_all():
        document, _ = yamltext.parse(preset.text.encode())
        if document is not None:
            found.append(Offer(f"preset-{preset.name}", preset.title, Draft(document), complete=True))
    return found


def open_site(path: str, passphrase: Secret | None) -> Draft:
    """A saved site as a draft; raises SiteRefusedError or FileError. Without the passphrase the keys stay sealed."""
    loaded = profiles.load_site(path)
    keyring = profiles.load_keys(path, passphrase) if passphrase is not None else Draft().keyring
    lock = profiles.load_lock(path)
    return Draft(loaded.document, path, loaded.document, lock, keyring, passphrase)
