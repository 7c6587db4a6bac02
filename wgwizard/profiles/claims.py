"""Who works on what: advisory locks (flock(2)) in the state directory, which die with their process."""

import fcntl
import os
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from wgwizard.moments import moment_text
from wgwizard.profiles.files import FileError
from wgwizard.profiles.state import private_directory, state_path

_TRIES = 20
_PAUSE = 0.001  # seconds; somebody who only looks holds the lock for less


class Holder(Struct, frozen=True):
    """Another process that works on the same: its id, since when, at which terminal ("" for none) and on which machine."""

    pid: int
    since: datetime
    terminal: str
    host: str


class Claim:
    """What this process works on. `holder` is who was first, `None` where it is ours (or where nothing can be known)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.holder: Holder | None = None
        self._handle: int | None = None
        self.take()

    def take(self) -> bool:
        """Try (again) to be the one; whether somebody else is."""
        if self._handle is not None:
            return False
        import msgspec

        try:
            path = private_directory("open") / self.name
            self._handle = _locked(path)
            self.holder = _read(path) if self._handle is None else None
            if self._handle is not None:
                os.ftruncate(self._handle, 0)
                os.pwrite(self._handle, msgspec.json.encode(_ourselves()), 0)
        except (FileError, OSError):
            self.holder = None  # without a place for locks nothing is known; what changed on disk is still seen when saving
        return self.holder is not None

    def release(self) -> None:
        """We are done with it; a file that cannot be taken away stays, unlocked."""
        if self._handle is not None:
            with suppress(FileError, OSError):
                (private_directory("open") / self.name).unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = None


def claim_site(path: str) -> Claim:
    """A claim on a saved site, by the real path of its file."""
    return Claim(_site_name(path))


def holder_of_site(path: str) -> Holder | None:
    """Who works on a saved site now; nothing is claimed."""
    return holder_of(_site_name(path))


def _site_name(path: str) -> str:
    from hashlib import sha256

    return "site-" + sha256(os.path.realpath(path).encode()).hexdigest()[:32]


def holder_of(name: str) -> Holder | None:
    """Who works on `name` now; nothing is claimed, nor a directory made."""
    try:
        path = state_path() / "open" / name
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileError, OSError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(path)
    finally:
        os.close(handle)
    return None


def holder_text(holder: Holder) -> str:
    """Who else is at work, in words."""
    where = f"at {holder.terminal} on {holder.host}" if holder.terminal else f"on {holder.host}"
    return f"another wizard (process {holder.pid} {where}, since {moment_text(holder.since, datetime.now().astimezone())})"


def _locked(path: Path) -> int | None:
    """A handle of the locked file; `None` where another process holds it."""
    for _ in range(_TRIES):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held = not _is_only_looked_at(handle)
            os.close(handle)
            if held:
                return None
            time.sleep(_PAUSE)
            continue
        if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
            return handle
        os.close(handle)  # its holder took the file away while we opened it
    return None


def _is_only_looked_at(handle: int) -> bool:
    """Whether nobody holds the locked file; who looks shares it for a moment."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ourselves() -> Holder:
    terminal = next((os.ttyname(stream.fileno()) for stream in (sys.__stdin__, sys.__stderr__) if stream and stream.isatty()), "")
    return Holder(os.getpid(), datetime.now(UTC), terminal.removeprefix("/dev/"), os.uname().nodename)


def _read(path: Path) -> Holder:
    """What the holder wrote of itself; a holder without a name where that is not there yet."""
    import msgspec

    try:
        return msgspec.json.decode(path.read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return Holder(0, datetime.now(UTC), "", "")
