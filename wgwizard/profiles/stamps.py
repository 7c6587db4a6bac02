"""Whether a saved site changed on disk since it was opened: another wizard, an editor, a `git pull`."""

from pathlib import Path

from wgwizard import profiles
from wgwizard.profiles.files import FileError, read_file
from wgwizard.stamp import Stamp


def stamp(site_path: str) -> Stamp:
    """What the three files hold now; take it before they are read, so that a change meanwhile is seen."""
    beside = (profiles.beside_path(site_path, suffix) for suffix in (profiles.LOCK_SUFFIX, profiles.SECRETS_SUFFIX))
    return Stamp(*(_digest(path) for path in (Path(site_path), *beside)))


def changed(site_path: str, opened: Stamp) -> tuple[str, ...]:
    """The paths of those of the three files that are not as they were when they were opened."""
    now = stamp(site_path)
    pairs = (
        (site_path, opened.site, now.site),
        (str(profiles.beside_path(site_path, profiles.LOCK_SUFFIX)), opened.lock, now.lock),
        (str(profiles.beside_path(site_path, profiles.SECRETS_SUFFIX)), opened.secrets, now.secrets),
    )
    return tuple(path for path, before, after in pairs if before != after)


def difference(path: str, ours: str) -> str:
    """What saving `ours` would change in a text file, as a unified difference; empty where it would change nothing."""
    from difflib import unified_diff

    try:
        theirs = read_file(Path(path), profiles.MAX_SECRETS_BYTES).content.decode("utf-8", "replace")
    except FileError:
        theirs = ""
    lines = unified_diff(theirs.splitlines(), ours.splitlines(), f"{path} as it is now", "your answers", lineterm="")
    return "\n".join(lines)


def _digest(path: Path) -> str | None:
    from hashlib import sha256

    try:
        return sha256(read_file(path, profiles.MAX_SECRETS_BYTES).content).hexdigest()
    except FileError:
        return None
