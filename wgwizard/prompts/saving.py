"""Saving: where, whether another file gives way, and with which passphrase the keys are sealed."""

from wgwizard.errors import WgwizardError
from wgwizard.prompts.session import Session
from wgwizard.prompts.talk import BACK, WHY, Asked
from wgwizard.secret import Secret
from wgwizard.wizard.saving import NEW_SEAL, OLD_SEAL, Seal, path_problem, save, seal_of, would_replace, written_text
from wgwizard.wizard.saving import WHY as WHY_SAVED
from wgwizard.wizard.words import told


def save_page(session: Session) -> bool:
    """Until everything is written; whether to go on (else a page back)."""
    session.talk.say("\n== Save ==\nYour answers become a file that you can open again.")
    tried = ""
    while True:
        asked = Asked("Where should the site be saved?", "path", session.tools.path_for(session.draft), tried=tried)
        path = session.talk.text(asked)
        if path == BACK:
            return False
        if path == WHY:
            session.say(WHY_SAVED)
            continue
        tried, wrong = path, path_problem(path)
        if wrong:
            session.talk.say(wrong)
        elif not would_replace(session.draft, path) or session.talk.yes(f"{path} is there already. Replace it?", default=False):
            session.talk.say(written_text(session.draft, path))
            if _written(session, path):
                session.talk.say(f"✓ Saved in {path}")
                return True


def _written(session: Session, path: str) -> bool:
    """Ask for what the keys are sealed with, and write."""
    seal = seal_of(session.draft, path)
    passphrase = session.draft.passphrase if seal is Seal.KNOWN else _passphrase(session, seal)
    if passphrase is None and seal is not Seal.KNOWN:
        session.talk.say("× Nothing is saved: without a passphrase the keys cannot be sealed.")
        return False
    try:
        session.draft = save(session.draft, path, passphrase, seal)
    except WgwizardError as error:
        session.talk.say(told(error))
        return False
    return True


def _passphrase(session: Session, seal: Seal) -> Secret | None:
    """The passphrase of the sealed keys, or a new one, typed twice; `None` where none was given."""
    if seal is Seal.OLD:
        session.say(OLD_SEAL)
        return session.talk.secret("The passphrase of the keys")
    session.say(NEW_SEAL)
    while True:
        first = session.talk.secret("A passphrase for the keys")
        if first is None:
            return None
        again = session.talk.secret("The same once more")
        if again is not None and again.reveal() == first.reveal():
            return first
        session.talk.say("× The two are not the same. Type it twice.")
