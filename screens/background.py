"""Work beside the screen: daemon threads, so that leaving the wizard never waits for a slow host."""

import threading
from collections.abc import Callable
from queue import Queue
from typing import Any, TypeVar

from textual.app import App
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from wgwizard.errors import WgwizardError

Answer = TypeVar("Answer")


class Ended(Message):
    """The work is over: `value` is what it returned, or `error` why it could not."""

    def __init__(self, name: str, value: Any = None, error: WgwizardError | None = None) -> None:
        super().__init__()
        self.name, self.value, self.error = name, value, error


class Broke(Message):
    """The work met an error that nobody expected."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def run_beside(widget: Widget | App[Any], name: str, work: Callable[[], Any]) -> None:
    """Run `work` in a daemon thread; the widget (or app) gets `Ended`, or the app `Broke`."""
    app: App[Any] = widget if isinstance(widget, App) else widget.app

    def run() -> None:
        try:
            message: Message = Ended(name, value=work())
        except WgwizardError as error:
            message = Ended(name, error=error)
        except Exception as error:  # noqa: BLE001  (a thread's end is the last place where it can be seen)
            app.post_message(Broke(error))
            return
        widget.post_message(message)

    threading.Thread(target=run, name=f"wgwizard {name}", daemon=True).start()


def ask_from_thread(app: App[Any], dialog: Screen[Answer]) -> Answer | None:
    """Show a dialog and wait for its answer; called from a thread beside the screen."""
    answers: Queue[Answer | None] = Queue()
    app.call_from_thread(app.push_screen, dialog, answers.put)
    return answers.get()
