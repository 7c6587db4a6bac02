"""A look at Host β from the conversation: offered once for each login, as soon as it is known how one logs in."""

from msgspec.structs import replace

from wgwizard.errors import WgwizardError
from wgwizard.prompts.host_asking import TalkAsk
from wgwizard.prompts.session import Session
from wgwizard.questions.answers import value_at
from wgwizard.wizard.looked import LOOK, is_worth_a_look, looked_text
from wgwizard.wizard.words import told

SSH = "host.ssh"


def offer_look(session: Session) -> None:
    """Look at the host if that is wanted; what it shows is proposed from then on. Without it one goes on by hand."""
    login, connector = value_at(session.draft.document, SSH), session.tools.connector
    if not isinstance(login, str) or connector is None or login in session.looked_at or not is_worth_a_look(session.draft):
        return
    session.looked_at.add(login)
    session.say(LOOK)
    if not session.talk.yes(f"Look at {login} now?", default=True):
        return
    session.talk.say(f"● looking at {login} …")
    try:
        facts = connector.look(session.tools.target(login), TalkAsk(session.talk))
    except WgwizardError as error:
        session.tell(told(error))
        session.say("Go on by hand.")
        return
    session.take(replace(session.draft, host=facts, host_login=login))
    session.talk.say(looked_text(session.draft))
