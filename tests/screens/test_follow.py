"""F2: the picture large, every connection, and one of them followed by keys, there and back."""

import pytest

from screens.app import WizardApp
from screens.connections import PictureScreen
from screens.follow import Way
from tests.screens.looks import look
from tests.screens.person import Person, matches_golden, sit_down
from tests.stages import fast
from tests.system.article import article_document
from wgwizard.picture.canvas import Charset
from wgwizard.picture.terminal import charset_of
from wgwizard.wizard import study
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.tools import Tools

MASQUERADE = article_document("masquerade+forward")
GATEWAY = article_document("gateway", routes="hosts")


async def finds(person: Person, *words: str) -> None:
    """Open F2, narrow the list to these words, and follow the first that fits."""
    await person.press("f2")
    await person.sees("every connection in it", "narrow:")
    await person.press("slash")
    await person.pastes(" ".join(words))
    await person.press("enter")
    await person.sees("here:")


@pytest.mark.parametrize("size", fast([(80, 24), (120, 40)]), ids=["80x24", "120x40"])
async def test_masquerade_followed_there_and_back(size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with sit_down(draft=Draft(MASQUERADE), begin_at="needs", size=size) as person:
        await person.press("f2")
        await person.sees("endpoint-a → endpoint-b")
        matches_golden(f"follow-list-{name}.txt", person.read())
        await person.press("enter")
        await person.sees("step 1 of 6, there", "here: leaving endpoint-a")
        await person.press("right")
        await person.sees("step 2 of 6, there", "was    10.0.0.1 ", "now    192.168.200.2 → 192.168.200.22")
        matches_golden(f"follow-masquerade-{name}.txt", person.read())
        await person.press("right", "right", "right")
        await person.sees("step 5 of 6, back", "now    192.168.200.22 → 10.0.0.1")
        await person.press("left")
        await person.sees("step 4 of 6, back")
        await person.press("a")
        await person.sees("and back", "turned back")
        matches_golden(f"follow-table-{name}.txt", person.read())
        await person.press("a", "end")
        await person.sees("step 6 of 6, back", "✓ the host masquerades")
        await person.press("escape")
        await person.sees("every connection in it")
        await person.press("escape")
        await person.sees("5 of 9 · Needs")


async def test_escape_leaves_the_line_that_narrows_before_it_leaves_the_picture() -> None:
    async with sit_down(draft=Draft(MASQUERADE), begin_at="needs") as person:
        await person.press("f2")
        await person.sees("narrow:", "admin-desk")
        await person.press("slash")
        await person.types("cameras6")
        await person.sees_gone("admin-desk")
        await person.press("escape")
        await person.sees("every connection in it", "narrow:", "admin-desk")
        await person.press("escape")
        await person.sees("5 of 9 · Needs")


@pytest.mark.parametrize("size", fast([(80, 24), (60, 20), (120, 40)]))
async def test_the_reason_of_the_marked_connection_stands_there_whole(size: tuple[int, int]) -> None:
    async with sit_down(draft=Draft(MASQUERADE), begin_at="needs", size=size) as person:
        await person.press("f2")
        await person.sees("seen as")
        await person.press("end")
        listed, marked = person.app.screen.query_one("#connections"), person.app.screen.query_one("#marked")
        for _ in range(3):
            row = str(listed.highlighted_option.prompt)
            said = "".join(look(person.app, marked.region).text.split())
            reason = person.app.screen._shown[listed.highlighted].reach.why
            assert row.startswith(("×", "✓"))
            assert "".join(reason.split()) in said, person.read()
            assert "▸" in look(person.app, listed.region).text
            await person.press("up")


async def test_a_refused_connection_begins_where_it_dies() -> None:
    async with sit_down(draft=Draft(MASQUERADE), begin_at="needs") as person:
        await finds(person, "endpoint-b → endpoint-a", "everything")
        await person.sees("× it ends here", "no route to the tunnel network", "what would change it")
        matches_golden("follow-refused-80x24.txt", person.read())


@pytest.mark.slow
async def test_a_port_forward_with_its_ports_there_and_back() -> None:
    async with sit_down(draft=Draft(MASQUERADE), begin_at="needs", size=(120, 40)) as person:
        await finds(person, "endpoint-b → endpoint-a", "8081")
        await person.press("right")
        await person.sees(
            "was    192.168.200.22:51002 → 192.168.200.2:8081", "now    192.168.200.22:51002 → 10.0.0.1:8000", "chain prerouting"
        )
        await person.press("right", "right", "right")
        await person.sees("was    10.0.0.1:8000      → 192.168.200.22:51002", "now    192.168.200.2:8081 → 192.168.200.22:51002")
        matches_golden("follow-forward-back-120x40.txt", person.read())


@pytest.mark.slow
async def test_a_gateway_keeps_every_address() -> None:
    async with sit_down(draft=Draft(GATEWAY), begin_at="needs") as person:
        await finds(person, "endpoint-b → endpoint-a", "tcp 8000")
        await person.press("right")
        await person.sees("here: leaving Host β into the tunnel", "packet 192.168.200.22:51002 → 10.0.0.1:8000")
        await person.press("end")
        await person.sees("step 6 of 6, back", "✓ both ends are routed with their own addresses")


@pytest.mark.slow
async def test_without_a_site_the_picture_says_what_is_still_open() -> None:
    async with sit_down(begin_at="site") as person:
        await person.press("f2")
        await person.sees("What is still open", "the site's network is missing")
        matches_golden("follow-nothing-known-80x24.txt", person.read())
        await person.press("f2")
        await person.sees("1 of 9 · Site")


@pytest.mark.slow
async def test_a_click_on_the_picture_opens_it_and_dialogs_keep_f2_for_later() -> None:
    async with sit_down(draft=Draft(MASQUERADE), begin_at="needs") as person:
        await person.clicks("PicturePanel", offset=(5, 1))
        await person.sees("every connection in it")
        await person.press("escape", "ctrl+q")
        await person.sees("Leave the wizard?")
        await person.press("f2")
        assert not isinstance(person.app.screen, PictureScreen)


@pytest.mark.slow
async def test_in_ascii_no_other_sign_is_on_any_screen(monkeypatch) -> None:
    monkeypatch.setenv("WGWIZARD_ASCII", "1")
    async with sit_down(draft=Draft(MASQUERADE), begin_at="needs") as person:
        await person.press("f2")
        await person.sees("every connection in it", "seen as")
        await person.press("enter", "right")
        await person.sees("here: leaving Host beta towards the LAN")
        matches_golden("follow-ascii-80x24.txt", person.read())
        await person.press("escape", "escape")
        assert [text for text in person.everything_seen if not text.isascii()] == []


@pytest.mark.slow
async def test_without_colour_the_marked_place_is_said_by_a_sign(monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = WizardApp(Draft(MASQUERADE), Tools(), begin_at="needs", plain_colours=True)
    app.animation_level = "none"
    async with app.run_test(size=(80, 24)) as pilot:
        person = Person(app, pilot)
        await person.press("f2")
        await person.sees("seen as")
        await person.press("enter", "right")
        await person.sees("▲ here", "was ", "now ")
        styles = [segment.style for strip in app.screen._compositor.render_strips() for segment in strip if segment.style is not None]
        assert {colour.name for style in styles for colour in (style.color, style.bgcolor) if colour is not None} <= {"default"}
        assert any(style.underline and style.bold for style in styles)


@pytest.mark.slow
async def test_the_packet_moves_only_where_that_is_wanted(monkeypatch) -> None:
    frames: list[int] = []
    own = Way._move
    monkeypatch.setattr(Way, "_move", lambda shown: (own(shown), frames.append(shown._frame)))
    async with sit_down(draft=Draft(MASQUERADE), begin_at="needs") as person:
        for level in ("none", "full"):
            person.app.animation_level = level
            await person.press("f2")
            await person.sees("seen as")
            await person.press("enter")
            await person.sees("here:")
            await person.press("right")
            await person.sees("▲ here")
            assert bool(frames) is (level == "full"), level
            await person.press("escape", "escape")


@pytest.mark.slow
def test_the_signs_follow_the_locale_and_the_terminal() -> None:
    unicode = [{}, {"LANG": "C.UTF-8"}, {"LANG": "de_DE.utf8", "TERM": "xterm-256color"}, {"LANG": "C", "LC_ALL": "en_GB.UTF-8"}]
    plain = [
        {"LANG": "C"},
        {"LANG": "POSIX", "LC_CTYPE": "C.UTF-8"},
        {"LC_ALL": "de_DE.ISO-8859-1"},
        {"TERM": "linux"},
        {"WGWIZARD_ASCII": "1"},
    ]
    assert {charset_of(environ) for environ in unicode} == {Charset.UNICODE}
    assert {charset_of(environ) for environ in plain} == {Charset.ASCII}


@pytest.mark.slow
async def test_with_many_points_no_key_waits_for_the_picture(monkeypatch) -> None:
    document = {**MASQUERADE, "points": [{"name": f"point-{number}"} for number in range(200)]}
    drawn: list[int] = []
    own = study.scene
    monkeypatch.setattr(study, "scene", lambda draft: drawn.append(1) or own(draft))
    async with sit_down(draft=Draft(document), begin_at="host") as person:
        before = len(drawn)
        await person.pilot.press(*["1"] * 8)
        assert len(drawn) - before < 8
        await person.sees("+199")
        await person._until(lambda: len(drawn) > before, "the picture was not drawn anew")
