"""Whether each strategy meets what a situation asks for, and in which order they are preferred (docs/recommendation.md)."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from wgwizard.recommend.recommendation import Verdict
from wgwizard.recommend.situation import PointKind, Situation
from wgwizard.site import Strategy
from wgwizard.siteroutes import Trouble, WayBack, way_back_by


class Code(StrEnum):
    """What a strategy does not give."""

    POINTS_CANNOT_OPEN = "points-cannot-open"
    SITE_CANNOT_OPEN = "site-cannot-open"
    NOT_TOLD_APART = "points-not-told-apart"
    NO_SERVICES = "no-services"
    NO_WAY_BACK = "no-way-back"
    CLIENTS_SEEN = "site-clients-seen"


class Lack(Struct, frozen=True):
    """Something asked for that a strategy does not give; not `certain` where it hangs on an answer that is not known.

    `network` is the index of the first site network without a way back, and `trouble` says what stands in its way.
    """

    code: Code
    question: str
    certain: bool = True
    network: int | None = None
    trouble: Trouble | None = None


class Outlook(Struct, frozen=True):
    """What follows from a situation: who opens, the networks that the points open to, and the way back from each network."""

    by_points: bool
    by_site: bool
    opened_to: frozenset[int]
    unserved: PointKind | None
    served: bool
    ways: tuple[WayBack, ...]


class Judged(Struct, frozen=True):
    """A strategy and what it lacks; `surplus`: it does more than was asked for."""

    strategy: Strategy
    lacks: tuple[Lack, ...]
    surplus: bool

    @property
    def verdict(self) -> Verdict:
        """How well it fits."""
        if not self.lacks:
            return Verdict.FITS
        return Verdict.UNFIT if any(lack.certain for lack in self.lacks) else Verdict.UNSURE


ONE_WAY_IN = (Strategy.MASQUERADE, Strategy.GATEWAY, Strategy.MASQUERADE_FORWARD, Strategy.GATEWAY_FORWARD, Strategy.FORWARD)
ONE_WAY_IN_NO_CHANGE = (Strategy.GATEWAY, Strategy.MASQUERADE, Strategy.MASQUERADE_FORWARD, Strategy.GATEWAY_FORWARD, Strategy.FORWARD)
ONE_WAY_OUT = (Strategy.FORWARD, Strategy.GATEWAY, Strategy.MASQUERADE_FORWARD, Strategy.GATEWAY_FORWARD, Strategy.MASQUERADE)
BOTH_WAYS = (Strategy.GATEWAY, Strategy.MASQUERADE_FORWARD, Strategy.GATEWAY_FORWARD, Strategy.MASQUERADE, Strategy.FORWARD)
_RANK = {Verdict.FITS: 0, Verdict.UNSURE: 1, Verdict.UNFIT: 2}


def outlook_of(situation: Situation) -> Outlook:
    """What follows from the answers."""
    opens = [kind.opens_under(situation.opens) for kind in situation.kinds]
    inward = [kind for kind, who in zip(situation.kinds, opens, strict=True) if who.by_points]
    outward = [kind for kind, who in zip(situation.kinds, opens, strict=True) if who.by_site]
    return Outlook(
        by_points=bool(inward),
        by_site=bool(outward),
        opened_to=frozenset[int]().union(*(kind.networks for kind in inward)),
        unserved=next((kind for kind in outward if not kind.has_services), None),
        served=any(kind.has_services for kind in outward),
        ways=tuple(way_back_by(situation.routes, network.on_link, network.family) for network in situation.networks),
    )


def rank(situation: Situation, outlook: Outlook) -> tuple[Judged, ...]:
    """Every strategy, the best first: what fits before what may fit, and within that the preferred order."""
    judged = [judge(situation, outlook, strategy) for strategy in preferred(situation, outlook)]
    return tuple(sorted(judged, key=lambda one: _RANK[one.verdict]))


def best(ranked: tuple[Judged, ...]) -> Strategy | None:
    """The strategy to recommend; `None` where none fits and none may fit."""
    return None if ranked[0].verdict is Verdict.UNFIT else ranked[0].strategy


def preferred(situation: Situation, outlook: Outlook) -> tuple[Strategy, ...]:
    """The order among strategies that all fit.

    In one direction the least change at the site comes first; in both directions the gateway, which needs no list of services.
    Where β already is the default gateway and nobody knows whether points must be told apart, the gateway serves either answer.
    """
    if outlook.by_points and outlook.by_site:
        return BOTH_WAYS
    if outlook.by_site:
        return ONE_WAY_OUT
    if situation.apart is None and situation.routes.default_gateway:
        return ONE_WAY_IN_NO_CHANGE
    return ONE_WAY_IN


def judge(situation: Situation, outlook: Outlook, strategy: Strategy) -> Judged:
    """What this strategy lacks of what is asked for."""
    lacks = _directions(situation, outlook, strategy)
    routed_instead = strategy.routes and not situation.seen_as_host
    if strategy.forwards and outlook.unserved is not None and not routed_instead:
        lacks.append(Lack(Code.NO_SERVICES, f"points[{outlook.unserved.index}].services"))
    if strategy.masquerades and outlook.opened_to and situation.apart:
        lacks.append(Lack(Code.NOT_TOLD_APART, "needs.tell_points_apart"))
    if strategy is Strategy.GATEWAY and outlook.by_site and situation.seen_as_host:
        lacks.append(Lack(Code.CLIENTS_SEEN, "needs.site_clients_seen_as_host"))
    if strategy.routes:
        lacks.extend(_way_back(outlook, strategy))
    one_way = not (outlook.by_points and outlook.by_site)
    surplus = strategy is Strategy.GATEWAY_FORWARD or (strategy is Strategy.MASQUERADE_FORWARD and one_way)
    return Judged(strategy, tuple(lacks), surplus)


def can_work_at_all(outlook: Outlook, strategy: Strategy) -> bool:
    """Whether anything that is asked for works, so that a strategy written by hand is obeyed."""
    needed = range(len(outlook.ways)) if outlook.by_site else outlook.opened_to
    routed = strategy.routes and any(outlook.ways[index].works is not False for index in needed)
    return routed or (strategy.masquerades and outlook.by_points) or (strategy.forwards and outlook.served)


def deciding_opens(situation: Situation, *, by_site: bool) -> str:
    """The question that makes the site (or the points) open: the point's own where it has one, else the site's.

    Where neither was said, listed services are what lets the site open.
    """
    kind = next((kind for kind in situation.kinds if _opens(situation, kind, by_site=by_site)), None)
    if kind is None or (kind.opens is None and (situation.opens is not None or not by_site)):
        return "needs.opens"
    return f"points[{kind.index}].{'services' if kind.opens is None else 'opens'}"


def _opens(situation: Situation, kind: PointKind, *, by_site: bool) -> bool:
    who = kind.opens_under(situation.opens)
    return who.by_site if by_site else who.by_points


def _directions(situation: Situation, outlook: Outlook, strategy: Strategy) -> list[Lack]:
    """The directions that a strategy leaves closed."""
    lacks = []
    if outlook.opened_to and strategy is Strategy.FORWARD:
        lacks.append(Lack(Code.POINTS_CANNOT_OPEN, deciding_opens(situation, by_site=False)))
    if outlook.by_site and strategy is Strategy.MASQUERADE:
        lacks.append(Lack(Code.SITE_CANNOT_OPEN, deciding_opens(situation, by_site=True)))
    return lacks


def _way_back(outlook: Outlook, strategy: Strategy) -> list[Lack]:
    """The first site network whose answers do not find the tunnel.

    Where the site reaches a point by route, every network must find it; where each point that the site opens has forwards, only the
    networks that the points open to.
    """
    if outlook.by_site and (strategy is Strategy.GATEWAY or outlook.unserved is not None):
        return _blocked(outlook, range(len(outlook.ways)))
    return _blocked(outlook, sorted(outlook.opened_to))


def _blocked(outlook: Outlook, needed: Sequence[int]) -> list[Lack]:
    """A lack for the first certain obstacle among these networks, else for the first uncertain one."""
    for wanted in (False, None):
        for index in needed:
            way = outlook.ways[index]
            if way.works is wanted:
                return [Lack(Code.NO_WAY_BACK, _question(way.trouble), wanted is False, index, way.trouble)]
    return []


def _question(trouble: Trouble | None) -> str:
    """The question that this obstacle hangs on."""
    if trouble in (Trouble.HALF_SEEN, Trouble.HALF_SEEN_MAYBE):
        return "site.router_drops_invalid"
    return "site.cloud" if trouble is Trouble.CLOUD else "site.routes"
