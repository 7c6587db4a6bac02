"""The recommendation: ranked, with reasons and costs, what would change it, and the choice to overrule it."""

from collections.abc import Iterator
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.choices import Choices
from screens.focus import focus
from screens.problem_line import ProblemLine
from screens.step import Step
from wgwizard.pipeline import planned
from wgwizard.plan import Plan
from wgwizard.recommend import Ranked, Recommendation
from wgwizard.trace import trace
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.reach import table
from wgwizard.wizard.recommended import (
    OVERRULE,
    beside,
    choices_of,
    chosen_among,
    first_of,
    lacking,
    last_of,
    reasons_of,
    shown_of,
    title_of,
)
from wgwizard.wizard.study import Study, study
from wgwizard.wizard.words import asked_where

# So many lines of who reaches whom stand here; all of them are the first of the files.
_ROWS = 60


def _reasons(ranked: Ranked, width: int) -> Iterator[Content]:
    for lead, text in reasons_of(ranked):
        yield hanging(f"  {lead.ljust(10)} ", text, width)


def hanging(lead: str, text: str, width: int) -> Content:
    """A dim lead and a text whose further lines begin below its first."""
    lines = wrap(text, max(width - len(lead), 20)) or [""]
    return Content.assemble((lead, "dim"), ("\n" + " " * len(lead)).join(lines))


def heading(recommendation: Recommendation, shown: Ranked) -> Content:
    """What is chosen, and whether a person or the rules chose it."""
    lead, gap, headline = title_of(recommendation, shown).partition("   ")
    return Content.assemble((lead, "bold"), gap + headline)


def listed(blocks: tuple[tuple[str, tuple[str, ...]], ...], width: int) -> list[Content]:
    """Titles, each with its texts below."""
    return [line for title, texts in blocks for line in (Content.styled(title, "bold"), *(hanging("  · ", text, width) for text in texts))]


class StrategyStep(Step):
    """The page of the recommendation."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", "more", key_display="PgDn"),
    ]

    def compose(self) -> ComposeResult:
        """The recommendation and the choice; below, why, what it loses, what would change it, and who then reaches whom."""
        yield Static(id="heading")
        yield Choices((), "", across=False)
        with VerticalScroll(id="because"):
            yield ProblemLine()
            yield Static(id="reasons")
            yield Static(id="else")
            yield Static(Content.styled("Who reaches whom", "bold"), classes="prompt")
            yield Static(id="reach", markup=False)

    def enter(self, draft: Draft) -> None:
        """Show what follows from the answers."""
        super().enter(draft)
        self.query_one("#because", VerticalScroll).scroll_home(animate=False)
        self._show()

    def _show(self) -> None:
        found, problems = study(self.draft)
        plan = planned(found, self.draft.keyring) if found is not None and found.strategy is not None else None
        self.query_one(ProblemLine).show(beside(problems, plan, self.draft.document))
        ways = self.query_one(Choices)
        for each in (ways, *self.query("#else, #reach, .prompt")):
            each.display = found is not None
        if found is None:
            places = asked_where(problems)
            self._say(Content(f"Some answers are still in the way{f', on: {places}' if places else ''}\nEnter leads there"), Content(""))
            focus(self.query_one("#because"))
            return
        offered = choices_of(found.recommendation, lacking(plan, self.draft.document))
        held = self.draft.text(OVERRULE.id, OVERRULE)
        ways.offer(offered, chosen_among(offered, held))
        focus(ways)
        self._wrap(found, plan)

    def _wrap(self, found: Study, plan: Plan | None) -> None:
        """The texts, as wide as there is room."""
        shown = shown_of(found.recommendation, found.site.strategy)
        why = [*listed(first_of(found.recommendation, shown), self._room), *_reasons(shown, self._room)]
        self._say(heading(found.recommendation, shown), Content("\n").join(why))
        self.query_one("#else", Static).update(Content("\n").join(listed(last_of(found.recommendation, shown, found.site), self._room)))
        self._show_reach(plan)

    def _say(self, heading: Content, reasons: Content) -> None:
        self.query_one("#heading", Static).update(heading)
        self.query_one("#reasons", Static).update(reasons)

    @property
    def _room(self) -> int:
        return max(self.room - 4, 40)

    def _show_reach(self, plan: Plan | None) -> None:
        lines = table(trace(plan), self._room) if plan is not None else ["No strategy, no way."]
        more = [f"… and {len(lines) - _ROWS} more lines on the next page"] if len(lines) > _ROWS else []
        self.query_one("#reach", Static).update("\n".join([*lines[:_ROWS], *more]))

    def on_choices_changed(self, event: Choices.Changed) -> None:
        """The recommendation is overruled, or taken again."""
        event.stop()
        self.change(self.draft.answered(OVERRULE.id, OVERRULE, event.choices.answer))
        self.query_one(VerticalScroll).scroll_home(animate=False)
        self._show()

    def action_page(self, by: int) -> None:
        """Scroll the reasons, wherever the focus is."""
        below = self.query_one("#because", VerticalScroll)
        below.scroll_relative(y=by * max(below.size.height - 1, 1), animate=False)

    def on_resize(self) -> None:
        """Wrap anew, and nothing else: a key may just have chosen what the draft does not know yet."""
        found, _ = study(self.draft)
        if self.is_attached and self.display and found is not None:
            self._wrap(found, planned(found, self.draft.keyring) if found.strategy is not None else None)

    def on_key(self, event: object) -> None:
        """Enter in the choice is Next."""
        if getattr(event, "key", "") == "enter":
            self.finish()

    def finish(self) -> None:
        """Go on where a strategy stands; where answers are in the way, to the first of them."""
        found, _ = study(self.draft)
        if found is None:
            self.call_later(self.run_action, "app.go('files')")
        elif found.strategy is not None:
            self.post_message(self.Finished())
        else:
            self.query_one(VerticalScroll).scroll_home(animate=False)
            focus(self.query_one(Choices))

    def why(self) -> tuple[str, str]:
        """Why one may choose here."""
        return (OVERRULE.prompt, OVERRULE.why)
