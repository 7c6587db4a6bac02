"""What can go wrong with a plan and is known before the host is seen (docs/strategies.md, Warnings)."""

from wgwizard.plan_model import Plan
from wgwizard.problems import Problem


def plan_warnings(plan: Plan) -> tuple[Problem, ...]:
    """The warnings of a plan, the most often met first."""
    return ()
