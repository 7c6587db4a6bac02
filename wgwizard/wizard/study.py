"""Draft -> everything that follows from it: the pipeline, begun with the wizard's document; pure."""

from msgspec import Struct
from msgspec.structs import replace

from wgwizard import pipeline, sitefile
from wgwizard.keys import Keyring, complete_keyring, keyring_problems, remember
from wgwizard.picture.scene import Scene, scene_of_site
from wgwizard.pipeline import Study
from wgwizard.plan import Plan
from wgwizard.problems import Problem
from wgwizard.questions.examples import example_problems, examples_problem, said_once
from wgwizard.questions.naming import in_words
from wgwizard.render.artefact import Bundle
from wgwizard.trace import Reach
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.reading import read

__all__ = ["Outlook", "Study", "draft_with_keys", "outlook", "scene", "study", "whole"]


class Outlook(Struct, frozen=True):
    """What will stand on every node, who reaches whom, with which keys, and what is to be said about it."""

    plan: Plan
    keyring: Keyring
    bundle: Bundle
    reaches: tuple[Reach, ...]
    warnings: tuple[Problem, ...]


def study(draft: Draft) -> tuple[Study | None, tuple[Problem, ...]]:
    """What follows from the answers, `None` where they are no site yet; with every problem."""
    site, problems = read(draft.document)
    if site is None:
        return None, in_words(problems, draft.document)
    found = pipeline.study(site, draft.lock)
    own = said_once(problems, example_problems(draft.document, draft.preset))
    return found, in_words(own + found.problems, draft.document) + examples_problem(draft.document, draft.preset)


def scene(draft: Draft) -> Scene:
    """What the picture shows: the plan's own values as soon as the answers are a site, before that those with which nothing is wrong."""
    found, _ = study(draft)
    if found is None:
        return scene_of_site(sitefile.known(draft.document))
    return scene_of_site(found.site, found.strategy, into_tunnel=found.recommendation.masquerade_into_tunnel)


def outlook(found: Study, keyring: Keyring, problems: tuple[Problem, ...] = ()) -> Outlook:
    """The files and the reachability for the chosen strategy, which there must be; keys that are missing here are made.

    `problems` are those of the answers (`study`), which stand among its warnings first.
    """
    whole = complete_keyring(found.site, keyring, found.lock)
    result = pipeline.result(found, whole)
    warnings = keyring_problems(found.site, keyring, found.lock) + result.warnings
    said = dict.fromkeys((*problems, *in_words(warnings, sitefile.to_document(found.site))))
    return Outlook(result.plan, whole, result.bundle, result.reaches, tuple(said))


def draft_with_keys(draft: Draft, found: Study, keyring: Keyring) -> Draft:
    """The draft with the keys and the addresses that were given out, so that they are given out only once."""
    return replace(draft, keyring=keyring, lock=remember(found.lock, keyring))


def whole(draft: Draft) -> Draft:
    """The draft with every key that its site needs, made once; as it is where there is nothing to build, or keys do not fit."""
    found, _ = study(draft)
    if found is None or found.strategy is None or draft.key_problems():
        return draft
    return draft_with_keys(draft, found, complete_keyring(found.site, draft.keyring, found.lock))
