"""Problems with what a person wrote: values that every front end shows in the same words."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How bad a problem is: an error stops the way, a warning is said and the way goes on."""

    ERROR = "error"
    WARNING = "warning"


class Problem(Struct, frozen=True):
    """One thing that is wrong.

    `code` is a stable kebab-case word, `field` the path in the site file ("points[0].addresses[1]", "" for the whole),
    `message` names the value and the reason, `hint` says what to do.
    """

    code: str
    severity: Severity
    field: str
    message: str
    hint: str

    @property
    def is_error(self) -> bool:
        """Whether this problem stops the way."""
        return self.severity is Severity.ERROR


def error(code: str, field: str, message: str, hint: str) -> Problem:
    """A problem that stops the way."""
    return Problem(code, Severity.ERROR, field, message, hint)


def warning(code: str, field: str, message: str, hint: str) -> Problem:
    """A problem that is said, and the way goes on."""
    return Problem(code, Severity.WARNING, field, message, hint)


def named(names: Iterable[object], most: int = 3) -> str:
    """Some names in a sentence, and how many more."""
    texts = [str(name) for name in names]
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more
