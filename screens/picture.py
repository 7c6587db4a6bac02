"""The picture of the network on every page, drawn from what is known so far; what is still open is dotted."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from wgwizard.picture.canvas import Charset, Line, Style
from wgwizard.wizard.draft import Draft

PICTURE = "picture"  # the name of the screens that F2 opens
_TITLE = "─ the network so far "
_STYLES = tuple(style for style in Style if style is not Style.PLAIN)


class Drawn(Widget):
    """Shows lines of the picture; how each style looks is a component class in picture.tcss."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"drawn--{style.value}" for style in _STYLES}

    @property
    def charset(self) -> Charset:
        """The signs that the terminal can show."""
        found: Charset = getattr(self.app, "charset", Charset.UNICODE)
        return found

    def content_of(self, lines: Iterable[Line], indent: str = "") -> Content:
        """Lines as what Textual shows."""
        return Content("\n").join(Content.assemble(indent, *(self._part(span.text, span.style) for span in line)) for line in lines)

    def _part(self, text: str, style: Style) -> Content:
        if style is Style.PLAIN:
            return Content(text)
        # A partial style loses its background (Textual 8.2 blends an opaque one by nothing), and the marked place has one.
        return Content.styled(text, self.get_visual_style(f"drawn--{style.value}", partial=style is not Style.HERE))


class PicturePanel(Drawn):
    """The picture, below the page or, on a wide terminal, beside it; a click looks at it closely."""

    draft: reactive[Draft | None] = reactive(None, always_update=True)

    def render(self) -> RenderResult:
        """A title line and the picture."""
        if self.draft is None:
            return ""
        from wgwizard.picture.layout_flat import flat
        from wgwizard.picture.layout_tall import tall
        from wgwizard.wizard.study import scene

        width, height = self.content_size
        draw = tall if self.screen.has_class("-wide") else flat
        title = Content.styled(_TITLE.ljust(width, "─"), self.get_visual_style("drawn--dim", partial=True))
        return Content("\n").join([title, self.content_of(draw(scene(self.draft), width - 2, height - 1, self.charset), indent=" ")])

    async def on_click(self) -> None:
        """As F2."""
        await self.run_action("app.picture")
