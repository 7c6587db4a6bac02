"""The presets: each is a site file without a single complaint, and the strategy in its name is what is recommended for it."""

import pytest

import presets
from wgwizard import sitefile
from wgwizard.errors import UsageError
from wgwizard.recommend import TITLES, recommend
from wgwizard.site import Strategy
from wgwizard.sitefile import yamltext

BY_NAME = {f"article-{strategy.value.replace('+', '-')}": strategy for strategy in Strategy}


def test_there_is_the_articles_site_for_each_strategy():
    assert set(BY_NAME) <= set(presets.names())


@pytest.mark.parametrize("preset", presets.load_all(), ids=lambda preset: preset.name)
def test_a_preset_is_explained_and_nothing_is_wrong_with_it(preset):
    document, problems = yamltext.parse(preset.text.encode())
    assert problems == ()
    site, problems = sitefile.read(document)
    assert problems == ()
    assert site.strategy is None
    assert 20 < len(preset.title) <= 72  # one line of the wizard's first page, at 80 columns
    assert not preset.title.startswith("#")
    assert preset.text.count("#") >= 15  # a reader learns why, field by field


def test_a_preset_says_its_strategy_first_and_stands_by_it():
    listed = [preset.title.partition(":")[0] for preset in presets.load_all()]
    assert listed == sorted(listed)
    assert {preset.name: preset.title.partition(":")[0] for preset in presets.load_all()} == {
        name: TITLES[strategy] for name, strategy in BY_NAME.items()
    }


@pytest.mark.parametrize(("name", "strategy"), BY_NAME.items())
def test_the_strategy_in_the_name_is_the_recommended_one(name, strategy):
    document, _ = yamltext.parse(presets.load(name).text.encode())
    site, _ = sitefile.read(document)
    recommendation = recommend(site)
    assert (recommendation.recommended, recommendation.problems) == (strategy, ())


def test_an_unknown_name_gets_the_nearest_one():
    with pytest.raises(UsageError) as caught:
        presets.load("article-masqerade")
    assert caught.value.hint == "did you mean article-masquerade?"
