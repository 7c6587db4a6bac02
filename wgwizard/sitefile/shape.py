"""Fits a document of plain values to msgspec structs, saying every misfit at once where msgspec stops at the first."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Struct, inspect

from wgwizard.problems import Problem, error

T = TypeVar("T")
Part = TypeVar("Part", bound=Struct)
Unsupported = dict[type[Struct], frozenset[str]]

_SHOWN = 60
_WORDS = {inspect.StrType: "text", inspect.IntType: "a whole number", inspect.BoolType: "true or false", inspect.NoneType: "null"}


def fit(document: object, kind: type[Part], unsupported: Unsupported) -> tuple[Part, list[Problem]]:
    """The document as a `kind`, with what does not fit left out (`None` in lists, so that indices stay) and said as problems.

    Fields in `unsupported` are refused as known but not acted on yet. Never raises.
    """
    try:
        return msgspec.convert(document, kind), []
    except (msgspec.ValidationError, RecursionError):
        problems: list[Problem] = []
        fitted = _Fitter(unsupported, problems, _homes(kind)).struct(document, _struct_type(kind), "")
        return (kind() if fitted is UNSET else fitted), problems


def entries(field: str, items: Sequence[T]) -> Iterator[tuple[str, T]]:
    """Each item of a fitted list with its own field path, leaving out those that did not fit."""
    return ((f"{field}[{index}]", item) for index, item in enumerate(items) if item is not None)


def shown(value: object) -> str:
    """A value as it may stand in a message: quoted, escaped and cut to a readable length."""
    text = repr(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else _in_yaml_words(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be."""
    from difflib import get_close_matches

    matches = get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def _in_yaml_words(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else type(value).__name__


@cache
def _struct_type(kind: type[Struct]) -> inspect.StructType:
    described = inspect.type_info(kind)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{kind} is not a struct")
    return described


@cache
def _homes(kind: type[Struct]) -> dict[str, list[str]]:
    """Where each field's name belongs ("opens": ["needs", "points[]"]), for fields that stand in the wrong place."""
    homes: dict[str, list[str]] = {}

    def walk(described: inspect.Type, path: str) -> None:
        described = described.type if isinstance(described, inspect.Metadata) else described
        if isinstance(described, inspect.StructType):
            for field in described.fields:
                homes.setdefault(field.encode_name, []).append(path or "the top level")
                walk(field.type, f"{path}.{field.encode_name}" if path else field.encode_name)
        elif isinstance(described, inspect.ListType):
            walk(described.item_type, f"{path}[]")
        elif isinstance(described, inspect.UnionType):
            for choice in described.types:
                walk(choice, path)

    walk(_struct_type(kind), "")
    return homes


class _Fitter:
    """Walks a document beside the description of its type; `UNSET` stands for what does not fit."""

    def __init__(self, unsupported: Unsupported, problems: list[Problem], homes: dict[str, list[str]]) -> None:
        self._unsupported = unsupported
        self._problems = problems
        self._homes = homes

    def struct(self, value: object, kind: inspect.StructType, path: str) -> Any:
        if not isinstance(value, dict):
            self._wrong(value, path, "a mapping of fields")
            return UNSET
        fields = {field.encode_name: field for field in kind.fields}
        fitted = {}
        for key, inner in value.items():
            here = f"{path}.{key}" if path else str(key)
            if key not in fields:
                self._unknown(key, here, kind, fields)
                continue
            result = self._value(inner, fields[key].type, here)
            if result is not UNSET:
                fitted[key] = result
        return kind.cls(**fitted)

    def _value(self, value: object, kind: inspect.Type, path: str) -> Any:
        kind = kind.type if isinstance(kind, inspect.Metadata) else kind
        if isinstance(kind, inspect.UnionType):
            return self._one_of(value, kind, path)
        if isinstance(kind, inspect.StructType):
            return self.struct(value, kind, path)
        if isinstance(kind, inspect.ListType):
            return self._list(value, kind, path)
        if isinstance(kind, inspect.DictType):
            return self._mapping(value, kind, path)
        if isinstance(kind, inspect.LiteralType):
            return self._word(value, kind, path)
        if _is_a(value, kind):
            return value
        self._wrong(value, path, _WORDS.get(type(kind), "another kind of value"))
        return UNSET

    def _one_of(self, value: object, kind: inspect.UnionType, path: str) -> Any:
        for choice in kind.types:
            if _is_a(value, choice):
                return self._value(value, choice, path)
        self._wrong(value, path, " or ".join(_words(choice) for choice in kind.types))
        return UNSET

    def _list(self, value: object, kind: inspect.ListType, path: str) -> Any:
        if not isinstance(value, list):
            self._wrong(value, path, "a list")
            return UNSET
        fitted = [self._value(item, kind.item_type, f"{path}[{index}]") for index, item in enumerate(value)]
        return [None if item is UNSET else item for item in fitted]

    def _mapping(self, value: object, kind: inspect.DictType, path: str) -> Any:
        if not isinstance(value, dict):
            self._wrong(value, path, "a mapping")
            return UNSET
        fitted = {str(key): self._value(item, kind.value_type, f"{path}.{key}") for key, item in value.items()}
        return {key: item for key, item in fitted.items() if item is not UNSET}

    def _word(self, value: object, kind: inspect.LiteralType, path: str) -> Any:
        words = [str(word) for word in kind.values]
        if isinstance(value, str) and value in words:
            return value
        if not isinstance(value, str):
            self._wrong(value, path, f"one of {', '.join(words)}")
            return UNSET
        close = nearest(value, words)
        hint = f"did you mean {close}? It is one of {', '.join(words)}" if close else f"write one of {', '.join(words)}"
        self._problems.append(error("unknown-word", path, f"{shown(value)} is not known here", hint))
        return UNSET

    def _unknown(self, key: object, path: str, kind: inspect.StructType, fields: dict[str, inspect.Field]) -> None:
        if key in self._unsupported.get(kind.cls, ()):
            hint = "remove it; this version would do nothing with it"
            self._problems.append(error("not-supported-yet", path, f"the field {shown(key)} is known but not supported yet", hint))
            return
        close = nearest(str(key), fields)
        hint = f"did you mean {close}?" if close else f"the fields here are {', '.join(fields)}"
        if str(key) in self._homes:
            hint = f"it belongs in {' or '.join(self._homes[str(key)])}: check the indent"
        if "private" in str(key) or str(key).endswith("secret"):
            hint = "secrets do not belong in the site file; wgwizard keeps them sealed in NAME.secrets"
        self._problems.append(error("unknown-field", path, f"{shown(key)} is not a field of the site file", hint))

    def _wrong(self, value: object, path: str, wanted: str) -> None:
        if value is None:
            self._problems.append(error("no-value", path, "there is no value (null)", "remove the line if this is not known"))
            return
        hint = f"write {wanted}"
        if "text" in wanted and isinstance(value, int) and not isinstance(value, bool):
            hint = f'quote it if it is meant as text: "{value}"'
        elif wanted == "a list":
            hint = f"write it as a list: [{value}]" if isinstance(value, (str, int)) else "write it as a list: [first, second]"
        self._problems.append(error("wrong-type", path, f"{shown(value)} is not {wanted}", hint))


def _is_a(value: object, kind: inspect.Type) -> bool:
    """Whether `value` is of the plain kind that `kind` asks for (the inside of lists and structs is looked at later)."""
    if isinstance(kind, (inspect.StrType, inspect.LiteralType)):
        return isinstance(value, str)
    if isinstance(kind, inspect.BoolType):
        return isinstance(value, bool)
    if isinstance(kind, inspect.IntType):
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(kind, inspect.NoneType):
        return value is None
    return isinstance(value, list if isinstance(kind, inspect.ListType) else dict)


def _words(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.StructType):
        return "a mapping of fields"
    if isinstance(kind, inspect.LiteralType):
        return f"one of {', '.join(str(word) for word in kind.values)}"
    return "a list" if isinstance(kind, inspect.ListType) else _WORDS.get(type(kind), "another kind of value")
