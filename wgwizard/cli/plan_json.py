"""`plan --json` in pieces, for it may be long: what points share is written once for all of them. Pure: values in, UTF-8 out."""

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv6Address
from itertools import groupby, islice
from operator import attrgetter

import msgspec

from wgwizard.cli import output
from wgwizard.pipeline import Result
from wgwizard.problems import Problem
from wgwizard.recommend import Recommendation
from wgwizard.render.artefact import Artefact
from wgwizard.render.text import address_text
from wgwizard.trace import Reach

# Stand in a template for a point's name, and for its address of each family; neither can be in a text of ours.
_NAME = "\ue000"
_ADDRESS = {4: "\ue004", 6: "\ue006"}
_MARKS = re.compile("([\ue000\ue004\ue006])")
# Stands for a point's address while a template is made; no point can have it.
_ANY_ADDRESS = IPv6Address((1 << 128) - 1)
# The texts of a point's rows with marks between them, the marks, and in which of the rows the address for a mark stands.
_Kind = tuple[int, bool]
_Template = tuple[list[str], list[str], tuple[tuple[str, int], ...]]
# So many files, or points with their rows, are one piece.
_BATCH = 64
_SEPARATOR = ",\n    "


def plan_json(found: Result, recommendation: Recommendation, warnings: Iterable[Problem], *, reveal: bool) -> Iterator[bytes]:
    """The object of `plan --json` (docs/commands.md), indented, each row of who reaches whom on a line; keys are hidden unless `reveal`."""
    whole = _indented(
        {
            "strategy": found.plan.strategy.value,
            "recommendation": output.recommendation_document(recommendation),
            "artefacts": [],
            "reachability": [],
            "warnings": [output.problem_document(problem) for problem in warnings],
        }
    )
    # A line break inside of a value is written as \n, so these are the fields themselves.
    head, artefacts, rest = whole.partition(b'\n  "artefacts": [')
    between, reachability, tail = rest.partition(b'\n  "reachability": [')
    yield head + artefacts
    yield from _listed(_files(found.bundle.artefacts, reveal=reveal))
    yield between + reachability
    yield from _listed(_rows(found.reaches))
    yield tail


def _indented(document: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def _listed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a list inside the object, with what stands between them and after them."""
    separator = b""
    for piece in pieces:
        yield separator
        yield piece
        separator = b","
    if separator:
        yield b"\n  "


def _files(artefacts: Sequence[Artefact], *, reveal: bool) -> Iterator[bytes]:
    """The files, indented as in a list inside the object."""
    for start in range(0, len(artefacts), _BATCH):
        documents = [output.artefact_document(artefact, reveal=reveal) for artefact in artefacts[start : start + _BATCH]]
        yield _indented({"": documents}).removeprefix(b'{\n  "": [').removesuffix(b"\n  ]\n}")


def _rows(reaches: Iterable[Reach]) -> Iterator[bytes]:
    """The rows of who reaches whom, each on a line of its own."""
    points = _rows_of_points(reaches)
    while rows := _SEPARATOR.join(islice(points, _BATCH)):
        yield f"{_SEPARATOR[1:]}{rows}".encode()


def _rows_of_points(reaches: Iterable[Reach]) -> Iterator[str]:
    """Each point's rows; what only name and address tell apart is made once, a row and all rows of a point."""
    known: dict[_Kind, list[str]] = {}
    templates: dict[tuple[_Kind, ...], _Template] = {}
    for name, group in groupby(reaches, attrgetter("point")):
        rows = list(group)
        kind = tuple([(row.shape, row.address is None) for row in rows])
        if kind not in templates:
            templates[kind] = _template(rows, kind, known)
        texts, marks, places = templates[kind]
        own = {_NAME: msgspec.json.encode(name).decode()[1:-1]}
        for mark, place in places:
            own[mark] = _address(rows[place])
        texts = texts.copy()
        texts[1::2] = [own[mark] for mark in marks]
        yield "".join(texts)


def _address(reach: Reach) -> str:
    return "" if reach.address is None else address_text(reach.address)


def _template(rows: Sequence[Reach], kinds: tuple[_Kind, ...], known: dict[_Kind, list[str]]) -> _Template:
    """The template of a point's rows, of which most are `known` from other points."""
    texts: list[str] = []
    for row, kind in zip(rows, kinds, strict=True):
        if kind not in known:
            known[kind] = _MARKS.split(_marked(row))
        first, *others = known[kind]
        texts[-1:] = [f"{texts[-1]}{_SEPARATOR}{first}" if texts else first, *others]
    places = {_ADDRESS[row.family]: place for place, row in enumerate(rows) if row.address is not None}
    return texts, texts[1::2], tuple(places.items())


def _marked(reach: Reach) -> str:
    """The JSON of a row with marks in place of what belongs to its point alone."""
    text = output.to_json_line(output.reach_document(reach.of_point(_NAME, None if reach.address is None else _ANY_ADDRESS)))
    return text.replace(str(_ANY_ADDRESS), _ADDRESS[reach.family])
