"""Whether what stands on the screen can be read."""

from collections.abc import Iterable, Sequence
from functools import cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.screen import Screen
from textual.strip import Strip

LEAST = 2.0  # below that nobody reads it; app.tcss keeps to 4.5, apart from what is disabled
_SIGNS = "✓●○×!▸"  # beside letters and digits; scroll bars and frames may be faint


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def unreadable(screen: Screen[object], strips: Sequence[Strip]) -> list[str]:
    """The texts in colours too near to their background's; what a dialog lies upon is dimmed on purpose and left out."""
    area = next((box.region for box in screen.query(".dialog")), screen.region)
    return list(_hidden(segment for row in strips[area.y : area.bottom] for segment in row.crop(area.x, area.right)))


def _hidden(segments: Iterable[Segment]) -> Iterable[str]:
    for text, style, _ in segments:
        if style is not None and any(sign.isalnum() or sign in _SIGNS for sign in text) and _faint(style):
            yield text


@cache
def _faint(style: Style) -> bool:
    front, back = style.color, style.bgcolor
    if front is None or back is None or front.triplet is None or back.triplet is None:  # the terminal's own colours
        return False
    return contrast(Color.from_rich_color(front).hex6, Color.from_rich_color(back).hex6) < LEAST
