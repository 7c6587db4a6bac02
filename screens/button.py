"""A button on one line: Textual's, without its styles for borders and variants that nothing here has, which the first page would read."""

from typing import ClassVar

from textual import widgets


class Button(widgets.Button, inherit_css=False):
    """Plain, or `variant="primary"`, and made `compact`; its styles stand in app.tcss."""

    DEFAULT_CSS: ClassVar[str] = ""
