"""applying.Connector over SSH: what the command line and the wizard call to change Host β."""

import re

from msgspec.structs import replace

from wgwizard.applying import Ask, MakePlan, Outcome, Standing, Tell
from wgwizard.errors import RemoteError, SiteRefusedError
from wgwizard.host import going_back, proof, safety
from wgwizard.host.changes import Wanted, changes, removed_files, running_differences, wanted_of
from wgwizard.host.facts import Facts
from wgwizard.host.kept import another_key
from wgwizard.host.layout import Layout
from wgwizard.host.logins import Logins
from wgwizard.host.packages import missing_packages, no_package_helps
from wgwizard.host.probe import look
from wgwizard.host.session import Session
from wgwizard.host.shell import RootShell
from wgwizard.host.standing import handshakes_of, standing
from wgwizard.host.start_script import UNTIL_RESTART, boot_note
from wgwizard.host.steps import Staging
from wgwizard.host.through_tunnel import uninstall_refusals
from wgwizard.host.transaction import engine_script
from wgwizard.host.uninstalling import uninstall_changes, uninstall_differences
from wgwizard.keys import Keyring
from wgwizard.plan.model import Plan
from wgwizard.problems import Problem, error
from wgwizard.render import render
from wgwizard.site import DEFAULT_INTERFACE, Site
from wgwizard.target import Target

_POINT = re.compile(r"points\[(\d+)\]")


class SshConnector:
    """Changes Host β over SSH by the protocol of docs/apply.md; what was typed to log in is remembered as long as it lives."""

    def __init__(self) -> None:
        self._logins = Logins()

    def apply(self, site: Site, make_plan: MakePlan, keyring: Keyring, target: Target, ask: Ask, tell: Tell, *, dry_run: bool) -> Outcome:
        """Bring the host to the plan, or leave it as it was; with `dry_run` only say what would change."""
        session = Session(Layout(site.tunnel.interface), target, ask, tell, self._logins)

        def wanted_for(facts: Facts) -> Wanted:
            return wanted_of(render(make_plan(facts), keyring), facts, session.layout)

        with session.opened() as shell:
            facts, ended = session.looked_at(shell, read_only=dry_run)
            if not dry_run:
                facts = session.with_packages(shell, facts)
            layout, wanted = session.layout, wanted_for(facts)
            _refuse_incomplete(wanted, site)
            session.refuse(safety.refusals(facts, wanted, layout))
            plan = make_plan(facts)
            told = (f"{problem.message} {problem.hint}" for problem in safety.warnings(facts, wanted, layout))
            warned = (*told, *another_key(plan, facts), *_boot_notes(facts, layout))
            notes = (*ended, *warned, *_missing_notes(facts))
            found = changes(facts, wanted, layout)
            session.previewed(found, "" if facts.system.starts_us or not found else UNTIL_RESTART)
            if dry_run or not found:
                return Outcome(False, "preview" if found else "unchanged", facts.public_key, found, notes)
            session.confirmed(found, warned)
            change = session.transaction("apply", facts)
            about = f"site={site.name}\nstrategy={plan.strategy.value}\n"
            staging = Staging(wanted, removed_files(facts, wanted, layout), engine_script(layout, change.id, "apply"), about)
            with change.run(shell, staging, lambda after: running_differences(after, wanted)) as fresh:
                facts = session.checked(fresh, lambda after: changes(after, wanted_for(after), layout), change.notes)
        return Outcome(True, "applied", facts.public_key, found, (*notes, *change.notes))

    def look(self, target: Target, ask: Ask) -> Facts:
        """What the host shows to a user without root; only reads."""
        with Session(Layout(DEFAULT_INTERFACE), target, ask, lambda _: None, self._logins).opened() as shell:
            return look(shell.connection)

    def rollback(self, interface: str, target: Target, ask: Ask, tell: Tell) -> Outcome:
        """One step back, to what stood before the last apply; before the first one that is without us."""
        session = Session(Layout(interface), target, ask, tell, self._logins, with_before=True)
        with session.opened() as shell:
            facts, ended = session.looked_at(shell, read_only=False)
            if not facts.ours:
                return Outcome(False, "absent", None, (), (*ended, f"There is nothing of ours for {interface} on the host."))
            if going_back.is_first(facts):
                return _taken_off(session, shell, facts, (*ended, going_back.FIRST))
            layout = session.layout
            wanted = going_back.wanted_before(facts, layout)
            session.refuse(safety.refusals(facts, wanted, layout))
            found = changes(facts, wanted, layout)
            session.previewed(found, going_back.what_is_back(facts))
            if not found:
                return Outcome(False, "unchanged", facts.public_key, (), (*ended, going_back.SAME))
            session.confirmed(found)
            change = session.transaction("back", facts)
            staging = Staging(wanted, (), engine_script(layout, change.id, "back"), before=facts.about["before"])
            with change.run(shell, staging, lambda after: running_differences(after, wanted)) as fresh:
                after = session.checked(fresh, lambda later: changes(later, wanted, layout), change.notes)
        notes = (*ended, *change.notes, *going_back.notes(facts, wanted))
        return Outcome(True, "rolled back", after.public_key, found, notes)

    def uninstall(self, interface: str, target: Target, ask: Ask, tell: Tell) -> Outcome:
        """Take everything of ours off the host and put back what was there."""
        session = Session(Layout(interface), target, ask, tell, self._logins)
        with session.opened() as shell:
            facts, ended = session.looked_at(shell, read_only=False)
            if not facts.ours:
                return Outcome(False, "absent", None, (), (*ended, f"There is nothing of ours for {interface} on the host."))
            return _taken_off(session, shell, facts, ended)

    def status(self, interface: str, target: Target, ask: Ask, prove: Plan | None = None) -> Standing:
        """What is applied, and what of the host is not as it was applied, by one script that only reads; then what `prove` asks for."""
        session = Session(Layout(interface), target, ask, lambda _: None, self._logins)
        with session.opened() as shell:
            facts = session.probed(shell)
            found = standing(facts, session.layout)
            return found if prove is None or not found.applied else replace(found, proven=proof.prove(shell, session.layout, prove, facts))

    def handshakes(self, interface: str, target: Target, ask: Ask) -> dict[str, float | None]:
        """For each peer's public key the seconds since its last handshake, `None` for never."""
        session = Session(Layout(interface), target, ask, lambda _: None, self._logins)
        with session.opened() as shell:
            facts = session.probed(shell)
        if facts.tunnel is None:
            raise RemoteError(f"The tunnel {interface} does not run on the host.", "Apply the site first.")
        return handshakes_of(facts)


def _taken_off(session: Session, shell: RootShell, facts: Facts, notes: tuple[str, ...]) -> Outcome:
    """The host without us, as it was before the first apply."""
    layout = session.layout
    session.refuse(uninstall_refusals(facts, layout))
    found = uninstall_changes(facts, layout)
    session.previewed(found)
    session.confirmed(found)
    change = session.transaction("uninstall", facts)
    staging = Staging(None, (), engine_script(layout, change.id, "uninstall"))
    with change.run(shell, staging, uninstall_differences) as fresh:
        session.checked(fresh, lambda after: uninstall_changes(after, layout), change.notes)
    return Outcome(True, "uninstalled", None, found, (*notes, *change.notes))


def _refuse_incomplete(wanted: Wanted, site: Site) -> None:
    if wanted.missing:
        problems = tuple(_incomplete(name, site) for name in wanted.missing)
        raise SiteRefusedError("The host's files are not complete.", problems, problems[0].hint)


def _incomplete(name: str, site: Site) -> Problem:
    """Why something that is missing is needed, and how it becomes known: a key that neither side knows, or an answer."""
    owner, _, what = name.rpartition(".")
    if what not in ("private_key", "preshared_key"):
        return error("incomplete", name, f"{name} is not known yet.", "Answer it in the site file or the wizard.")
    place = _POINT.fullmatch(owner)
    key = "private key" if place is None else f"preshared key for {site.points[int(place[1])].name}"
    return error(
        "incomplete",
        name,
        f"The host has no {key}, and it is not known here.",
        "Open the site with its passphrase (a command: --passphrase-file); where somebody else made the keys, bring the secrets file, too.",
    )


def _boot_notes(facts: Facts, layout: Layout) -> tuple[str, ...]:
    return () if facts.system.starts_us else (boot_note(facts.system.init, layout),)


def _missing_notes(facts: Facts) -> tuple[str, ...]:
    helpless = no_package_helps(facts)
    if helpless:
        return tuple(f"{problem.message} {problem.hint}" for problem in helpless)
    packages = missing_packages(facts)
    return (f"The host lacks {', '.join(packages)}; an apply offers to install them.",) if packages else ()
