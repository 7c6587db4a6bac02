"""A point's file is handed over: its QR code read back from the screen, saved for its owner only, its keys shown for a moment."""

import stat
from pathlib import Path

import pytest
import zxingcpp
from textual.widgets import Button

from screens import handover
from screens.preview import Preview
from tests.screens.person import Person, sit_down
from tests.stages import fast
from wgwizard.wizard.draft import Draft

DOCUMENT = {
    "version": 1,
    "name": "home",
    "site": {"networks": ["192.168.200.0/24", "fd00:200::/64"], "dns": {"servers": ["192.168.200.1"], "search": ["home.lan"]}},
    "host": {"addresses": ["192.168.200.2/24", "fd00:200::2/64"], "endpoint": "vpn.b.home.arpa:51820", "keys": "here"},
    "tunnel": {"networks": ["10.0.0.0/24", "fd00:10::/64"]},
    "points": [
        {"name": "phone", "platform": "android"},
        {"name": "laptop"},
        {"name": "nas", "public_key": "CZe8gBoEcIDUuYlqP1b8N3GNaTY6RU6y9TXnB0ZFkmg="},
    ],
}
INK = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1)}


def content_of(person: Person, point: str) -> str:
    """A point's file as it would be written."""
    result = person.app.query_one("#files").result
    return next(artefact for artefact in result.bundle.artefacts if artefact.node == point).content()


def scanned(person: Person, *, light_terminal: bool = False) -> list[str]:
    """What a decoder reads from the screen: each cell as pixels of the colours that its style has, two rows of them."""
    ground, writing = (255, 0) if light_terminal else (0, 255)
    rows: list[list[int]] = []
    for strip in person.app.screen._compositor.render_strips():
        halves: tuple[list[int], list[int]] = ([], [])
        for text, style, _ in strip:
            front, back = grey(style.color if style else None, writing), grey(style.bgcolor if style else None, ground)
            for cell in text:
                for half, ink in zip(halves, INK.get(cell, (0, 0)), strict=True):
                    half.append(front if ink else back)
        rows += halves
    width = max(map(len, rows))
    scale = 4
    wide = [bytes(value for value in [*row, *[ground] * (width - len(row))] for _ in range(scale)) for row in rows]
    image = memoryview(b"".join(row * scale for row in wide)).cast("B", shape=[len(rows) * scale, width * scale])
    return [found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode, try_invert=False)]


def grey(colour, default: int) -> int:
    """How light a colour is, 0 to 255; the terminal's own where there is none."""
    if colour is None or colour.is_default:
        return default
    red, green, blue = colour.get_truecolor()
    return round(0.299 * red + 0.587 * green + 0.114 * blue)


def same_meaning(scan: str, content: str) -> bool:
    """Whether a scanned text has every line of a file that a program reads, in its order."""
    lines = [line for line in content.splitlines() if line and not line.startswith("#")]
    return scan.splitlines() == [line.replace(" = ", "=").replace(", ", ",") for line in lines]


async def opens(person: Person, point: str = "phone") -> None:
    await person.sees("7 of 9 · Files", "Hand over a point's file")
    await person.press("h")
    await person.sees("QR code", "Show keys")
    listed = person.app.screen.query_one("#points-files")
    while person.app.screen.file.point.name != point:
        await person.press("down")
    assert listed.highlighted is not None


@pytest.mark.parametrize("size", fast([(73, 38), (80, 40), (100, 50), (211, 61)]))
@pytest.mark.parametrize("colours", fast(["own", "ansi", "none"]))
async def test_the_qr_code_is_read_back_from_the_screen(size, colours, monkeypatch):
    if colours == "none":
        monkeypatch.setenv("NO_COLOR", "1")
    async with sit_down(draft=Draft(DOCUMENT), begin_at="files", size=size, plain_colours=colours != "own") as person:
        await opens(person)
        await person.clicks("#qr")
        await person.sees("phone's app: +, Scan from QR code.  i inverts, s saves")
        content = content_of(person, "phone")
        (scan,) = scanned(person)
        assert same_meaning(scan, content)
        assert "PrivateKey=" in scan
        await person.press("i")
        if colours == "none":
            assert scanned(person, light_terminal=True) == [scan]
        else:
            assert scanned(person) == []
        await person.press("x")
        await person.sees("Hand over a point's file")
        assert scanned(person) == []


@pytest.mark.slow
async def test_where_it_does_not_fit_the_size_is_said_and_a_picture_is_saved():
    async with sit_down(draft=Draft(DOCUMENT), begin_at="files") as person:
        await opens(person)
        await person.clicks("#qr")
        await person.sees("needs a terminal of 73 columns and 38 rows", "80 and 24)")
        await person.pilot.resize_terminal(80, 40)
        await person.sees("i inverts")
        assert len(scanned(person)) == 1
        await person.pilot.resize_terminal(80, 24)
        await person.sees("80 and 24)")
        await person.press("s")
        await person.sees("Where should the file of phone be saved?", "phone.png")
        await person.press("enter")
        await person.sees("✓ Saved as phone.png", "picture can connect as phone: delete it")
    assert Path("phone.png").read_bytes().startswith(b"\x89PNG")
    assert stat.S_IMODE(Path("phone.png").stat().st_mode) == 0o600


@pytest.mark.slow
async def test_a_point_that_keeps_its_key_has_no_code_and_its_file_says_where_the_key_goes():
    async with sit_down(draft=Draft(DOCUMENT), begin_at="files") as person:
        await opens(person, "nas")
        await person.clicks("#qr")
        await person.sees("× nas keeps its own private key")
        await person.clicks("#save")
        await person.press("enter")
        await person.sees("✓ Saved as nas.conf", "in place of (kept on nas)")
    assert "# PrivateKey = (kept on nas)\n" in Path("nas.conf").read_text()


async def test_whose_file_is_handed_over_stands_above_it():
    async with sit_down(draft=Draft(DOCUMENT), begin_at="files") as person:
        await person.press("h")
        await person.sees("Hand over a point's file: phone", "Esc close")
        await person.press("down", "enter")
        await person.sees("Hand over a point's file: laptop")


@pytest.mark.slow
async def test_a_file_is_saved_for_its_owner_only_and_replaces_nothing_unasked():
    Path("laptop.conf").write_text("mine")
    Path("laptop.conf").chmod(0o644)
    async with sit_down(draft=Draft(DOCUMENT), begin_at="files") as person:
        await opens(person, "laptop")
        await person.clicks("#save")
        await person.press("ctrl+u")
        await person.pastes("nowhere/laptop.conf")
        await person.press("enter")
        await person.sees("× There is no directory nowhere")
        await person.press("ctrl+u", "enter")
        await person.sees('× "" is no file name')
        await person.pastes("laptop.conf")
        await person.press("enter")
        await person.sees("Replace laptop.conf?")
        await person.press("enter")
        assert Path("laptop.conf").read_text() == "mine"
        await person.press("enter")
        await person.sees("Replace laptop.conf?")
        await person.press("right", "enter")
        await person.sees("✓ Saved as laptop.conf", "scp laptop.conf", "not by mail")
        content = content_of(person, "laptop")
    assert Path("laptop.conf").read_text() == content
    assert stat.S_IMODE(Path("laptop.conf").stat().st_mode) == 0o600


@pytest.mark.slow
async def test_keys_are_shown_after_a_yes_and_hidden_by_time_by_another_point_and_by_leaving(monkeypatch):
    async with sit_down(draft=Draft(DOCUMENT), begin_at="files", size=(100, 40)) as person:
        await opens(person)
        await person.sees("! These keys are saved nowhere yet. Save the site")
        private = content_of(person, "phone").split("PrivateKey = ")[1][:44]

        async def clicks_show() -> None:
            # A button that was pressed takes no second press while it still shows the first.
            button = person.app.screen.query_one("#show")
            await person._until(lambda: not button.has_class("-active"), "the button is still pressed")
            await person.clicks("#show")

        async def reveal() -> None:
            await clicks_show()
            await person.sees("Show the keys of phone?", "Whoever sees them can connect as phone")
            person.sees_no(private)
            await person.press("right", "enter")
            await person.sees(private, "! The keys are shown")

        def holds_nothing() -> None:
            assert private not in person.read()
            assert private not in person.app.export_screenshot()
            assert private not in "\n".join(line for preview in person.app.screen.query(Preview) for line in preview.lines)

        holds_nothing()
        await clicks_show()
        await person.press("enter")
        holds_nothing()
        await reveal()
        await clicks_show()
        holds_nothing()
        await reveal()
        person.app.screen.query_one("#points-files").focus()
        await person.press("down")
        await person.press("up")
        holds_nothing()
        monkeypatch.setattr(handover, "SHOWN_SECONDS", 1.0)
        await reveal()
        await person.sees("○ The keys are hidden again.")
        holds_nothing()
        monkeypatch.undo()
        await reveal()
        await person.press("escape")
        await person.sees("7 of 9 · Files", "Who reaches whom")
        holds_nothing()


@pytest.mark.slow
async def test_nothing_is_copied_unless_it_is_asked_for():
    async with sit_down(draft=Draft(DOCUMENT), begin_at="files", size=(100, 40)) as person:
        await opens(person)
        assert not person.app.screen.query_one("#copy", Button).display
        await person.clicks("#show")
        await person.press("right", "enter")
        await person.sees("! The keys are shown")
        await person.clicks("#copy")
        await person.sees("Copy the file with its keys?", "clipboard of this terminal (OSC 52)")
        await person.press("enter")
        assert person.app.clipboard == ""
        await person.clicks("#copy")
        await person.press("right", "enter")
        await person.sees("✓ Sent to the terminal's clipboard")
        assert person.app.clipboard == content_of(person, "phone")


@pytest.mark.slow
async def test_an_incomplete_file_is_not_handed_over_and_the_reason_is_said():
    document = {**DOCUMENT, "host": {**DOCUMENT["host"], "keys": "host", "ssh": "admin@192.168.200.2"}}
    async with sit_down(draft=Draft(document), begin_at="files") as person:
        await opens(person)
        await person.sees("× The file of phone is not complete yet", "let the key be made here")  # before anything is pressed
        for button in ("#qr", "#save", "#show"):
            await person.clicks(button)
            await person.sees("× The file of phone is not complete yet; missing: Host β's public key")


async def test_a_path_at_which_nothing_can_be_saved_stands_there_to_be_mended():
    async with sit_down(draft=Draft(DOCUMENT), begin_at="files") as person:
        await opens(person, "laptop")
        await person.clicks("#save")
        await person.press("ctrl+u")
        await person.pastes("/proc/laptop.conf")
        await person.press("enter")
        await person.sees("×", "/proc/laptop.conf")
        await person.clicks("#save")
        await person.sees("Where should the file of laptop be saved?", "/proc/laptop.conf")


@pytest.mark.parametrize("page", ["files", pytest.param("done", marks=pytest.mark.slow)])
async def test_a_file_that_lacks_only_the_hosts_key_is_made_whole_where_it_is_handed_over(page):
    host = {name: value for name, value in DOCUMENT["host"].items() if name != "keys"}
    async with sit_down(draft=Draft({**DOCUMENT, "host": {**host, "ssh": "admin@beta"}}), begin_at=page) as person:
        await person.sees("Hand over")
        await person.clicks(f"#{page} #hand-over")
        await person.sees("× The file of phone is not complete yet", "Make Host β's key here")
        await person.clicks("#make")
        if page == "files":
            await person.sees("Hand over a point's file: phone", "! These keys are saved nowhere yet")
            person.sees_no("not complete yet")
            person.sees_no("Make Host β's key here")
            await person.press("escape")
        else:
            await person.sees("8 of 9 · Save")
            await person.app.show_page("files")
        assert person.app.draft.document["host"]["keys"] == "here"
        key = person.app.draft.keyring.public["host"]
        assert f"PublicKey = {key}" in content_of(person, "phone")
