"""Textual's driver for terminals, for one that may go away while something is drawn."""

from contextlib import suppress
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver


class LastingDriver(LinuxDriver):
    """What is drawn on a terminal that is gone is lost, and no more: else the thread that writes would end, and the wizard wait for it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._file: IO[str] = _Lasting(self._file)  # type: ignore[assignment]


class _Lasting:
    """A terminal's stream."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()
