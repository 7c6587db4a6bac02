"""What is sent to Host β: the staged files and the order of it all, as script text; pure."""

import hashlib
import shlex

from msgspec import Struct

from wgwizard.host.changes import Wanted

ENGINE = "engine.sh"


class Staging(Struct, frozen=True):
    """A transaction's files: what shall stand, what goes, and the engine that does it on the host.

    `about` is what the host notes of it, for `wgwizard status`: lines "site=NAME" and "strategy=NAME". `before` names the change
    before which the host kept its files: they are staged instead, "" for none.
    """

    wanted: Wanted | None
    removed: tuple[str, ...]
    engine: str
    about: str = ""
    before: str = ""


def engine_digest(staging: Staging) -> str:
    """The engine's sha256, which the host compares before it runs it."""
    return _digest(staging.engine)


def stage_function(staging: Staging, delimiter: str) -> str:
    """The shell function `stage_files`: every file as a quoted here-document with a random `delimiter`, each with its sha256.

    A file's text is nowhere expanded by the shell; a delimiter that stands in a file by chance is refused (ValueError).
    """
    files = staging.wanted.files if staging.wanted and not staging.before else ()
    lines = ["stage_files() {"]
    for file in files:
        lines += _put(file.name, file.content.reveal(), delimiter)
    lines += [
        *_document(f'cat >"$T/{ENGINE}"', staging.engine, delimiter),
        *_document('cat >"$T/manifest"', "".join(f"{file.mode} {file.owner} {file.path}\n" for file in files), delimiter),
        *_document('cat >"$T/removed"', "".join(f"{path}\n" for path in staging.removed), delimiter),
        *_document('cat >"$T/about"', staging.about, delimiter),
        *([f"stage_before {shlex.quote(staging.before)}"] if staging.before else []),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _put(name: str, text: str, delimiter: str) -> list[str]:
    whole = text if text.endswith("\n") else text + "\n"
    return _document(f"put {shlex.quote(name)} {_digest(whole)}", whole, delimiter)


def _document(command: str, text: str, delimiter: str) -> list[str]:
    if delimiter in text:
        raise ValueError("the delimiter stands in a file")
    return [f"{command} <<'{delimiter}'", text + delimiter]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
