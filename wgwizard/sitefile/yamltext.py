"""Strict YAML: text -> plain values, or the problems with it; nothing that YAML guesses is let through.

YAML 1.1 (https://yaml.org/spec/1.1/) reads `no` as false, `22:22` as 1342 and `010` as 8, and lets a short text grow without
limit through aliases. Here only text, whole decimal numbers, true, false and null are values; everything else is refused with
the advice to quote it.
"""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import yaml

from wgwizard.problems import Problem, error

try:
    from yaml._yaml import CParser as _Parser
except ImportError:  # PyYAML without libyaml: the same events, slower
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

Value: TypeAlias = "str | int | bool | list[Value] | dict[str, Value] | None"
Document: TypeAlias = dict[str, Value]

MAX_BYTES = 16 * 1024 * 1024
MAX_NODES = 1_000_000
MAX_DEPTH = 50
MAX_PROBLEMS = 100
MAX_DIGITS = 18

# Characters that hide or reorder what a person sees: controls, zero-width, bidirectional marks, odd line ends, BOM, surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_INTEGER = re.compile(r"(?:0|-?[1-9][0-9]*)\Z")
_INDEX = re.compile(r"\[\d+\]\Z")
_IPV6 = re.compile(r"\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]:[0-9]+|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:/[0-9]+)?")
_KEY = re.compile(r"[A-Za-z0-9+/]{43}=")  # might be a private key that somebody pasted here
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_GUESSES = (  # what YAML 1.1 would make something else of (https://yaml.org/type/)
    (re.compile(r"(?i:yes|no|on|off)\Z"), "yaml-boolean", "YAML reads this word as true or false"),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z"), "yaml-sexagesimal", "YAML reads this as a number to base 60"),
    (re.compile(r"[-+]?0[xX][0-9a-fA-F_]+\Z"), "yaml-hexadecimal", "YAML reads this as a hexadecimal number"),
    (re.compile(r"[-+]?0[bB][01_]+\Z"), "yaml-binary", "YAML reads this as a binary number"),
    (re.compile(r"[-+]?0[oO]?[0-9_]+\Z"), "yaml-octal", "YAML reads a number with a leading zero to base 8"),
    (re.compile(r"\+[0-9]+\Z|-0\Z|[-+]?[0-9][0-9_]*_[0-9_]*\Z"), "yaml-number", "a number here is written with digits alone"),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?\Z"), "yaml-date", "YAML reads this as a date"),
    (re.compile(r"[-+]?\.(?i:inf|nan)\Z"), "yaml-float", "YAML reads this as infinity or not-a-number"),
    (re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?\Z"), "yaml-float", "YAML reads this as a fraction"),
    (re.compile(r"<<\Z|=\Z"), "yaml-merge-key", "YAML gives this a special meaning (merge or default key)"),
)
_GUESSABLE = frozenset("0123456789+-.~tTfFnNyYoO=<")


def parse(text: bytes) -> tuple[Document | None, tuple[Problem, ...]]:
    """Read one YAML mapping; a document only when there is no problem.

    Problems carry the field as far as it is known, and the line in the message. Never raises.
    """
    refused = _refuse_bytes(text)
    if refused is not None:
        return None, (refused,)
    builder = _Builder()
    try:
        builder.run(text)
    except _StopReading as stop:
        builder.problems.append(stop.problem)
    except yaml.YAMLError as broken:
        builder.problems.append(_syntax_problem(broken, text, builder.path(), quoted=builder.in_mapping))
    if builder.problems:
        return None, tuple(builder.problems)
    return _as_mapping(builder.root)


def _as_mapping(root: list[Value]) -> tuple[Document | None, tuple[Problem, ...]]:
    if not root or root[0] is None:
        return None, (error("empty-file", "", "the file is empty", "start from a preset: wgwizard presets"),)
    document = root[0]
    if not isinstance(document, dict):
        # What it holds is not shown: a passphrase's file may have been named by mistake.
        kind = "a list" if isinstance(document, list) else "a single value"
        hint = 'check the file\'s name; a site file begins with "version: 1" and "name: …"'
        return None, (error("not-a-mapping", "", f"the file holds {kind}, not a mapping", hint),)
    return document, ()


def _refuse_bytes(text: bytes) -> Problem | None:
    """What is wrong with the bytes before YAML sees them."""
    if len(text) > MAX_BYTES:
        return error("too-big", "", f"the file has {len(text)} bytes; the most is {MAX_BYTES}", "split the site")
    if text.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return error("byte-order-mark", "", "the file begins with a byte order mark", 'save it as "UTF-8" (without BOM)')
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as broken:
        line = text.count(b"\n", 0, broken.start) + 1
        return error("not-utf-8", "", f"line {line}: byte 0x{text[broken.start]:02x} is not UTF-8", "save the file as UTF-8")
    unseen = _UNSEEN.search(decoded)
    if unseen is None:
        return None
    line = decoded.count("\n", 0, unseen.start()) + 1
    message = f"line {line}: the invisible character U+{ord(unseen.group()):04X}"
    return error("invisible-character", "", message, "delete it and type the value again")


class _StopReading(Exception):  # noqa: N818 - a signal inside this module, not an error that leaves it
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Frame:
    """A list or mapping that is still open; `key` is the mapping's key that waits for its value, `last` the one before it."""

    __slots__ = ("items", "key", "last", "mapping")

    def __init__(self, mapping: dict[str, Value] | None) -> None:
        self.mapping = mapping
        self.items: list[Value] = []
        self.key: str | None = None
        self.last: str | None = None


class _Builder:
    """Builds plain values from YAML events, without recursion, and collects what is wrong with single values."""

    def __init__(self) -> None:
        self.root: list[Value] = []
        self.problems: list[Problem] = []
        self._stack: list[_Frame] = []
        self._nodes = 0
        self._documents = 0
        self._known: dict[str, Value] = {}

    def run(self, text: bytes) -> None:
        """Read every event of `text`."""
        parser = _Parser(text)
        handlers: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        try:
            event = parser.get_event()
            while event is not None:
                handler = handlers.get(type(event))
                if handler is not None:
                    handler(event)
                event = parser.get_event()
        finally:
            parser.dispose()

    @property
    def in_mapping(self) -> bool:
        """Whether the text began as a mapping, as a site file does."""
        return bool(self._stack) and self._stack[0].mapping is not None

    def path(self) -> str:
        """The field that is being read, or was read last."""
        text = ""
        for frame in self._stack:
            if frame.mapping is None:
                text += f"[{len(frame.items)}]"
                continue
            name = frame.last if frame.key is None else frame.key
            if name is not None:
                text += f".{name}" if text else name
        return text

    def _stop(self, code: str, event: yaml.Event, message: str, hint: str) -> None:
        raise _StopReading(error(code, self.path(), f"line {_line(event)}: {message}", hint))

    def _complain(self, code: str, event: yaml.Event, message: str, hint: str) -> None:
        self.problems.append(error(code, self.path(), f"line {_line(event)}: {message}", hint))
        if len(self.problems) >= MAX_PROBLEMS:
            self._stop("too-many-problems", event, f"{MAX_PROBLEMS} problems so far; the rest was not read", "mend these first")

    def _document(self, event: yaml.Event) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop("several-documents", event, "a second document begins here (---)", "one file describes one site: split the file")

    def _alias(self, event: yaml.AliasEvent) -> None:
        name = f"*{event.anchor}" if self._stack else "this"
        self._stop("alias", event, f"{name} is an alias", "write the value out; aliases and anchors are not read")

    def _count(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._stop("too-many-values", event, f"more than {MAX_NODES} values", "split the site")
        if event.anchor is not None:
            self._stop("anchor", event, f"&{event.anchor} is an anchor", "write the value out; aliases and anchors are not read")
        if event.tag is not None:
            self._stop("tag", event, f"{event.tag!r} is a tag", "remove it; a site file holds plain values only")

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        self._count(event)
        if len(self._stack) >= MAX_DEPTH:
            self._stop("too-deep", event, f"nested deeper than {MAX_DEPTH} levels", "look for a stray bracket or indent")
        if self._stack and self._stack[-1].mapping is not None and self._stack[-1].key is None:
            self._stop("key-not-text", event, "a list or mapping stands where a field's name belongs", "quote it if it is meant as text")
        self._stack.append(_Frame({} if isinstance(event, yaml.MappingStartEvent) else None))

    def _close(self, _: yaml.Event) -> None:
        frame = self._stack.pop()
        self._add(frame.items if frame.mapping is None else frame.mapping)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        text = event.value
        if not self._stack:
            self.root.append(None if not event.style and _CONSTANTS.get(text, text) is None else text)
            return
        self._count(event)
        if self._stack and self._stack[-1].mapping is not None and self._stack[-1].key is None:
            self._key(text, event)
            return
        if event.style or (text and text[0] not in _GUESSABLE):
            self._add(text)
        elif text in self._known:
            self._add(self._known[text])
        else:
            self._plain(text, event)

    def _plain(self, text: str, event: yaml.ScalarEvent) -> None:
        """Add an unquoted scalar that YAML might read as something else than text; good ones are remembered."""
        if text in _CONSTANTS:
            self._known[text] = _CONSTANTS[text]
        elif _INTEGER.match(text) and len(text) <= MAX_DIGITS:
            self._known[text] = int(text)
        elif _INTEGER.match(text):
            self._complain("number-too-long", event, f"{text[:20]}… has {len(text)} digits", "no number here has more than ten")
        elif (guess := _guess(text)) is not None:
            code, reason = guess
            self._complain(code, event, f"{text[:60]!r}: {reason}", _advice(code, text[:60]))
        else:
            self._known[text] = text
        self._add(self._known.get(text, text))

    def _key(self, text: str, event: yaml.ScalarEvent) -> None:
        frame = self._stack[-1]
        frame.key = text
        if not event.style and text.endswith(":"):
            frame.key = None
            self._complain("quote-it", event, f"{text}: is read as a field's name", f'quote it: "{text}:"')
            frame.key = text
        elif not event.style and text == "<<":
            self._complain("yaml-merge-key", event, "'<<' is a merge key", "write the fields out; merge keys are not read")
        elif frame.mapping is not None and text in frame.mapping:
            self._complain("duplicate-key", event, f"{text!r} is given twice", "keep one of the two")

    def _add(self, value: Value) -> None:
        if not self._stack:
            self.root.append(value)
            return
        frame = self._stack[-1]
        if frame.mapping is None:
            frame.items.append(value)
        elif frame.key is not None:
            frame.mapping[frame.key] = value
            frame.last, frame.key = frame.key, None


def _line(event: yaml.Event) -> int:
    """Where `event` begins, counted from 1."""
    return event.start_mark.line + 1 if event.start_mark is not None else 0


def _guess(text: str) -> tuple[str, str] | None:
    """What YAML 1.1 would make of unquoted `text`: a problem's code and reason, or `None` where it is text."""
    return next(((code, reason) for pattern, code, reason in _GUESSES if pattern.match(text)), None)


def _advice(code: str, text: str) -> str:
    if code == "yaml-boolean":
        return f'write true or false, or quote it if it is a name: "{text}"'
    return f'quote it if it is text: "{text}"; write a number in plain decimal digits'


def _syntax_problem(broken: yaml.YAMLError, text: bytes, field: str, *, quoted: bool) -> Problem:
    """A YAML error in words: the line, and the advice to quote when an IPv6 address is near; shows the line only where `quoted`."""
    mark = getattr(broken, "problem_mark", None) or getattr(broken, "context_mark", None)
    reason = str(getattr(broken, "problem", None) or broken)
    if mark is None:
        return error("yaml-syntax", field, f"this is not YAML: {reason}", "look for a missing quote or bracket")
    lines = text.decode("utf-8").splitlines()
    if not any(line.strip() for line in lines[mark.line :]):
        return _unfinished(broken, lines, field, quoted=quoted)
    line = _KEY.sub("(hidden)", lines[mark.line])
    addresses = list(_IPV6.finditer(line)) if quoted else []
    if addresses:
        address = next((found for found in addresses if found.end() >= mark.column), addresses[-1]).group()
        return error("quote-it", field, f"line {mark.line + 1}: {address} is not read as text", f'quote it: "{address}"')
    if "\t" in line[: mark.column + 1]:
        return error("tab", field, f"line {mark.line + 1}: a tab is used to indent", "indent with spaces")
    where = repr(line.strip()[:60]) if quoted else "this line"
    hint = f"look at {where} and the line before it for a missing quote, bracket, colon or space"
    return error("yaml-syntax", field, f"line {mark.line + 1}, column {mark.column + 1}: this is not YAML: {reason}", hint)


def _unfinished(broken: yaml.YAMLError, lines: list[str], field: str, *, quoted: bool) -> Problem:
    """The text ends inside a value: what is wrong is where that value began, not the empty end."""
    begun = getattr(broken, "context_mark", None)
    index = begun.line if begun is not None and begun.line < len(lines) else max(len(lines) - 1, 0)
    line = _KEY.sub("(hidden)", lines[index]).strip()[:60] if lines else ""
    where = repr(line) if quoted and line else "it"
    message = f"line {index + 1}: what begins here is never closed: the file ends before that"
    return error("yaml-syntax", _INDEX.sub("", field), message, f"look at {where} for a missing quote or bracket")
