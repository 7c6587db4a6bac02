"""What every step of the wizard is: a page with a title that can be entered, left, and explained."""

from collections.abc import Callable

from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from wgwizard.wizard.draft import Draft

# From which width on the picture has a column of its own.
WIDTHS = [(0, "-narrow"), (110, "-wide")]
# From which height on it is shown, and has two more lines.
HEIGHTS = [(0, "-low"), (24, "-high"), (30, "-roomy")]


class Step(Vertical):
    """A page. The app enters it with the draft, asks it to finish when Next is pressed, and listens for what it tells."""

    NEXT_LABEL = "Next"
    # Whether what it shows follows from the site's keys, so that it is shown anew where they are opened.
    SHOWS_KEYS = False

    class Finished(Message):
        """The page is done, the next may come."""

    class Leads(Message):
        """Another page comes next, with what was changed before."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Changed(Message):
        """The draft changed."""

        def __init__(self, draft: Draft) -> None:
            super().__init__()
            self.draft = draft

    class Learned(Message):
        """Work beside the screen ended: `onto` puts what it found onto the answers, which may have changed on other pages meanwhile."""

        def __init__(self, onto: Callable[[Draft], Draft]) -> None:
            super().__init__()
            self.onto = onto

    class Replaced(Message):
        """Another site was opened; `complete` where all pages were answered before."""

        def __init__(self, draft: Draft, *, complete: bool) -> None:
            super().__init__()
            self.draft, self.complete = draft, complete

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft

    @property
    def room(self) -> int:
        """The page's width, or, while another one is shown, that of what both are in.

        What is wrapped for less, and again once the page is shown, would keep the height of before (Textual 8).
        """
        around = self.parent if isinstance(self.parent, Widget) else self
        return self.size.width or around.size.width

    def enter(self, draft: Draft) -> None:
        """Show the page for this draft and focus what comes first."""
        self.draft = draft

    def learn(self, draft: Draft) -> None:
        """Something became known while the page is shown; the focus stays where it is."""
        self.draft = draft

    def finish(self) -> None:
        """Next was pressed: tell `Finished` when nothing is in the way, else show what is."""
        self.post_message(self.Finished())

    def under_way(self) -> str:
        """What is still going on here and would end with the wizard; nothing where nothing is."""
        return ""

    def why(self) -> tuple[str, str]:
        """What F1 shows here: a title and a text."""
        return ("", "")

    def change(self, draft: Draft) -> None:
        """Keep a new draft and tell of it."""
        self.draft = draft
        self.post_message(self.Changed(draft))
