"""Saved sites on disk: the site file, and the lock and secrets files beside it (docs/site-file.md)."""

import os
import re
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from wgwizard.errors import SiteRefusedError, WgwizardError
from wgwizard.keys import Keyring
from wgwizard.lock import Lock, with_others
from wgwizard.problems import Problem, error, warning
from wgwizard.profiles.files import FileError, Read, read_file, replace_file
from wgwizard.secret import Secret

# What reads YAML waits until there is a file to read: the wizard's first page does without.
if TYPE_CHECKING:
    from wgwizard.site import Site
    from wgwizard.sitefile.yamltext import Document

LOCK_SUFFIX = ".lock"
SECRETS_SUFFIX = ".secrets"
MAX_SECRETS_BYTES = 64 * 1024 * 1024
SCHEMA_NAME = "wgwizard.schema.json"
_HEADER = f"# yaml-language-server: $schema={SCHEMA_NAME}\n"
_SITE = re.compile(rb"^version: *1 *$(?s:.*)^site:", re.MULTILINE)
_MAX_LOOKED_AT = 1024 * 1024
_MOST_OFFERED = 9
_OTHERS_WRITE = 0o022
_OTHERS_READ = 0o077


class Loaded(Struct, frozen=True):
    """A site file that was read: the site, the document as it was written, and the warnings."""

    site: "Site"
    document: "Document"
    warnings: tuple[Problem, ...]


class Saved(Struct, frozen=True):
    """A site file and when it was saved, in seconds since 1970."""

    path: str
    at: float


def load_site(path: str) -> Loaded:
    """Read a site file; raises SiteRefusedError with every problem."""
    from wgwizard import sitefile
    from wgwizard.sitefile import yamltext

    found = check_site_path(path)
    document, problems = yamltext.parse(found.content)
    site = None
    if document is not None:
        site, problems = sitefile.read(document)
    if document is None or site is None:
        raise SiteRefusedError(f"{path}: {_counted(problems)}", problems)
    return Loaded(site, document, (*_about_file(path, found), *problems))


def check_site_path(path: str) -> Read:
    """What stands in the file at the path; raises SiteRefusedError where none can be read, and names the file that was meant."""
    from wgwizard.sitefile import yamltext

    for suffix in (LOCK_SUFFIX, SECRETS_SUFFIX):
        site = f"{path.removesuffix(suffix)}.yaml"
        if path.endswith(suffix) and Path(site).is_file():
            message, hint = f"{path} is what lies beside a site, and no site file", f"open {site}"
            raise SiteRefusedError(message, (error("cannot-read", "", message, hint),), hint)
    try:
        return read_file(Path(path), yamltext.MAX_BYTES)
    except FileError as failure:
        meant = f"{path.rstrip('/')}.yaml"
        hint = f"did you mean {meant}?" if Path(meant).is_file() else failure.hint
        raise SiteRefusedError(failure.message, (error("cannot-read", "", failure.message, hint),), hint) from failure


def sites_here() -> tuple[Saved, ...]:
    """The site files in this directory, the one that was saved last first; told by their first lines, for nothing is to wait for YAML."""
    found = []
    for path in Path().glob("*.yaml"):
        try:
            saved = path.stat().st_mtime
        except OSError:
            continue
        if is_site(str(path)):
            found.append(Saved(str(path), saved))
    return tuple(sorted(found, key=lambda site: site.at, reverse=True)[:_MOST_OFFERED])


def is_site(path: str) -> bool:
    """Whether a site file lies there, told by its first lines; whatever cannot be read is none."""
    try:
        return _SITE.search(read_file(Path(path), _MAX_LOOKED_AT).content) is not None
    except (FileError, OSError):
        return False


def save_site(path: str, document: Mapping[str, Any]) -> None:
    """Write a document as a site file, whole or not at all; raises FileError."""
    replace_file(Path(path), site_text(document).encode(), 0o644)


def site_text(document: Mapping[str, Any]) -> str:
    """A document as it stands in a site file."""
    from wgwizard.sitefile import sitewrite

    return _HEADER + sitewrite.dump(document)


def beside_path(site_path: str, suffix: str) -> Path:
    """SITE.lock or SITE.secrets beside SITE.yaml."""
    path = Path(site_path)
    return path.with_suffix(suffix) if path.suffix in (".yaml", ".yml") else path.with_name(path.name + suffix)


def load_lock(site_path: str) -> Lock:
    """The lock beside a site file, empty where there is none yet; raises SiteRefusedError."""
    path = beside_path(site_path, LOCK_SUFFIX)
    if not path.exists():
        return Lock()
    from wgwizard.profiles import beside
    from wgwizard.sitefile import yamltext

    lock, problems = beside.read_lock(read_file(path, yamltext.MAX_BYTES).content)
    if lock is None:
        raise SiteRefusedError(f"{path}: {_counted(problems)}", problems, "restore it: it remembers who has which address")
    return lock


def save_lock(site_path: str, lock: Lock) -> None:
    """Write the lock beside a site file, whole or not at all; a lock that says the same already is left alone."""
    from wgwizard.profiles import beside
    from wgwizard.sitefile import yamltext

    path = beside_path(site_path, LOCK_SUFFIX)
    text = beside.lock_text(lock).encode()
    if path.exists() and read_file(path, yamltext.MAX_BYTES).content == text:
        return
    replace_file(path, text, 0o644)


def join_lock(site_path: str, lock: Lock) -> Lock:
    """Write the lock joined with what was given out in the file meanwhile, and return it; raises FileError or SiteRefusedError."""
    joined = with_others(lock, load_lock(site_path))
    save_lock(site_path, joined)
    return joined


def has_keys(site_path: str) -> bool:
    """Whether there is a secrets file beside a site file, so that a passphrase is worth asking for."""
    return beside_path(site_path, SECRETS_SUFFIX).exists()


def load_keys(site_path: str, passphrase: Secret | None) -> Keyring:
    """The keys sealed beside a site file; none without a passphrase or without the file.

    Raises FileError or SealError, with a message of its own for each reason.
    """
    path = beside_path(site_path, SECRETS_SUFFIX)
    return Keyring() if passphrase is None or not path.exists() else open_keys(path, passphrase)


def open_keys(path: Path, passphrase: Secret) -> Keyring:
    """The keys in a secrets file, which must be there; raises FileError or SealError."""
    from wgwizard.profiles import beside, sealed

    found = read_file(path, MAX_SECRETS_BYTES)
    if found.linked:
        raise FileError(f"{path} is a symbolic link", "put the secrets file itself beside the site file")
    if found.owner not in (os.geteuid(), 0):
        raise FileError(f"{path} belongs to another user (uid {found.owner})", "check who put it there, then chown it")
    if found.mode & _OTHERS_READ:
        raise FileError(f"{path} is open to other users (mode {found.mode:04o})", f"chmod 600 {path}")
    try:
        keyring = beside.read_keyring(sealed.unseal(found.content, passphrase))
    except sealed.SealError as failure:
        raise type(failure)(f"{path}: {failure.message}", failure.hint) from None
    if keyring is None:
        raise WgwizardError(f"{path} was opened, but what is in it is not a keyring", "update wgwizard, or restore it from a backup")
    return keyring


def save_keys(site_path: str, keyring: Keyring, passphrase: Secret) -> None:
    """Seal the keys beside a site file (0600), whole or not at all; raises FileError or SealError."""
    from wgwizard.profiles import beside, sealed

    replace_file(beside_path(site_path, SECRETS_SUFFIX), sealed.seal(beside.keyring_text(keyring), passphrase), 0o600)


def set_keys_aside(site_path: str) -> Path:
    """Rename a secrets file that cannot be opened here, whole as it is, so that another can be begun; gives its new path."""
    path = beside_path(site_path, SECRETS_SUFFIX)
    names = (path.with_name(f"{path.name}.aside{'' if number == 1 else f'-{number}'}") for number in count(1))
    aside = next(name for name in names if not name.exists())
    path.rename(aside)
    return aside


def _counted(problems: tuple[Problem, ...]) -> str:
    count = sum(problem.is_error for problem in problems)
    return f"{count} problem{'' if count == 1 else 's'}"


def _about_file(path: str, found: Read) -> tuple[Problem, ...]:
    """Whoever can change the site file decides what is done to Host β."""
    warnings = []
    if found.mode & _OTHERS_WRITE:
        message = f"{path} can be changed by other users (mode {found.mode:04o})"
        warnings.append(warning("writable-by-others", "", message, f"chmod go-w {path}"))
    if found.owner not in (os.geteuid(), 0):
        warnings.append(warning("foreign-owner", "", f"{path} belongs to another user (uid {found.owner})", "check that you trust them"))
    if found.linked:
        warnings.append(warning("symbolic-link", "", f"{path} is a symbolic link to {os.path.realpath(path)}", "name the file itself"))
    return tuple(warnings)
