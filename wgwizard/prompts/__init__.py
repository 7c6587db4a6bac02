"""The wizard as a conversation (`--plain`, and terminals that cannot draw a page): the same questions, files, apply and resume."""

from collections.abc import Callable
from contextlib import suppress

from wgwizard.errors import CancelledError
from wgwizard.prompts.applying import apply_page, done_page
from wgwizard.prompts.asking import ask_page
from wgwizard.prompts.beginning import begin, begin_saved
from wgwizard.prompts.points import points_page
from wgwizard.prompts.results import files_page, strategy_page
from wgwizard.prompts.saving import save_page
from wgwizard.prompts.session import Session
from wgwizard.prompts.talk import BACK, WHY, Asked, Talk, wrapped
from wgwizard.questions import GROUPS, POINT, STRATEGY, Choice, Document, Group
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools

_WHY_BEGIN = (
    "All answers stand as they were saved, and the pages after the one that you choose come in their order. “Points” is where a laptop or a"
    " phone is added or taken away, and where what it may reach is changed. When unsure, take the first: Enter leaves each answer as it is."
)
Page = Callable[[Session], bool]


def _questions(group: Group) -> Page:
    def page(session: Session) -> bool:
        session.tell(f"\n== {group.title} ==\n{group.about}")
        return ask_page(session, group, from_wrong=session.led_back)

    return page


# Under the names of the wizard's pages, which a kept draft remembers.
PAGES: dict[str, Page] = {
    **{group.name: _questions(group) for group in GROUPS},
    POINT.name: points_page,
    STRATEGY.name: strategy_page,
    "files": files_page,
    "save": save_page,
    "apply": apply_page,
    "done": done_page,
}


def converse(
    talk: Talk,
    tools: Tools,
    *,
    site_path: str | None = None,
    document: Document | None = None,
) -> Draft:
    """The whole wizard; gives the draft as it ended.

    It begins with a saved site, a document (a preset's), or with the choice of what to begin with. What is left early is kept as the
    wizard's draft, and CancelledError says where; SiteRefusedError or FileError for a site that cannot be opened. Where anything else
    ends it (a signal, a fault of our own), that is said before the error goes on.
    """
    session = Session(talk, tools)
    try:
        _begin(session, site_path, document)
        while not _walk(session, back=site_path is None and document is None):
            begin(session)
    except (EOFError, KeyboardInterrupt):
        session.take(session.draft)
        raise CancelledError(_left(tools, talk.columns)) from None
    except BaseException:
        _say_left(session)
        raise
    finally:
        tools.keeping.closed()
    return session.draft


def _begin(session: Session, site_path: str | None, document: Document | None) -> None:
    """Lead to the draft to begin with; a choice is asked for only where the command line made none."""
    if site_path is not None:
        begin_saved(session, site_path)
    elif document is not None:
        session.open(Draft(document, preset=document))
    else:
        begin(session)
        return
    session.say(session.talk.help)


def _walk(session: Session, *, back: bool) -> bool:
    """The pages in their order, and back; false where one goes `back` from the first of them."""
    names = tuple(PAGES)
    place = _first_place(session, names)
    if not back:
        place = max(place, 0)
    while 0 <= place < len(names):
        wrong = _in_the_way(session) if place >= len(GROUPS) - 1 else None
        session.page, session.led_back = wrong or names[place], wrong is not None
        session.take(session.draft)
        place = names.index(session.page) + (1 if PAGES[session.page](session) else -1)
        if not back:
            place = max(place, 0)
    return place >= 0


def _first_place(session: Session, names: tuple[str, ...]) -> int:
    """Where a kept draft was left, else the page that is wanted of a saved site (-1: back), else the first."""
    if session.draft.kept_page in names:
        return names.index(session.draft.kept_page)
    if not session.draft.is_saved:
        return 0
    choices = (*(Choice(group.name, group.title) for group in GROUPS), Choice("files", "Files, then save and apply"))
    while (chosen := session.talk.one(Asked("Where would you like to begin?", current=names[0]), choices)) == WHY:
        session.say(_WHY_BEGIN)
    return -1 if chosen == BACK else names.index(chosen)


def _in_the_way(session: Session) -> str | None:
    """The first page of questions with an answer that no later page can live with; that it comes again is said."""
    for group in GROUPS:
        errors = session.draft.errors_under(group.name, *(question.id for question in group.questions))
        if errors:
            session.say(f"Some answers are still in the way, on the page {group.title}.")
            session.say_problems(errors if group is not POINT else ())
            return group.name
    return None


def _say_left(session: Session) -> None:
    """Before an end that nobody asked for."""
    session.take(session.draft)
    if session.draft.has_answers:
        with suppress(OSError):  # a terminal that went away
            session.talk.say(f"\n{_left(session.tools, session.talk.columns)}")


def _left(tools: Tools, columns: int) -> str:
    """What becomes of the answers, behind the sign that stands before it; all of them where they cannot be kept."""
    keeping = tools.keeping
    lines = keeping.where_kept().splitlines()
    told = "\n".join(line if line == str(keeping.path) else wrapped(line, columns, "  ") for line in lines).lstrip()  # a path can be copied
    return told + (f"\n\n{keeping.parting_text()}" if keeping.is_lost else "")
