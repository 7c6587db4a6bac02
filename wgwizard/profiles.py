"""Saved sites on disk: the site file, and the lock file beside it (docs/site-file.md)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wgwizard import sitefile, sitewrite, yamltext
from wgwizard.errors import SiteRefusedError
from wgwizard.files import FileError, Read, read_file, replace_file
from wgwizard.problems import Problem, error, warning
from wgwizard.site import Site
from wgwizard.yamltext import Document

SCHEMA_NAME = "wgwizard.schema.json"
_HEADER = f"# yaml-language-server: $schema={SCHEMA_NAME}\n"
_OTHERS_WRITE = 0o022


@dataclass(frozen=True, slots=True)
class Loaded:
    """A site file that was read: the site, the document as it was written, and the warnings."""

    site: Site
    document: Document
    warnings: tuple[Problem, ...]


def load_site(path: str) -> Loaded:
    """Read a site file; raises SiteRefusedError with every problem."""
    try:
        found = read_file(Path(path), yamltext.MAX_BYTES)
    except FileError as failure:
        raise SiteRefusedError(failure.message, (error("cannot-read", "", failure.message, failure.hint),), failure.hint) from failure
    document, problems = yamltext.parse(found.content)
    site = None
    if document is not None:
        site, problems = sitefile.read(document)
    if document is None or site is None:
        count = sum(problem.is_error for problem in problems)
        raise SiteRefusedError(f"{path}: {count} problem{'s' if count != 1 else ''}", problems)
    return Loaded(site, document, (*_about_file(path, found), *problems))


def save_site(path: str, document: Mapping[str, Any]) -> None:
    """Write a document as a site file, whole or not at all; raises FileError."""
    replace_file(Path(path), (_HEADER + sitewrite.dump(document)).encode(), 0o644)


def _about_file(path: str, found: Read) -> tuple[Problem, ...]:
    """Whoever can change the site file decides what is done to Host β."""
    warnings = []
    if found.mode & _OTHERS_WRITE:
        message = f"{path} can be changed by other users (mode {found.mode:04o})"
        warnings.append(warning("writable-by-others", "", message, f"chmod go-w {path}"))
    if found.owner not in (os.getuid(), 0):
        warnings.append(warning("foreign-owner", "", f"{path} belongs to another user (uid {found.owner})", "check that you trust them"))
    if found.linked:
        warnings.append(warning("symbolic-link", "", f"{path} is a symbolic link to {os.path.realpath(path)}", "name the file itself"))
    return tuple(warnings)
