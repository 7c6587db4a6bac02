"""The answers of a wizard that was left early: one file in the user's state directory, offered at the next start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from wgwizard import profiles
from wgwizard.sitefile import yamltext
from wgwizard.sitefile.yamltext import Document


def draft_path() -> Path:
    """Where the draft lies (XDG state directory)."""
    return user_state_path("wgwizard") / "draft.yaml"


def _origin_path() -> Path:
    return draft_path().with_name("draft.origin")


def load_draft() -> Document | None:
    """The draft, `None` where there is none that can be read."""
    try:
        return yamltext.parse(draft_path().read_bytes())[0]
    except OSError:
        return None


def origin() -> str | None:
    """The absolute path of the saved site that the draft changes, `None` where it changes none or the site is gone."""
    try:
        path = _origin_path().read_text()
    except OSError:
        return None
    return path if Path(path).is_file() else None


def keep_draft(document: Mapping[str, Any], path: str | None = None) -> None:
    """Keep these answers, in place of an earlier draft; `path` is the saved site that they change."""
    draft_path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _origin_path().unlink(missing_ok=True)
    profiles.save_site(str(draft_path()), document)
    if path is not None:
        _origin_path().write_text(str(Path(path).absolute()))


def forget_draft() -> None:
    """The answers are saved elsewhere now."""
    draft_path().unlink(missing_ok=True)
    _origin_path().unlink(missing_ok=True)
