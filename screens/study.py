"""Draft -> everything that follows from it: the one way from answers to files, in one place; pure."""

from dataclasses import dataclass, replace

from screens.draft import Draft
from wgwizard import derive, sitefile
from wgwizard.host.facts import Facts
from wgwizard.keys import Keyring, complete_keyring, keyring_problems, remember
from wgwizard.lock import Lock
from wgwizard.plan import Plan, make_plan, plan_warnings
from wgwizard.problems import Problem
from wgwizard.recommend import Recommendation, recommend
from wgwizard.render import render
from wgwizard.render.artefact import Bundle
from wgwizard.site import Site
from wgwizard.trace import Reach, trace


@dataclass(frozen=True, slots=True)
class Study:
    """A draft that can stand: the completed site and its recommendation; `problems` are warnings by then."""

    site: Site
    lock: Lock
    recommendation: Recommendation
    problems: tuple[Problem, ...]

    def plan(self, keyring: Keyring, facts: Facts | None = None) -> Plan:
        """The plan for the chosen strategy; there must be one."""
        strategy = self.recommendation.chosen
        if strategy is None:
            raise ValueError("no strategy fits, so there is nothing to plan")
        into_tunnel = self.recommendation.masquerade_into_tunnel
        keys = {**self.lock.public_keys, **keyring.public}
        return make_plan(self.site, strategy, masquerade_into_tunnel=into_tunnel, public_keys=keys, facts=facts)


@dataclass(frozen=True, slots=True)
class Result:
    """What will stand on every node, and who reaches whom."""

    plan: Plan
    keyring: Keyring
    reaches: tuple[Reach, ...]
    bundle: Bundle
    warnings: tuple[Problem, ...]


def study(draft: Draft) -> tuple[Study | None, tuple[Problem, ...]]:
    """What follows from the answers; `None` with the problems where something is missing or wrong."""
    site, problems = sitefile.read(draft.document)
    if site is None:
        return None, problems
    completed, lock, more = derive.complete(site, draft.lock)
    problems += more
    if any(problem.is_error for problem in problems):
        return None, problems
    recommendation = recommend(completed)
    return Study(completed, lock, recommendation, problems + recommendation.problems), problems


def outcome(found: Study, keyring: Keyring) -> Result:
    """The files and the reachability for the chosen strategy; keys that are missing here are made."""
    whole = complete_keyring(found.site, keyring, found.lock)
    plan = found.plan(whole)
    warnings = keyring_problems(found.site, whole, found.lock) + plan_warnings(plan)
    return Result(plan, whole, trace(plan), render(plan, whole), warnings)


def draft_with_keys(draft: Draft, found: Study, keyring: Keyring) -> Draft:
    """The draft with the keys and the addresses that were given out, so that they are given out only once."""
    return replace(draft, keyring=keyring, lock=remember(found.lock, keyring))
