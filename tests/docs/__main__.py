"""Writes every page that the program makes anew: `python -m tests.docs`."""

from tests.docs.pages import DOCS, pages

for name, text in pages().items():
    path = DOCS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
