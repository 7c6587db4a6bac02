"""When a question matters: plain looks at the answers so far (a point's questions find that point under "point")."""

from wgwizard.questions.answers import value_at
from wgwizard.questions.model import Document


def routes_can_be_added(document: Document) -> bool:
    """Whether routes can be added at the site's router."""
    routes = value_at(document, "site.routes")
    return "router" in (routes if isinstance(routes, list) else [routes])


def router_matters(document: Document) -> bool:
    """Whether the router's own firewall can come between: it can take routes, and Host β is not itself the router."""
    return routes_can_be_added(document) and value_at(document, "host.default_gateway") is not True


def router_is_told(document: Document) -> bool:
    """Whether the router may have to be told of a route or of the way in: Host β is not itself the router, and no cloud stands for one.

    Whether a way in is needed hangs on Host β's endpoint, which is asked only after this.
    """
    in_cloud = value_at(document, "site.cloud") not in (None, "none")
    return value_at(document, "host.default_gateway") is not True and not in_cloud


def reached_by_ssh(document: Document) -> bool:
    """Whether Host β can be logged in to."""
    return value_at(document, "host.ssh") is not None


def opened_by_points(document: Document) -> bool:
    """Whether points may open connections at the site, or nothing was said yet."""
    return value_at(document, "needs.opens") != "site"


def opened_by_site(document: Document) -> bool:
    """Whether the site may open connections to points."""
    return value_at(document, "needs.opens") in ("site", "both")


def brings_no_key(document: Document) -> bool:
    """Whether the wizard makes this point's keys."""
    return value_at(document, "point.public_key") is None


def can_be_dialled(document: Document) -> bool:
    """Whether this point can be dialled by Host β."""
    return value_at(document, "point.behind_nat") is False


def point_opened_by_site(document: Document) -> bool:
    """Whether the site may open things on this point: not where its own word is that only it opens."""
    return value_at(document, "point.opens") != "points"


def only_opened_by_site(document: Document) -> bool:
    """Whether this point opens nothing itself: its own word, else what was said for all points."""
    return (value_at(document, "point.opens") or value_at(document, "needs.opens")) == "site"


def point_opens(document: Document) -> bool:
    """Whether this point may open things at the site: not where only the site opens."""
    return not only_opened_by_site(document)
