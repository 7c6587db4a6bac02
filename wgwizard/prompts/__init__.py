"""The wizard as a conversation (`--plain`, and terminals that cannot draw a page): the same questions, files, apply and resume."""

from collections.abc import Callable

from wgwizard.errors import CancelledError
from wgwizard.prompts.applying import apply_page, done_page
from wgwizard.prompts.asking import ask_page
from wgwizard.prompts.beginning import begin, with_passphrase
from wgwizard.prompts.points import points_page
from wgwizard.prompts.results import files_page, strategy_page
from wgwizard.prompts.saving import save_page
from wgwizard.prompts.session import Propose, Session, nothing_found
from wgwizard.prompts.talk import Talk
from wgwizard.questions import GROUPS, POINT, STRATEGY, Document, Group
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import open_site
from wgwizard.wizard.tools import Tools

Page = Callable[[Session], bool]


def _questions(group: Group) -> Page:
    def page(session: Session) -> bool:
        session.talk.say(f"\n== {group.title} ==\n{group.about}")
        return ask_page(session, group)

    return page


_BY_THEMSELVES: dict[str, Page] = {POINT.name: points_page, STRATEGY.name: strategy_page}
PAGES: tuple[Page, ...] = (
    *(_BY_THEMSELVES.get(group.name) or _questions(group) for group in GROUPS),
    files_page,
    save_page,
    apply_page,
    done_page,
)


def converse(
    talk: Talk,
    tools: Tools,
    *,
    site_path: str | None = None,
    document: Document | None = None,
    propose: Propose = nothing_found,
) -> Draft:
    """The whole wizard; gives the draft as it ended.

    It begins with a saved site, a document (a preset's), or with the choice of what to begin with. What is left early is kept as the
    wizard's draft, and CancelledError says where; SiteRefusedError or FileError for a site that cannot be opened.
    """
    session = Session(talk, tools, Draft() if document is None else Draft(document, preset=document), propose)
    try:
        _begun(session, site_path, chosen=document is not None)
        _walk(session)
    except (EOFError, KeyboardInterrupt):
        session.take(session.draft)
        raise CancelledError("left: " + tools.where_kept(session.draft)) from None
    return session.draft


def _begun(session: Session, site_path: str | None, *, chosen: bool) -> None:
    if site_path is not None:
        sealed = open_site(site_path, None)
        session.draft = with_passphrase(session, site_path, lambda passphrase: open_site(site_path, passphrase)) or sealed
    elif not chosen:
        begin(session)
        return
    session.say(session.talk.help)


def _walk(session: Session) -> None:
    """The pages in their order, and back where that is wanted; from the first there is nowhere to go back to."""
    place = 0
    while place < len(PAGES):
        place = place + 1 if PAGES[place](session) else max(place - 1, 0)
