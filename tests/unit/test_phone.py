"""A point's file as a QR code: what a decoder that is not ours reads from it, from blocks, from ASCII, and from images."""

import re
import zlib

import pytest
import zxingcpp

from wgwizard.errors import WgwizardError
from wgwizard.host.conf import parse_conf
from wgwizard.keys import generate_preshared, generate_private, public_of
from wgwizard.phone import compact, qr_code, why_no_code
from wgwizard.render.artefact import Artefact
from wgwizard.secret import Secret
from wgwizard.site import Point


def conf(networks: str = "192.168.200.0/24, fd00:200::/64, 10.0.0.2/32, fd00:10::2/128") -> str:
    return f"""\
# Made by wgwizard for point phone

[Interface]
Address = 10.0.0.3/32, fd00:10::3/128
PrivateKey = {generate_private().reveal()}
DNS = 192.168.200.1, site-b.lan

[Peer]
# beta
PublicKey = {public_of(generate_private())}
PresharedKey = {generate_preshared().reveal()}
AllowedIPs = {networks}
Endpoint = vpn.b.home.arpa:51820
PersistentKeepalive = 25
"""


def artefact(text: str) -> Artefact:
    return Artefact("phone", "/etc/wireguard/wg0.conf", "0600", "masked", Secret(text))


def decoded(pixels: list[list[int]], scale: int = 4) -> str:
    """What zxing-cpp reads in grey pixels; inverted codes are not looked for, as the WireGuard app does not look for them."""
    wide = [bytes(value for value in row for _ in range(scale)) for row in pixels]
    image = b"".join(row * scale for row in wide)
    view = memoryview(image).cast("B", shape=[len(wide) * scale, len(wide[0])])
    found = zxingcpp.read_barcodes(view, formats=zxingcpp.BarcodeFormat.QRCode, try_invert=False, try_rotate=False)
    assert len(found) == 1
    return found[0].text


def of_half_blocks(rows: list[str]) -> list[list[int]]:
    ink = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
    return [[ink[cell][half] for cell in row] for row in rows for half in (0, 1)]


def png_pixels(content: bytes) -> list[list[int]]:
    """The rows of a PNG of one grey bit a pixel, each as it is (filter 0) or the same as the one above (filter 2, all zeros)."""
    width = int.from_bytes(content[16:20], "big")
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert content[24:26] == b"\x01\x00"
    data = re.search(rb"IDAT(.*)....\0\0\0\0IEND", content, re.DOTALL)[1]
    raw, stride = zlib.decompress(data), (width + 7) // 8 + 1
    rows: list[list[int]] = []
    for place in range(0, len(raw), stride):
        kind, row = raw[place], raw[place + 1 : place + stride]
        assert kind == 0 or (kind == 2 and not any(row))
        rows.append(rows[-1] if kind == 2 else [255 * (row[x // 8] >> (7 - x % 8) & 1) for x in range(width)])
    return rows


def test_the_smaller_text_means_the_same():
    text = conf()
    small = compact(Secret(text)).reveal()
    assert (parse_conf(small).peers, parse_conf(small).addresses) == (parse_conf(text).peers, parse_conf(text).addresses)
    assert len(small) < len(text) - 40
    assert "#" not in small
    for key in ("PrivateKey", "PresharedKey", "Endpoint", "DNS", "PersistentKeepalive"):
        value = re.search(rf"^{key} = (.*)$", text, re.MULTILINE)[1].replace(", ", ",")
        assert f"\n{key}={value}" in small


@pytest.mark.parametrize(("columns", "lines", "quiet"), [(73, 37, 2), (77, 38, 2), (76, 39, 2), (77, 39, 4), (200, 60, 4)])
def test_a_decoder_reads_the_half_blocks(columns, lines, quiet):
    text = conf()
    code = qr_code(artefact(text))
    assert code.least() == (73, 37)
    rows = code.rows(columns, lines)
    assert len(rows) <= lines
    assert {len(row) for row in rows} == {code.size + 2 * quiet}
    assert decoded(of_half_blocks(rows)) == compact(Secret(text)).reveal()


def test_an_inverted_one_is_right_on_a_light_terminal_and_only_there():
    text = conf()
    rows = qr_code(artefact(text)).rows(80, 40, inverted=True)
    on_light = [[255 - value for value in row] for row in of_half_blocks(rows)]
    assert decoded(on_light) == compact(Secret(text)).reveal()
    with pytest.raises(AssertionError):
        decoded(of_half_blocks(rows))


def test_a_decoder_reads_ascii_and_the_images():
    text = conf()
    code = qr_code(artefact(text))
    assert decoded([[255 * (row[x] == "#") for x in range(0, len(row), 2)] for row in code.ascii_rows()]) == compact(Secret(text)).reveal()
    assert decoded(png_pixels(code.image("png")), scale=1) == compact(Secret(text)).reveal()
    svg = code.image("svg").decode()
    assert svg.startswith("<?xml")
    assert text.split("PrivateKey = ")[1][:44] not in svg


def test_a_code_shows_nothing_of_itself_and_a_file_that_is_too_long_is_said():
    assert repr(qr_code(artefact(conf()))) == "QrCode(69)"
    many = ", ".join(f"10.{a}.{b}.0/24" for a in range(2) for b in range(256))
    with pytest.raises(WgwizardError, match="too long for a QR code") as refused:
        qr_code(artefact(conf(many)))
    assert "save its file" in refused.value.hint


def test_why_there_is_no_code():
    whole = artefact(conf())
    assert why_no_code(Point("phone"), whole) == ""
    assert "keeps its own private key" in why_no_code(Point("phone", public_key="x"), whole)
    lacking = Artefact("phone", "/etc/wireguard/wg0.conf", "0600", "", None, ("host.public_key",))
    assert "missing: Host β's public key" in why_no_code(Point("phone"), lacking)
