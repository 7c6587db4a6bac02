"""Saving: where, whether another file gives way, and with which passphrase the keys are sealed."""

from wgwizard.errors import WgwizardError
from wgwizard.passphrase import Level, made_passphrase, strength
from wgwizard.prompts.session import Session
from wgwizard.prompts.talk import BACK, WHY, Asked
from wgwizard.secret import Secret
from wgwizard.wizard.saving import (
    OLD_SEAL,
    Seal,
    aside_text,
    conflict,
    guessable,
    new_seal_text,
    path_problem,
    save,
    seal_of,
    site_path,
    would_replace,
    written_text,
)
from wgwizard.wizard.saving import WHY as WHY_SAVED
from wgwizard.wizard.study import whole
from wgwizard.wizard.words import told


def save_page(session: Session) -> bool:
    """Until everything is written; whether to go on (else a page back)."""
    session.tell("\n== Save ==\nYour answers become a file that you can open again.")
    session.draft = whole(session.draft)
    tried = ""
    while True:
        asked = Asked("Where should the site be saved?", "path", session.tools.path_for(session.draft), tried=tried)
        path = session.talk.text(asked)
        if path == BACK:
            return False
        if path == WHY:
            session.say(WHY_SAVED)
            continue
        tried, path = path, site_path(path)
        wrong = path_problem(path)
        if wrong:
            session.tell(wrong)
        elif _may_write(session, path):
            session.tell(written_text(session.draft, path))
            if _written(session, path):
                session.tell(f"✓ Saved in {path}")
                return True


def _may_write(session: Session, path: str) -> bool:
    """Whether another file there, or what others did to this one meanwhile, may be replaced; what differs is shown before."""
    if would_replace(session.draft, path):
        return session.talk.yes(f"{path} is there already. Replace it?", default=False) is True
    found = conflict(session.draft, path, session.tools.keeping.others())
    if found is None:
        return True
    session.tell(f"! {found.text}")
    if found.difference:
        session.show(found.difference.rstrip())
    return session.talk.yes(f"Replace {path}?", default=False) is True


def _written(session: Session, path: str) -> bool:
    """Ask for what the keys are sealed with, and write."""
    seal, passphrase = _seal(session, path)
    if passphrase is None and seal is not Seal.KNOWN:
        session.tell("× Nothing is saved yet: without a passphrase the keys cannot be sealed.")
        return False
    try:
        session.take(save(session.draft, path, passphrase, seal))
    except WgwizardError as error:
        session.tell(told(error))
        return False
    return True


def _seal(session: Session, path: str) -> tuple[Seal, Secret | None]:
    """How the keys are sealed and with what: the passphrase of those that are sealed already, or a new one; `None` where none was given."""
    seal = seal_of(session.draft, path)
    if seal is Seal.KNOWN:
        return seal, session.draft.passphrase
    if seal is Seal.OLD:
        session.say(OLD_SEAL)
        old = session.talk.secret("The passphrase of the keys")
        if old is not None:
            return seal, old
        session.say(aside_text(path))
        if not session.talk.yes("Set it aside?", default=False):
            return seal, None
        seal = Seal.APART
    return seal, _new_passphrase(session)


def _new_passphrase(session: Session) -> Secret | None:
    """A new passphrase, typed twice; how strong it is is said, and one is made where none is typed. `None` gives up."""
    _say_what_for(session)
    while True:
        first = _typed(session, "A passphrase for the keys (Enter alone makes one of six words)")
        if first is None:
            first = made_passphrase()
            session.tell(f"Write it down now, on paper or in a password manager; it is not shown again:\n\n  {first.reveal()}\n")
        elif first.reveal() == BACK:
            return None
        elif not _is_strong(session, first):
            continue
        again = _typed(session, "The same once more (Enter alone: not now)")
        if again is None or again.reveal() == BACK:
            return None
        if again.reveal() == first.reveal():
            return first
        session.say("The two are not the same.", "× ")


def _typed(session: Session, prompt: str) -> Secret | None:
    """What was typed; ? says what a passphrase is for."""
    while (typed := session.talk.secret(prompt)) is not None and typed.reveal() == WHY:
        _say_what_for(session)
    return typed


def _say_what_for(session: Session) -> None:
    for paragraph in new_seal_text(session.draft).split("\n"):
        session.say(paragraph)


def _is_strong(session: Session, passphrase: Secret) -> bool:
    """Say how strong it is; whether that is enough, or it is wanted all the same."""
    found = strength(passphrase, guessable(session.draft))
    session.tell(found.text)
    return found.level is not Level.WEAK or session.talk.yes("Take it all the same?", default=False) is True
