"""What every rendered file shares: the first lines, and names made harmless for comments."""

from wgwizard.plan_model import Plan


def plain(name: str) -> str:
    """A name without control characters, so that a comment stays one line whatever it holds."""
    if name.isprintable():
        return name
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def header(plan: Plan, what: str) -> list[str]:
    """The comment at the top of a file: who wrote it, for which site and strategy, and what it is."""
    return [f"# wgwizard: site {plain(plan.site.name)}, strategy {plan.strategy.value}", f"# {what}"]
