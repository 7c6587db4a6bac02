"""A key updates one line."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class OneLine(App[None]):
    count = 0

    def compose(self) -> ComposeResult:
        yield Static("update 0.", markup=False)

    def on_key(self) -> None:
        self.count += 1
        self.query_one(Static).update(f"update {self.count}.")


if __name__ == "__main__":
    OneLine().run()
