"""A document without some of its values."""

import re
from collections.abc import Iterable, Mapping

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def without(document: object, fields: Iterable[str]) -> object:
    """The document without what stands at the fields ("points[0].name"); a field that is not there takes away the nearest around it."""
    gone: list[tuple[str | int, ...]] = [tuple(name or int(place) for name, place in _STEP.findall(field)) for field in fields]
    return _without(document, gone)


def _without(value: object, gone: list[tuple[str | int, ...]]) -> object:
    if not gone:
        return value
    if isinstance(value, Mapping):
        return {key: _without(inner, _below(gone, key)) for key, inner in value.items() if not _is_gone(inner, gone, key)}
    if isinstance(value, list):
        return [_without(inner, _below(gone, place)) for place, inner in enumerate(value) if not _is_gone(inner, gone, place)]
    return {}


def _below(gone: list[tuple[str | int, ...]], key: object) -> list[tuple[str | int, ...]]:
    return [steps[1:] for steps in gone if len(steps) > 1 and steps[0] == key]


def _is_gone(inner: object, gone: list[tuple[str | int, ...]], key: object) -> bool:
    """Whether the value at `key` is named, or something that it does not hold."""
    return any(steps[:1] == (key,) and (len(steps) == 1 or not _holds(inner, steps[1])) for steps in gone)


def _holds(inner: object, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(inner, list) and step < len(inner)
    return isinstance(inner, Mapping) and step in inner
