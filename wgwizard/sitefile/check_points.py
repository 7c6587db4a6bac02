"""Whether names and keys differ, and whether every point and Host β can find each other."""

from wgwizard.problems import error
from wgwizard.site import Site
from wgwizard.sitefile.draft import Draft, Located
from wgwizard.sitefile.netindex import NetworkIndex


def check_points(site: Site, draft: Draft, _: NetworkIndex) -> None:
    """Names, keys and who can dial whom."""
    _check_distinct(
        [(field, name.lower()) for field, name in draft.names],
        draft,
        "duplicate-name",
        "name",
        "choose another: nodes and `to:` share one set of names (case does not count)",
    )
    _check_distinct(
        draft.public_keys, draft, "duplicate-key-pair", "public key", "each point needs its own key pair: WireGuard keeps one peer a key"
    )
    if not site.host.cannot_be_dialled:
        return
    for field, point in draft.points:
        if point.endpoint is None:
            message = f"neither Host β (host.endpoint: null) nor {point.name or 'this point'} can be dialled"
            draft.problems.append(error("nobody-can-dial", f"{field}.endpoint", message, "give one of the two an endpoint"))


def _check_distinct(values: Located[str], draft: Draft, code: str, what: str, hint: str) -> None:
    seen: dict[str, str] = {}
    for field, value in values:
        first = seen.setdefault(value, field)
        if first != field:
            draft.problems.append(error(code, field, f"the {what} {value!r} is also {first}", hint))
