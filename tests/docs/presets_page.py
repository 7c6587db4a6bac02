"""docs/presets.md: every preset with its recommendation and its reasons."""

import presets
from tests.docs.markdown import bullets, made_from, page
from tests.docs.strategy_page import name_of
from tests.docs.worked import work_out
from wgwizard.recommend import TITLES

INTRODUCTION = (
    "A preset is a scenario with all questions answered in advance; every answer can be changed. The wizard offers them on its first page,"
    " `wgwizard new --preset NAME` begins with one, and `wgwizard presets NAME > site.yaml` writes one down with its comments."
    " The addresses in them are examples: the wizard says beside each that it is one, until it is your own."
)


def presets_page() -> str:
    """The whole page."""
    blocks = [made_from("presets/"), "# Presets", INTRODUCTION]
    for heading, group in presets.GROUPS.items():
        blocks += [f"## {heading}", *(block for name in group for block in _preset(name))]
    return page(blocks)


def _preset(name: str) -> list[str]:
    one = work_out(name)
    chosen = one.advice.chosen
    assert chosen is not None
    said = [part for part in one.paragraphs()[1:] if not part.startswith(("Recommended:", "Who reaches", "Make it yours", "The site is"))]
    return [
        f"### {one.preset.title}",
        *said,
        f"[`{name}`](../presets/{name}.yaml), recommended: **[{TITLES[chosen]}]({name_of(chosen)})**, because",
        bullets(reason.text for reason in one.advice.ranked[0].why),
    ]
