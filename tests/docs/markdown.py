"""The few forms that the pages are made of."""

from collections.abc import Iterable, Sequence


def made_from(source: str) -> str:
    """The first line of every page."""
    return f"<!-- Made by `python -m tests.docs` from {source}: change that and the program, not this page. -->"


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def fenced(text: str, language: str = "text") -> str:
    """Text as it stands."""
    return f"```{language}\n{text.strip(chr(10))}\n```"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def page(blocks: Iterable[str]) -> str:
    """Blocks with a blank line between them; an empty block is left out."""
    return "\n\n".join(block for block in blocks if block) + "\n"
