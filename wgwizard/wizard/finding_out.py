"""How to find an answer out, in the words of the site's router where its kind is known and the cards have them. Pure."""

from collections.abc import Iterator

from wgwizard import sitefile
from wgwizard.plan.model import FAMILIES, RouteNeeded, lan_address
from wgwizard.questions import Question
from wgwizard.questions.about_host import ENDPOINT
from wgwizard.questions.about_site import DROPS_INVALID, ROUTES
from wgwizard.questions.about_tunnel import PORT
from wgwizard.questions.when import router_is_told
from wgwizard.recommend.recommendation import Reason
from wgwizard.render.router_words import site_tag, titled, way_in_of
from wgwizard.render.routers.kinds import ROUTERS
from wgwizard.render.routers.words import HalfSeen, Router, Routes, Steps
from wgwizard.site import RoutesAt, Site, of_family
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.study import study

_TITLES = {
    ROUTES.id: "Where a route would be added",
    DROPS_INVALID.id: "Where to see whether it drops them",
    ENDPOINT.id: "How it lets WireGuard's port through",
    PORT.id: "How it lets the port through",
}


def explained(question: Question, draft: Draft) -> str:
    """Why the question is asked, and below that what is looked at or done on the site's router."""
    if question.id not in _TITLES or not router_is_told(draft.document):
        return question.why
    found, _ = study(draft)
    site = found.site if found is not None else sitefile.known(draft.document)
    router = ROUTERS.get(site.router_kind or "")
    steps = _steps(question.id, router, site) if router is not None else None
    if router is None or steps is None:
        return question.why
    lines = steps.check if question.id == DROPS_INVALID.id else steps.add
    where = titled(f"{_TITLES[question.id]}. {router.name}, {router.place}", steps)
    return "\n".join([question.why, "", f"{where}:", *(f"· {line}" for line in _whole(lines))])


def _whole(lines: tuple[str, ...]) -> list[str]:
    """The lines, each with those that go on below it."""
    return "\n".join(lines).replace("\n    ", " ").splitlines()


def found_out(reason: Reason, site: Site | None) -> str:
    """How to find out what a recommendation hangs on."""
    router = ROUTERS.get(site.router_kind or "") if site is not None else None
    if site is None or router is None or reason.question != DROPS_INVALID.id:
        return reason.text
    steps = _half_seen(router, site)
    return f"{titled(f'{router.name}, {router.place}', steps)}: {'; '.join(_whole(steps.check))}. When unsure: yes"


def _steps(question: str, router: Router, site: Site) -> Steps | None:
    """What is asked about as steps on the router; nothing while the addresses that they name are not known."""
    if question == DROPS_INVALID.id:
        return _half_seen(router, site) if site.networks else None
    if question == ROUTES.id:
        routes = tuple(_routes(site))
        return router.route(Routes(site_tag(site), routes)) if routes else None
    return way_in_of(site, router) if site.host.addresses else None


def _half_seen(router: Router, site: Site) -> Steps:
    """What lets half-seen connections pass, for whatever networks the site has."""
    networks = [item.cidr for item in site.networks]
    return router.half_seen(HalfSeen(site_tag(site), *(of_family(networks, family) for family in FAMILIES)))


def _routes(site: Site) -> Iterator[RouteNeeded]:
    """The routes that the router would be told, were there no translation."""
    for network in site.tunnel.networks:
        at_site = next(iter(of_family((item.cidr for item in site.networks), 4 if network.version == 4 else 6)), None)
        via = lan_address(site, at_site) if at_site is not None else None
        if via is not None:
            yield RouteNeeded(network, via, RoutesAt.ROUTER)
