"""Facts -> how a tunnel of ours stands: what was applied, and what of the host is not so any more; pure."""

import difflib
from collections.abc import Iterator

from wgwizard.applying import Difference, Standing
from wgwizard.host.changes import Wanted, running_differences
from wgwizard.host.conf import parse_conf
from wgwizard.host.facts import Facts, HostFile, Transaction
from wgwizard.host.foreign_rules import not_opened, stopped, unlisted
from wgwizard.host.layout import Layout
from wgwizard.host.masking import printable
from wgwizard.host.start_script import how_to_start
from wgwizard.host.sysctl_files import sysctls_in

_STATES = {
    "staging": "is being prepared; nothing is changed yet",
    "pending": "is made and not confirmed yet",
    "rolling": "is being undone",
    "confirmed": "is confirmed and being made permanent",
}


def standing(facts: Facts, layout: Layout) -> Standing:
    """How the host stands, from one probe."""
    about = facts.about
    return Standing(
        interface=layout.interface,
        applied=facts.ours,
        site=printable(about.get("site", "")),
        strategy=printable(about.get("strategy", "")),
        who=printable(about.get("who", "")),
        at=_time(about.get("at", "")),
        put_back=_put_back(about),
        differences=tuple(_differences(facts, layout)) if facts.ours else (),
        under_way=printable(under_way(facts.transaction)),
        handshakes=handshakes_of(facts),
    )


def handshakes_of(facts: Facts) -> dict[str, float | None]:
    """For each peer's public key the seconds since its last handshake, `None` for never."""
    if facts.tunnel is None:
        return {}
    now = facts.system.now
    return {peer.public_key: max(0.0, now - peer.handshake) if peer.handshake else None for peer in facts.tunnel.peers}


def under_way(transaction: Transaction) -> str:
    """A change that has not ended yet, in words; "" where there is none."""
    if transaction.state == "none":
        return ""
    said = f"A change by {transaction.who or 'somebody'} {_STATES.get(transaction.state, transaction.state)}, since {transaction.since}"
    if transaction.left_over:
        return f"{said}; nobody is at it any more, and the next apply ends it."
    if transaction.undo_in is not None:
        return f"{said}; the host undoes it in {transaction.undo_in} s unless it is confirmed."
    if transaction.state == "staging" and transaction.lock_ends_in is not None:
        return f"{said}; its lock ends by itself in {transaction.lock_ends_in} s."
    return f"{said}; it ends by itself."


def _time(text: str) -> float | None:
    return float(text) if text.isdecimal() else None


def _put_back(about: dict[str, str]) -> tuple[float, str] | None:
    at = _time(about.get("back_at", ""))
    return (at, printable(about.get("back_who", ""))) if at is not None else None


def applied_file(facts: Facts, path: str) -> HostFile | None:
    """A file as it was applied; `None` where the host kept no copy of one that is another by now."""
    there = facts.files.get(path, HostFile(path))
    if path in facts.kept:
        return facts.kept[path]
    return there if there.sha256 == facts.applied.get(path) else None


def _differences(facts: Facts, layout: Layout) -> Iterator[Difference]:
    yield from _files(facts)
    applied, loaded = facts.rulesets
    if facts.table is not None and facts.applied_table is not None and facts.table != facts.applied_table:
        yield Difference("the loaded rules are not those that were applied", _diff("inet " + layout.table, applied, loaded))
    was = _as_applied(facts, layout)
    for line in running_differences(facts, was):
        yield Difference(line)
    yield from _units(facts, layout)
    if facts.tunnel is None and not facts.system.systemd:
        yield Difference(how_to_start(facts.system, layout))
    file = applied_file(facts, layout.rules)
    rules = file.text if file is not None else ""
    for one in stopped(facts, was.tunnel, rules, layout):
        untold = not_opened((one,), facts.system.tools)
        yield Difference(f"{one.said}: {untold[0].hint if untold else 'apply again, and it is told to let it through'}")
    for problem in unlisted(facts, was.tunnel, rules, layout):
        yield Difference(f"{problem.message} {problem.hint}")


def _files(facts: Facts) -> Iterator[Difference]:
    for path, digest in facts.applied.items():
        there, was = facts.files.get(path, HostFile(path)), applied_file(facts, path)
        if there.kind == "absent":
            yield Difference(f"{path} is gone")
        elif there.kind == "other":
            yield Difference(f"{path} is a link or a directory now")
        elif there.sha256 != digest:
            diff = _diff(path, was.text, there.text) if was is not None else ""
            keys = was is not None and was.preshared_digest != there.preshared_digest
            yield Difference(f"{path} was edited", diff + ("# preshared keys differ (hidden)\n" if keys else ""))
        if was is not None and there.kind == "file" and (there.mode, there.owner) != (was.mode, was.owner):
            yield Difference(f"{path} has mode {there.mode} and owner {there.owner}, not {was.mode} and {was.owner}")


def _units(facts: Facts, layout: Layout) -> Iterator[Difference]:
    for unit in layout.units if facts.system.systemd else ():
        state = facts.units.get(unit)
        if state is None or state.active != "active":
            yield Difference(f"{unit} does not run")
        if state is None or state.enabled != "enabled":
            yield Difference(f"{unit} is not started at boot")
    if facts.system.openrc and layout.service not in facts.units:
        yield Difference(f"{layout.service} is not started at boot")


def _as_applied(facts: Facts, layout: Layout) -> Wanted:
    """What was applied, as far as it runs; what no copy was kept of counts as it is now."""
    files = (applied_file(facts, path) or facts.files.get(path, HostFile(path)) for path in layout.tunnel_files)
    sysctls = applied_file(facts, layout.forwarding(systemd=facts.system.systemd))
    return Wanted((), parse_conf("\n".join(file.text for file in files)), sysctls_in(sysctls.text) if sysctls is not None else {}, ())


def _diff(path: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), f"{path} (applied)", f"{path} (now)")
    return printable("".join(line if line.endswith("\n") else line + "\n" for line in lines))
