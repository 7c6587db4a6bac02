"""Lines that have to fit a width, whatever they hold. Pure."""

import re
from collections.abc import Iterable, Iterator
from textwrap import TextWrapper


class _Wrapper(TextWrapper):
    """Breaks between words, and a path that is longer than a whole line behind a slash of it."""

    def _split(self, text: str) -> list[str]:
        room = self.width - max(len(self.initial_indent), len(self.subsequent_indent))
        chunks: list[str] = super()._split(text)
        return [piece for chunk in chunks for piece in (re.findall(r"[^/]*/|[^/]+", chunk) if len(chunk) > room else [chunk])]


def wrapped_at(text: str, width: int, first: str = "", further: str = "") -> list[str]:
    """A paragraph in lines of at most `width`, what begins the first of them and what the others; an empty one is one empty line."""
    wrapper = _Wrapper(width, initial_indent=first, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)
    return wrapper.wrap(text) or [first.rstrip()]


def within(lines: Iterable[str], width: int) -> Iterator[str]:
    """Lines of at most `width`, files and commands; a long one breaks between words and goes on further in than it began."""
    for line in (line.expandtabs() for line in lines):
        indent = " " * (len(line) - len(line.lstrip()))
        yield from wrapped_at(line, width, further=f"{indent}    ")
