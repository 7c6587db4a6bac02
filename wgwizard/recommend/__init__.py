"""Site -> Recommendation: the strategies ranked, with reasons, costs, and what would change the answer.

The rules and where their facts come from: docs/recommendation.md. The way: `situation` (the answers that matter) -> `fitness` (what
each strategy lacks) -> `words` (sentences) and `reasking` (what would change it).
"""

from wgwizard.problems import Problem, error, warning
from wgwizard.recommend.fitness import Judged, Outlook, best, can_work_at_all, outlook_of, rank
from wgwizard.recommend.reasking import find_out, would_change
from wgwizard.recommend.recommendation import TITLES, Ranked, Reason, Recommendation, Verdict, WouldChange
from wgwizard.recommend.situation import Situation, situation_of
from wgwizard.recommend.unmet import UNMET, unmet
from wgwizard.recommend.words import lack_text, ranked_one, title, unknown_of
from wgwizard.site import Site, Strategy

# The code of the problem where nothing gives what is asked for.
NO_STRATEGY = "no-strategy-fits"

__all__ = ["NO_STRATEGY", "TITLES", "UNMET", "Ranked", "Reason", "Recommendation", "Verdict", "WouldChange", "recommend", "unmet"]


def recommend(site: Site) -> Recommendation:
    """Rank the strategies for a site; a strategy written by hand is chosen if it can work at all, its losses said as warnings.

    One pass over the points; `problems` holds an error where nothing is chosen.
    """
    situation = situation_of(site)
    outlook = outlook_of(situation)
    ranked = rank(situation, outlook)
    recommended = best(ranked)
    changes = would_change(situation, recommended)
    chosen, problems = _choose(site, situation, outlook, ranked, changes)
    return Recommendation(
        chosen=chosen,
        recommended=recommended,
        overruled=chosen is not None and chosen is not recommended,
        masquerade_into_tunnel=situation.seen_as_host and outlook.by_site and chosen is not None and chosen.forwards,
        ranked=tuple(ranked_one(site, situation, outlook, one, first=one.strategy is recommended) for one in ranked),
        would_change=changes,
        find_out=find_out(site, situation, changes),
        problems=(*problems, *_unused(situation, outlook)),
    )


def _choose(
    site: Site, situation: Situation, outlook: Outlook, ranked: tuple[Judged, ...], changes: tuple[WouldChange, ...]
) -> tuple[Strategy | None, list[Problem]]:
    """The strategy to build, and what is to be said about it."""
    if site.strategy is not None:
        judged = next(one for one in ranked if one.strategy is site.strategy)
        return _by_hand(situation, outlook, judged, best(ranked))
    if best(ranked) is None:
        return None, [_none_fits(situation, ranked, changes)]
    return best(ranked), [_unsure(situation, lack_of) for lack_of in ranked[:1] if lack_of.verdict is Verdict.UNSURE]


def _by_hand(situation: Situation, outlook: Outlook, judged: Judged, recommended: Strategy | None) -> tuple[Strategy | None, list[Problem]]:
    """A strategy that was written by hand: obeyed if it can work at all."""
    losses = [(lack.question, lack_text(situation, lack)) for lack in judged.lacks]
    if can_work_at_all(outlook, judged.strategy):
        instead = f"the answers would choose {title(recommended)}" if recommended else "by the answers none gives everything"
        hint = f"{instead} (strategy: auto)"
        return judged.strategy, [
            warning("strategy-loses", "strategy", f"{title(judged.strategy)} was chosen by hand, and {text} ({question})", hint)
            for question, text in losses
        ]
    said = "; ".join(f"{text} ({question})" for question, text in losses)
    hint = f"Let it be chosen by the answers: {title(recommended)} (strategy: auto)" if recommended else "Change one of the answers named"
    return None, [error("strategy-cannot-work", "strategy", f"{title(judged.strategy)} cannot work here: {said}", hint)]


def _none_fits(situation: Situation, ranked: tuple[Judged, ...], changes: tuple[WouldChange, ...]) -> Problem:
    """The error where nothing gives what is asked for, with every answer that would help."""
    lacks = {lack.question: lack_text(situation, lack) for one in reversed(ranked) for lack in one.lacks}
    said = "; ".join(f"{text} ({question})" for question, text in reversed(lacks.items()))
    ways_out = [f"{change.text[0].upper()}{change.text[1:]} ({change.question}: {change.answer})" for change in changes if change.strategy]
    hint = ". ".join(ways_out) or "More than one of the answers named must change"
    return error(NO_STRATEGY, ranked[0].lacks[0].question, f"No strategy gives what is asked for: {said}", hint)


def _unsure(situation: Situation, judged: Judged) -> Problem:
    """The warning where the best that there is hangs on something that is not known."""
    lack, unknown = judged.lacks[0], unknown_of(judged)
    text = f"{title(judged.strategy)} is the only one that may work, and {lack_text(situation, lack)}"
    hint = f"find out {unknown}; until then the plan shows what does not work"
    return warning("hangs-on-unknown", lack.question, text, hint)


def _unused(situation: Situation, outlook: Outlook) -> list[Problem]:
    """Answers that say nothing together with the others (unused services and rights are said by the check of the file)."""
    problems = []
    if situation.seen_as_host and not outlook.by_site:
        text = "that the points see Host β in place of the site's computers is not used: the site opens no connections to the points"
        problems.append(
            warning("unused-answer", "needs.site_clients_seen_as_host", text, "Leave it out, or say that the site opens (needs.opens)")
        )
    return problems
