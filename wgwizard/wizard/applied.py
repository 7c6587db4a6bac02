"""Applying a draft to Host β: the words for each stage, the apply itself, and what is remembered of it."""

from shlex import quote

from msgspec.structs import replace

from wgwizard import profiles
from wgwizard.applying import Ask, Connector, Outcome, State, Step, Tell
from wgwizard.host.facts import Facts
from wgwizard.pipeline import Study, planned, with_host_key
from wgwizard.plan import Plan
from wgwizard.profiles.stamps import stamp
from wgwizard.recommend import UNMET
from wgwizard.site import LOCAL
from wgwizard.target import Target
from wgwizard.wizard.draft import Draft

STAGES = {
    Step.CONNECT: "connect",
    Step.PROBE: "look at the host",
    Step.PREVIEW: "show what will change",
    Step.STAGE: "bring the files over",
    Step.BACKUP: "save what was there",
    Step.ARM: "arm the undo on the host",
    Step.ACTIVATE: "switch over",
    Step.VERIFY: "connect afresh",
    Step.CONFIRM: "keep it",
    Step.PERSIST: "keep it over restarts",
    Step.CHECK: "look once more",
}
SIGNS = {State.RUNNING: "●", State.DONE: "✓", State.FAILED: "×", State.SKIPPED: "-"}
WHY = (
    "The wizard logs in to Host β, shows every change before it makes it, and arms an undo there first: if anything goes wrong, or this"
    " terminal dies, the host goes back by itself. `wgwizard apply SITE.yaml` does the same later, `wgwizard rollback SITE.yaml` goes one"
    " step back, and `wgwizard uninstall SITE.yaml` takes it all away. When unsure, apply: you see every change and are asked before the"
    " first is made; going on without loses nothing."
)
WHY_NOT_HERE = (
    "Nothing here can log in to Host β, so nothing is changed there now. The next page says what to do by hand; `wgwizard apply SITE.yaml`"
    " does it later, where the page of Host β has a login. When unsure, go on: nothing is lost by it."
)
IF_CLOSED = "If you close {}, the host goes back to how it was."  # {}: "this window", "this terminal"


def clock(seconds: float) -> str:
    """Seconds as "1:12"."""
    whole = max(int(seconds + 0.5), 0)
    return f"{whole // 60}:{whole % 60:02}"


def whom(address: str) -> str:
    """Host β in words, by how one logs in to it."""
    return "this computer" if address == LOCAL else address


def invitation(address: str | None, *, connected: bool) -> str:
    """To whom can be applied, or why to nobody; `connected`: there is something here that can log in."""
    if address is None:
        return "Host β has no login here (its page asks for one), so nothing is applied now."
    if not connected:
        return f"Nothing here can log in to {address}, so nothing is applied now."
    return f"Apply to {whom(address)}, where you are asked before the first change is made; or go on without"


def is_next(draft: Draft, address: str | None, *, connected: bool) -> bool:
    """Whether applying is what comes next: it can be done from here, and these answers were not put on Host β in this session."""
    return address is not None and connected and draft.applied != draft.document


def before(found: Study, path: str | None) -> str:
    """What is said before anything is applied: what would not work yet, and how to apply later."""
    lines = [f"{UNMET}:", *found.unmet, ""] if found.unmet else []
    later = (
        f"Later: wgwizard apply {quote(path) if path else 'SITE.yaml'}, or by hand: the next page says how."
        if found.site.host.ssh is not None
        else "Go on: the next page says what to do by hand."
    )
    saved = f"Your answers are saved in {path}." if path is not None else "Your answers are not saved yet."
    return "\n".join([*lines, f"{saved} {later}"])


def apply(connector: Connector, draft: Draft, found: Study, target: Target, ask: Ask, tell: Tell) -> Outcome:
    """Bring the host to the plan, or leave it as it was; raises RemoteError or CancelledError."""

    def plan_for(facts: Facts) -> Plan:
        return planned(found, draft.keyring, facts)

    return connector.apply(found.site, plan_for, draft.keyring, target, ask, tell, dry_run=False)


def ending(result: Outcome) -> str:
    """How it ended, with what the host is noted for."""
    said = "✓ Host β is as planned." if result.changed else "✓ Host β was as planned already; nothing was changed."
    return "\n".join([said, *(f"! {note}" for note in result.notes), "Next: what each point's owner has to do."])


def remembered(draft: Draft, result: Outcome) -> Draft:
    """What Host β is now as, and its public key, which completes the points' files."""
    draft = replace(draft, applied=draft.document, failed=None)
    return draft if result.host_public_key is None else replace(draft, lock=with_host_key(draft.lock, result.host_public_key))


def undone(draft: Draft, found: Study) -> tuple[str, ...]:
    """That these answers were not put on Host β, which can be logged in to, in this session, and how they are; nothing where they were."""
    if found.site.host.ssh is None or draft.applied == draft.document:
        return ()
    site = quote(draft.path) if draft.path else "SITE.yaml"
    lead = "applying them failed" if draft.has_failed else "they were not applied here"
    return (
        f"{lead}: go back to Apply, or later `wgwizard apply {site}`;",
        f"`wgwizard status {site}` says what stands there now",
    )


def with_lock_kept(draft: Draft) -> Draft:
    """The draft with its lock written beside the site, joined with what others gave out meanwhile; raises FileError, SiteRefusedError.

    The stamps of the other two files stay: whether somebody changed those is still seen when saving.
    """
    if draft.path is None:
        return draft
    lock = profiles.join_lock(draft.path, draft.lock)
    return replace(draft, lock=lock, stamp=replace(draft.stamp, lock=stamp(draft.path).lock))
