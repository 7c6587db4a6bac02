"""What the chosen strategy leaves undone of what is wanted, and what would help: the same lines before, at and after an apply."""

from wgwizard.recommend.recommendation import TITLES, Ranked, Recommendation, Verdict

UNMET = "! Not all that is wanted works yet"


def unmet(recommendation: Recommendation) -> tuple[str, ...]:
    """Each lack of the chosen strategy with what would help, one sentence a line; nothing where it gives everything."""
    chosen = next((ranked for ranked in recommendation.ranked if ranked.strategy is recommendation.chosen), None)
    if chosen is None:
        return ()
    said = dict.fromkeys(_sentence(reason.text) for reason in chosen.why_not)
    return (*said, *(_helps(recommendation, chosen) if said else ()))


def _helps(recommendation: Recommendation, chosen: Ranked) -> list[str]:
    """Another strategy, and how to find out what that one hangs on; where no strategy may work, the answers that would lead to one."""
    best = recommendation.ranked[0]
    if best.verdict is Verdict.UNFIT:
        changes = [change for change in recommendation.would_change if change.strategy is not None]
        return [f"What helps: {change.text}." for change in changes[:2]]
    fits = "gives all of it" if best.verdict is Verdict.FITS else "may give all of it"
    helps = [f"What helps: {TITLES[best.strategy]}, which {fits}."] if best is not chosen else []
    questions = {reason.question for reason in best.why_not}
    return helps + [f"To find out: {_sentence(one.text)}" for one in recommendation.find_out if one.question in questions]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
