"""The wizard's pages in their order. A page's module is imported when the page is first shown, which keeps the start quick."""

from collections.abc import Callable

from msgspec import Struct

from screens.step import Step
from wgwizard.questions import HOST, NEEDS, SITE, TUNNEL, Group
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools


class Page(Struct, frozen=True):
    """A page: `make` builds it, `is_wrong` says whether a draft's answers there are in the way of later pages.

    `is_skipped` says whether what the page is for is left undone with these answers, `is_failed` whether it was tried and failed.
    `picture` is the class with which the picture makes room: "-spare" where the terminal is narrow, "-never" everywhere.
    """

    name: str
    title: str
    make: Callable[[Draft, Tools], Step]
    is_wrong: Callable[[Draft], bool] = lambda _: False
    is_skipped: Callable[[Draft], bool] = lambda _: False
    is_failed: Callable[[Draft], bool] = lambda _: False
    picture: str = ""


def _questions(group: Group, make: Callable[[Draft, Tools], Step] | None = None) -> Page:
    own = [question.id for question in group.questions]

    def form(draft: Draft, _: Tools) -> Step:
        from screens.form_step import FormStep

        return FormStep(group, draft)

    return Page(group.name, group.title, make or form, lambda draft: bool(draft.errors_under(group.name, *own)))


def _start(draft: Draft, tools: Tools) -> Step:
    from screens.start import StartStep

    return StartStep(draft, tools)


def _host(draft: Draft, tools: Tools) -> Step:
    from screens.host import HostStep

    return HostStep(draft, tools)


def _points(draft: Draft, _: Tools) -> Step:
    from screens.points import PointsStep

    return PointsStep(draft)


def _strategy(draft: Draft, _: Tools) -> Step:
    from screens.strategy import StrategyStep

    return StrategyStep(draft)


def _no_strategy(draft: Draft) -> bool:
    from wgwizard.wizard.study import study

    found, _ = study(draft)
    return found is None or found.strategy is None


def _files(draft: Draft, _: Tools) -> Step:
    from screens.files import FilesStep

    return FilesStep(draft)


def _save(draft: Draft, tools: Tools) -> Step:
    from screens.save import SaveStep

    return SaveStep(draft, tools)


def _apply(draft: Draft, tools: Tools) -> Step:
    from screens.apply import ApplyStep

    return ApplyStep(draft, tools)


def _done(draft: Draft, tools: Tools) -> Step:
    from screens.done import DoneStep

    return DoneStep(draft, tools)


PAGES: tuple[Page, ...] = (
    Page("start", "Welcome", _start, picture="-spare"),
    _questions(SITE),
    _questions(HOST, _host),
    _questions(TUNNEL),
    Page("points", "Points", _points, lambda draft: bool(draft.errors_under("points"))),
    _questions(NEEDS),
    Page("strategy", "Strategy", _strategy, _no_strategy, picture="-spare"),
    Page("files", "Files", _files, lambda draft: bool(draft.key_problems()), picture="-never"),
    Page("save", "Save", _save, lambda draft: not draft.is_saved, lambda draft: not draft.is_saved),
    Page(
        "apply",
        "Apply",
        _apply,
        is_skipped=lambda draft: draft.applied != draft.document,
        is_failed=lambda draft: draft.has_failed,
        picture="-spare",
    ),
    Page("done", "Done", _done, picture="-spare"),
)


def place_of(name: str) -> int:
    """A page's place, the start being 0."""
    return [page.name for page in PAGES].index(name)


def in_the_way(draft: Draft, reached: int) -> frozenset[int]:
    """The places in the bar of the steps so far that are in the way of later ones: not of those that only follow from wrong answers."""
    wrong = [place for place, page in enumerate(PAGES[1:-1][: max(reached, 0)]) if page.is_wrong(draft)]
    return frozenset([place for place in wrong if place + 1 < place_of("strategy")] or wrong)


def skipped(draft: Draft) -> frozenset[int]:
    """The places in the bar of the steps that leave undone what they are for."""
    return frozenset(place for place, page in enumerate(PAGES[1:-1]) if page.is_skipped(draft))


def failed(draft: Draft) -> frozenset[int]:
    """The places in the bar of the steps at which what they are for was tried, and failed."""
    return frozenset(place for place, page in enumerate(PAGES[1:-1]) if page.is_failed(draft))


# The first and the last page are no steps of the bar.
TITLES: tuple[str, ...] = tuple(page.title for page in PAGES[1:-1])
