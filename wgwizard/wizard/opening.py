"""Opening what was saved earlier: a site with what lies beside it, a preset, or the draft."""

from dataclasses import dataclass, replace

import presets
from wgwizard import profiles
from wgwizard.profiles import unfinished
from wgwizard.questions import Document
from wgwizard.secret import Secret
from wgwizard.sitefile import yamltext
from wgwizard.wizard.draft import Draft

PRESENT = "present"
SEALED = "Private keys lie sealed beside this site. Escape opens it without them: they stay sealed, and the files stay incomplete."


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to begin with: its line in the list, and the draft that it leads to; `complete` where every page was answered.

    `draft.path` names a saved site where the answers change one: its lock and its keys are to be opened first. `preset` names the preset
    that `open_preset` reads once it is chosen, and `about` says what the offer is for.
    """

    name: str
    text: str
    draft: Draft
    complete: bool
    about: str = ""
    preset: str = ""


def offers(present: Draft) -> tuple[Offer, ...]:
    """What the first page offers: the present answers if there are any, else the draft; a new set-up, and the presets."""
    found = [Offer("new", "A new set-up, one question after another", Draft(), complete=False)]
    kept = unfinished.load_draft()
    if present.has_answers:
        found.insert(0, Offer(PRESENT, f"Go on with these answers ({_name(present.document)})", present, complete=False))
    elif kept is not None:
        found.insert(0, Offer("draft", f"Go on with the draft ({_name(kept)})", Draft(kept, unfinished.origin()), complete=False))
    return (*found, *_presets())


def _name(document: Document) -> object:
    return document.get("name", "without a name")


def _presets() -> list[Offer]:
    """The presets, each with what it is for."""
    return [
        Offer(f"preset-{preset.name}", preset.title, Draft(), complete=True, about=preset.about, preset=preset.name)
        for preset in presets.load_all()
    ]


def open_preset(name: str) -> Draft:
    """A preset's answers as a draft that remembers where they came from."""
    document, _ = yamltext.parse(presets.load(name).text.encode())
    return Draft() if document is None else Draft(document, preset=document)


def open_site(path: str, passphrase: Secret | None) -> Draft:
    """A saved site as a draft; raises SiteRefusedError or FileError. Without the passphrase the keys stay sealed."""
    loaded = profiles.load_site(path)
    keyring = profiles.load_keys(path, passphrase) if passphrase is not None else Draft().keyring
    lock = profiles.load_lock(path)
    sealed = passphrase is None and profiles.has_keys(path)
    return Draft(loaded.document, path, loaded.document, lock, keyring, passphrase, sealed=sealed)


def open_draft(draft: Draft, passphrase: Secret | None) -> Draft:
    """The answers of a draft that changes a saved site, with the lock and the keys that lie beside that site."""
    if draft.path is None:
        return draft
    return replace(open_site(draft.path, passphrase), document=draft.document)
