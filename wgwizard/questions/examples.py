"""What came with a preset and is still as it stood there: addresses and names that belong to an example, not to the person's site."""

import re
from collections.abc import Iterable

from wgwizard.problems import Problem, warning
from wgwizard.questions.about_host import HOST
from wgwizard.questions.about_point import POINT
from wgwizard.questions.about_site import SITE
from wgwizard.questions.answers import path_for, text_at, value_at
from wgwizard.questions.model import Document, Question
from wgwizard.questions.naming import name_of, point_name

FROM_PRESET = "from-preset"
EXAMPLE_ENDPOINT = "example-endpoint"  # as wgwizard.sitefile.values says it

_EXAMPLE_NETWORK = "192.168.1."  # of the questions' examples
_SLASH_24 = re.compile(r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.)0/24\Z", re.ASCII)

# The answers that are nobody's but the person's own; all others of a preset may well fit as they are.
OWN = frozenset(
    {
        "site.networks",
        "site.hosts",
        "site.router",
        "site.dns.servers",
        "host.addresses",
        "host.endpoint",
        "host.ssh",
        "points[*].endpoint",
        "points[*].home_networks",
    }
)


def example_of(question: Question, document: Document) -> str:
    """How an answer to this question may look: with the site's own network, once it is known, in place of the example's."""
    networks = value_at(document, "site.networks")
    first = networks[0] if isinstance(networks, list) and networks else None
    cidr = first.get("cidr") if isinstance(first, dict) else first
    own = _SLASH_24.match(cidr) if isinstance(cidr, str) and question.id != "site.networks" else None
    return question.example.replace(_EXAMPLE_NETWORK, own[1]) if own else question.example


def examples(document: Document, preset: Document | None) -> tuple[tuple[str, str], ...]:
    """Path and text of each of the person's own answers that still stands as in the preset, in the order of the pages."""
    if preset is None:
        return ()
    points = range(len(document.get("points") or []))
    asked = [(question.id, question) for group in (SITE, HOST) for question in group.questions]
    asked += [(path_for(question, point), question) for point in points for question in POINT.questions]
    return tuple((path, text_at(document, path, question)) for path, question in asked if _is_example(document, preset, path, question))


def _is_example(document: Document, preset: Document, path: str, question: Question) -> bool:
    value = value_at(document, path)
    return question.id in OWN and value is not None and value == value_at(preset, path)


def example_problems(document: Document, preset: Document | None) -> tuple[Problem, ...]:
    """A warning beside each such answer."""
    return tuple(
        warning(FROM_PRESET, path, "this is the preset's example", "put your own in its place") for path, _ in examples(document, preset)
    )


def said_once(problems: Iterable[Problem], told: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The problems without those that say of an endpoint what `told` says already: that it is an example's."""
    paths = {problem.field for problem in told}
    return tuple(problem for problem in problems if problem.code != EXAMPLE_ENDPOINT or problem.field not in paths)


def examples_problem(document: Document, preset: Document | None) -> tuple[Problem, ...]:
    """One warning that names all of them; none where there is none."""
    paths = [path for path, _ in examples(document, preset)]
    points = [point_name(place, document) for place in example_points(document, preset)]
    named = [name_of(path, document) for path in paths] + ([f"the points {', '.join(points)}"] if points else [])
    if not named:
        return ()
    message = f"still as in the preset's example: {', '.join(named)}"
    return (warning(FROM_PRESET, paths[0] if paths else "points", message, "put your own in their place, unless they are the same"),)


def example_points(document: Document, preset: Document | None) -> tuple[int, ...]:
    """The places of the points that stand as they came with the preset: devices of an example, not of the person."""
    theirs, own = (value_at(one or {}, "points") for one in (preset, document))
    if not isinstance(theirs, list) or not isinstance(own, list):
        return ()
    return tuple(place for place, point in enumerate(own) if point in theirs)
