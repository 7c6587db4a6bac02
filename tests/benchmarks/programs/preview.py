"""A key shows another text of 200 lines in the wizard's preview."""

from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult

import screens
from screens.preview import Preview

LINES = "\n".join(f"Address = 10.64.0.{number}/32\n# point {number}" for number in range(100))


class Shown(App[None]):
    CSS_PATH: ClassVar[list[str | Path]] = [Path(screens.__path__[0]) / f"{name}.tcss" for name in ("app", "files")]
    count = 0

    def compose(self) -> ComposeResult:
        yield Preview(f"update 0.\n{LINES}")

    def on_key(self) -> None:
        self.count += 1
        self.query_one(Preview).show(f"update {self.count}.\n{LINES}")


if __name__ == "__main__":
    Shown().run()
