"""What `wgwizard status` prints, for people and as JSON; pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wgwizard.applying import Standing
from wgwizard.moments import moment_text
from wgwizard.owners import handshake_text, named, proven_text
from wgwizard.recommend import TITLES
from wgwizard.site import Strategy

_INDENT = "    "
BACK = "To bring it back: wgwizard apply with the site file, which shows first what it would change."


def standing_document(found: Standing, names: Mapping[str, str]) -> dict[str, Any]:
    """The object of `status --json`; `names` has points' names by public key, times are seconds since 1970."""
    applied = {"site": found.site, "strategy": found.strategy, "who": found.who, "at": found.at} if found.applied else None
    back = {"at": found.put_back[0], "who": found.put_back[1]} if found.put_back is not None else None
    return {
        "interface": found.interface,
        "as_applied": found.as_applied,
        "applied": applied,
        "put_back": back,
        "differences": [{"what": named(one.what, names), "diff": one.diff} for one in found.differences],
        "under_way": found.under_way or None,
        "points": [{"name": name, "handshake_seconds_ago": age} for name, age in _heard_of(found, names)],
        "proven": [{"works": one.works, "what": one.what, "seen": one.seen} for one in found.proven],
    }


def standing_text(found: Standing, names: Mapping[str, str], now: datetime) -> str:
    """Whose plan is there since when, what is not so any more, what has not ended, and when each point was last heard of."""
    if not found.applied:
        lines = [f"There is nothing of ours for {found.interface} on the host."]
        return "\n".join([*lines, *([f"! {found.under_way}"] if found.under_way else [])])
    lines = [_heading(found, now)]
    if found.put_back is not None:
        at, who = found.put_back
        lines.append(f"{_INDENT}put back {_moment(at, now)} by {who}: wgwizard rollback")
    if found.differences:
        lines.append("It is not as it was applied:")
        for one in found.differences:
            lines += [f"! {named(one.what, names)}", *(_INDENT + line for line in one.diff.splitlines())]
        lines.append(BACK)
    else:
        lines.append("✓ files, rules, forwarding and units are as they were applied")
    if found.under_way:
        lines.append(f"! {found.under_way}")
    rows = [handshake_text(name, age) for name, age in _heard_of(found, names)]
    lines += rows or [f"○ {found.interface} has no points, or does not run"]
    return "\n".join([*lines, *map(proven_text, found.proven)])


def _heard_of(found: Standing, names: Mapping[str, str]) -> list[tuple[str, float | None]]:
    """The points by name, those that nobody knows at last: the host tells them in another order each time."""
    order = sorted(found.handshakes, key=lambda key: (key not in names, names.get(key, key)))
    return [(names.get(key, key), found.handshakes[key]) for key in order]


def _heading(found: Standing, now: datetime) -> str:
    if found.at is None:
        return f"{found.interface}: applied by an earlier version of wgwizard, which did not note whose site and when"
    title = TITLES[Strategy(found.strategy)] if found.strategy in set(Strategy) else found.strategy
    return f"{found.interface}: the site {found.site}, {title}, applied {_moment(found.at, now)} by {found.who}"


def _moment(at: float, now: datetime) -> str:
    return moment_text(datetime.fromtimestamp(at, now.tzinfo), now)
