"""How a part of the screen looks, with its colours and without them."""

from dataclasses import dataclass

from rich.style import Style
from textual.app import App
from textual.geometry import Region

Attributes = tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A sign, its letters' attributes, and its colours."""

    sign: str
    attributes: Attributes
    colours: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """The cells of a part of the screen."""

    cells: tuple[Cell, ...]

    @property
    def monochrome(self) -> tuple[tuple[str, Attributes], ...]:
        """What is left of it on a terminal without colours."""
        return tuple((cell.sign, cell.attributes) for cell in self.cells)

    @property
    def text(self) -> str:
        """The signs alone."""
        return "".join(cell.sign for cell in self.cells)


def look(app: App[None], region: Region) -> Look:
    """How this part of the screen looks now."""
    area = region.intersection(app.screen.region)
    rows = app.screen._compositor.render_strips()[area.y : area.bottom]
    segments = [segment for row in rows for segment in row.crop(area.x, area.right)]
    return Look(tuple(Cell(sign, *_of(style)) for text, style, _ in segments for sign in text))


def _of(style: Style | None) -> tuple[Attributes, tuple[str, str]]:
    if style is None:
        return (), ("", "")
    attributes = (style.bold, style.dim, style.italic, style.underline, style.reverse, style.strike)
    return tuple(map(bool, attributes)), (str(style.color), str(style.bgcolor))
