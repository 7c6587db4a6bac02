"""The verbs about secrets: a point's file as a QR code, and what lies sealed beside a site."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from shlex import quote

from wgwizard import profiles
from wgwizard.cli.asking import new_passphrase, read_secret, say, the_passphrase
from wgwizard.cli.streams import has_terminal
from wgwizard.cli.verbs import at_work, need_strategy, opened, put, with_sealed_keys
from wgwizard.errors import ExitCode, SiteRefusedError, UsageError
from wgwizard.keys import Keyring, joined, keyring_problems, made_elsewhere, remember
from wgwizard.owners import scanned
from wgwizard.passphrase import Level, known_words, strength
from wgwizard.phone import BLOCKS, QUIET, QrCode, on_black, qr_code, why_no_code
from wgwizard.pipeline import Study, result
from wgwizard.profiles.files import replace_file
from wgwizard.render.wireguard import conf_path
from wgwizard.secret import Secret

_IMAGES = (".png", ".svg")


def qr(options: argparse.Namespace) -> int:
    """A point's file as a QR code: blocks on stdout, or an image with `-o`."""
    output = Path(options.output) if options.output is not None else None
    _check_output(output)
    with at_work(options.site):
        return _qr(options, output)


def _qr(options: argparse.Namespace, output: Path | None) -> int:
    found, _ = opened(options.site)
    need_strategy(options.site, found)
    point = next((point for point in found.site.points if point.name == options.point), None)
    if point is None:
        names = ", ".join(point.name for point in found.site.points)
        raise UsageError(f"{options.site} has no point “{options.point}”", f"its points are {names}")
    found, keyring = with_sealed_keys(options.site, found, _passphrase(options))
    path = conf_path(found.site.tunnel.interface)
    artefact = next(one for one in result(found, keyring).bundle.of(point.name) if one.path == path)
    why_not = why_no_code(point, artefact)
    if why_not:
        raise UsageError(why_not, f"wgwizard plan {quote(options.site)} -o DIR writes the files, and says what would complete one")
    code = qr_code(artefact)
    say(f"{scanned(point)}.")
    if output is not None:
        replace_file(output, code.image(output.suffix.lower()[1:]), 0o600)
        say(f"{output} is the private key of {point.name} as a picture; only you can read it. Delete it when it has been read.")
    else:
        put("\n".join(_drawn(code)))
        say(f"This is the private key of {point.name}: clear the screen, and what it can scroll back to, when it has been read.")
    return ExitCode.OK


def _check_output(output: Path | None) -> None:
    if output is None:
        return
    if output.suffix.lower() not in _IMAGES:
        raise UsageError(f"-o {output}: an image of which kind?", f"give a name that ends in {' or '.join(_IMAGES)}")
    if output.exists():
        raise UsageError(f"-o {output}: it is there already", "choose another name, or remove it")


def _drawn(code: QrCode) -> list[str]:
    """The rows for stdout: white on black where it is a terminal, plain signs where it lacks blocks."""
    try:
        BLOCKS.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return code.ascii_rows()
    if not sys.stdout.isatty():
        return code.rows(code.size + 2 * QUIET, code.size)
    (columns, lines), (width, height) = code.least(), os.get_terminal_size(sys.stdout.fileno())
    if columns > width:
        hint = "enlarge it, make its letters smaller, or save the code as a picture: -o FILE.png"
        raise UsageError(f"the code needs {columns} columns, and the terminal has {width}", hint)
    if lines > height:
        say(f"! The code needs {lines} rows, and the terminal has {height}: enlarge it, or make its letters smaller.")
    return [on_black(row) for row in code.rows(width, height)]


def secrets(options: argparse.Namespace) -> int:
    """Whose keys lie sealed beside a site; with options another's joined to them, or sealed with another passphrase."""
    with at_work(options.site):
        return _secrets(options)


def _secrets(options: argparse.Namespace) -> int:
    found, _ = opened(options.site)
    path = profiles.beside_path(options.site, profiles.SECRETS_SUFFIX)
    if not profiles.has_keys(options.site):
        hint = "keys are made and sealed by wgwizard plan or apply with --passphrase-file; another's file is brought here under this name"
        raise UsageError(f"there is no {path}", hint)
    passphrase = _passphrase(options)
    keyring = known = profiles.load_keys(options.site, passphrase)
    if options.join is not None:
        keyring = joined(known, profiles.open_keys(Path(options.join), _passphrase_of_other(options)))
        problems = keyring_problems(found.site, keyring, found.lock)
        if problems:
            raise SiteRefusedError(f"{options.join}: its keys do not fit", problems)
    new = _new_passphrase(options, found)
    if new is not None or keyring != known:
        profiles.save_keys(options.site, keyring, new or passphrase)
        profiles.save_lock(options.site, remember(found.lock, keyring))
    if new is not None:
        say(f"{path} is sealed with the new passphrase.")
    put(_told(path, found, keyring))
    return ExitCode.OK


def _told(path: Path, found: Study, keyring: Keyring) -> str:
    """What is sealed, by names only."""
    lines = [f"{path} holds", f"  private keys of    {', '.join(keyring.private) or 'nobody'}"]
    lines += [f"  preshared keys of  {', '.join(keyring.preshared) or 'nobody'}"]
    elsewhere = made_elsewhere(found.site, keyring, found.lock)
    return "\n".join(lines + ([f"  made elsewhere     {', '.join(elsewhere)}"] if elsewhere else []))


def _passphrase(options: argparse.Namespace) -> Secret:
    if options.passphrase_file is not None:
        return read_secret(options.passphrase_file, "--passphrase-file")
    _need_terminal("the passphrase", "add --passphrase-file FILE")
    return the_passphrase()


def _passphrase_of_other(options: argparse.Namespace) -> Secret:
    if options.join_passphrase_file is not None:
        return read_secret(options.join_passphrase_file, "--join-passphrase-file")
    _need_terminal(f"the passphrase of {options.join}", "add --join-passphrase-file FILE")
    say(f"Of {options.join}:")
    return the_passphrase()


def _new_passphrase(options: argparse.Namespace, found: Study) -> Secret | None:
    if options.new_passphrase_file is not None:
        given = read_secret(options.new_passphrase_file, "--new-passphrase-file")
        if (judged := strength(given, known_words(found.site))).level is Level.WEAK:
            say(judged.text)
        return given
    if not options.change_passphrase:
        return None
    _need_terminal("the new passphrase", "add --new-passphrase-file FILE")
    return new_passphrase(known_words(found.site))


def _need_terminal(what: str, hint: str) -> None:
    if not has_terminal():
        raise UsageError(f"{what} is needed, and there is no terminal to ask at", hint)


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {"qr": qr, "secrets": secrets}
