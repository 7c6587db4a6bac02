"""Reading and replacing files so that nothing is ever half: capped reads that never block, atomic writes."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from wgwizard.errors import WgwizardError


class FileError(WgwizardError):
    """A file cannot be read or written: which one, why, and what to do."""


class Read(Struct, frozen=True):
    """What was read: the bytes, the permission bits, the owner, and whether the path is a symbolic link."""

    content: bytes
    mode: int
    owner: int
    linked: bool


_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_file(path: Path, most: int) -> Read:
    """Read a regular file of at most `most` bytes.

    Raises FileError for anything else; never waits on a named pipe.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as failure:
        raise _told(path, failure, "read") from failure
    try:
        about = os.fstat(handle)
        _refuse_kind(path, about, most)
        content = _read(handle, most + 1)
    except OSError as failure:
        raise _told(path, failure, "read") from failure
    finally:
        os.close(handle)
    if len(content) > most:
        raise FileError(f"{path} has more than {most} bytes", "check that this is the right file")
    return Read(content, stat.S_IMODE(about.st_mode), about.st_uid, path.is_symlink())


def _refuse_kind(path: Path, about: os.stat_result, most: int) -> None:
    for is_kind, words in _KINDS:
        if is_kind(about.st_mode):
            raise FileError(f"{path} is {words}, not a file", "give the path of a file")
    if about.st_size > most:
        raise FileError(f"{path} has {about.st_size} bytes; the most is {most}", "check that this is the right file")


def _read(handle: int, most: int) -> bytes:
    """Up to `most` bytes."""
    parts: list[bytes] = []
    while most > 0 and (part := os.read(handle, most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def replace_file(path: Path, content: bytes, mode: int) -> None:
    """Put `content` at `path` whole or not at all: a temporary file beside it, fsync, rename, fsync of the directory.

    A symbolic link stays one: what it leads to is replaced. Raises FileError.
    """
    target = Path(os.path.realpath(path))
    try:
        _replace(target, content, mode)
    except OSError as failure:
        raise _told(path, failure, "write") from failure


def _replace(target: Path, content: bytes, mode: int) -> None:
    if target.exists() and not target.is_file():
        raise FileError(f"{target} exists and is not a file", "choose another name")
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    directory = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _told(path: Path, failure: OSError | ValueError, doing: str) -> FileError:
    if isinstance(failure, FileNotFoundError):
        hint = "check the path" if doing == "read" else "make the directory first"
        return FileError(f"{path} does not exist" if doing == "read" else f"the directory of {path} does not exist", hint)
    if isinstance(failure, PermissionError):
        return FileError(f"{path}: no permission to {doing} it", "ask for the permission, or use another place")
    reason = failure.strerror if isinstance(failure, OSError) else str(failure)
    return FileError(f"cannot {doing} {path}: {reason}", "check the path and the disk")


def as_typed(text: str) -> str:
    """A path as a person types it: `~` is the home directory, as in a shell."""
    path = text.strip()
    with suppress(RuntimeError):  # the home of nobody
        return str(Path(path).expanduser()) if path.startswith("~") else path
    return path
