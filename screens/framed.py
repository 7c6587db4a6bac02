"""What stands around a page: the header, the bar of steps, the picture, and the styles that the first page did without."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.events import Resize
from textual.timer import Timer

from screens.chrome import Buttons, Header, StepBar
from screens.keeping import KeepsAnswers
from screens.pages import PAGES, TITLES, failed, in_the_way, place_of, skipped
from screens.step import WIDTHS
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools

if TYPE_CHECKING:
    from screens.picture import PicturePanel

START = PAGES[0].name
MANY_POINTS, REST = 50, 0.3  # from so many points on the picture waits until no key was pressed for so many seconds
# The styles that are read with the first dialog, and those that come with another page than the first.
_DIALOG_TCSS = ("controls", "dialogs")
_LATER_TCSS = (*_DIALOG_TCSS, "picture", "form", "points", "strategy", "files", "save", "apply")


class Framed(KeepsAnswers):
    """An App whose page stands in a frame that follows from the draft; `reached` is the place of the last page that was shown so far."""

    def __init__(self, draft: Draft, tools: Tools, *, begin_at: str, ansi_color: bool | None = None) -> None:
        super().__init__(draft, tools, begin_at=begin_at, ansi_color=ansi_color)
        self.reached = place_of("strategy") if draft.is_saved else 0
        self.wanted = ""  # the page that was asked for, where another had to come first
        self._picture_timer: Timer | None = None

    @property
    def place(self) -> int:
        """The shown page's place among all pages, the start being 0."""
        return place_of(self.here)

    def read_styles(self, names: tuple[str, ...] = _LATER_TCSS) -> None:
        """Read these style sheets, unless they were."""
        paths = [Path(__file__).parent / f"{name}.tcss" for name in names]
        if new := [path for path in paths if not self.stylesheet.has_source(str(path))]:
            self.stylesheet.read_all(new)
            self.stylesheet.parse()  # else the next widget is styled by the rules before these (Textual 8.2 keeps its map of them)

    def push_screen(self, *screen: Any, **options: Any) -> Any:
        """Show a dialog, whose styles the first page did without."""
        self.read_styles(_DIALOG_TCSS)
        return super().push_screen(*screen, **options)

    def refresh_frame(self) -> None:
        """Show which page it is, how far one came, and what follows from the answers."""
        page = PAGES[self.place]
        header = self.query_one(Header)
        header.site = str(self.draft.document.get("name", ""))
        header.place = f"{self.place} of {len(TITLES)} · {page.title}" if 0 < self.place <= len(TITLES) else page.title
        bar = self.query_one(StepBar)
        bar.here, bar.reached = self.place - 1, self.reached - 1
        bar.skipped, bar.failed = skipped(self.draft), failed(self.draft)
        if self.query("#detour"):
            self.show_detour()
        self.query_one(Buttons).label(self.page.NEXT_LABEL, can_go_back=self.place > 0)
        picture = self._picture()
        if picture is not None:
            picture.set_classes(page.picture)
        self._refresh_what_follows(picture)

    def _picture(self) -> "PicturePanel | None":
        """The panel with the picture, made when there is first a place for it: on a narrow terminal the first page has none."""
        if self.here == START and self.size.width < WIDTHS[-1][0] and not self.query("PicturePanel"):
            return None
        from screens.picture import PicturePanel

        for picture in self.query(PicturePanel):
            return picture
        self.read_styles()
        picture = PicturePanel()
        self.query_one("#middle").mount(picture)
        return picture

    def on_resize(self, event: Resize) -> None:
        """On a wider terminal there is a place for the picture on the first page, too."""
        if event.size.width >= WIDTHS[-1][0] and not self.query("PicturePanel"):
            self.call_later(self.refresh_frame)

    def _refresh_what_follows(self, picture: "PicturePanel | None") -> None:
        """Keep the picture and the steps' signs true: at once, and where there are many points when the keys rest, so that none waits."""
        if self._picture_timer is not None:
            self._picture_timer.stop()
            self._picture_timer = None
        points = self.draft.document.get("points")
        if isinstance(points, list) and len(points) > MANY_POINTS and picture is not None and picture.draft is not None:
            self._picture_timer = self.set_timer(REST, lambda: self._show_what_follows(picture))
        else:
            self._show_what_follows(picture)

    def _show_what_follows(self, picture: "PicturePanel | None") -> None:
        bar = self.query_one(StepBar)
        bar.wrong = in_the_way(self.draft, bar.reached)
        if picture is not None:
            picture.draft = self.draft

    def show_detour(self) -> None:
        """Why another page is shown than the one that was asked for, as long as it is so."""
        from screens.problem_line import ProblemLine
        from wgwizard.wizard.words import first_comes

        page = PAGES[self.place]
        if not self.query("#detour"):
            self.query_one("#page").mount(ProblemLine(id="detour"), before=0)
        holds = self.wanted and page.is_wrong(self.draft)
        text = first_comes(PAGES[place_of(self.wanted)].title, page.title, self.draft.problems()) if holds else ""
        self.query_one("#detour", ProblemLine).say(text, error=False)
