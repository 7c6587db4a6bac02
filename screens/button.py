"""A button on one line: Textual's, without its styles for borders and variants that nothing here has, which the first page would read."""

from typing import ClassVar

from textual import widgets
from textual.content import Content

from screens.cursor import HERE


class Button(widgets.Button, inherit_css=False):
    """Plain, or `variant="primary"`, and made `compact`; its styles stand in app.tcss."""

    DEFAULT_CSS: ClassVar[str] = ""

    def render(self) -> Content:
        """The label, behind the sign of what has the focus."""
        return Content.assemble(HERE if self.has_focus else " ", str(self.label), " ")
