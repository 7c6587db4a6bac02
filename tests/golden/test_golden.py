"""Every golden case yields exactly its expected files, no more and no fewer."""

from difflib import unified_diff
from pathlib import Path

import pytest

from tests.golden.case import case_folders, work_out


def expected_texts(folder: Path) -> dict[str, str]:
    top = folder / "expected"
    return {str(path.relative_to(top)): path.read_text() for path in top.rglob("*") if path.is_file()}


def difference(expected: dict[str, str], actual: dict[str, str]) -> str:
    """A unified diff over all files of a case; empty where they are equal."""
    lines: list[str] = []
    for name in sorted(expected.keys() | actual.keys()):
        old, new = expected.get(name, "").splitlines(), actual.get(name, "").splitlines()
        lines += unified_diff(old, new, f"expected/{name}", f"now/{name}", lineterm="")
    return "\n".join(lines)


@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: folder.name)
def test_case(folder: Path) -> None:
    expected, actual = expected_texts(folder), work_out(folder).texts()
    told = difference(expected, actual)
    assert not told, f"{told}\n\nIf this is wanted: python -m tests.golden"
    assert expected.keys() == actual.keys()


def test_the_cases_are_there() -> None:
    assert len(case_folders()) >= 14


def test_a_difference_is_told() -> None:
    assert "+new" in difference({"a": "old\n"}, {"a": "new\n"})
