"""Reads a document once, however many parts of a page ask at one key: with thousands of points that is most of a key's time."""

from functools import lru_cache

from wgwizard import sitefile
from wgwizard.problems import Problem
from wgwizard.questions import Document
from wgwizard.site import Site


class _Same:
    """A document as a key: the same only as itself, for documents are never changed."""

    __slots__ = ("document",)

    def __init__(self, document: Document) -> None:
        self.document = document

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.document is self.document

    def __hash__(self) -> int:
        return id(self.document)


def read(document: Document) -> tuple[Site | None, tuple[Problem, ...]]:
    """As `sitefile.read`."""
    return _read(_Same(document))


@lru_cache(maxsize=4)
def _read(same: _Same) -> tuple[Site | None, tuple[Problem, ...]]:
    return sitefile.read(same.document)
