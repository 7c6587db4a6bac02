"""Lines that have to fit a width, whatever they hold. Pure."""

from collections.abc import Iterable, Iterator
from textwrap import wrap


def within(lines: Iterable[str], width: int) -> Iterator[str]:
    """Lines of at most `width`, files and commands; a long one breaks between words and goes on further in than it began."""
    for line in (line.expandtabs() for line in lines):
        indent = " " * (len(line) - len(line.lstrip()))
        yield from wrap(line, width, subsequent_indent=f"{indent}    ", break_long_words=False, break_on_hyphens=False) or [""]
