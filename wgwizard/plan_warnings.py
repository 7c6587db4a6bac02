"""What can go wrong with a plan and is known before the host is seen (docs/strategies.md, Warnings)."""

from wgwizard.plan_model import Plan
from wgwizard.problems import Problem, warning


def plan_warnings(plan: Plan) -> tuple[Problem, ...]:
    """The warnings of a plan, the most often met first."""
    return tuple(_nobody_dials(plan))


def _nobody_dials(plan: Plan) -> list[Problem]:
    if plan.site.host.endpoint is not None:
        return []
    silent = [point.name for point in plan.site.points if point.endpoint is None]
    if not silent:
        return []
    return [
        warning(
            "nobody-can-dial",
            "host.endpoint",
            f"neither the host nor {named(silent)} has an endpoint, so no session can begin",
            "give host.endpoint, the public name or address and UDP port that leads to the host",
        )
    ]


def named(names: list[str], most: int = 3) -> str:
    """Some names in a sentence, and how many more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
