"""A secret shows itself nowhere but where `reveal` is called."""

import copy
import json
import pickle
import traceback

import pytest

from wgwizard.secret import HIDDEN, Secret

TEXT = "quiet anvil marble thistle"


@pytest.mark.parametrize("shown", [repr, str, "{}".format, "{!r:>10}".format, lambda s: f"{s:>20}", lambda s: str([s])])
def test_every_way_of_printing_hides_it(shown):
    text = shown(Secret(TEXT))
    assert TEXT not in text
    assert HIDDEN in text


def test_reveal_gives_it_out():
    assert Secret(TEXT).reveal() == TEXT


def test_it_compares_by_value_and_is_not_hashable():
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret("other")
    assert Secret(TEXT) != TEXT
    with pytest.raises(TypeError):
        hash(Secret(TEXT))


@pytest.mark.parametrize("leak", [pickle.dumps, json.dumps, copy.deepcopy])
def test_it_is_neither_pickled_nor_copied_nor_written_as_json(leak):
    with pytest.raises(TypeError):
        leak(Secret(TEXT))


def test_a_traceback_with_locals_does_not_show_it():
    secret = Secret(f"{TEXT[:7]}-{7}")

    def fail(key: Secret) -> None:
        raise ValueError(f"cannot use {key}")

    try:
        fail(secret)
    except ValueError as caught:
        shown = "".join(traceback.TracebackException.from_exception(caught, capture_locals=True).format())
    assert "key = (hidden)" in shown
    assert "correct-7" not in shown
