"""Where a program keeps what is no file of the person's: the user's state directory, private to the user."""

import os
from pathlib import Path

from platformdirs import user_state_path

from wgwizard.profiles.files import FileError

_PRIVATE = 0o700


def state_path() -> Path:
    """The state directory (XDG base directories); FileError where nobody can say where it is."""
    home = os.environ.get("HOME")
    given = os.environ.get("XDG_STATE_HOME", "").strip()
    place = user_state_path("wgwizard")
    if not place.is_absolute() or (home == "" and not given):
        raise FileError("it is not known where your home directory is", "set HOME, or XDG_STATE_HOME to a directory of yours")
    return place


def private_directory(name: str) -> Path:
    """The directory `name` in the state directory, made where it is missing, closed to others; raises FileError."""
    place = state_path() / name
    try:
        place.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        for directory in (place.parent, place):
            if directory.stat().st_mode & 0o077:
                directory.chmod(_PRIVATE)
        if not os.access(place, os.W_OK | os.X_OK):
            raise FileError(f"{place} cannot be written to", "give yourself the permission, or set XDG_STATE_HOME to another directory")
    except OSError as failure:
        reason = failure.strerror or str(failure)
        raise FileError(f"{place} cannot be made: {reason}", "set XDG_STATE_HOME to a directory that can be written to") from failure
    return place
