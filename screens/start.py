"""The first page: a new set-up, the draft, a preset, or a saved site."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

import presets
from screens.answers import Answers
from screens.background import Ended, run_beside
from screens.button import Button
from screens.focus import focus
from screens.listed import Listed
from screens.step import HEIGHTS, Step
from wgwizard import profiles
from wgwizard.profiles import unfinished
from wgwizard.profiles.files import FileError
from wgwizard.secret import Secret
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import (
    OPEN,
    PRESENT,
    WHAT_IT_DOES,
    WHY,
    Offer,
    offers,
    open_draft,
    open_preset,
    open_site,
    sealed_text,
    why_no_site,
)
from wgwizard.wizard.tools import Tools
from wgwizard.wizard.words import told

NOT_OPENED = "It was not opened"


class StartStep(Step):
    """Leads to the draft to begin with."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("delete", "throw_away", "throw away", key_display="Del")]

    NEXT_LABEL = "Begin"

    def __init__(self, draft: Draft, tools: Tools) -> None:
        super().__init__(draft)
        self.tools = tools
        self.offers: tuple[Offer, ...] = ()
        self.path = ""

    def compose(self) -> ComposeResult:
        """What the program does, the offers, and a path."""
        yield Static(Content.assemble((f"{WHAT_IT_DOES}\n\n", "$text-muted"), "What would you like to begin with?"))
        offers = Listed(id="offers", markup=False)
        # As its style says; else the list would find that out by being laid out twice, and the first key would wait.
        offers.set_reactive(Listed.show_vertical_scrollbar, self.app.size.height < HEIGHTS[-1][0])
        yield offers
        yield Static("", id="for-what", markup=False)

    def _rows(self) -> Iterator[Option]:
        """The offers, with a heading over each group of presets."""
        headings = {f"preset-{group[0]}": heading for heading, group in presets.GROUPS.items()}
        for offer in self.offers:
            if offer.name in headings:
                yield Option(f"{headings[offer.name]}:", disabled=True)
            yield Option(offer.text, id=offer.name)

    def on_mount(self) -> None:
        """Say what the marked offer is for together with the mark, not a message later: the first key would be painted twice."""
        listed = self.query_one(OptionList)
        self.watch(listed, "highlighted", lambda: self._tell(self._marked()), init=False)
        if listed.show_vertical_scrollbar:
            listed.vertical_scrollbar.display = True

    def enter(self, draft: Draft) -> None:
        """Offer what there is now; the list has the focus."""
        super().enter(draft)
        self._show(0)

    def _show(self, marked: int) -> None:
        listed = self.query_one(OptionList)
        self.offers = offers(self.draft, self.tools.keeping.path)
        listed.set_options(self._rows())
        listed.highlighted = min(marked, listed.option_count - 1)
        self._tell(self._marked())
        self._show_throw_away(wanted=any(offer.file for offer in self.offers))
        focus(listed)

    def _show_throw_away(self, *, wanted: bool) -> None:
        """The button stands there only where there are drafts, so that the first page comes up sooner where there are none."""
        rows = self.query(Answers)
        if wanted and not rows:
            button = Button("Throw this draft away", id="throw-away", compact=True, disabled=self._marked().file is None)
            self.mount(Answers(button), after="#for-what")
        rows.set(display=wanted)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """The key for throwing away is shown where it does something."""
        return action != "throw_away" or (bool(self.offers) and self._marked().file is not None)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The button does what the key does."""
        event.stop()
        self.action_throw_away()

    def action_throw_away(self) -> None:
        """Ask, and delete the marked draft."""
        from screens.dialogs import Choose, Help

        offer, place = self._marked(), self.query_one(OptionList).highlighted or 0
        if offer.file is None:
            return
        if offer.busy:
            self.app.push_screen(Help(offer.text, offer.trouble))
            return
        body = f"{offer.text}\n\n{offer.file}\n\nIt cannot be brought back."
        ask = Choose("Throw this draft away?", body, (("no", "Keep it"), ("yes", "Throw it away")))
        self.app.push_screen(ask, lambda answer: self._throw_away(offer, place) if answer == "yes" else None)

    def _throw_away(self, offer: Offer, place: int) -> None:
        try:
            if offer.file is not None:
                unfinished.throw_away(offer.file)
        except FileError as failure:
            self._refuse("It was not thrown away", told(failure))
        self._show(place)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click on an offer begins with it."""
        event.stop()
        self._begin(self._offer(event.option_id))

    def _tell(self, offer: Offer) -> None:
        """What an offer is for; nothing is painted again where that stands there already."""
        about = self.query_one("#for-what", Static)
        if about.content != offer.about:
            about.update(offer.about, layout=False)  # of a fixed height
        for throw_away in self.query("#throw-away").results(Button):
            if throw_away.disabled != (offer.file is None):
                throw_away.disabled = offer.file is None
                self.refresh_bindings()

    def _offer(self, name: str | None) -> Offer:
        return next((offer for offer in self.offers if offer.name == name), self.offers[0])

    def _marked(self) -> Offer:
        marked = self.query_one(OptionList).highlighted_option
        return self._offer(marked.id if marked is not None else None)

    def _begin(self, offer: Offer) -> None:
        """Begin with an offer; answers that would be lost by it are asked about first."""
        from screens.dialogs import Help

        if offer.name == PRESENT:
            self.post_message(self.Finished())
        elif offer.trouble:
            self.app.push_screen(Help(offer.text, offer.trouble))
        else:
            self._unless_lost(self._ask_path if offer.name == OPEN else lambda: self._take(offer))

    def _unless_lost(self, go_on: Callable[[], None]) -> None:
        """Do it at once where nothing unsaved would be lost, else after a yes."""
        from screens.dialogs import Choose

        if not self.draft.has_answers or self.draft.is_saved:
            go_on()
            return
        text = "The answers that you gave in this session are not saved as a site. They stay as a draft, and this page offers them."
        ask = Choose("Begin anew?", text, (("no", "Go on with these answers"), ("yes", "Begin anew without them")))
        self.app.push_screen(ask, lambda answer: go_on() if answer == "yes" else None)

    def _take(self, offer: Offer) -> None:
        path = offer.draft.path
        if offer.site:
            self._with_passphrase(offer.site, lambda passphrase: open_site(offer.site, passphrase))
        elif path is None:
            draft = open_preset(offer.preset) if offer.preset else offer.draft
            self.post_message(self.Replaced(draft, complete=False))
        else:
            self._with_passphrase(path, lambda passphrase: open_draft(offer.draft, passphrase))

    def _ask_path(self) -> None:
        """Ask for the path of a saved site, beginning with the one that was given last."""
        from screens.open_path import OpenPath

        def given(path: str | None) -> None:
            if path is not None:
                self.path = path
                self._with_passphrase(path, lambda passphrase: open_site(path, passphrase))

        self.app.push_screen(OpenPath(self.path), given)

    def _with_passphrase(self, path: str, opened: Callable[[Secret | None], Draft]) -> None:
        """Open what belongs to a path, beside the screen; the passphrase of its keys is asked for where there are any."""
        from screens.unsealing import OpenSite

        def ended(event: Ended | None) -> None:
            if event is None:
                run_beside(self, "open", lambda: opened(None))
            else:
                self._opened(event)

        why_not = why_no_site(path)
        if why_not:
            self._refuse(NOT_OPENED, why_not)
        elif profiles.has_keys(path):
            self.app.push_screen(OpenSite("The passphrase of its keys", sealed_text("Escape"), opened), ended)
        else:
            ended(None)

    def finish(self) -> None:
        """Begin with the marked offer."""
        self._begin(self._marked())

    def on_ended(self, event: Ended) -> None:
        """Opened, or why not."""
        event.stop()
        self._opened(event)

    def _opened(self, event: Ended) -> None:
        if event.error is None:
            opened: Any = event.value
            self.post_message(self.Replaced(opened, complete=True))
        else:
            self._refuse(NOT_OPENED, told(event.error))

    def _refuse(self, what: str, why_not: str) -> None:
        from screens.dialogs import Help

        self.app.push_screen(Help(what, why_not))

    def why(self) -> tuple[str, str]:
        """What one may begin with."""
        return ("What would you like to begin with?", WHY)
