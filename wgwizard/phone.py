"""A point's file as a QR code that the WireGuard app of a phone reads: a smaller text of the same meaning, drawn in half blocks. Pure."""

import re
from io import BytesIO
from typing import TYPE_CHECKING

from wgwizard.errors import WgwizardError
from wgwizard.render.artefact import Artefact, lacks_text
from wgwizard.secret import Secret
from wgwizard.site import Point

if TYPE_CHECKING:
    import segno

# ISO/IEC 18004 wants four light modules around a code; every reader that was tried takes two, which fit smaller terminals.
QUIET, LEAST_QUIET = 4, 2
BLOCKS = "█▀▄"
_INK = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
_PIXELS = 8  # of a module in an image


class QrCode:
    """A QR code; it holds a private key, so it shows nothing of itself. `size` is a side in modules, without the quiet zone."""

    __slots__ = ("_code", "size")

    def __init__(self, code: "segno.QRCode") -> None:
        self._code = code
        self.size = int(code.symbol_size(border=0)[0])

    def __repr__(self) -> str:
        return f"QrCode({self.size})"

    def least(self) -> tuple[int, int]:
        """The columns and rows that it needs on a terminal."""
        return self._cells(LEAST_QUIET)

    def _cells(self, quiet: int) -> tuple[int, int]:
        side = self.size + 2 * quiet
        return side, (side + 1) // 2

    def rows(self, columns: int, lines: int, *, inverted: bool = False) -> list[str]:
        """Rows of half blocks for so many columns and lines, which are at least `least()`.

        Ink stands for light: a terminal writes light on dark, unless it is `inverted`.
        """
        wide, high = self._cells(QUIET)
        quiet = QUIET if wide <= columns and high <= lines else LEAST_QUIET
        light = [[not dark for dark in row] for row in self._code.matrix_iter(border=quiet)]
        if len(light) % 2:
            light.append([True] * len(light[0]))
        pairs = zip(light[::2], light[1::2], strict=True)
        return ["".join(_INK[above != inverted, below != inverted] for above, below in zip(*pair, strict=True)) for pair in pairs]

    def ascii_rows(self) -> list[str]:
        """Rows for a terminal that has no half blocks: a light module is ##."""
        return ["".join("  " if dark else "##" for dark in row) for row in self._code.matrix_iter(border=QUIET)]

    def image(self, kind: str) -> bytes:
        """The code as an image, "png" or "svg"."""
        out = BytesIO()
        self._code.save(out, kind=kind, scale=_PIXELS, border=QUIET, dark="black", light="white")
        return out.getvalue()


def on_black(row: str) -> str:
    """A row as a terminal shows it that has colours: its ink white, its ground black."""
    return f"\x1b[97;40m{row}\x1b[0m"


def compact(text: Secret) -> Secret:
    """A wg-quick file without what no program reads: comments, empty lines, spaces around = and after commas."""
    lines = [line for line in text.reveal().splitlines() if line and not line.startswith("#")]
    return Secret("\n".join(re.sub(r" ?([=,]) ", r"\1", line) for line in lines))


def qr_code(artefact: Artefact) -> QrCode:
    """The code of a point's complete file; WgwizardError where it is too long for any."""
    import segno

    text = compact(Secret(artefact.content())).reveal()
    try:
        return QrCode(segno.make(text, error="L", mode="byte", encoding="utf-8", eci=False, micro=False, boost_error=False))
    except segno.DataOverflowError:
        hint = "save its file and bring it over, or name fewer networks"
        raise WgwizardError(f"the file of {artefact.node} is too long for a QR code ({len(text)} characters)", hint) from None


def why_no_code(point: Point, artefact: Artefact) -> str:
    """Why a point's file cannot be shown as a QR code; nothing where it can."""
    if artefact.missing:
        return f"The file of {point.name} is not complete yet; missing: {lacks_text(artefact.missing)}."
    if point.public_key is not None:
        return f"{point.name} keeps its own private key, so the file is not whole without it: save the file, and its owner puts the key in."
    return ""
