"""The recommendation as every front end shows it: what is chosen, why, and what else could be. Pure."""

from wgwizard.questions import STRATEGY, Choice
from wgwizard.recommend import TITLES, Ranked, Recommendation, Verdict
from wgwizard.site import Strategy

OVERRULE = STRATEGY.questions[0]
_SIGNS = {Verdict.FITS: "✓", Verdict.UNSURE: "!", Verdict.UNFIT: "×"}


def shown_of(recommendation: Recommendation, by_hand: Strategy | None) -> Ranked:
    """The strategy that the page is about: what was chosen by hand, else the recommended one, else the nearest."""
    wanted = by_hand or recommendation.chosen
    return next((ranked for ranked in recommendation.ranked if ranked.strategy is wanted), recommendation.ranked[0])


def title_of(recommendation: Recommendation, shown: Ranked) -> str:
    """What is chosen, and whether a person or the rules chose it."""
    if recommendation.chosen is shown.strategy:
        lead = f"{'Your choice' if recommendation.overruled else 'Recommended'}: "
    else:
        lead = "Cannot work here: " if recommendation.recommended is not None else "No strategy gives all that you ask. Nearest: "
    return lead + TITLES[shown.strategy]


def reasons_of(shown: Ranked) -> tuple[tuple[str, str], ...]:
    """Why and why not, and what it costs: each as the words that lead it in, and the reason."""
    because = [("✓ because", reason.text) for reason in shown.why]
    but = [("× but", reason.text) for reason in shown.why_not]
    return (*because, *but, *(("! it costs", cost) for cost in shown.costs))


def choices_of(recommendation: Recommendation) -> tuple[Choice, ...]:
    """Every strategy as a choice, the recommended first; each with its verdict."""
    return tuple(
        Choice(
            "auto" if ranked.strategy is recommendation.recommended else ranked.strategy.value,
            TITLES[ranked.strategy],
            f"{_SIGNS[ranked.verdict]} {'recommended' if ranked.strategy is recommendation.recommended else ranked.headline}",
        )
        for ranked in recommendation.ranked
    )


def chosen_among(choices: tuple[Choice, ...], held: str) -> str:
    """The answer that is chosen: the one that the draft holds, where it is offered."""
    return held if any(choice.answer == held for choice in choices) else "auto"
