"""The beginning: a new set-up, the draft, a preset, or a saved site."""

from collections.abc import Callable

from wgwizard import profiles
from wgwizard.errors import WgwizardError
from wgwizard.profiles.files import as_typed
from wgwizard.profiles.unfinished import throw_away
from wgwizard.prompts.session import Session
from wgwizard.prompts.talk import BACK, WHY, Asked
from wgwizard.questions import Choice
from wgwizard.secret import Secret
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import (
    OPEN,
    PRESENT,
    WHAT_IT_DOES,
    Offer,
    latest_of,
    offers,
    open_draft,
    open_preset,
    open_site,
    sealed_text,
    why_no_site,
)
from wgwizard.wizard.opening import WHY as WHY_OFFERS
from wgwizard.wizard.words import told

_PROMPT = "What would you like to begin with?"


def begin(session: Session) -> None:
    """Lead to the draft to begin with, or back to the one that is there."""
    session.say(WHAT_IT_DOES)
    session.say(session.talk.help)
    offered = offers(session.draft, session.tools.keeping.path)
    plain = [offer for offer in offered if not offer.preset]
    choices = (
        *(Choice(offer.name, offer.text) for offer in plain),
        Choice("preset", "A preset: a finished example that you change"),
    )
    found: Draft | None = None
    while found is None:
        chosen = session.talk.one(Asked(_PROMPT, current=plain[0].name), choices)
        if chosen == "preset":
            found = _preset(session, [offer for offer in offered if offer.preset])
        elif chosen == OPEN:
            found = _saved(session)
        elif chosen in (BACK, WHY):
            session.say(WHY_OFFERS)
        elif chosen == PRESENT:
            return
        else:
            found = _opened(session, next(offer for offer in plain if offer.name == chosen))
    session.open(found)


def begin_saved(session: Session, path: str) -> None:
    """Begin with a saved site, or with answers for it that were left unsaved."""
    saved = open_site(path, None)
    kept = latest_of(path)
    if kept is not None:
        session.tell(f"There are answers for this site that are not saved:\n{kept.kept}")
        if session.talk.yes("Go on with them?", default=True):
            saved = kept
    session.open(with_passphrase(session, path, lambda passphrase: open_draft(saved, passphrase)) or saved)


def _preset(session: Session, offered: list[Offer]) -> Draft | None:
    """A preset, chosen by its title; `None` goes back."""
    choices = tuple(Choice(offer.preset, offer.text) for offer in offered)
    while (chosen := session.talk.one(Asked("Which one?", current=choices[0].answer), choices)) == WHY:
        session.say(WHY_OFFERS)
    if chosen == BACK:
        return None
    session.say(next(offer.about for offer in offered if offer.preset == chosen))
    return open_preset(chosen)


def _saved(session: Session) -> Draft | None:
    """A site file by its path; `None` goes back."""
    while True:
        typed = session.talk.text(Asked("Which file?", "path", example="./home.yaml"))
        if typed in ("", BACK):
            return None
        if typed == WHY:
            session.say(WHY_OFFERS)
            continue
        path = as_typed(typed)
        if why_not := why_no_site(path):
            session.tell(why_not)
            continue
        found = with_passphrase(session, path, lambda passphrase, path=path: open_site(path, passphrase))  # type: ignore[misc]
        if found is not None:
            return found


def _opened(session: Session, offer: Offer) -> Draft | None:
    """A draft, with what lies beside the site that it changes, or a saved site; `None` where it cannot be gone on with, and why is said."""
    draft = offer.draft
    if offer.site:
        return with_passphrase(session, offer.site, lambda passphrase: open_site(offer.site, passphrase))
    if offer.trouble:
        session.tell(offer.trouble)
        if offer.file is not None and not offer.busy and session.talk.yes("Throw it away?", default=False):
            throw_away(offer.file)
        return None
    if draft.path is None:
        return draft
    return with_passphrase(session, draft.path, lambda passphrase: open_draft(draft, passphrase))


def with_passphrase(session: Session, path: str, opened: Callable[[Secret | None], Draft]) -> Draft | None:
    """Open what belongs to a path; the passphrase of its keys is asked for where there are any. `None` where it cannot be opened."""
    passphrase = None
    while True:
        if profiles.has_keys(path):
            session.say(sealed_text("Enter alone"))
            passphrase = session.talk.secret("The passphrase of its keys")
            if passphrase is not None:
                session.talk.say("Opening …")
        try:
            return opened(passphrase)
        except WgwizardError as error:
            session.tell(told(error))
            if passphrase is None:
                return None
