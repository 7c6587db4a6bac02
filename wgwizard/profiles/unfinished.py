"""The answers that are not saved as a site yet: one file a draft in the user's state directory, offered at the next start.

Every front end keeps its answers with a `Keeper` as one goes, offers `drafts()` when it starts, and tells the `Keeper` to forget its
draft once the answers are saved as a site.
"""

import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from wgwizard.profiles.claims import Claim, Holder, holder_of
from wgwizard.profiles.files import FileError, read_file, replace_file
from wgwizard.profiles.state import private_directory
from wgwizard.questions import Proposal

# What reads and writes YAML waits until there is a draft: the wizard's first page does without.
if TYPE_CHECKING:
    from wgwizard.sitefile.yamltext import Document

_HEAD = "# wgwizard draft: "
_Answers: TypeAlias = "tuple[Mapping[str, Any], Circumstances]"
_NEVER = datetime.min.replace(tzinfo=UTC)
_ABOUT = "# Answers that are not saved as a site yet; wgwizard offers them when it starts. Keys are never kept here.\n"


class Circumstances(Struct, frozen=True):
    """What belongs to a draft.

    When it was kept and on which page, the saved site that it changes and that file's digest when it was opened, the preset that it was
    begun from, which answers are proposals that nobody typed, by their paths, and which questions' usual answers were let stand.
    """

    kept: datetime
    page: str = ""
    origin: str | None = None
    origin_digest: str | None = None
    preset: Mapping[str, Any] | None = None
    taken: Mapping[str, Proposal] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()


class Kept(Struct, frozen=True):
    """A draft that can be gone on with; `holder` is the other wizard that works on it right now."""

    path: Path
    document: "Document"
    about: Circumstances
    holder: Holder | None = None


class Broken(Struct, frozen=True):
    """A file among the drafts that cannot be read, and why."""

    path: Path
    why: str


def drafts() -> tuple[Kept | Broken, ...]:
    """Every draft, the latest first, the broken ones last; none where the state directory cannot be used. A draft of old is taken over."""
    try:
        place = private_directory("drafts")
    except FileError:
        return ()
    old = _take_over(place)
    found = [read_draft(path) for path in sorted(place.glob("*.yaml"))]
    kept = [draft for draft in found if isinstance(draft, Kept)]
    broken = [draft for draft in found if isinstance(draft, Broken)]
    return (*sorted(kept, key=lambda draft: draft.about.kept, reverse=True), *broken, *old)


def read_draft(path: Path) -> Kept | Broken:
    """One draft's file."""
    from wgwizard.sitefile import yamltext

    try:
        content = read_file(path, yamltext.MAX_BYTES).content
        about = _circumstances(content, path)
    except (FileError, OSError) as failure:
        return Broken(path, failure.message if isinstance(failure, FileError) else str(failure))
    document, problems = yamltext.parse(content)
    if document is None:
        return Broken(path, "; ".join(problem.message for problem in problems))
    return Kept(path, document, about, holder_of(_claim_name(path)))


def throw_away(path: Path) -> None:
    """Delete a draft, because the person said so; raises FileError."""
    try:
        path.unlink(missing_ok=True)
        path.with_suffix(".origin").unlink(missing_ok=True)  # beside a draft of old
        (private_directory("open") / _claim_name(path)).unlink(missing_ok=True)
    except OSError as failure:
        raise FileError(f"cannot delete {path}: {failure.strerror}", "delete it yourself") from failure


def draft_text(document: Mapping[str, Any], about: Circumstances | None = None) -> str:
    """A draft as it is kept, or, without its circumstances, as it is shown to a person: the YAML of a site file."""
    import msgspec

    from wgwizard.sitefile import sitewrite

    head = "" if about is None else f"{_HEAD}{msgspec.json.encode(about).decode()}\n{_ABOUT}"
    return head + sitewrite.dump(document)


class Keeper:
    """Keeps one wizard's answers in one file, which it claims; nothing is written where nothing changed. For use from several threads.

    `note` says what the answers are now, `flush` writes them; `path` is where, `None` before the first time.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._name = ""
        self._lock = threading.Lock()
        self._wanted: _Answers | None = None
        self._written: _Answers | None = None
        self._claim = Claim(_claim_name(path)) if path is not None else None

    def note(self, document: Mapping[str, Any], *, page: str = "", origin: str | None = None, digest: str | None = None,
             preset: Mapping[str, Any] | None = None, taken: Mapping[str, Proposal] | None = None,
             accepted: tuple[str, ...] = ()) -> None:  # fmt: skip
        """These are the answers now; `origin` is the saved site that they change, `digest` that of its file when it was opened."""
        origin = str(Path(origin).absolute()) if origin is not None else None
        about = Circumstances(_NEVER, page, origin, digest, preset, taken or {}, accepted)
        self._wanted = (document, about)

    def flush(self) -> None:
        """Write what was noted last; raises FileError."""
        with self._lock:
            wanted = self._wanted
            if wanted is None or wanted == self._written:
                return
            document, about = wanted
            now = datetime.now(UTC)
            self._name = self._name or f"{now:%Y%m%d-%H%M%S}-{os.urandom(3).hex()}.yaml"  # the same again where it could not be written
            path = self.path or private_directory("drafts") / self._name
            about = replace(about, kept=now)
            replace_file(path, draft_text(document, about).encode(), 0o600)
            self.path, self._written = path, wanted
            if self._claim is None:
                self._claim = Claim(_claim_name(path))

    def forget(self) -> None:
        """The answers are saved as a site now, or there are none: delete the draft; raises FileError."""
        with self._lock:
            self._wanted = None  # first: what is noted from here on is another draft
            if self.path is not None:
                throw_away(self.path)
            self.path = self._written = None
            self._name = ""
            self._let_go()

    def close(self) -> None:
        """This wizard no longer works on it; the draft stays."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._claim is not None:
            self._claim.release()
            self._claim = None


def _claim_name(path: Path) -> str:
    return f"draft-{path.stem}"


def _circumstances(content: bytes, path: Path) -> Circumstances:
    """What the first line says; where it says nothing, the file's own time."""
    import msgspec

    line = content.split(b"\n", 1)[0]
    if line.startswith(_HEAD.encode()):
        try:
            return msgspec.json.decode(line[len(_HEAD) :], type=Circumstances)
        except msgspec.DecodeError:
            pass
    return Circumstances(datetime.fromtimestamp(path.stat().st_mtime, UTC))


def _take_over(place: Path) -> tuple[Broken, ...]:
    """Bring the draft from when there was only one (draft.yaml, draft.origin) among the others; one that is broken stays and is said."""
    old = place.with_name("draft.yaml")
    if not old.exists():
        return ()
    from wgwizard.sitefile import yamltext

    draft = read_draft(old)
    if isinstance(draft, Broken):
        return (draft,)
    origin = old.with_suffix(".origin")
    try:
        path = read_file(origin, yamltext.MAX_BYTES).content.decode() if origin.exists() else None
        about = Circumstances(draft.about.kept, origin=path)
        replace_file(place / f"{draft.about.kept:%Y%m%d-%H%M%S}-old.yaml", draft_text(draft.document, about).encode(), 0o600)
        throw_away(old)
    except (FileError, UnicodeDecodeError) as failure:
        return (Broken(old, str(failure)),)
    return ()
