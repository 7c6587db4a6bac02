"""Which signs the terminal can show, and plain ones in place of all others where it shows ASCII only."""

from collections.abc import Mapping

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from wgwizard.picture import Charset
from wgwizard.picture.canvas import one_for_one

SWITCH = "WGWIZARD_ASCII"
# The kernel's console and the old terminals have the fonts of their code pages, which lack half of the signs.
_OLD_TERMINALS = ("linux", "vt100", "vt102", "vt220", "xterm-mono", "linux-m")


def charset_of(environ: Mapping[str, str]) -> Charset:
    """ASCII where it is asked for (`--ascii`), for the terminals that lack the signs, and where the locale says no UTF-8.

    The locale is read as setlocale(3) does: LC_ALL, LC_CTYPE, LANG. Where nobody set one, UTF-8 is assumed, as Python does.
    """
    if environ.get(SWITCH, "") not in ("", "0") or environ.get("TERM", "") in _OLD_TERMINALS:
        return Charset.ASCII
    # Python itself sets LC_CTYPE to C.UTF-8 where LANG is "C" (PEP 538), so that alone is nobody's word.
    said = [environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    coerced = said[1] == "C.UTF-8" and said[2] in ("C", "POSIX") and not said[0]
    locale = said[2] if coerced else next((word for word in said if word), "")
    return Charset.UNICODE if locale == "" or "UTF" in locale.upper() else Charset.ASCII


class PlainSigns(LineFilter):
    """Every sign on the screen as one of ASCII, one for one."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The segments of a line with plain signs."""
        return [Segment(one_for_one(segment.text), segment.style, segment.control) for segment in segments]
