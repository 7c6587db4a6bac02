"""The steps that are the form of one group of questions."""

from textual.app import ComposeResult

from screens.form import Form
from screens.step import Step
from wgwizard.questions import Group
from wgwizard.wizard.draft import Draft


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
        if field is None:
            return super().why()
        from wgwizard.wizard.finding_out import explained

        return field.question.prompt, explained(field.question, self.form.draft)

    def on_form_changed(self, event: Form.Changed) -> None:
        """Keep and tell the new draft."""
        event.stop()
        self.change(event.draft)

    def on_form_accepted(self, event: Form.Accepted) -> None:
        """Enter in the last answer is Next."""
        event.stop()
        self.finish()
