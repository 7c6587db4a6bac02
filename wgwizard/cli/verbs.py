"""The headless verbs, one function each: a namespace of options in, an exit code out; data on stdout, words on stderr."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from msgspec.structs import replace

from wgwizard import profiles
from wgwizard.cli import output
from wgwizard.cli.asking import read_secret, say
from wgwizard.cli.writing import write_bundle
from wgwizard.errors import ExitCode, SiteRefusedError, UsageError
from wgwizard.keys import Keyring, complete_keyring, keyring_problems, remember
from wgwizard.pipeline import Result, Study, planned, result, study
from wgwizard.problems import Problem, named
from wgwizard.render import with_install_script
from wgwizard.render.artefact import Artefact, lack_name
from wgwizard.render.forms import Form
from wgwizard.secret import Secret
from wgwizard.site import Site

_PICTURE_WIDTH = 78


def presets(options: argparse.Namespace) -> int:
    """List the presets, or print one."""
    import presets as shelf

    if options.name is not None:
        put(shelf.load(options.name).text.rstrip("\n"))
        return ExitCode.OK
    width = max(len(name) for name in shelf.names())
    for heading, group in shelf.GROUPS.items():
        put("\n".join([f"{heading}:", *(f"  {name.ljust(width)}  {shelf.load(name).title}" for name in group)]))
    return ExitCode.OK


def schema(_: argparse.Namespace) -> int:
    """The JSON Schema of the site file."""
    from wgwizard.sitefile.schema import schema as described

    put(output.to_json(described()))
    return ExitCode.OK


def completion(options: argparse.Namespace) -> int:
    """What a shell needs to complete our words (made by `python -m tests.shipped`)."""
    from importlib.resources import files

    put((files("wgwizard.cli") / "shipped" / f"wgwizard.{options.shell}").read_text(encoding="utf-8").rstrip("\n"))
    return ExitCode.OK


def recommend(options: argparse.Namespace) -> int:
    """The ranked strategies; 3 where none fits."""
    found, warnings = opened(options.site)
    if options.json:
        put(output.to_json(output.recommendation_document(found.recommendation)))
    else:
        put(output.recommendation_text(found.recommendation))
    shown = () if options.json else found.recommendation.problems
    for problem in (*warnings, *(one for one in found.problems if one not in shown)):
        say(output.problem_text(problem))
    return ExitCode.OK if found.strategy is not None else ExitCode.REFUSED


def plan(options: argparse.Namespace) -> int:
    """Every file for every node; with `-o` the complete ones are written."""
    writes = options.output is not None or options.passphrase_file is not None
    with at_work(options.site) if writes else nullcontext():
        return _plan(options)


def _plan(options: argparse.Namespace) -> int:
    if options.reveal_secrets and options.passphrase_file is None:
        raise UsageError("--reveal-secrets needs --passphrase-file", "without the passphrase no secret is known here")
    if options.linux_points != Form.WG_QUICK and options.output is None:
        raise UsageError(f"--linux-points {options.linux_points} needs -o DIR", "it says how the files are written")
    found, warnings = opened(options.site)
    need_strategy(options.site, found)
    keyring = Keyring()
    if options.passphrase_file is not None:
        found, keyring = with_sealed_keys(options.site, found, read_secret(options.passphrase_file, "--passphrase-file"))
    outcome = result(found, keyring)
    said = (*warnings, *outcome.warnings)
    if options.json:
        from wgwizard.cli.plan_json import plan_json

        put_bytes(plan_json(outcome, found.recommendation, said, reveal=options.reveal_secrets))
    elif options.output is None:
        from wgwizard.cli.plan_text import plan_text

        put(plan_text(outcome, found.recommendation, said, reveal=options.reveal_secrets, picture=_picture(outcome)))
    if options.output is not None:
        profiles.save_lock(options.site, found.lock)
        _write(options, outcome, () if options.json else said)
    return ExitCode.OK


def _picture(outcome: Result) -> str:
    """The picture as wide as the terminal, at most 100 signs; 78 where there is none."""
    from shutil import get_terminal_size

    from wgwizard.picture.canvas import Charset
    from wgwizard.picture.terminal import charset_of
    from wgwizard.picture.text import render_text

    encoding = (sys.stdout.encoding or "").lower()
    charset = charset_of(os.environ) if encoding.startswith("utf") else Charset.ASCII
    width = get_terminal_size().columns - 1 if sys.stdout.isatty() else _PICTURE_WIDTH
    return render_text(outcome.plan, max(min(width, 100), 40), charset)


def rehearse(options: argparse.Namespace) -> int:
    """The plan built in a replica of the site and measured there; 1 where a measurement is not what the plan says."""
    from wgwizard.cli.plan_text import reach_table
    from wgwizard.rehearsal.rehearse import rehearse as rehearsed

    found, warnings = opened(options.site)
    need_strategy(options.site, found)
    findings = rehearsed(planned(found, Keyring()))
    agrees = all(finding.agrees for finding in findings)
    if options.json:
        rows = [(finding.predicted, finding.measured, finding.agrees) for finding in findings]
        put(output.to_json(output.rehearsal_document(rows)))
    else:
        put(reach_table(finding.measured for finding in findings))
        different = [finding.predicted for finding in findings if not finding.agrees]
        put(f"\n{len(findings) - len(different)} of {len(findings)} measured as planned")
        if different:
            put(f"\nThe plan says otherwise:\n{reach_table(different)}")
    for problem in (*warnings, *found.problems):
        say(output.problem_text(problem))
    return ExitCode.OK if agrees else ExitCode.FAILURE


def _write(options: argparse.Namespace, outcome: Result, warnings: tuple[Problem, ...]) -> None:
    """Write the complete files, and a script that installs β's; say what was written, and what was left out and why."""
    from wgwizard.cli.owners_text import form_text
    from wgwizard.owners import for_linux_points

    form = Form(options.linux_points)
    bundle = for_linux_points(with_install_script(outcome.plan, outcome.bundle), outcome.plan.site, form)
    written = write_bundle(Path(options.output), bundle)
    if not options.json:
        put("\n".join(str(path) for path in written))
        if form is not Form.WG_QUICK:
            say(form_text(outcome.plan.site, form))
    for artefact in bundle.artefacts:
        if not artefact.complete:
            say(_left_out(artefact, outcome.plan.site, options))
    for problem in warnings:
        say(output.problem_text(problem))


def _left_out(artefact: Artefact, site: Site, options: argparse.Namespace) -> str:
    """Why a file was not written, and what would complete it."""
    ways = dict.fromkeys(_way_to(lack, site, options) for lack in artefact.missing)
    lacks = named((lack_name(lack, [point.name for point in site.points]) for lack in artefact.missing), most=4)
    return f"! not written: {artefact.node} {artefact.path}; missing {lacks}: {'; '.join(ways)}"


def _way_to(lack: str, site: Site, options: argparse.Namespace) -> str:
    """How something that is missing becomes known."""
    if lack == "host.interface":
        return "write host.interface, or let wgwizard apply find it"
    if lack == "host.endpoint":
        return "write host.endpoint, or the point's own"
    if lack in ("host.private_key", "host.public_key") and site.host.keys_on_host:
        return "Host β makes its key itself, at the first wgwizard apply (host.keys: here makes it on this machine instead)"
    sealed = profiles.beside_path(options.site, profiles.SECRETS_SUFFIX)
    if options.passphrase_file is not None:  # what was never made is made with it, so the rest was made by somebody else
        return f"made elsewhere: bring {sealed}, in which it was sealed when it was made"
    if profiles.has_keys(options.site):
        return f"give --passphrase-file, to open {sealed}"
    return "give --passphrase-file, so that keys can be made and sealed"


# --- what the verbs share --------------------------------------------------------------------------------------------------


def opened(path: str) -> tuple[Study, tuple[Problem, ...]]:
    """The study of a site file with its lock, and the warnings about the file; SiteRefusedError where it is refused."""
    loaded = profiles.load_site(path)
    return study(loaded.site, profiles.load_lock(path)), loaded.warnings


@contextmanager
def at_work(path: str, *, writes: bool = True) -> Iterator[None]:
    """Say who else works on a site; whoever `writes` the keys and the lock beside it claims it meanwhile, as the wizard does."""
    from wgwizard.profiles.claims import claim_site, holder_of_site, holder_text

    claim = claim_site(path) if writes else None
    holder = claim.holder if claim is not None else holder_of_site(path)
    if holder is not None:
        say(f"! {path} is also open in {holder_text(holder)}: what is not saved there is not in this.")
    try:
        yield
    finally:
        if claim is not None:
            claim.release()


def need_strategy(path: str, found: Study) -> None:
    """SiteRefusedError where there is nothing to build."""
    if found.strategy is None:
        raise SiteRefusedError(f"{path}: no plan can be made", found.problems)


def with_sealed_keys(path: str, found: Study, passphrase: Secret) -> tuple[Study, Keyring]:
    """The keys of a site: unsealed, what is missing made once, sealed again, and the public ones remembered in the lock."""
    known = profiles.load_keys(path, passphrase)
    keyring = complete_keyring(found.site, known, found.lock)
    problems = keyring_problems(found.site, known, found.lock)
    if problems:
        raise SiteRefusedError(f"{path}: the keys do not fit each other", problems)
    if keyring != known:
        profiles.save_keys(path, keyring, passphrase)
    lock = remember(found.lock, keyring)
    profiles.save_lock(path, lock)
    return replace(found, lock=lock), keyring


def put(text: str) -> None:
    """Data, to stdout, and the end of a line."""
    print(text, flush=True)  # noqa: T201 - this is what the command line is for


def put_bytes(pieces: Iterable[bytes]) -> None:
    """Long data in UTF-8, to stdout, the pieces one after the other, and the end of a line."""
    sys.stdout.flush()
    sys.stdout.buffer.writelines(pieces)
    sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "presets": presets,
    "schema": schema,
    "completion": completion,
    "recommend": recommend,
    "plan": plan,
    "rehearse": rehearse,
}
