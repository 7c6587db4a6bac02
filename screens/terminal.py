"""What the terminal needs from the wizard: signs that it has, a way out that restores it, crashes that show no secret, an honest no."""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from rich.console import RenderableType
from rich.text import Text
from textual.filter import LineFilter, NoColor
from textual.screen import Screen
from textual.theme import Theme

from screens.ahead import TypesAhead
from screens.cursor import place_of
from screens.driver import LastingDriver
from screens.frame import Frame
from screens.signs import PlainSigns
from wgwizard.errors import UsageError
from wgwizard.picture.canvas import Charset
from wgwizard.picture.terminal import charset_of

_OURS = ("wgwizard", "screens", "presets")
CALM = Theme(
    name="calm",
    primary="#4f9fcf",
    secondary="#4f9fcf",
    accent="#4f9fcf",
    success="#74b374",
    warning="#d7a94b",
    error="#e57a72",
    foreground="#d6d6d6",
    background="#16191d",
    surface="#1d2126",
    panel="#262b31",
    dark=True,
)
_LAST_MOMENT = 1.0  # seconds
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def check_terminal(environ: Mapping[str, str], *, stdin_is_terminal: bool, stderr_is_terminal: bool) -> None:
    """Raise UsageError where no screen can be drawn: without a terminal Textual would wait for ever."""
    if not (stdin_is_terminal and stderr_is_terminal):
        raise UsageError(
            "the wizard needs a terminal, and this is none",
            "run it in a terminal, or write a site file and use: wgwizard recommend SITE.yaml, wgwizard plan SITE.yaml",
        )
    if environ.get("TERM", "") in ("", "dumb", "unknown"):
        raise UsageError(
            f'the terminal (TERM="{environ.get("TERM", "")}") cannot draw screens',
            "set TERM to what your terminal is (xterm-256color fits most), or use: wgwizard new --plain",
        )


def is_colourless(environ: Mapping[str, str]) -> bool:
    """Whether the person asked for no colour (https://no-color.org) or the terminal has none."""
    return environ.get("NO_COLOR", "") != "" or environ.get("TERM", "") in ("vt100", "vt102", "vt220", "linux-m", "xterm-mono")


class Careful(TypesAhead):
    """An App that shows what the terminal can show, leaves it as it found it, and whose crash report holds no values."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(driver_class=LastingDriver, ansi_color=ansi_color)
        self.charset = charset_of(os.environ)
        self._ending: asyncio.Task[None] | None = None

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Textual's and ours, which is there from the beginning: with one that is registered later every style is read twice."""
        return super().available_themes | {CALM.name: CALM}

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line passes: no colour where the terminal has none (Textual knows NO_COLOR alone), plain signs likewise."""
        filters = list(super().get_line_filters())
        if self.native_ansi_color and not self.no_color:
            filters.append(NoColor())
        return [*filters, PlainSigns()] if self.charset is Charset.ASCII else filters

    def get_default_screen(self) -> Screen[Any]:
        """With the classes of the terminal's size from the beginning: else every style is worked out twice, and the picture for nothing."""
        return Frame(self.size)

    def watch_signals(self) -> None:
        """Listen for the signals with which a terminal or a person ends us."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.on_signal, number)

    def on_signal(self, number: int) -> None:
        """The terminal goes away or somebody ends us: leave as the shell expects, 128 + the signal's number."""
        self.keep_answers()
        self._ending = asyncio.create_task(self._end(128 + number), name="ended by a signal")

    async def _end(self, code: int) -> None:
        """What was typed a moment ago is still on its way to the answers: it is waited for, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_MOMENT):
                await self.come_to_rest()
        self.keep_answers()
        self.exit(return_code=code)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Every picture that is drawn leaves the terminal's cursor at the control that has the focus."""
        if self.focused is not None:
            self.cursor_position = place_of(self.focused)
        super()._display(screen, renderable)

    def keep_answers(self) -> bool:
        """Keep what a person typed, before an end that nobody asked for; whether that was done."""
        return False

    def _fatal_error(self) -> None:
        """Say where it broke. Textual's own report prints local variables, and those may be keys."""
        error = sys.exc_info()[1] or self._exception
        self._exit_renderables.append(crash_text(error, kept=self.keep_answers()))
        self._close_messages_no_wait()


def crash_text(error: BaseException | None, *, kept: bool) -> Text:
    """Where an error arose in our own files, without its message and without any variable, for both may hold secrets."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    ours = [frame for frame in frames if any(f"/{name}/" in frame.filename for name in _OURS)] or frames[-1:]
    lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in ours]
    answers = "Your answers are kept as a draft." if kept else "Your answers could not be kept; they are printed below."
    head = f"× The wizard broke ({type(error).__name__}). {answers} Please report these lines:"
    return Text("\n".join([head, *lines]))
