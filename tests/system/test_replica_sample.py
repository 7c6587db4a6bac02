"""Measured against the trace all over the space of answers: an even sample of every combination, several replicas at a time."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest

from tests.system.article import Document, article_document, site_of
from wgwizard.derive import complete
from wgwizard.lock import Lock
from wgwizard.plan import make_plan
from wgwizard.rehearsal.rehearse import rehearse
from wgwizard.site import Strategy

pytestmark = pytest.mark.live

ROUTES: list[Any] = [None, "none", "hosts", "router", "dhcp", ["hosts", "router"], ["dhcp", "router"]]
RIGHTS: list[Any] = [
    None,
    [{"to": "lan"}],
    [{"to": "endpoint-b", "protocol": "tcp", "ports": [80, "8000-8010"]}, {"to": "host"}],
    [{"to": "192.168.200.0/25"}, {"to": "cameras6", "protocol": "udp", "ports": [554]}],
    [],
]
COMBINATIONS = list(product(Strategy, ROUTES, [True, False, None], ["points", "site", "both", None], [False, True], [None, "aws"], RIGHTS))
EVERY = 331  # prime, so that no answer is always met with the same others
AT_ONCE = 4


def test_a_sample_of_all_answers_measures_as_traced() -> None:
    """Any strategy under any answers, also where nobody would recommend it: what the trace says is what is measured."""
    sample = COMBINATIONS[::EVERY]
    assert {combination[0] for combination in sample} == set(Strategy)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = [line for lines in pool.map(disagreements, sample) for line in lines]
    assert wrong == []


def disagreements(combination: tuple[Any, ...]) -> list[str]:
    """Where measurement and trace differ for one combination of answers."""
    strategy, *answers = combination
    site, _, problems = complete(site_of(document_of(*answers)), Lock())
    assert not problems
    findings = rehearse(make_plan(site, strategy, masquerade_into_tunnel=False, public_keys={}))
    assert len(findings) >= 30
    return [f"{combination}: predicted {found.predicted}, measured {found.measured}" for found in findings if not found.agrees]


def document_of(routes: Any, drops: bool | None, opens: str | None, gateway: bool, cloud: str | None, rights: Any) -> Document:
    """The article's site with these answers; `None` is left out of the file, as not known."""
    document = article_document("auto")
    known = {"routes": routes, "router_drops_invalid": drops, "cloud": cloud}
    document["site"] = {**document["site"], **known}
    document["site"] = {field: value for field, value in document["site"].items() if value is not None}
    document["needs"] = {} if opens is None else {"opens": opens}
    document["host"]["default_gateway"] = gateway
    if gateway:
        document["host"]["addresses"] = ["192.168.200.1/24", "fd00:200::1/64"]
    if rights is not None:
        document["points"][0]["may_reach"] = rights
    return document
