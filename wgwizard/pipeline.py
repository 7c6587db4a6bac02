"""The one way through the house: Site and Lock -> Study (completed, recommended) -> Result (plan, files, reachability); pure."""

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wgwizard import derive
from wgwizard.keys import Keyring, remember
from wgwizard.lock import Lock
from wgwizard.plan import HOST, Plan, make_plan, plan_warnings
from wgwizard.problems import Problem
from wgwizard.recommend import Recommendation, recommend, unmet
from wgwizard.render import render
from wgwizard.render.artefact import Bundle
from wgwizard.site import Site, Strategy
from wgwizard.trace import Reach, trace

if TYPE_CHECKING:
    from wgwizard.host.facts import Facts


class Study(Struct, frozen=True):
    """A completed site, the lock that remembers what was given out, and its recommendation; `problems` holds both's."""

    site: Site
    lock: Lock
    recommendation: Recommendation
    problems: tuple[Problem, ...]

    @property
    def strategy(self) -> Strategy | None:
        """The strategy to build; `None` where there is an error among the problems."""
        return None if any(problem.is_error for problem in self.problems) else self.recommendation.chosen

    @property
    def unmet(self) -> tuple[str, ...]:
        """What is wanted and does not work with the chosen strategy, and what would help, one sentence a line."""
        return unmet(self.recommendation)


class Result(Struct, frozen=True):
    """What will stand on every node, who reaches whom, and what is to be said about it."""

    plan: Plan
    bundle: Bundle
    reaches: tuple[Reach, ...]
    warnings: tuple[Problem, ...]


def study(site: Site, lock: Lock) -> Study:
    """Complete a site and recommend; nothing is raised."""
    completed, filled, problems = derive.complete(site, lock)
    recommendation = recommend(completed)
    return Study(completed, filled, recommendation, (*problems, *recommendation.problems))


def planned(found: Study, keyring: Keyring, facts: "Facts | None" = None) -> Plan:
    """The plan for the chosen strategy; ValueError where there is none, which `Study.strategy` tells beforehand."""
    if found.strategy is None:
        raise ValueError("nothing is chosen, so there is nothing to plan")
    into_tunnel = found.recommendation.masquerade_into_tunnel
    keys = remember(found.lock, keyring).public_keys
    return make_plan(found.site, found.strategy, masquerade_into_tunnel=into_tunnel, public_keys=keys, facts=facts)


def result(found: Study, keyring: Keyring, facts: "Facts | None" = None) -> Result:
    """Everything that follows from a study and the keys that are known."""
    plan = planned(found, keyring, facts)
    return Result(plan, render(plan, keyring), trace(plan), (*found.problems, *plan_warnings(plan)))


def with_host_key(lock: Lock, public_key: str) -> Lock:
    """The lock that also remembers β's public key, as β told it."""
    return replace(lock, public_keys={**lock.public_keys, HOST: public_key})
