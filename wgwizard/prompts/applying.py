"""Applying to Host β from a conversation: what is asked on the way, how far it is, and what is left to do afterwards."""

from dataclasses import replace

from wgwizard.applying import Change, Event, HostKey, Outcome, Prompt
from wgwizard.cli.output import changes_text
from wgwizard.errors import WgwizardError
from wgwizard.owners import block_lines, waiting_text, what_to_do
from wgwizard.pipeline import Study
from wgwizard.prompts.session import Session
from wgwizard.prompts.talk import BACK, WHY, Asked, Talk
from wgwizard.questions import Choice
from wgwizard.secret import Secret
from wgwizard.wizard.applied import IF_CLOSED, SIGNS, STAGES, apply, clock, ending, invitation, remembered
from wgwizard.wizard.applied import WHY as WHY_APPLY
from wgwizard.wizard.study import Outlook, outlook, study
from wgwizard.wizard.tools import write_files
from wgwizard.wizard.words import told

_WHY_DONE = (
    "A handshake is the moment when a point and Host β have recognised each other; it comes when the point first sends something. "
    "`sudo wg show` on Host β shows the same. When a point does not arrive, look first whether its endpoint can be reached from outside."
)


class TalkAsk:
    """Asks in the conversation (applying.Ask); `given` is the last sudo password."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.given: Secret | None = None

    def accept_host_key(self, key: HostKey) -> bool:
        """Whether the fingerprint is the host's own."""
        self._talk.say(
            f"{key.host} port {key.port} shows a key that is not known here:\n  {key.kind}\n  {key.fingerprint}\n"
            f"Compare it with what this command prints on {key.host} itself:\n  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
        )
        title = f"Is this {key.host}, on the way to Host β?" if key.on_the_way else "Is this Host β?"
        return self._talk.yes(title, default=False)

    def confirm(self, changes: tuple[Change, ...]) -> bool:
        """Whether these changes are wanted."""
        self._talk.say(changes_text(changes))
        count = len(changes)
        self._talk.say(f"{count} change{'s' if count != 1 else ''} on Host β; nothing is changed yet.")
        return self._talk.yes("Make these changes?", default=False)

    def sudo_password(self, who: str, refused: int = 0) -> Secret | None:
        """The password for sudo; nothing cancels."""
        self.given = self._secret(f"The sudo password of {who}", refused)
        return self.given

    def key_passphrase(self, path: str, refused: int = 0) -> Secret | None:
        """The passphrase of an SSH key; nothing leaves the key out."""
        return self._secret(f"The passphrase of your SSH key {path} (Enter alone goes on without this key)", refused)

    def login_password(self, who: str, refused: int = 0) -> Secret | None:
        """The password of a login; nothing gives up."""
        return self._secret(f"The password of {who}", refused)

    def answers(self, who: str, said: str, prompts: tuple[Prompt, ...]) -> tuple[Secret, ...] | None:
        """What the login asks for by itself; nothing gives up."""
        self._talk.say(f"The login of {who} asks:" + (f"\n{said}" if said else ""))
        found = []
        for prompt in prompts:
            text = prompt.text.strip().rstrip(":")
            answer = Secret(self._talk.text(Asked(text))) if prompt.echo else self._talk.secret(text)
            if answer is None:
                return None
            found.append(answer)
        return tuple(found)

    def install(self, packages: tuple[str, ...], command: str) -> bool:
        """Whether these packages may be installed."""
        self._talk.say(f"Host β lacks {', '.join(packages)}. This would be run there:\n  {command}")
        return self._talk.yes("Install what is missing?", default=False)

    def _secret(self, prompt: str, refused: int) -> Secret | None:
        if refused:
            self._talk.say(f"× That was not it ({refused} tried so far).")
        return self._talk.secret(prompt)


def event_line(event: Event) -> str:
    """What happened, in a line; with the time that is left until the host undoes by itself."""
    left = f"   (undo in {clock(event.undo_in)})" if event.undo_in is not None else ""
    return f"{SIGNS[event.state]} {STAGES[event.step]}: {event.text}".rstrip(": ") + left


def apply_page(session: Session) -> bool:
    """Apply where that can be done and is wanted; whether to go on (else a page back)."""
    session.talk.say("\n== Apply ==")
    found, _ = study(session.draft)
    address = found.site.host.ssh if found is not None else None
    session.talk.say(invitation(address, connected=session.tools.connector is not None))
    session.talk.say(f"Everything is saved. Later: wgwizard apply {session.draft.path}")
    if found is None or address is None or session.tools.connector is None:
        return True
    choices = (Choice("on", "Go on without"), Choice("apply", f"Apply to {address} now"))
    while True:
        chosen = session.talk.one(Asked("What next?", current="on"), choices)
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
    session.talk.say(IF_CLOSED)
    ask, target = TalkAsk(session.talk), session.tools.target(address, session.draft)

    def tell(event: Event) -> None:
        session.talk.say(event_line(event))

    try:
        outcome: Outcome = apply(connector, session.draft, found, target, ask, tell)
        session.take(remembered(session.draft, outcome, ask.given))
    except WgwizardError as error:
        session.talk.say(told(error))
        return False
    session.talk.say(ending(outcome))
    return True


def done_page(session: Session) -> bool:
    """What each point's owner has to do, writing the files, and a look for handshakes; whether it is over (else a page back)."""
    found, _ = study(session.draft)
    if found is None or found.strategy is None:
        return True
    result = outlook(found, session.draft.keyring)
    session.talk.say("")
    for block in what_to_do(result.plan, result.bundle):
        session.talk.say("\n".join([block.heading, *block_lines(block)]))
    return _what_is_left(session, found, result)


def _what_is_left(session: Session, found: Study, result: Outlook) -> bool:
    choices = [Choice("write", "Write all files to a folder"), Choice("leave", "Leave")]
    if session.tools.connector is not None and found.site.host.ssh is not None:
        choices.insert(1, Choice("look", "See who has arrived"))
    current = "write"
    while True:
        chosen = session.talk.one(Asked("What next?", current=current), tuple(choices))
        current = "leave"
        try:
            if chosen == "write":
                session.talk.say(write_files(session.draft, result))
            elif chosen == "look":
                session.talk.say(_handshakes(session, found, result))
            elif chosen == WHY:
                session.say(_WHY_DONE)
            else:
                return chosen != BACK
        except WgwizardError as error:
            session.talk.say(told(error))


def _handshakes(session: Session, found: Study, result: Outlook) -> str:
    """Who has shaken hands with Host β, by one look at it."""
    connector, address = session.tools.connector, found.site.host.ssh
    if connector is None or address is None:
        return ""
    ask = TalkAsk(session.talk)
    seen = connector.handshakes(found.site.tunnel.interface, session.tools.target(address, session.draft), ask)
    session.draft = replace(session.draft, sudo_password=ask.given or session.draft.sudo_password)
    return waiting_text(found.site, {**found.lock.public_keys, **result.keyring.public}, seen)
