"""The recommendation as every front end shows it: what is chosen, why, and what else could be. Pure."""

from wgwizard.plan import Plan, no_session
from wgwizard.problems import Problem
from wgwizard.questions import STRATEGY, Choice, Document
from wgwizard.questions.examples import EXAMPLE_ENDPOINT
from wgwizard.questions.naming import in_words, name_of
from wgwizard.recommend import NO_STRATEGY, TITLES, Ranked, Recommendation, Verdict, WouldChange
from wgwizard.site import Site, Strategy
from wgwizard.wizard.finding_out import found_out
from wgwizard.wizard.reading import read

OVERRULE = STRATEGY.questions[0]
HELPS = "What would help"
# What a person can set up or want differently, the smallest change first; all else is a fact, which would be a wrong answer.
_CHANGEABLE = (
    "site.routes",
    "site.router_drops_invalid",
    "points[].services",
    "needs.tell_points_apart",
    "needs.site_clients_seen_as_host",
    "needs.opens",
)
_SIGNS = {Verdict.FITS: "✓", Verdict.UNSURE: "!", Verdict.UNFIT: "×"}


def shown_of(recommendation: Recommendation, by_hand: Strategy | None) -> Ranked:
    """The strategy that the page is about: what was chosen by hand, else the recommended one, else the nearest."""
    wanted = by_hand or recommendation.chosen
    return next((ranked for ranked in recommendation.ranked if ranked.strategy is wanted), recommendation.ranked[0])


def title_of(recommendation: Recommendation, shown: Ranked) -> str:
    """What is chosen, and whether a person or the rules chose it; or that nothing could be."""
    if recommendation.chosen is shown.strategy:
        return f"{'Your choice' if recommendation.overruled else 'Recommended'}: {TITLES[shown.strategy]}   {shown.headline}"
    if recommendation.recommended is not None:
        return f"Cannot work here: {TITLES[shown.strategy]}   {shown.headline}"
    return "No strategy gives all that you ask"


def first_of(recommendation: Recommendation, shown: Ranked) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What comes before the reasons where nothing is recommended: what would help, then which strategy the reasons are about."""
    if recommendation.recommended is not None or recommendation.chosen is shown.strategy:
        return ()
    helps = sorted((change for change in recommendation.would_change if change.question in _CHANGEABLE), key=_easiest_first)
    return ((HELPS, tuple(change.text for change in helps)), (f"Nearest: {TITLES[shown.strategy]}", ()))


def _easiest_first(change: WouldChange) -> int:
    return _CHANGEABLE.index(change.question)


def last_of(recommendation: Recommendation, shown: Ranked, site: Site | None = None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What comes after the reasons: what would change them, unless what would help came first, and how to find out what is not known.

    With the `site` that is said in the words of its router.
    """
    changes = () if first_of(recommendation, shown) else tuple(change.text for change in recommendation.would_change)
    blocks = (
        ("What would change this", changes),
        ("How to find out", tuple(found_out(reason, site) for reason in recommendation.find_out)),
    )
    return tuple((title, texts) for title, texts in blocks if texts)


def beside(problems: tuple[Problem, ...], plan: Plan | None, document: Document) -> tuple[Problem, ...]:
    """What is said beside the recommendation: the answers' problems (its title says that no strategy fits), and that no tunnel comes up."""
    dead = no_session(plan) if plan is not None else []
    return (*(problem for problem in problems if problem.code != NO_STRATEGY), *in_words(dead, document))


def reasons_of(shown: Ranked) -> tuple[tuple[str, str], ...]:
    """What it is, why and why not, and what it costs: each as the words that lead it in, and the reason."""
    is_a = [("○ it means", choice.example) for choice in OVERRULE.choices if choice.answer == shown.strategy.value]
    because = [("✓ because", reason.text) for reason in shown.why]
    but = [("× but", reason.text) for reason in shown.why_not]
    return (*is_a, *because, *but, *(("! it costs", cost) for cost in shown.costs))


def lacking(plan: Plan | None, document: Document) -> tuple[str, ...]:
    """What has to be known before any tunnel comes up, and is not or is only an example's, as a person calls it."""
    dead = no_session(plan) if plan is not None else []
    examples = [problem for problem in read(document)[1] if problem.code == EXAMPLE_ENDPOINT]
    return tuple(name_of(problem.field, document) for problem in (*dead, *examples))


def choices_of(recommendation: Recommendation, lacks: tuple[str, ...] = ()) -> tuple[Choice, ...]:
    """Every strategy as a choice, the recommended first; each with its verdict, the recommended one also with what it lacks still."""
    return tuple(
        Choice("auto", TITLES[ranked.strategy], _recommended(ranked, lacks))
        if ranked.strategy is recommendation.recommended
        else Choice(ranked.strategy.value, TITLES[ranked.strategy], f"{_SIGNS[ranked.verdict]} {ranked.headline}")
        for ranked in recommendation.ranked
    )


def _recommended(ranked: Ranked, lacks: tuple[str, ...]) -> str:
    """It is ✓ only where a tunnel can come up with what is known."""
    return f"! recommended; missing: {', '.join(lacks)}" if lacks else f"{_SIGNS[ranked.verdict]} recommended"


def chosen_among(choices: tuple[Choice, ...], held: str) -> str:
    """The answer that is chosen: the one that the draft holds, where it is offered."""
    return held if any(choice.answer == held for choice in choices) else "auto"
