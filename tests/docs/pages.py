"""Every page that the program makes, by its path below docs/."""

from pathlib import Path

from tests.docs.presets_page import presets_page
from tests.docs.strategy_page import name_of, strategy_page
from wgwizard.site import Strategy

DOCS = Path(__file__).parents[2] / "docs"
REGENERATE = "python -m tests.docs"


def pages() -> dict[str, str]:
    """The texts as the program makes them now."""
    return {"presets.md": presets_page(), **{name_of(strategy): strategy_page(strategy) for strategy in Strategy}}
