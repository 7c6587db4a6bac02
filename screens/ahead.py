"""Keys typed ahead: each waits until what the keys before it set going has come to rest, and then goes where a person would expect.

Without it, what is typed behind Enter in one burst (a slow line, a script) would still go to the answer that Enter leaves.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from textual import events
from textual.app import App, ScreenStackError
from textual.driver import Driver
from textual.message_pump import MessagePump
from textual.screen import Screen

_QUIET = 2  # so many looks in a row at which nothing was under way: a handler may have waited for another at the first
_ROUNDS = 40
_ROUND = 0.5  # seconds; a widget that was taken away meanwhile answers no more


class TypesAhead(App[None]):
    """An App whose keys are handled one after another, however fast they come. Call `take_keys` when the first page stands."""

    def __init__(self, *, driver_class: type[Driver] | None = None, ansi_color: bool | None = None) -> None:
        super().__init__(driver_class=driver_class, ansi_color=ansi_color)
        self._held: deque[events.Key | events.Paste] = deque()
        self._released: deque[events.Key | events.Paste] = deque()
        self._releasing: asyncio.Task[None] | None = None
        self._typed = False
        self.at_rest = False

    def take_keys(self) -> None:
        """The first page stands, and its control has the focus: what was typed before it comes now, the next key at once."""
        if self._held:
            self._go_on()
        else:
            self.at_rest = True

    def _go_on(self) -> None:
        self._releasing = asyncio.create_task(self._release(), name="keys typed ahead")

    async def on_event(self, event: events.Event) -> None:
        """Hold a key that was typed while the one before it is still being worked on, or text that it may act on."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if isinstance(event, events.Key) and event.key == "ctrl+j":
            event = events.Key("enter", "\r")  # a script's line end
        if self._released and event is self._released[0]:
            self._released.popleft()
            await super().on_event(event)
        elif self.at_rest and self._is_text(event):
            self._typed = True
            await super().on_event(event)
        elif self.at_rest and not self._typed:
            self.at_rest = False
            await super().on_event(event)
            self._go_on()
        else:
            self._held.append(event)
            if self.at_rest:
                self.at_rest = False
                self._go_on()

    def _is_text(self, event: events.Key | events.Paste) -> bool:
        """Whether it is only more text in the line that has the focus, so that nothing has to be waited for behind it."""
        typed = (event.key, event.character) if isinstance(event, events.Key) else ("", event.text[:1])
        return self.focused is not None and self.focused.check_consume_key(*typed)

    async def _release(self) -> None:
        """Let the held keys go: a run of text, or one other key, and then all that it sets going."""
        while True:
            await self.come_to_rest()
            self._typed = False
            if not self._held:
                self.at_rest = True
                return
            self._let_go()
            while self._typed and self._held and self._is_text(self._held[0]):
                self._let_go()

    def _let_go(self) -> None:
        """Hand the next key on."""
        event = self._held.popleft()
        self._typed = self._is_text(event)
        self._released.append(event)
        self.post_message(event)

    async def come_to_rest(self) -> None:
        """Wait until no message is under way, the screen is drawn, and its callbacks have run."""
        quiet = 0
        for _ in range(_ROUNDS):
            try:
                widgets = self.screen.walk_children(with_self=True)
                busiest = self.focused.ancestors_with_self if self.focused is not None else [self.screen, self]
            except ScreenStackError:  # it ends
                return
            answered = await _answer(self.screen, list(busiest))
            quiet = quiet + 1 if answered and not any(widget.message_queue_size for widget in (self, *widgets)) else 0
            if quiet >= _QUIET:
                return


async def _answer(screen: Screen[Any], pumps: Sequence[MessagePump]) -> bool:
    """Wait until the screen is drawn and every pump has handled what was in its queue; whether they did in time."""
    answered = asyncio.Event()
    left = len(pumps) + 1

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            answered.set()

    for call in (screen.call_after_refresh, *(pump.call_later for pump in pumps)):
        if not call(count):
            count()
    try:
        async with asyncio.timeout(_ROUND):
            await answered.wait()
    except TimeoutError:
        return False
    return True
