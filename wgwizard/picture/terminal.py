"""Which signs a terminal can show, from its environment; pure."""

from collections.abc import Mapping

from wgwizard.picture.canvas import Charset

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
