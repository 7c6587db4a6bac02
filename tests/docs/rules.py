"""A ruleset, block by block, with each line explained."""

from collections.abc import Iterator

from tests.docs.markdown import bullets, fenced
from wgwizard.render.explanations import container_of, explain_rule


def blocks(text: str) -> Iterator[list[str]]:
    """The lines of a ruleset in blocks: what stands before the first set, then each set, map and chain with its comment."""
    block: list[str] = []
    for line in text.splitlines():
        if line == "":
            yield block
            block = []
        elif container_of(line) and len(block) > 1:  # the first set follows the table's own line
            head, comment = (block[:-1], block[-1:]) if block[-1].lstrip().startswith("#") else (block, [])
            if head:
                yield head
            block = [*comment, line]
        else:
            block.append(line)
    yield block


def explained(text: str) -> str:
    """Each block as it stands in the file, and below it what each line does; lines that say the same share their sentence."""
    told: set[str] = set()
    return "\n\n".join(_explained_block(block, told) for block in blocks(text))


def _explained_block(lines: list[str], told: set[str]) -> str:
    """One block; what was `told` of the form of sets is not told again."""
    container = next((name for line in lines if (name := container_of(line))), "")
    is_chain = any(line.strip().startswith("chain ") for line in lines)
    sentences: dict[str, list[str]] = {}
    for line in lines:
        sentence = explain_rule(line, container)
        assert sentence is not None, f"this line has no explanation (wgwizard/render/explanations.py): {line}"
        if sentence and (is_chain or sentence not in told):
            sentences.setdefault(sentence, []).append(line.strip())
    told.update(sentences)
    said = [f"{', '.join(f'`{line}`' for line in dict.fromkeys(same))}: {sentence}" for sentence, same in sentences.items()]
    return f"{fenced(chr(10).join(lines), 'nft')}\n\n{bullets(said)}"
