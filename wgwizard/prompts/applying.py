"""Applying to Host β from a conversation: what is asked on the way, how far it is, and what is left to do afterwards."""

from wgwizard.applying import Event, Outcome, Step
from wgwizard.errors import WgwizardError
from wgwizard.owners import block_lines, named, proof_text, waiting_text, what_to_do
from wgwizard.pipeline import Study
from wgwizard.prompts.giving import give
from wgwizard.prompts.host_asking import TalkAsk
from wgwizard.prompts.session import Session
from wgwizard.prompts.talk import BACK, WHY, Asked
from wgwizard.questions import Choice
from wgwizard.wizard.applied import (
    IF_CLOSED,
    SIGNS,
    STAGES,
    apply,
    before,
    clock,
    ending,
    invitation,
    is_next,
    remembered,
    undone,
    whom,
    with_lock_kept,
)
from wgwizard.wizard.applied import WHY as WHY_APPLY
from wgwizard.wizard.study import Outlook, outlook, study
from wgwizard.wizard.tools import write_files, written_before
from wgwizard.wizard.words import told

_WHY_DONE = (
    "“Write all files” puts the files of each computer into a folder beside the site, and “Hand over” gives one point's file to its owner."
    " A handshake is the moment when a point and Host β have recognised each other, as soon as the point sends something; `sudo wg show` on"
    " Host β shows it too. When unsure, write all files; and when a point does not arrive, look first whether its endpoint can be reached"
    " from outside."
)


def event_line(event: Event) -> str:
    """What happened, in a line; with the time that is left until the host undoes by itself."""
    left = f"   (undo in {clock(event.undo_in)})" if event.undo_in is not None else ""
    return f"{SIGNS[event.state]} {STAGES[event.step]}: {event.text}".rstrip(": ") + left


def apply_page(session: Session) -> bool:
    """Apply where that can be done and is wanted; whether to go on (else a page back)."""
    session.talk.say("\n== Apply ==")
    found, _ = study(session.draft)
    address = found.site.host.ssh if found is not None else None
    session.tell(invitation(address, connected=session.tools.connector is not None))
    if found is not None:
        session.tell(before(found, session.draft.path))
    if found is None or address is None or session.tools.connector is None:
        return True
    choices = (Choice("apply", f"Apply to {whom(address)} now"), Choice("on", "Go on without"))
    while True:
        next_one = "apply" if is_next(session.draft, address, connected=True) else "on"
        chosen = session.talk.one(Asked("What next?", current=next_one), choices)
        if chosen == WHY:
            session.say(WHY_APPLY)
        elif chosen != "apply":
            return chosen != BACK
        elif _applied(session, found, address):
            return True


def _applied(session: Session, found: Study, address: str) -> bool:
    """Apply; false where it did not come to its end, and why is said."""
    connector = session.tools.connector
    if connector is None:
        return False
    ask, target = TalkAsk(session.talk), session.tools.target(address)

    def tell(event: Event) -> None:
        session.tell(event_line(event))
        if event.step is Step.ARM and event.undo_in is not None:
            session.say(IF_CLOSED.format("this terminal"))

    try:
        outcome: Outcome = apply(connector, session.draft, found, target, ask, tell)
        session.take(remembered(session.draft, outcome))
        session.take(with_lock_kept(session.draft))
    except WgwizardError as error:
        session.tell(told(error))
        return False
    session.tell(ending(outcome))
    return True


def done_page(session: Session) -> bool:
    """What each point's owner has to do, writing the files, and a look for handshakes; whether it is over (else a page back)."""
    found, _ = study(session.draft)
    if found is None or found.strategy is None:
        return True
    result = outlook(found, session.draft.keyring)
    session.say("")
    for block in what_to_do(result.plan, result.bundle, written_before(session.draft, result), found.unmet, undone(session.draft, found)):
        session.show("\n".join([block.heading, *block_lines(block)]))
    return _what_is_left(session, found, result)


def _what_is_left(session: Session, found: Study, result: Outlook) -> bool:
    """What can still be done here, again and again; whether it is over (else a page back)."""
    choices = [
        Choice("write", "Write all files"),
        Choice("give", "Hand over one file, or its QR code, or show its keys"),
        Choice("leave", "Leave"),
    ]
    if session.tools.connector is not None and found.site.host.ssh is not None:
        choices[1:1] = [Choice("look", "See who has arrived"), Choice("prove", "Prove it: what does Host β reach, and why not?")]
    written = written_before(session.draft, result).is_current
    while True:
        chosen = session.talk.one(Asked("What next?", current="leave" if written else "write"), tuple(choices))
        written = written or chosen == "write"
        if chosen in (BACK, "leave"):
            return chosen != BACK
        before = session.draft.document
        try:
            _do(session, found, result, chosen)
        except WgwizardError as error:
            session.tell(told(error))
        anew, _ = study(session.draft) if session.draft.document != before else (None, ())
        if anew is not None:  # Host β's key is made here now
            found, result, written = anew, outlook(anew, session.draft.keyring), False


def _do(session: Session, found: Study, result: Outlook, chosen: str) -> None:
    if chosen == "write":
        session.tell(write_files(session.draft, result))
    elif chosen == "give":
        give(session, result)
    elif chosen == "look":
        session.tell(_handshakes(session, found, result))
    elif chosen == "prove":
        session.show(_proof(session, found, result))
    else:
        session.say(_WHY_DONE)


def _handshakes(session: Session, found: Study, result: Outlook) -> str:
    """Who has shaken hands with Host β, by one look at it."""
    connector, address = session.tools.connector, found.site.host.ssh
    if connector is None or address is None:
        return ""
    ask = TalkAsk(session.talk)
    seen = connector.handshakes(found.site.tunnel.interface, session.tools.target(address), ask)
    return waiting_text(found.site, {**found.lock.public_keys, **result.keyring.public}, seen)


def _proof(session: Session, found: Study, result: Outlook) -> str:
    """What connections from Host β prove, and why one fails."""
    connector, address = session.tools.connector, found.site.host.ssh
    if connector is None or address is None:
        return ""
    session.say("Host β tries to connect to whatever the points may reach …")
    target, ask = session.tools.target(address), TalkAsk(session.talk)
    standing = connector.status(found.site.tunnel.interface, target, ask, result.plan)
    return named(proof_text(standing), _names(found, result))


def _names(found: Study, result: Outlook) -> dict[str, str]:
    """The points' names by public key."""
    return {key: name for name, key in {**found.lock.public_keys, **result.keyring.public}.items()}
