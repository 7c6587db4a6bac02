"""Any site, any document, and the guide: what holds for all of them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.strategies import ANYTHING, sites
from tests.unit.test_sitefile import FULL, read
from wgwizard import sitefile
from wgwizard.sitefile import yamltext
from wgwizard.sitefile.schema import schema


@settings(max_examples=150, deadline=None)
@given(sites())
@pytest.mark.slow
def test_any_site_survives_being_written_and_read(site):
    document, problems = yamltext.parse(sitefile.to_yaml(site).encode())
    assert problems == ()
    again, problems = sitefile.read(document)
    assert [problem for problem in problems if problem.is_error] == []
    assert again == site


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_document_with_anything_in_any_field_never_makes_it_raise(data):
    document, _ = yamltext.parse(FULL.encode())
    place, key = document, data.draw(st.sampled_from(list(document)))
    while isinstance(place[key], (dict, list)) and place[key] and data.draw(st.booleans()):
        place = place[key]
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
    place[key] = data.draw(ANYTHING)
    site, problems = sitefile.read(document)
    assert (site is None) == any(problem.is_error for problem in problems)


def test_the_example_in_the_guide_is_right():
    guide = (Path(__file__).parents[2] / "docs" / "site-file.md").read_text(encoding="utf-8")
    site, problems = read(guide.partition("```yaml\n")[2].partition("```")[0])
    assert [problem.code for problem in problems] == ["example-endpoint"]
    assert site.points[0].services[0].published_port == 8081


def test_the_guide_names_every_field():
    guide = (Path(__file__).parents[2] / "docs" / "site-file.md").read_text(encoding="utf-8")
    for part in schema()["$defs"].values():
        for field in part["properties"]:
            assert f"`{field}`" in guide or f".{field}`" in guide or f"{field}:" in guide, field
