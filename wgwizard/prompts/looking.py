"""A look at Host β from the conversation: offered once for each login, as soon as it is known how one logs in."""

from msgspec.structs import replace

from wgwizard.applying import Connector
from wgwizard.errors import WgwizardError
from wgwizard.prompts.host_asking import TalkAsk
from wgwizard.prompts.session import Session
from wgwizard.questions.answers import value_at
from wgwizard.wizard.looked import LOOK, is_worth_a_look, looked_text
from wgwizard.wizard.words import told

SSH = "host.ssh"


def offer_look(session: Session) -> bool:
    """Look at the host if that is wanted; what it shows is proposed from then on. Whether to go on, if need be by hand (else back)."""
    login, connector = value_at(session.draft.document, SSH), session.tools.connector
    if not isinstance(login, str) or connector is None or login in session.looked_at or not is_worth_a_look(session.draft):
        return True
    session.say(LOOK)
    wanted = session.talk.yes(f"Look at {login} now?", default=True)
    if wanted is None:
        return False
    session.looked_at.add(login)
    if wanted:
        _look(session, connector, login)
    return True


def _look(session: Session, connector: Connector, login: str) -> None:
    session.say(f"looking at {login} …", "● ")
    try:
        facts = connector.look(session.tools.target(login), TalkAsk(session.talk))
    except WgwizardError as error:
        session.tell(told(error))
        session.say("Go on by hand.")
        return
    session.take(replace(session.draft, host=facts, host_login=login))
    session.tell(looked_text(session.draft))
