"""Saving a draft: the site file, what was given out beside it, and the keys under a passphrase."""

from enum import StrEnum
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from wgwizard import profiles, sitefile
from wgwizard.cli.arguments import WHY_ENDING, good_name
from wgwizard.keys import joined, made_elsewhere, remember
from wgwizard.lock import with_others
from wgwizard.passphrase import known_words
from wgwizard.profiles import LOCK_SUFFIX, SECRETS_SUFFIX, beside_path
from wgwizard.profiles.files import as_typed
from wgwizard.profiles.stamps import changed, difference, stamp
from wgwizard.questions import Document
from wgwizard.questions.examples import OWN, examples
from wgwizard.questions.naming import name_of
from wgwizard.secret import Secret
from wgwizard.stamp import Stamp
from wgwizard.wizard.draft import Draft

_NEW_SEAL = (
    "Private keys were made here. They are sealed with this passphrase in a file beside the site, and nobody can help if it is forgotten:"
    " new keys would have to be made then."
)
NOT_SAVED = "○ Nothing was saved: that needs a passphrase for the keys. Save asks for it again."
OLD_SEAL = "Keys lie sealed beside this site already. With their passphrase the new ones join them."
_ASIDE = (
    "{} was sealed by somebody with another passphrase, so the new keys cannot join it. It can be set aside, whole as it is, and the new"
    " keys get a file with a passphrase of your own; `wgwizard secrets` joins the two when both passphrases are at hand."
)
_ELSEWHERE = "\n\nMade elsewhere, and kept as they are: the keys of {}."
WHY = (
    "The site file holds your answers and no secret, so it can be shown and kept under version control. `wgwizard plan FILE` makes the same"
    " files from it again, and `wgwizard FILE` opens it here. When unsure, keep the name that is offered."
)


class Seal(StrEnum):
    """With what the keys are sealed: `KNOWN` needs no question, `OLD` the passphrase of the sealed keys, `NEW` one that is typed twice.

    `APART` is a new one too, where sealed keys that cannot be opened are set aside first.
    """

    KNOWN = "known"
    OLD = "old"
    NEW = "new"
    APART = "apart"


def lies_at(draft: Draft, path: str) -> bool:
    """Whether this is the draft's own file, however the path is written."""
    return draft.path is not None and Path(path).resolve() == Path(draft.path).resolve()


def seal_of(draft: Draft, path: str) -> Seal:
    """What has to be asked before the keys of a draft can be sealed beside this path."""
    if not holds_keys(draft) or draft.passphrase is not None:
        return Seal.KNOWN
    return Seal.OLD if lies_at(draft, path) and profiles.has_keys(path) else Seal.NEW


def new_seal_text(draft: Draft) -> str:
    """What a new passphrase is for, and whose keys were made elsewhere and are not sealed with it."""
    site, _ = sitefile.read(draft.document)
    others = made_elsewhere(site, draft.keyring, draft.lock) if site is not None else ()
    return _NEW_SEAL + (_ELSEWHERE.format(", ".join(others)) if others else "")


def aside_text(path: str) -> str:
    """What becomes of sealed keys that cannot be opened here (`Seal.APART`)."""
    return _ASIDE.format(beside_path(path, SECRETS_SUFFIX))


def guessable(draft: Draft) -> tuple[str, ...]:
    """Words that somebody who looks for the passphrase would try first."""
    site, _ = sitefile.read(draft.document)
    return known_words(site) if site is not None else ()


def holds_keys(draft: Draft) -> bool:
    """Whether there are keys to seal."""
    return bool(draft.keyring.private or draft.keyring.preshared)


def site_path(typed: str) -> str:
    """The path that a person means: `~` is the home directory, and a new site's file ends in .yaml where no other end is given."""
    path = as_typed(typed)
    return f"{path}.yaml" if path and not Path(path).suffix and not path.endswith("/") and not Path(path).exists() else path


def path_problem(path: str) -> str:
    """Why a site cannot be saved under this path; nothing where it can."""
    if not path or Path(path).is_dir():
        return f'× "{path}" is no file name. Give a name such as home.yaml.'
    if not Path(path).parent.is_dir():
        return f"× There is no directory {Path(path).parent}. Make it, or give another path."
    good = good_name(path)
    if good != path and not profiles.is_site(path):  # what was saved under another name before keeps it
        return f"× That is no name for it: {WHY_ENDING}. Give a name such as {good}."
    return ""


def would_replace(draft: Draft, path: str) -> bool:
    """Whether another file is there already."""
    return not lies_at(draft, path) and Path(path).exists()


class Conflict(Struct, frozen=True):
    """Why saving would undo somebody else's work: said in `text`, with what saving would change in the file."""

    text: str
    difference: str


def conflict(draft: Draft, path: str, others: str) -> Conflict | None:
    """What is to be asked before the site that was opened is written again; `others` is who else has it open ("" for nobody)."""
    if not lies_at(draft, path) or draft.stamp == Stamp():
        return None
    touched = changed(path, draft.stamp)
    if not touched and not others:
        return None
    said_of = [f"It is open in {others}."] if others else []
    said_of += [f"Changed since you opened it: {', '.join(touched)}."] if touched else []
    return Conflict("\n".join(said_of), difference(path, profiles.site_text(in_order(draft.document))))


def written_text(draft: Draft, path: str) -> str:
    """What to look at once more; which files will be written, and what each holds."""
    lines = [f"  {path}", "      your answers; no secrets", f"  {beside_path(path, LOCK_SUFFIX)}"]
    lines += ["      addresses that were given out, and public keys; no secrets"]
    if holds_keys(draft):
        which = "the passphrase that opened them" if draft.passphrase is not None else "a passphrase that you are asked for"
        lines += [f"  {beside_path(path, SECRETS_SUFFIX)}", f"      private keys, sealed with {which}"]
    return "\n".join([*_once_more(draft), "Written will be:", *lines])


def _once_more(draft: Draft) -> list[str]:
    """The answers that nobody typed and that may be another's: found somewhere, or a preset's examples."""
    found = [f"  {_name(field, draft)}: {one.text}   {one.source}" for field, one in draft.taken.items() if field in OWN and one.found]
    came_along = [f"  {_name(field, draft)}: {text}" for field, text in examples(draft.document, draft.preset)]
    lines = ["! These were found, and nobody typed them. Are they your site's?", *found, ""] if found else []
    if came_along:
        lines += [
            "! These came with the preset and are its example's. Put your own in their place, unless they are the same:",
            *came_along,
            "",
        ]
    return lines


def _name(field: str, draft: Draft) -> str:
    """The answer in plain words."""
    return name_of(field, draft.document)


def save(draft: Draft, path: str, passphrase: Secret | None, seal: Seal) -> Draft:
    """Write everything and return the draft as it then lies there; takes most of a second where keys are sealed.

    The caller's `Keeping` (or `Keeper`) then forgets the kept draft. Raises FileError or SealError.
    """
    keyring = draft.keyring
    if seal is Seal.APART:
        profiles.set_keys_aside(path)
    if passphrase is not None:
        keyring = joined(profiles.load_keys(path, passphrase), keyring) if seal in (Seal.KNOWN, Seal.OLD) else keyring
        profiles.save_keys(path, keyring, passphrase)
    lock = remember(draft.lock if not lies_at(draft, path) else with_others(draft.lock, profiles.load_lock(path)), keyring)
    profiles.save_site(path, in_order(draft.document))
    profiles.save_lock(path, lock)
    sealed = draft.sealed and passphrase is None
    saved = replace(draft, path=path, saved=draft.document, lock=lock, keyring=keyring, passphrase=passphrase, sealed=sealed)
    return replace(saved, stamp=stamp(path), safe_keys=keyring if passphrase is not None else draft.safe_keys)


def saved_onto(draft: Draft, saved: Draft) -> Draft:
    """The draft as it is now, with where it lies and what lies beside it since `saved` was written; later answers are not saved yet."""
    return replace(saved, document=draft.document, taken=draft.taken, here=draft.here, host=draft.host, host_login=draft.host_login)


def in_order(document: Document) -> Document:
    """The same answers in the order of docs/site-file.md; as they are where they are no site yet."""
    site, _ = sitefile.read(document)
    return document if site is None else sitefile.to_document(site)
