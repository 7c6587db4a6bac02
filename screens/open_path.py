"""The dialog that asks for the path of a saved site."""

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Input, Static

from screens.asking import Asking
from screens.entry import Entry
from wgwizard.profiles.files import as_typed
from wgwizard.wizard.opening import why_no_site


class OpenPath(Asking[str]):
    """Asks for a path until a site file can be read there; returns it, `None` for Escape."""

    OK = "Open"

    def __init__(self, path: str) -> None:
        super().__init__("A saved site", "The path of its file:")
        self.path = path

    def lines(self) -> Iterable[Widget]:
        """The question and the path."""
        yield Static(self.body, markup=False)
        yield Entry(self.path, placeholder="./home.yaml", id="path")
        yield Static("", classes="problems -error", markup=False)

    def take(self) -> None:
        """Return the path, or say what is wrong with it."""
        line = self.query_one("#path", Input)
        path = as_typed(line.value)
        if problem := why_no_site(path) if path else "× It is empty.":
            self.say(problem, at=line)
        else:
            self.dismiss(path)
