"""What every step of the wizard is: a page with a title that can be entered, left, and explained."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from screens.form import Form
from wgwizard.questions import Group
from wgwizard.wizard.draft import Draft

# From which width on the picture has a column of its own.
WIDTHS = [(0, "-narrow"), (110, "-wide")]
# From which height on it is shown, and has two more lines.
HEIGHTS = [(0, "-low"), (24, "-high"), (30, "-roomy")]


class Step(Vertical):
    """A page. The app enters it with the draft, asks it to finish when Next is pressed, and listens for what it tells."""

    NEXT_LABEL = "Next"

    class Finished(Message):
        """The page is done, the next may come."""

    class Changed(Message):
        """The draft changed."""

        def __init__(self, draft: Draft) -> None:
            super().__init__()
            self.draft = draft

    class Replaced(Message):
        """Another site was opened; `complete` where all pages were answered before."""

        def __init__(self, draft: Draft, *, complete: bool) -> None:
            super().__init__()
            self.draft, self.complete = draft, complete

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft

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


class FormStep(Step):
    """A page that is the form of one group of questions."""

    def __init__(self, group: Group, draft: Draft) -> None:
        super().__init__(draft)
        self.group = group

    def compose(self) -> ComposeResult:
        """The form."""
        yield Form(self.group, self.draft)

    @property
    def form(self) -> Form:
        """The page's form."""
        return self.query_one(Form)

    def enter(self, draft: Draft) -> None:
        """Show the answers and focus the first."""
        super().enter(draft)
        self.form.enter(draft)
        self.form.focus_first()

    def learn(self, draft: Draft) -> None:
        """Propose what became known."""
        super().learn(draft)
        self.form.enter(draft)

    def finish(self) -> None:
        """Go on if the answers stand."""
        if self.form.check():
            self.change(self.form.draft)
            self.post_message(self.Finished())

    def why(self) -> tuple[str, str]:
        """Why the focused question is asked."""
        field = self.form.focused_field()
        return (field.question.prompt, field.question.why) if field else super().why()

    def on_form_changed(self, event: Form.Changed) -> None:
        """Keep and tell the new draft."""
        event.stop()
        self.change(event.draft)

    def on_form_accepted(self, event: Form.Accepted) -> None:
        """Enter in the last answer is Next."""
        event.stop()
        self.finish()
