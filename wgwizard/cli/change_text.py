"""What an apply changes and does, as text for people. Pure."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wgwizard.applying import Change, Event

_DOES = {"create": "+ create", "change": "~ change", "remove": "- remove", "run": "» run"}
# What stands in a file of ours, by its name (host.layout).
_HOLDS = (
    (r"^/etc/wgwizard/.*\.nft$", "the rules"),
    (r"^/etc/systemd/system/wgwizard-tunnel@.*", "no tunnel without its rules"),
    (r"^/etc/systemd/system/wgwizard-.*\.service$", "loads the rules at every start"),
    (r"^/etc/systemd/system/wg-quick@.*", "no tunnel without its rules"),
    (r"^/etc/wgwizard/.*\.start$", "starts rules and tunnel, when the host's own start-up calls it"),
    (r"^/etc/init\.d/wgwizard-", "calls the start script at every start"),
    (r"^/etc/(?:wireguard|NetworkManager)/", "the tunnel, its addresses, keys and points"),
    (r"^/etc/systemd/network/.*\.netdev$", "the tunnel, its keys and points"),
    (r"^/etc/systemd/network/.*\.network$", "its addresses"),
    (r"^/etc/sysctl\.d/", "forwarding, also after a restart"),
    (r"^/etc/wgwizard/.*\.sysctls$", "forwarding, for the start script"),
)


def change_line(change: "Change") -> str:
    """One change in plain words: what is done, what for, and to what."""
    if change.kind == "run":
        words = ", ".join(line.lstrip("+- ") for line in change.diff.splitlines()[:3])
    else:
        words = next((words for pattern, words in _HOLDS if re.search(pattern, change.path)), "")
    return f"{_DOES.get(change.kind, change.kind):<9} {words + ': ' if words else ''}{change.path}"


def changes_list(changes: Iterable["Change"]) -> str:
    """Every change in plain words, one a line."""
    return "\n".join(map(change_line, changes))


def changes_text(changes: Iterable["Change"]) -> str:
    """The differences between the host and the plan, as unified diffs."""
    return "\n".join(f"{change.kind} {change.path}\n{change.diff}".rstrip() for change in changes)


def event_text(event: "Event") -> str:
    """One event on one line."""
    sign = {"running": "●", "done": "✓", "failed": "×", "skipped": "○"}[event.state.value]
    undo = f"   (undo in {event.undo_in:.0f} s)" if event.undo_in is not None else ""
    return f"{sign} {event.step.value}: {event.text}{undo}"
