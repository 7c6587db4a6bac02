"""A grid of signs, each with the name of its style, and the two sets of signs in which it can be shown; pure."""

import unicodedata
from enum import StrEnum
from itertools import groupby

from msgspec import Struct


class Charset(StrEnum):
    """The signs that a terminal can show."""

    UNICODE = "unicode"
    ASCII = "ascii"


class Style(StrEnum):
    """What a part of the picture is; the front end chooses how that looks. Nothing is told by the style alone."""

    PLAIN = ""
    DIM = "dim"
    NAME = "name"
    TUNNEL = "tunnel"
    SITE = "site"
    OPEN = "open"
    NOTE = "note"
    GOOD = "good"
    BAD = "bad"
    HERE = "here"


class Span(Struct, frozen=True):
    """A run of signs in one style."""

    text: str
    style: Style = Style.PLAIN


Line = tuple[Span, ...]

# Signs that become several in ASCII, changed before anything is placed; the others are changed one for one.
_WORDS = {"→": "->", "←": "<-", "β": "beta", "…": "..", "·": "-", "☁": "(net)"}
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("─━", "-"), **dict.fromkeys("═", "="), **dict.fromkeys("│┃", "|"), **dict.fromkeys("║", "H"),
        **dict.fromkeys("╌", "."), **dict.fromkeys("╎", ":"), **dict.fromkeys("┌┐└┘├┤┬┴┼╔╗╚╝╠╣╥╨╞╡╭╮╰╯", "+"),
        "▶": ">", "◀": "<", "▲": "^", "▼": "v", "✓": "+", "×": "x", "●": "*", "○": "o", "—": "-", "–": "-",
    }
)  # fmt: skip

_NEAREST = str.maketrans(
    {
        "→": ">",
        "←": "<",
        "↑": "^",
        "↓": "v",
        "β": "B",
        "…": "~",
        "·": "-",
        "☁": "@",
        "“": '"',
        "”": '"',
        "’": "'",
        "█": "#",
        **dict.fromkeys("▁▂▃▄▅▆▇", "_"),
        "▔": "-",
        **dict.fromkeys("▏▌▐▕", "|"),
        "▸": ">",
        "▹": "-",
    }
)


def words(text: str, charset: Charset) -> str:
    """A text in this charset, one cell a sign: what has no sign of one cell becomes "?"."""
    if charset is Charset.ASCII:
        for sign, plain in _WORDS.items():
            text = text.replace(sign, plain)
        text = text.translate(_SIGNS)
    return "".join(sign if _is_one_cell(sign, charset) else "?" for sign in text)


def one_for_one(text: str) -> str:
    """A text with an ASCII sign for each sign, for what is laid out already."""
    return text if text.isascii() else "".join(sign if sign.isascii() else "?" for sign in text.translate(_SIGNS).translate(_NEAREST))


def _is_one_cell(sign: str, charset: Charset) -> bool:
    if sign.isascii():
        return sign.isprintable()
    return charset is Charset.UNICODE and unicodedata.category(sign)[0] not in "CMZ" and unicodedata.east_asian_width(sign) not in "WF"


def cut(text: str, room: int, charset: Charset = Charset.UNICODE) -> str:
    """The text, shortened to the room that there is."""
    if len(text) <= room:
        return text
    mark = words("…", charset)
    return text[: room - len(mark)] + mark if room > len(mark) else text[: max(room, 0)]


def some(items: tuple[str, ...], room: int, charset: Charset) -> str:
    """As many of the items as fit, the rest counted: "laptop, phone +2"."""
    for count in range(min(len(items), max(room, 0) // 2 + 1), 0, -1):
        text = ", ".join(items[:count]) + (f" +{len(items) - count}" if count < len(items) else "")
        if len(text) <= room:
            return text
    if not items:
        return ""
    rest = f" +{len(items) - 1}" if len(items) > 1 else ""
    return cut(items[0], room - len(rest), charset) + rest if room > len(rest) + 1 else cut(items[0], room, charset)


class Canvas:
    """`width` times `height` cells; what is put beside them is cut off, so that no line is ever too long."""

    def __init__(self, width: int, height: int, charset: Charset) -> None:
        self.width, self.height, self.charset = width, height, charset
        self._cells = [[(" ", Style.PLAIN)] * width for _ in range(height)]

    def put(self, x: int, y: int, text: str, style: Style = Style.PLAIN) -> int:
        """Write from a cell on; gives the place behind the last sign."""
        shown = words(text, self.charset)
        if 0 <= y < self.height:
            for place, sign in enumerate(shown, start=x):
                if 0 <= place < self.width:
                    self._cells[y][place] = (sign, style)
        return x + len(shown)

    def across(self, x: int, end: int, y: int, sign: str, style: Style = Style.PLAIN) -> None:
        """A line from `x` to before `end`."""
        self.put(x, y, sign * max(end - x, 0), style)

    def down(self, x: int, y: int, end: int, sign: str, style: Style = Style.PLAIN) -> None:
        """A line from `y` to above `end`."""
        for row in range(y, end):
            self.put(x, row, sign, style)

    def box(self, x: int, y: int, width: int, height: int, style: Style = Style.DIM, *, dotted: bool = False) -> None:
        """A frame; its inside is `width - 2` times `height - 2`."""
        across, upright = ("╌", "╎") if dotted else ("─", "│")
        self.put(x, y, f"┌{across * (width - 2)}┐", style)
        self.put(x, y + height - 1, f"└{across * (width - 2)}┘", style)
        self.down(x, y + 1, y + height - 1, upright, style)
        self.down(x + width - 1, y + 1, y + height - 1, upright, style)

    def lines(self) -> tuple[Line, ...]:
        """The rows, without blanks at their ends."""
        return tuple(_line(row) for row in self._cells)


def _line(row: list[tuple[str, Style]]) -> Line:
    last = max((place for place, (sign, style) in enumerate(row) if sign != " " or style is Style.HERE), default=-1)
    runs = groupby(row[: last + 1], key=lambda cell: cell[1])
    return tuple(Span("".join(sign for sign, _ in cells), style) for style, cells in runs)


def text_of(lines: tuple[Line, ...]) -> str:
    """The lines as plain text."""
    return "\n".join("".join(span.text for span in line) for line in lines)
