"""The verbs that connect: apply, status, rollback and uninstall. The connector is handed in by `__main__`."""

import argparse
from collections.abc import Callable
from datetime import datetime
from shlex import quote

from msgspec.structs import replace

from wgwizard import profiles
from wgwizard.applying import Connector, Event, Outcome
from wgwizard.cli import output
from wgwizard.cli.asking import TerminalAsk, new_passphrase, read_secret, say, the_passphrase
from wgwizard.cli.change_text import changes_text, event_text
from wgwizard.cli.login import login
from wgwizard.cli.owners_text import owners_text
from wgwizard.cli.standing import standing_document, standing_text
from wgwizard.cli.streams import has_terminal
from wgwizard.cli.verbs import at_work, need_strategy, opened, put, with_sealed_keys
from wgwizard.errors import ExitCode, UsageError
from wgwizard.host.facts import Facts
from wgwizard.keys import Keyring, complete_keyring
from wgwizard.lock import Lock
from wgwizard.owners import named
from wgwizard.passphrase import known_words
from wgwizard.pipeline import Study, planned, with_host_key
from wgwizard.plan import Plan
from wgwizard.plan.model import HOST
from wgwizard.recommend import UNMET
from wgwizard.secret import Secret
from wgwizard.site import DEFAULT_INTERFACE, Site
from wgwizard.target import Target


def apply(options: argparse.Namespace, connector: Connector) -> int:
    """Bring Host β to the plan; 5 where a dry run finds differences."""
    with at_work(options.site, writes=not options.dry_run or options.passphrase_file is not None):
        return _apply(options, connector)


def _apply(options: argparse.Namespace, connector: Connector) -> int:
    found, warnings = opened(options.site)
    need_strategy(options.site, found)
    target = target_of(options, found.site)
    for problem in (*warnings, *found.problems):
        say(output.problem_text(problem))
    found, keyring = _keys(options, found)

    def make_plan(facts: Facts) -> Plan:
        return planned(found, keyring, facts)

    ask = TerminalAsk(options.yes)
    outcome = connector.apply(found.site, make_plan, keyring, target, ask, _teller(options), dry_run=options.dry_run)
    _report(options, outcome)
    if options.dry_run:
        return ExitCode.DIFFERENT if outcome.changes else ExitCode.OK
    lock = found.lock if outcome.host_public_key is None else with_host_key(found.lock, outcome.host_public_key)
    profiles.join_lock(options.site, lock)
    _say_owners(options, found.site)
    if found.unmet:
        say("\n".join([UNMET, *(f"  {line}" for line in found.unmet)]))
    return ExitCode.OK


def status(options: argparse.Namespace, connector: Connector) -> int:
    """What is applied on Host β, and what of it is not as it was applied, or does not reach what it should: then 5."""
    site, interface = _on_host(options)
    prove = _plan_to_prove(options) if options.prove else None
    found = connector.status(interface, target_of(options, site), TerminalAsk(options.yes), prove)
    names = _names(options, site)
    if options.json:
        put(output.to_json(standing_document(found, names)))
    else:
        put(standing_text(found, names, datetime.now().astimezone()))
    return ExitCode.OK if found.as_applied else ExitCode.DIFFERENT


def _plan_to_prove(options: argparse.Namespace) -> Plan:
    """The site's plan, which says what the points may reach."""
    if options.site is None:
        raise UsageError("--prove needs a site file, which says what the points may reach", "wgwizard status SITE.yaml --prove")
    found, _ = opened(options.site)
    need_strategy(options.site, found)
    return planned(found, Keyring())


def _names(options: argparse.Namespace, site: Site | None) -> dict[str, str]:
    """The points' names by public key, as far as the site and its lock know them."""
    lock = profiles.load_lock(options.site) if options.site is not None else Lock()
    names = {key: name for name, key in lock.public_keys.items()}
    points = site.points if site is not None else ()
    return names | {point.public_key: point.name for point in points if point.public_key is not None}


def rollback(options: argparse.Namespace, connector: Connector) -> int:
    """One step back on Host β, after asking (unless --yes); the files here stay as they are."""
    site, interface = _on_host(options)
    outcome = connector.rollback(interface, target_of(options, site), TerminalAsk(options.yes), _teller(options))
    names = _names(options, site)
    notes = [named(note, names) for note in outcome.notes]
    known = next((key for key, name in names.items() if name == HOST), None)
    if known is not None and outcome.host_public_key not in (None, known):
        notes.append("Host β has its earlier key again, which the lock file here does not know: the points need their earlier files.")
    _report(options, replace(outcome, notes=tuple(notes)))
    return ExitCode.OK


def uninstall(options: argparse.Namespace, connector: Connector) -> int:
    """Take everything of ours off Host β, after asking (unless --yes)."""
    site, interface = _on_host(options)
    outcome = connector.uninstall(interface, target_of(options, site), TerminalAsk(options.yes), _teller(options))
    _report(options, outcome)
    return ExitCode.OK


def _on_host(options: argparse.Namespace) -> tuple[Site | None, str]:
    """The site, where one is named, and the tunnel's interface."""
    if options.site is None and options.ssh is None:
        raise UsageError(f"{options.verb} needs a site file or --ssh TARGET", f"wgwizard {options.verb} SITE.yaml")
    site = profiles.load_site(options.site).site if options.site is not None else None
    return site, options.interface or (site.tunnel.interface if site is not None else DEFAULT_INTERFACE)


def target_of(options: argparse.Namespace, site: Site | None) -> Target:
    """How to log in: --ssh, else the site's host.ssh."""
    address = options.ssh or (site.host.ssh if site is not None else None)
    if address is None:
        raise UsageError("it is not known how to log in to Host β", "write host.ssh into the site file, or add --ssh [user@]host[:port]")
    return login(options, address)


def _keys(options: argparse.Namespace, found: Study) -> tuple[Study, Keyring]:
    """The keys that the plan needs: with the passphrase all of them, else what is public, where that is enough."""
    passphrase = _passphrase(options, found)
    if passphrase is None:
        return found, Keyring()
    return with_sealed_keys(options.site, found, passphrase)


def _passphrase(options: argparse.Namespace, found: Study) -> Secret | None:
    """The passphrase, asked for only where keys must be made or unsealed; `None` where the public halves are enough."""
    if options.passphrase_file is not None:
        return read_secret(options.passphrase_file, "--passphrase-file")
    if options.dry_run and not has_terminal():
        return None
    made = complete_keyring(found.site, Keyring(), found.lock)
    new = ", ".join(dict.fromkeys((*made.private, *made.preshared)))
    if profiles.has_keys(options.site):
        return _to_unseal(options, new)
    if not new:
        return None
    if not has_terminal():
        return _needed("made")
    say(f"New keys are made for {new}, and sealed in {profiles.beside_path(options.site, profiles.SECRETS_SUFFIX)}.")
    return new_passphrase(known_words(found.site))


def _to_unseal(options: argparse.Namespace, new: str) -> Secret | None:
    """The passphrase of a secrets file that is there; whoever does not know it goes on without, unless there are `new` keys to seal."""
    if not has_terminal():
        return _needed("unsealed")
    given = the_passphrase(may_skip=True)
    if not given and new:
        path = profiles.beside_path(options.site, profiles.SECRETS_SUFFIX)
        aside = quote(f"{path}.aside")
        raise UsageError(
            f"keys must be made for {new}, and without its passphrase they cannot join {path}",
            f"mv {quote(str(path))} {aside}, and they get a file of their own; "
            f"wgwizard secrets {quote(options.site)} --join {aside} joins the two",
        )
    return given or None


def _needed(doing: str) -> Secret:
    raise UsageError(f"keys must be {doing}, and there is no terminal to ask for the passphrase", "add --passphrase-file FILE")


class _Teller:
    """Shows events as they come: JSON lines on stdout, or words on stderr."""

    def __init__(self, json_lines: bool) -> None:
        self._json_lines = json_lines

    def __call__(self, event: Event) -> None:
        if self._json_lines:
            put(output.to_json_line(output.event_document(event)))
        else:
            say(event_text(event))


def _teller(options: argparse.Namespace) -> _Teller:
    return _Teller(options.json)


def _report(options: argparse.Namespace, outcome: Outcome) -> None:
    """How it ended; the changes too, unless somebody has just looked at them and said yes."""
    if options.json:
        put(output.to_json_line(output.outcome_document(outcome)))
        return
    if outcome.changes and (options.yes or not outcome.changed):
        put(changes_text(outcome.changes))
    say(outcome.state)
    for note in outcome.notes:
        say(f"! {note}")


def _say_owners(options: argparse.Namespace, site: Site) -> None:
    """What each point's owner has to do now."""
    say(f"Now write the points' files (wgwizard plan {quote(options.site)} -o DIR --passphrase-file FILE), and in DIR, or with its files:")
    say(owners_text(site))


VERBS: dict[str, Callable[[argparse.Namespace, Connector], int]] = {
    "apply": apply,
    "status": status,
    "rollback": rollback,
    "uninstall": uninstall,
}
