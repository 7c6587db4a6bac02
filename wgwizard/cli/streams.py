"""Standard streams that can be relied on: each is open, and a terminal without our signs gets plain ones."""

import codecs
import os
import sys

# What typing.TYPE_CHECKING is, without the import of typing, which --help would wait for.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_PLAIN = {
    "✓": "+", "×": "x", "●": "*", "○": "o", "—": "-", "–": "-", "━": "=", "─": "-", "…": "...", "“": '"', "”": '"', "→": "->",
    "·": "-", "»": ">", "’": "'", "↓": "Down", "β": "beta",
}  # fmt: skip
_HANDLER = "wgwizard.plain"


def prepare() -> None:
    """Open what the caller closed (a socket must not become our stdout), and let no sign that a terminal lacks be an error."""
    codecs.register_error(_HANDLER, _plain_signs)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - stays open until the end
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_HANDLER)


def only_ascii(*, data: bool) -> None:
    """Plain signs on stderr, and where stdout is for people (`data` false) there, too."""
    for stream in (sys.stderr, *(() if data else (sys.stdout,))):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="ascii", errors=_HANDLER)


def as_shown(text: str, stream: "TextIO") -> str:
    """A text in the signs that a stream shows, so that its length is known before it is written."""
    plain = getattr(stream, "errors", "") == _HANDLER
    return text.encode(stream.encoding, _HANDLER).decode(stream.encoding) if plain else text


def has_terminal() -> bool:
    """Whether somebody can be asked: questions go to stderr, answers come from stdin."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _plain_signs(problem: UnicodeError) -> tuple[str | bytes, int]:
    """A codec's error handler: signs that the encoding lacks become plain ones, everything else an escape."""
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    lost = problem.object[problem.start : problem.end]
    return "".join(_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in lost), problem.end
