"""What would change a recommendation: every question answered differently, and recommended again."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.recommend.fitness import best, outlook_of, rank
from wgwizard.recommend.recommendation import Reason, Verdict, WouldChange
from wgwizard.recommend.situation import Situation
from wgwizard.recommend.words import title
from wgwizard.site import Opens, RoutesAt, Site, Strategy

_SAYING = {
    "needs.opens": {
        "points": "only the points open connections",
        "site": "only the site opens connections",
        "both": "both the points and the site open connections",
    },
    "needs.tell_points_apart": {
        "true": "the site must see which point is calling",
        "false": "the site need not see which point is calling",
    },
    "needs.site_clients_seen_as_host": {
        "true": "the points must see Host β in place of the site's computers",
        "false": "the points may see the site's computers",
    },
    "site.router_drops_invalid": {
        "true": "the router drops connections of which it sees only half",
        "false": "the router lets through connections of which it sees only half",
    },
    "host.default_gateway": {"true": "Host β is the site's default gateway", "false": "Host β is not the site's default gateway"},
    "site.cloud": {"aws": "the site is a cloud's virtual network", "none": "the site is not in a cloud"},
    "points[].services": {"given": "services are listed for every point that the site opens", "none": "no services of points are listed"},
}


_PLACES = {"router": "on the router", "dhcp": "by DHCP", "hosts": "on each computer that the points reach"}


class Reanswer(Struct, frozen=True):
    """One question answered differently."""

    question: str
    answer: str
    situation: Situation


def would_change(situation: Situation, recommended: Strategy | None) -> tuple[WouldChange, ...]:
    """The answers under which another strategy is recommended, or the same for certain; true by construction.

    Answers with one outcome are put together.
    """
    outcomes: dict[tuple[str, Strategy | None, bool], list[str]] = {}
    hangs = rank(situation, outlook_of(situation))[0].verdict is Verdict.UNSURE
    for other in reanswers(situation):
        ranked = rank(other.situation, outlook_of(other.situation))
        if best(ranked) is not recommended or (hangs and ranked[0].verdict is Verdict.FITS):
            key = (other.question, best(ranked), ranked[0].verdict is Verdict.UNSURE)
            outcomes.setdefault(key, []).append(other.answer)
    found = [_worded(question, answers, strategy, unsure=unsure) for (question, strategy, unsure), answers in outcomes.items()]
    return tuple(sorted(found, key=lambda one: one.strategy is None))


def reanswers(situation: Situation) -> Iterator[Reanswer]:
    """Every question with each of its other answers; of the places for routes, one is added or taken away at a time."""
    for opens in Opens:
        if opens is not situation.opens:
            yield Reanswer("needs.opens", opens.value, replace(situation, opens=opens))
    for apart in (True, False):
        if apart is not situation.apart:
            yield Reanswer("needs.tell_points_apart", _word(apart), replace(situation, apart=apart))
    seen = not situation.seen_as_host
    yield Reanswer("needs.site_clients_seen_as_host", _word(seen), replace(situation, seen_as_host=seen))
    for places in _other_places(situation.routes.routes_at):
        answer = f"[{', '.join(place.value for place in RoutesAt if place in places)}]"
        yield Reanswer("site.routes", answer, replace(situation, routes=replace(situation.routes, routes_at=places)))
    yield from _facts(situation)
    for given in (True, False):
        if any(kind.has_services is not given for kind in situation.kinds):
            kinds = tuple(replace(kind, has_services=given) for kind in situation.kinds)
            yield Reanswer("points[].services", "given" if given else "none", replace(situation, kinds=kinds))


def find_out(site: Site, situation: Situation, changes: tuple[WouldChange, ...]) -> tuple[Reason, ...]:
    """How to answer what is not known and matters: the exact command, or the place to look."""
    unknown = [*_unknown(situation), *(["site.cloud"] if site.cloud is None else [])]
    matters = {change.question for change in changes}
    return tuple(Reason(question, _HOW[question].format(host=_host(site))) for question in unknown if question in matters)


# Read beside the wizard's questions, whose answers are Yes and No, and beside the site file's true and false.
_HOW = {
    "needs.opens": "While it is in use, run `ss -tn` on the computer at the site: the side with the high, changing port opened the "
    "connection. A laptop that opens the NAS: points. The office that opens a field device's page: site",
    "needs.tell_points_apart": "Look whether anything at the site logs, limits or admits by the caller's address (a NAS's or camera's "
    "access list, a log that somebody reads). If nothing does: no",
    "site.routes": "Look for “static routes” on the router's own web page (its address is the default gateway of any computer at the "
    "site), and for “option 121” where DHCP is set. If neither is there: a route on each computer that the points reach is enough, such "
    "as on the file server itself (a NAS: “static route” in its network settings; Linux: `ip route add`; Windows: `route -p add`)",
    "site.router_drops_invalid": "Look on the router's own web page, in its firewall, for “drop invalid packets” or for routes that "
    "go out where they came in: OPNsense and pfSense drop them unless “bypass firewall rules for traffic on the same interface” is on. "
    "On a Linux router `nft list ruleset | grep 'ct state invalid'` or `iptables-save | grep INVALID` shows a line with drop. "
    "When unsure: yes",
    "host.default_gateway": "On a computer at the site: `ip route show default` (Windows: `route print 0.0.0.0`); yes if it names {host}",
    "site.cloud": "On Host β: `cat /sys/class/dmi/id/sys_vendor` names Amazon EC2, Google or Microsoft Corporation in a cloud",
}


def _unknown(situation: Situation) -> list[str]:
    """The questions that have no answer yet."""
    answers = {
        "needs.opens": situation.opens if any(kind.opens is None for kind in situation.kinds) else Opens.BOTH,
        "needs.tell_points_apart": situation.apart,
        "site.routes": situation.routes.routes_at,
        "site.router_drops_invalid": situation.routes.router_drops_invalid,
        "host.default_gateway": situation.routes.default_gateway,
    }
    return [question for question, answer in answers.items() if answer is None]


def _facts(situation: Situation) -> Iterator[Reanswer]:
    """What is true of the site, answered differently."""
    routes = situation.routes
    for answer in (True, False):
        if answer is not routes.router_drops_invalid:
            changed = replace(routes, router_drops_invalid=answer)
            yield Reanswer("site.router_drops_invalid", _word(answer), replace(situation, routes=changed))
        if answer is not routes.default_gateway:
            changed = replace(routes, default_gateway=answer)
            yield Reanswer("host.default_gateway", _word(answer), replace(situation, routes=changed))
    yield Reanswer("site.cloud", "none" if routes.cloud else "aws", replace(situation, routes=replace(routes, cloud=not routes.cloud)))


def _other_places(routes_at: frozenset[RoutesAt] | None) -> list[frozenset[RoutesAt]]:
    """The sets of places one step away; from "not known", each place alone, all of them, and none."""
    if routes_at is None:
        return [*(frozenset({place}) for place in RoutesAt), frozenset(RoutesAt), frozenset()]
    return [routes_at ^ {place} for place in RoutesAt]


def _worded(question: str, answers: list[str], strategy: Strategy | None, *, unsure: bool) -> WouldChange:
    """An answer that changes the recommendation, as a sentence."""
    sayings = [_SAYING[question][answer] for answer in answers] if question != "site.routes" else [_routes_saying(answers)]
    then = f"{title(strategy)} may work" if unsure else title(strategy)
    return WouldChange(question, " | ".join(answers), strategy, f"if {', or '.join(sayings)}: {then}")


def _routes_saying(answers: list[str]) -> str:
    """Where routes could be added, as a part of a sentence."""
    sayings = [" and ".join(_PLACES[place] for place in answer.strip("[]").split(", ") if place) for answer in answers]
    some = ", or ".join(saying for saying in sayings if saying)
    nowhere = "" if all(sayings) else "no route could be added at the site"
    return " or ".join(part for part in (f"routes could be added only {some}" if some else "", nowhere) if part)


def _host(site: Site) -> str:
    """β's addresses, for a sentence."""
    return " or ".join(str(interface.ip) for interface in site.host.addresses) or "Host β"


def _word(answer: bool) -> str:
    """A yes or no as the site file writes it."""
    return "true" if answer else "false"
