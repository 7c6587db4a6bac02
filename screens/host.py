"""The page of Host β: its questions, and a look at the host itself once one can log in to it."""

from typing import Any, ClassVar

from msgspec.structs import replace
from textual.binding import Binding, BindingType
from textual.widgets import Static

from screens.apply_dialogs import DialogAsk
from screens.background import Ended, run_beside
from screens.dialogs import Choose
from screens.field import Field
from screens.focus import focus
from screens.form import Form
from screens.form_step import FormStep
from screens.problem_line import ProblemLine
from wgwizard.host.facts import Facts
from wgwizard.questions import HOST
from wgwizard.questions.answers import value_at
from wgwizard.questions.comparing import HOST_DIFFERS
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.looked import BY_KEY, LOOK, NO_LOGIN, is_worth_a_look, looked_text
from wgwizard.wizard.tools import Tools
from wgwizard.wizard.words import told

SSH = "host.ssh"


class HostStep(FormStep):
    """Offers a look at each login once, when the page is left, and at any time by a key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f4", "look", "look at it", key_display="F4")]

    def __init__(self, draft: Draft, tools: Tools) -> None:
        super().__init__(HOST, draft)
        self.tools = tools
        self.offered: set[str] = set()
        self.looking_at: str | None = None
        # Whether the line above the questions says what a look found.
        self.looked = False

    def on_mount(self) -> None:
        """Beside the login, what can be done with it."""
        if self.tools.connector is not None:
            login = next(field for field in self.form.query(Field) if field.path == SSH)
            login.mount(Static(BY_KEY, classes="mark", markup=False), after=login.control)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """The key is shown only where something here can log in."""
        return action != "look" or self.tools.connector is not None

    @property
    def login(self) -> str:
        """How one logs in, where that can stand; else nothing."""
        login = value_at(self.form.draft.document, SSH)
        return login if isinstance(login, str) and not self.form.draft.errors_under(SSH) else ""

    def finish(self) -> None:
        """Offer to look at the host, once; then go on if the answers stand."""
        if self.looking_at is not None:
            return
        self.form.take_standing(SSH)
        login = self.login
        if not login or login in self.offered or self.tools.connector is None or not is_worth_a_look(self.form.draft):
            super().finish()
            return
        self.offered.add(login)
        ask = Choose(f"Look at {login} first?", LOOK, (("look", "Look at it"), ("skip", "Go on without")))
        self.app.push_screen(ask, lambda answer: self._look(login) if answer == "look" else super(HostStep, self).finish())

    def action_look(self) -> None:
        """Look at the host now, or say what is missing for it."""
        self.form.take_standing(SSH)
        if self.login and self.looking_at is None and self.tools.connector is not None:
            self._look(self.login)
        elif not self.login:
            self._say(NO_LOGIN)

    def _look(self, login: str) -> None:
        self.offered.add(login)
        connector, target, ask = self.tools.connector, self.tools.target(login), DialogAsk(self.app)
        if connector is None:
            return
        self.looking_at = login
        self._say(f"● looking at {login} …")
        run_beside(self, "look", lambda: connector.look(target, ask))

    def _say(self, text: str, *, error: bool = False) -> None:
        self.looked = False
        self.query_one(".general", ProblemLine).say(text, error=error)
        self.form.scroll_home(animate=False)

    def on_form_changed(self, event: Form.Changed) -> None:
        """An answer changed: what was said of those that differ from what the look showed is said anew."""
        super().on_form_changed(event)
        if self.looked:
            self.query_one(".general", ProblemLine).say(looked_text(event.draft), error=False)

    def on_ended(self, event: Ended) -> None:
        """Looked at, or why not: then the page goes on by hand."""
        event.stop()
        login, self.looking_at = self.looking_at, None
        if event.error is not None:
            self._say(f"{told(event.error)}\n  Go on by hand, or F4 tries again.", error=True)
            return
        facts: Any = event.value
        if self.display:
            self._learn_host(facts, login or "")
        else:
            self.post_message(self.Learned(lambda draft: replace(draft, host=facts, host_login=login or "")))

    def _learn_host(self, facts: Facts, login: str) -> None:
        draft = replace(self.form.draft, host=facts, host_login=login)
        self.learn(draft)
        self.change(draft)
        self._say(looked_text(draft))
        self.looked = True
        self.call_after_refresh(self._focus_what_is_left)

    def _focus_what_is_left(self) -> None:
        """To the first answer that differs or is missing, unless what was found would be scrolled away by that."""
        differs = [field for field in self.form.fields if any(problem.code == HOST_DIFFERS for problem in field.problems)]
        empty = [field for field in self.form.fields if field.text == "" and not field.question.detail]
        left = next(iter([*differs, *empty]), None)
        if left is not None and left.virtual_region.bottom <= self.form.size.height:
            focus(left.control, scroll=False)
        else:
            self.form.focus_first()
