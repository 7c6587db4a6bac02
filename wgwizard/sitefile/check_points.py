"""Whether names and keys differ, and whether every point and Host β can find each other."""

import re

from wgwizard.problems import error
from wgwizard.site import Site
from wgwizard.sitefile.draft import Draft, Located
from wgwizard.sitefile.netindex import NetworkIndex


def check_points(site: Site, draft: Draft, _: NetworkIndex) -> None:
    """Names, keys and who can dial whom."""
    _check_names(draft)
    _check_distinct(
        draft.public_keys, draft, "duplicate-key-pair", "public key", "each point needs its own key pair: WireGuard keeps one peer a key"
    )
    if not site.host.cannot_be_dialled:
        return
    for field, point in draft.points:
        if point.endpoint is None:
            message = f"neither Host β (host.endpoint: null) nor {point.name or 'this point'} can be dialled"
            draft.problems.append(error("nobody-can-dial", f"{field}.endpoint", message, "give one of the two an endpoint"))


def _check_names(draft: Draft) -> None:
    """Nodes and `to:` share one set of names, whatever their case."""
    seen: dict[str, str] = {}
    for field, name in draft.names:
        first = seen.setdefault(name.lower(), field)
        if first == field:
            continue
        hint = "choose another: computers, networks, points and what `to:` names share one set of names, and case does not count"
        whose = {first.partition(".")[0], re.split(r"[.\[]", field)[0]}
        if whose == {"site", "host"}:
            hint = "if both are Host β, leave it out of the computers at the site: it is reached as `host`; else choose another name"
        elif whose == {"site", "points"}:
            hint = "a device outside is a point and no computer at the site: leave it out there; or choose another name, if these are two"
        draft.problems.append(error("duplicate-name", field, f"the name {name!r} is also {_whose(first)}", hint))


def _whose(field: str) -> str:
    """Who has a name that stands at this field of the site file."""
    if field.startswith("site.hosts"):
        return f"that of a computer at the site ({field})"
    return "Host β's (host.name)" if field == "host.name" else field


def _check_distinct(values: Located[str], draft: Draft, code: str, what: str, hint: str) -> None:
    seen: dict[str, str] = {}
    for field, value in values:
        first = seen.setdefault(value, field)
        if first != field:
            draft.problems.append(error(code, field, f"the {what} {value!r} is also {first}", hint))
