"""What every card shares: a heading, and sections of lines that are typed or clicked elsewhere."""

from wgwizard.plan.model import ROUTER, Plan
from wgwizard.render.artefact import Artefact
from wgwizard.render.text import header


def card(plan: Plan, name: str, what: str, lines: list[str], missing: tuple[str, ...] = ()) -> Artefact:
    """A card for the router's administrator, named "NAME.txt"."""
    return Artefact(ROUTER, f"{name}.txt", "0644", "\n".join([*header(plan, what), *lines]) + "\n", missing=missing)


def section(title: str, lines: list[str]) -> list[str]:
    """A title and its indented lines."""
    return ["", f"{title}:", *(f"    {line}" if line else "" for line in lines)]
