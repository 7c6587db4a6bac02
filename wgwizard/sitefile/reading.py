"""What all readers of the site file share: missing and optional values, lists with their fields, names."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from msgspec import UnsetType

from wgwizard.problems import Problem, error
from wgwizard.site import RESERVED_NAMES
from wgwizard.sitefile.addresses import parse_address
from wgwizard.sitefile.draft import Draft, Located
from wgwizard.sitefile.shape import entries, shown
from wgwizard.sitefile.values import read_name

T = TypeVar("T")
V = TypeVar("V")
Reader = Callable[[Any, str, list[Problem]], V | None]


def told_once(problems: list[Problem]) -> tuple[Problem, ...]:
    """A missing value is not said again where a wrong value was said for the field, for what holds it, or for what it holds."""
    wrong = {problem.field for problem in problems if problem.code != "missing"}
    wrong |= {field.rpartition("[")[0] for field in wrong if field.endswith("]")}
    return tuple(problem for problem in problems if problem.code != "missing" or not _holders(problem.field) & wrong)


def _holders(field: str) -> set[str]:
    """The field and everything that it lies in: "a.b[0].c" lies in "a", "a.b" and "a.b[0]"."""
    return {field} | {field[: match.start()] for match in re.finditer(r"[.\[]", field)}


def said_or(value: T | UnsetType, default: V) -> T | V:
    """The value, or the default where nothing was said."""
    return default if isinstance(value, UnsetType) else value


def say_missing(field: str, draft: Draft, what: str, hint: str) -> None:
    """Add the problem that a required field is not there."""
    draft.problems.append(error("missing", field, f"{what} is missing", hint))


def required(value: T | UnsetType, field: str, draft: Draft, what: str, hint: str) -> T | None:
    """The value, or `None` after saying that it is missing."""
    if isinstance(value, UnsetType):
        say_missing(field, draft, what, hint)
        return None
    return value


def optional(value: T | UnsetType | None, field: str, reader: Reader[V], draft: Draft) -> V | None:
    """What `reader` makes of the value; `None` where nothing was said or the value is refused."""
    return None if value is None or isinstance(value, UnsetType) else reader(value, field, draft.problems)


def read_each(items: Sequence[T], field: str, reader: Reader[V], draft: Draft, into: Located[V] | None = None) -> tuple[V, ...]:
    """Every item that `reader` takes; also kept in `into` beside its field."""
    if not items:
        return ()
    found = [(here, value) for here, item in entries(field, items) if (value := reader(item, here, draft.problems)) is not None]
    if into is not None:
        into.extend(found)
    return tuple(value for _, value in found)


def read_own_name(value: str | UnsetType, field: str, draft: Draft, what: str) -> str:
    """A name of the set that `to:` and nodes share; remembered for the check that all differ."""
    text = required(value, field, draft, what, "write a short name")
    name = optional(text, field, _read_own_name, draft)
    if name is None:
        return ""
    if name.lower() in RESERVED_NAMES:
        draft.problems.append(error("reserved-name", field, f"the name {shown(name)} has a meaning of its own", "choose another name"))
    draft.names.append((field, name))
    return name


def _read_own_name(text: str, field: str, problems: list[Problem]) -> str | None:
    """A name; not an address or a network, which have places of their own and would be mistaken for it by `to:`."""
    address, slash, _ = text.partition("/")
    if ("." not in address and ":" not in address) or parse_address(address, field, []) is None:
        return read_name(text, field, problems)
    what = "a network" if slash else "an address"
    hint = "choose a name; addresses and networks have fields of their own"
    if field.startswith("site.hosts"):
        hint = "a network has a question of its own (site.networks)" if slash else f"write a name beside it, such as nas={text}"
    problems.append(error("address-as-name", field, f"the name {shown(text)} is {what}", hint))
    return None
