"""What taking a tunnel off Host β does, and whether it is off; pure."""

import difflib

from wgwizard.applying import Change
from wgwizard.host.facts import Facts
from wgwizard.host.layout import Layout


def uninstall_changes(facts: Facts, layout: Layout) -> tuple[Change, ...]:
    """Everything that an uninstall would do; empty where nothing of ours is left. Files edited since are kept, so not named."""
    if not facts.ours:
        return ()
    found: list[Change] = []
    if facts.tunnel is not None:
        found.append(Change(layout.tunnel_unit if facts.system.systemd else layout.interface, "run", "- stop, and do not start at boot\n"))
    if facts.table is not None:
        found.append(Change(f"inet {layout.table}", "run", "- remove the rules from the kernel\n"))
    if layout.openings in facts.applied:
        found.append(Change("other firewalls", "run", "- take away what they let through for the tunnel\n"))
    for path, digest in facts.applied.items():
        there = facts.files.get(path)
        if there is None or there.sha256 != digest:
            continue
        if facts.baseline.get(path) == "file":
            found.append(Change(path, "change", "# back to what was there before the first apply\n"))
        else:
            lines = difflib.unified_diff(there.text.splitlines(keepends=True), [], path, "/dev/null")
            found.append(Change(path, "remove", "".join(lines)))
    return tuple(found)


def uninstall_differences(facts: Facts) -> tuple[str, ...]:
    """What still runs of ours, as lines for people."""
    found = ["the tunnel still runs"] if facts.tunnel is not None else []
    return (*found, "the rules are still loaded") if facts.table is not None else tuple(found)
