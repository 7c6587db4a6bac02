"""Opening what was saved earlier: a site with what lies beside it, a preset, or the draft."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

import presets
from wgwizard import profiles
from wgwizard.errors import SiteRefusedError
from wgwizard.keys import joined, remember
from wgwizard.lock import with_others
from wgwizard.moments import moment_text
from wgwizard.profiles import unfinished
from wgwizard.profiles.claims import holder_text
from wgwizard.profiles.files import FileError
from wgwizard.profiles.stamps import stamp
from wgwizard.profiles.unfinished import Broken, Kept
from wgwizard.questions import Document, new_document
from wgwizard.secret import Secret
from wgwizard.stamp import Stamp
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.words import told

PRESENT, OPEN = "present", "open"
_PERSONS = ("taken", "accepted", "preset", "kept", "kept_page")  # of a draft, beside its answers: what no file of the site holds
WHAT_IT_DOES = (
    "wgwizard asks what you have and what you want, recommends a way to connect it with WireGuard, shows every file and rule,"
    " and puts them on Host β, the site's WireGuard host, if you like. Nothing is changed before you say so."
)
WHY = (
    "A preset is a finished example that you change; a saved site is a file that this wizard wrote earlier, with what was given out "
    "beside it. Those in this directory are in the list; `find ~ -name '*.yaml'` finds others. When unsure, take the first."
)


def sealed_text(key: str) -> str:
    """What is said where a passphrase is asked for; `key` is what opens the site without it."""
    return f"Private keys lie sealed beside this site. {key} opens it without them: they stay sealed, and the files stay incomplete."


class Offer(Struct, frozen=True):
    """Something to begin with: its line in the list, and the draft that it leads to.

    `draft.path` names a saved site where the answers change one: its lock and its keys are to be opened first. `preset` names the preset
    that `open_preset` reads once it is chosen, `site` the saved site that `open_site` opens, and `about` says what the offer is for.
    `file` is the file of a kept draft, `trouble` why it cannot be gone on with now, `busy` where that is another wizard.
    """

    name: str
    text: str
    draft: Draft
    about: str = ""
    preset: str = ""
    site: str = ""
    file: Path | None = None
    trouble: str = ""
    busy: bool = False


def offers(present: Draft, own: Path | None = None) -> tuple[Offer, ...]:
    """What the first page offers.

    The present answers if there are any, every draft but our `own`, the sites saved in this directory, a new set-up, a path, and the
    presets.
    """
    found = []
    if present.document != new_document():
        found.append(Offer(PRESENT, f"Go on with these answers ({_name(present.document)})", present))
    found += [_of_draft(draft) for draft in unfinished.drafts() if own != draft.path]
    found += [_of_site(site) for site in profiles.sites_here() if not (present.is_saved and is_same_site(present, Draft(path=site.path)))]
    found.append(Offer("new", "A new set-up, one question after another", Draft()))
    found.append(Offer(OPEN, "A saved site, by its path", Draft(), about="A file that this wizard wrote earlier, e.g. ./home.yaml"))
    return (*found, *_presets())


def _of_draft(draft: Kept | Broken) -> Offer:
    """A draft's line: its name, when it was kept, what it is about, and what is to be known of it."""
    name = f"draft-{draft.path.stem}"
    if isinstance(draft, Broken):
        trouble = f"{draft.path}\n\ncannot be read: {draft.why}\n\nNothing was deleted. You can mend the file, or throw it away."
        return Offer(name, f"× A draft that cannot be read: {draft.path.name}", Draft(), file=draft.path, trouble=trouble)
    when = moment_text(draft.about.kept, datetime.now().astimezone())
    text = f"Go on with {_name(draft.document)}, {when}: {what_it_is(draft)}"
    trouble = f"It is open in {holder_text(draft.holder)}. Go on there, or leave it there first." if draft.holder else ""
    return Offer(name, text, draft_of(draft), file=draft.path, trouble=trouble, busy=draft.holder is not None)


def _of_site(site: profiles.Saved) -> Offer:
    """A saved site's line."""
    saved = datetime.fromtimestamp(site.at).astimezone()
    text = f"Go on with {site.path}, saved {moment_text(saved, datetime.now().astimezone())}"
    return Offer(f"site-{site.path}", text, Draft(), site=site.path)


def draft_of(kept: Kept) -> Draft:
    """The wizard's draft with the answers of a kept one; `path` only where the saved site that it changes is still there."""
    origin = kept.about.origin if kept.about.origin is not None and Path(kept.about.origin).is_file() else None
    held = Stamp(site=kept.about.origin_digest)
    about = kept.about
    draft = Draft(kept.document, origin, preset=about.preset, taken=about.taken, accepted=about.accepted, stamp=held)
    return replace(draft, kept=str(kept.path), kept_page=about.page)


def latest_of(path: str) -> Draft | None:
    """The latest draft with answers for this saved site that nobody works on."""
    origin = str(Path(path).absolute())
    of_it = (kept for kept in unfinished.drafts() if isinstance(kept, Kept) and kept.about.origin == origin and kept.holder is None)
    return next((draft_of(kept) for kept in of_it), None)


def what_it_is(kept: Kept) -> str:
    """What a draft is about, in a few words: new, or which parts of which site it changes."""
    origin = kept.about.origin
    if kept.holder is not None:
        return "! open in another wizard"
    if origin is None:
        return "not saved yet"
    try:
        saved = profiles.load_site(origin)
    except (SiteRefusedError, FileError):
        return f"! {origin} is gone or cannot be read"
    parts = [part for part in (*saved.document, *kept.document) if saved.document.get(part) != kept.document.get(part)]
    changes = f"changes {', '.join(dict.fromkeys(parts)) or 'nothing'} of {origin}"
    return f"! {changes}, which changed since" if changed_since(kept) else changes


def changed_since(kept: Kept) -> bool:
    """Whether the saved site that a draft changes is no longer as it was when it was opened."""
    known = kept.about.origin_digest
    return known is not None and kept.about.origin is not None and stamp(kept.about.origin).site != known


def _name(document: Document) -> object:
    return document.get("name", "a set-up without a name")


def _presets() -> list[Offer]:
    """The presets, each with what it is for."""
    return [Offer(f"preset-{preset.name}", preset.title, Draft(), about=preset.about, preset=preset.name) for preset in presets.load_all()]


def open_preset(name: str) -> Draft:
    """A preset's answers as a draft that remembers where they came from."""
    from wgwizard.sitefile import yamltext

    document, _ = yamltext.parse(presets.load(name).text.encode())
    return Draft() if document is None else Draft(document, preset=document)


def why_no_site(path: str) -> str:
    """Why no site file can be read at the path, found before anything else is asked; nothing where one can."""
    try:
        profiles.check_site_path(path)
    except SiteRefusedError as error:
        return told(error)
    return ""


def open_site(path: str, passphrase: Secret | None) -> Draft:
    """A saved site as a draft; raises SiteRefusedError or FileError. Without the passphrase the keys stay sealed."""
    held = stamp(path)
    loaded = profiles.load_site(path)
    keyring = profiles.load_keys(path, passphrase) if passphrase is not None else Draft().keyring
    lock = profiles.load_lock(path)
    sealed = passphrase is None and profiles.has_keys(path)
    return Draft(loaded.document, path, loaded.document, lock, keyring, passphrase, sealed=sealed, stamp=held, safe_keys=keyring)


def open_draft(draft: Draft, passphrase: Secret | None) -> Draft:
    """The answers of a draft that changes a saved site, with the lock and the keys that lie beside that site.

    The stamp stays the draft's own, so that a site file that changed since is seen when saving.
    """
    if draft.path is None:
        return draft
    opened = open_site(draft.path, passphrase)
    held = replace(opened.stamp, site=draft.stamp.site or opened.stamp.site)
    own = {name: getattr(draft, name) for name in ("document", *_PERSONS)}
    return replace(opened, stamp=held, **own)


def is_same_site(one: Draft, other: Draft) -> bool:
    """Whether both are answers for one saved site."""
    return one.path is not None and other.path is not None and Path(one.path).resolve() == Path(other.path).resolve()


def with_opened_keys(present: Draft, opened: Draft) -> Draft:
    """The answers as they are now with the site and the keys that were opened beside them; a sealed key stays what it is."""
    keyring = joined(opened.keyring, present.keyring)
    lock = remember(with_others(present.lock, opened.lock), keyring)
    mine = {name: getattr(present, name) for name in ("document", "here", "host", "host_login", *_PERSONS)}
    return replace(opened, keyring=keyring, lock=lock, **mine)
