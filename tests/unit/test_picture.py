"""The picture of the network: what it shows of a table of sites in every layout, and that any document fits any width."""

import difflib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.system.article import Document, article_document
from tests.unit.strategies import ANYTHING, sites
from wgwizard import pipeline, sitefile
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.picture.canvas import Charset, one_for_one, text_of
from wgwizard.picture.layout_boxes import boxes
from wgwizard.picture.layout_flat import flat
from wgwizard.picture.layout_tall import tall
from wgwizard.picture.scene import Scene, scene_of_plan, scene_of_site
from wgwizard.picture.text import render_text

PICTURES = Path(__file__).parent / "pictures"
LAYOUTS = {"flat": flat, "tall": tall, "boxes": boxes}


def small(**changes: object) -> Document:
    """A home: a laptop and a phone open the NAS."""
    document: Document = {
        "version": 1,
        "name": "home",
        "site": {"networks": ["192.168.1.0/24"], "router": ["192.168.1.1"], "hosts": [{"name": "nas", "addresses": ["192.168.1.20"]}]},
        "host": {"addresses": ["192.168.1.10/24"], "endpoint": "vpn.b.home.arpa:51820"},
        "points": [{"name": "laptop"}, {"name": "phone"}],
        "needs": {"opens": "points"},
    }
    return {**document, **changes}


def behind_cgnat() -> Document:
    """Nobody can dial β, which dials the points."""
    document = small(points=[{"name": "server", "endpoint": "server.b.home.arpa:51820", "behind_nat": False}])
    document["host"]["endpoint"] = None
    return document


def its_own_router() -> Document:
    """β is the site's router."""
    document = small(needs={"opens": "both", "tell_points_apart": True})
    document["host"]["addresses"] = ["192.168.1.1/24"]
    return document


def many_points() -> Document:
    """Forty, one with the longest name that there can be."""
    names = ["x" * 63, *(f"device-{number}" for number in range(39))]
    return small(points=[{"name": name} for name in names])


def only_ipv6() -> Document:
    """No IPv4 at the site and in the tunnel."""
    return small(
        site={"networks": ["fd00:1::/64"], "hosts": [{"name": "nas", "addresses": ["fd00:1::20"]}]},
        host={"addresses": ["fd00:1::10/64"], "endpoint": "[2001:db8::7]:51820"},
        tunnel={"networks": ["fd00:10::/64"]},
    )


def wrong_values() -> Document:
    """A point's address, a network and an endpoint that cannot be: they are not shown as known."""
    document = small(points=[{"name": "laptop", "addresses": ["10.0.0.300"]}, {"name": "-phone"}])
    document["site"]["networks"] = ["192.168.1.0/33"]
    document["host"]["endpoint"] = "vpn example"
    return document


SITES: dict[str, Callable[[], Document]] = {
    "nothing-known": lambda: {"version": 1},
    "points-only": lambda: {"version": 1, "points": [{"name": "laptop"}]},
    "wrong-values": wrong_values,
    "masquerade": small,
    "forward": lambda: article_document("forward"),
    "forward-seen-as-host": lambda: article_document("forward", into_tunnel=True),
    "masquerade-forward": lambda: article_document("masquerade+forward"),
    "gateway": lambda: article_document("gateway", routes="hosts"),
    "gateway-forward": lambda: article_document("gateway+forward", routes="router"),
    "behind-cgnat": behind_cgnat,
    "its-own-router": its_own_router,
    "many-points": many_points,
    "only-ipv6": only_ipv6,
}


def scene_of(document: Document) -> Scene:
    site, _ = sitefile.read(document)
    if site is None:
        return scene_of_site(sitefile.known(document))
    found = pipeline.study(site, Lock())
    return scene_of_site(found.site) if found.strategy is None else scene_of_plan(pipeline.planned(found, Keyring()))


def every_picture(scene: Scene) -> str:
    """The layouts as the wizard uses them at 80x24, 100x30 and 140x40, and in ASCII."""
    shapes = [
        ("flat, 78x3", flat, 78, 3, Charset.UNICODE),
        ("flat, 98x5", flat, 98, 5, Charset.UNICODE),
        ("flat, 40x3", flat, 40, 3, Charset.UNICODE),
        ("flat, 78x3, ASCII", flat, 78, 3, Charset.ASCII),
        ("tall, 39x33", tall, 39, 33, Charset.UNICODE),
        ("boxes, 78x20", boxes, 78, 20, Charset.UNICODE),
        ("boxes, 118x30, ASCII", boxes, 118, 30, Charset.ASCII),
    ]
    return "".join(f"# {name}\n{text_of(draw(scene, width, height, signs))}\n\n" for name, draw, width, height, signs in shapes)


@pytest.mark.parametrize("name", SITES)
def test_the_picture_of_a_site(name: str) -> None:
    path = PICTURES / f"{name}.txt"
    now = every_picture(scene_of(SITES[name]()))
    if os.environ.get("WGWIZARD_REGENERATE"):
        path.write_text(now)
    known = path.read_text()
    diff = "\n".join(difflib.unified_diff(known.splitlines(), now.splitlines(), path.name, "now", lineterm=""))
    assert known == now, f"{diff}\n(meant so? WGWIZARD_REGENERATE=1 python -m pytest tests/unit/test_picture.py)"


def test_a_value_with_a_problem_is_not_shown() -> None:
    drawn = every_picture(scene_of(wrong_values()))
    assert "laptop" in drawn
    assert [text for text in ("300", "-phone", "192.168.1.0/33", "vpn example") if text in drawn] == []


def test_a_site_and_its_plan_give_the_same_picture() -> None:
    for name, make in SITES.items():
        site, _ = sitefile.read(make())
        if site is None:
            continue
        found = pipeline.study(site, Lock())
        assert found.strategy is not None, name
        into_tunnel = found.recommendation.masquerade_into_tunnel
        by_site = scene_of_site(found.site, found.strategy, into_tunnel=into_tunnel)
        assert by_site == scene_of_plan(pipeline.planned(found, Keyring())), name


def test_the_text_for_the_pages_is_of_a_plan() -> None:
    site, _ = sitefile.read(article_document("masquerade"))
    assert site is not None
    text = render_text(pipeline.planned(pipeline.study(site, Lock()), Keyring()), 78)
    assert "Masquerade: seen as .200.2, fd00:200::2" in text
    assert max(len(line) for line in text.splitlines()) <= 78


def fits(scene: Scene, width: int, height: int) -> None:
    for layout, draw in LAYOUTS.items():
        for charset in Charset:
            lines = text_of(draw(scene, width, height, charset)).split("\n")
            assert len(lines) <= max(height, 3), layout
            assert [line for line in lines if len(line) > width or not line.isprintable()] == [], layout
            assert charset is Charset.UNICODE or all(line.isascii() for line in lines), layout


@settings(max_examples=100, deadline=None)
@given(sites(), st.integers(40, 200), st.integers(3, 60))
@pytest.mark.slow
def test_any_site_fits_any_width(site, width: int, height: int) -> None:
    fits(scene_of_site(site), width, height)
    found = pipeline.study(site, Lock())
    if found.strategy is not None:
        fits(scene_of_plan(pipeline.planned(found, Keyring())), width, height)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(40, 160))
@pytest.mark.slow
def test_a_document_with_anything_in_any_field_is_drawn(data, width: int) -> None:
    document = data.draw(st.sampled_from(list(SITES.values())))()
    place, key = document, data.draw(st.sampled_from(list(document)))
    while isinstance(place[key], (dict, list)) and place[key] and data.draw(st.booleans()):
        place = place[key]
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
    place[key] = data.draw(ANYTHING)
    fits(scene_of_site(sitefile.known(document)), width, 12)


def test_what_a_half_typed_document_holds_never_becomes_a_control_character() -> None:
    document = small(points=[{"name": "a\x1b[31m"}, {"name": "日本"}])
    document["site"]["hosts"] = [{"name": "\n\r", "addresses": ["192.168.1.20"]}]
    fits(scene_of_site(sitefile.known(document)), 60, 10)


def test_every_sign_of_a_frame_a_mark_or_a_scroll_bar_has_one_of_ascii() -> None:
    assert one_for_one("▏▌ ▐▕ ▸▹ ▁▂▃▄▅▆▇█ ▔ ←→↑↓") == "|| || >- _______# - <>^v"
