"""What a recommendation says: the strategies ranked, with reasons, costs, and what would change the answer."""

from enum import StrEnum

from msgspec import Struct

from wgwizard.problems import Problem
from wgwizard.site import Strategy

TITLES = {
    Strategy.MASQUERADE: "Masquerade",
    Strategy.FORWARD: "Port forward",
    Strategy.MASQUERADE_FORWARD: "Masquerade and port forward",
    Strategy.GATEWAY: "Site gateway",
    Strategy.GATEWAY_FORWARD: "Site gateway and port forward",
}


class Verdict(StrEnum):
    """How well a strategy fits: `UNSURE` may work, but hangs on something that is not known."""

    FITS = "fits"
    UNSURE = "unsure"
    UNFIT = "unfit"


class Reason(Struct, frozen=True):
    """One sentence for or against, with the question (site-file path, "needs.opens") whose answer decided it."""

    question: str
    text: str


class Ranked(Struct, frozen=True):
    """One strategy, judged: why or why not, what it costs, where something must be changed ("router", "hosts", …)."""

    strategy: Strategy
    verdict: Verdict
    headline: str
    why: tuple[Reason, ...]
    why_not: tuple[Reason, ...]
    costs: tuple[str, ...]
    changes_needed: tuple[str, ...]


class WouldChange(Struct, frozen=True):
    """An answer that would change the recommendation: "if `question` were `answer`, then `strategy`".

    `answer` holds every answer that leads to the same strategy, as in the site file, separated by " | "; `strategy` `None`: none fits.
    """

    question: str
    answer: str
    strategy: Strategy | None
    text: str


class Recommendation(Struct, frozen=True):
    """The ranked strategies, best first; `chosen` is the recommended or hand-written one, `None` where none can work.

    `find_out` says how to answer what is not known; `problems` holds contradictions and what a hand-written strategy loses.
    """

    chosen: Strategy | None
    recommended: Strategy | None
    overruled: bool
    masquerade_into_tunnel: bool
    ranked: tuple[Ranked, ...]
    would_change: tuple[WouldChange, ...]
    find_out: tuple[Reason, ...]
    problems: tuple[Problem, ...]
