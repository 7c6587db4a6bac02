"""A bundle as files below a directory: DIR/NODE/PATH, only what is complete, each whole or not at all."""

from pathlib import Path, PurePosixPath

from wgwizard.errors import UsageError
from wgwizard.profiles.files import FileError, replace_file
from wgwizard.render.artefact import Artefact, Bundle

_PRIVATE = 0o700
_PUBLIC = 0o755
_ELSEWHERE = "choose another place (the wizard's folder lies beside the site and has its name), or make room there"


def write_bundle(directory: Path, bundle: Bundle) -> list[Path]:
    """Write every complete artefact with its mode; directories of nodes that hold secrets are 0700. Gives the paths written."""
    if directory.exists() and not directory.is_dir():
        raise UsageError(_in_the_way(directory), _ELSEWHERE)
    private = {artefact.node for artefact in bundle.artefacts if artefact.complete and artefact.secret}
    written = []
    for artefact in bundle.artefacts:
        if artefact.complete:
            target = directory.joinpath(*_parts(artefact))
            _make_directories(directory, target.parent, _PRIVATE if artefact.node in private else _PUBLIC)
            replace_file(target, artefact.content().encode(), int(artefact.mode, 8))
            written.append(target)
    return written


def _parts(artefact: Artefact) -> tuple[str, ...]:
    """NODE and the path's parts; a path that would lead out of the directory is a mistake in a name and is refused."""
    parts = (artefact.node, *PurePosixPath(artefact.path.lstrip("/")).parts)
    if any(part in ("", ".", "..") or "/" in part for part in parts):
        raise UsageError(f"{artefact.node}: {artefact.path} cannot be written below a directory", "rename the point")
    return parts


def _make_directories(top: Path, wanted: Path, mode: int) -> None:
    """Make `wanted` below `top`; the node's own directory and what is in it get the mode even where they were there before."""
    place = top
    try:
        top.mkdir(parents=True, exist_ok=True)
        for part in wanted.relative_to(top).parts:
            place /= part
            place.mkdir(mode=mode, exist_ok=True)
            place.chmod(mode)
    except FileExistsError:
        raise FileError(_in_the_way(place), _ELSEWHERE) from None
    except OSError as failure:
        raise FileError(f"the folder {place} cannot be made: {failure.strerror}", _ELSEWHERE) from failure


def _in_the_way(place: Path) -> str:
    return f"{place} is a file, where a folder has to be"
