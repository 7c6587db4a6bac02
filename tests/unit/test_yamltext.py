"""Strict YAML: what is text, what is a number, and that no bytes at all can make the parser raise."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wgwizard.sitefile import yamltext


def parse(text):
    return yamltext.parse(text.encode())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("51820", 51820),
        ("-1", -1),
        ("true", True),
        ("False", False),
        ("null", None),
        ("", None),
        ("'no'", "no"),
        ('"22:22"', "22:22"),
        ("'010'", "010"),
        ("10.0.0.0/24", "10.0.0.0/24"),
        ("192.168.200.1", "192.168.200.1"),
        ("8000-8010", "8000-8010"),
        ("fd00:200::/64", "fd00:200::/64"),
        ('"fd00::"', "fd00::"),
        ("vpn.b.home.arpa:51822", "vpn.b.home.arpa:51822"),
        ("none", "none"),
        ("y", "y"),
        ("note", "note"),
        ("oN-air", "oN-air"),
        ("[a, 'b', 3]", ["a", "b", 3]),
        ("{a: {b: []}}", {"a": {"b": []}}),
        ("|\n  two\n  lines\n", "two\nlines\n"),
    ],
)
def test_a_value(text, value):
    assert parse(f"k: {text}") == ({"k": value}, ())


def test_line_ends_of_other_systems_and_comments_are_fine():
    assert parse("# β\r\nname: a # x\r\nb:\r\n  - 1\r\n") == ({"name": "a", "b": [1]}, ())


def test_several_guesses_are_said_at_once_with_their_lines():
    _, problems = parse("a: no\nb:\n  - x\n  - 010\nc: {d: 0x1, e: 1.5}\n")
    assert [(problem.field, problem.message.partition(":")[0]) for problem in problems] == [
        ("a", "line 1"),
        ("b[1]", "line 4"),
        ("c.d", "line 5"),
        ("c.e", "line 5"),
    ]


def test_a_flood_of_problems_ends():
    _, problems = parse("a: [" + "no," * 100_000 + "]")
    assert len(problems) == yamltext.MAX_PROBLEMS + 1
    assert problems[-1].code == "too-many-problems"


def test_what_pyyaml_would_guess_is_never_let_through():
    """Every plain scalar that PyYAML's resolver takes for something else than text is refused or read as YAML 1.2's core."""
    loader = yaml.SafeLoader("")
    pieces = [
        "0",
        "1",
        "7",
        "9",
        "x",
        "o",
        "b",
        "_",
        ":",
        ".",
        "-",
        "+",
        "e",
        "E",
        "inf",
        "nan",
        "NaN",
        "yes",
        "NO",
        "On",
        "off",
        "<<",
        "=",
        "T",
        "2026-01-02",
    ]
    for first in pieces:
        for second in ["", *pieces]:
            for third in ["", *pieces]:
                text = first + second + third
                if loader.resolve(yaml.ScalarNode, text, (True, False)).endswith(":str"):
                    continue
                document, problems = parse(f"k: {text}")
                if problems == ():
                    assert document["k"] in (int(text) if text.lstrip("-").isdigit() else text, None, True, False)
                    assert str(document["k"]) == text, text


def test_a_key_in_a_broken_line_is_not_repeated():
    key = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
    _, problems = parse(f"points: [{{name: a, private_key: {key} }}")
    assert [problem.code for problem in problems] == ["yaml-syntax"]
    assert key not in repr(problems)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(content):
    document, problems = yamltext.parse(content)
    assert (document is None) == bool(problems)


YAMLISH = st.text(alphabet="ab:-[]{},#&*!|>'\"%@`?\t\n 019.~<=/\\_é\u202e", max_size=60)


@settings(max_examples=500, deadline=None)
@given(YAMLISH)
def test_no_text_makes_it_raise(text):
    document, problems = parse(text)
    assert (document is None) == bool(problems)
    assert all(problem.hint and problem.message for problem in problems)


@pytest.mark.parametrize("before", ["", "'", '"', "- ", "- '", "*", "&", "!", "0x", "[", "fd00::1 ", "[fd00::1: "])
def test_what_a_file_that_is_no_mapping_holds_is_never_shown(before):
    """It may be a passphrase's file, named by mistake."""
    document, problems = yamltext.parse(f"{before}5ebra-42-horse\n".encode())
    assert document is None
    assert "5ebra" not in str(problems)


@pytest.mark.parametrize(("text", "line"), [("version: 1\nname: [a,\n", 2), ('version: 1\nname: "a\nsite: {}\n\n', 2)])
def test_a_value_that_is_never_closed_is_told_where_it_begins(text, line):
    _, problems = yamltext.parse(text.encode())
    assert [(problem.code, problem.field) for problem in problems] == [("yaml-syntax", "name")]
    assert problems[0].message.startswith(f"line {line}: ")
    assert repr(text.splitlines()[line - 1]) in problems[0].hint
