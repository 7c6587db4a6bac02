"""One table of cases, four front ends: the same site, the same bytes, the same words for what is wrong."""

from pathlib import Path

import pytest

from tests.front_ends.cases import CASES, CHANGED, NAS, WRONG_FIRST, Case
from tests.front_ends.conversation import by_keys, by_lines
from tests.front_ends.expected import document_of, refusals, saved_bytes
from tests.front_ends.screens_person import by_screens
from tests.stages import fast
from wgwizard import sitefile
from wgwizard.wizard.saving import Seal, save

DEEP = (NAS, CHANGED[-1], WRONG_FIRST[0])

cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def assert_as_the_file(case: Case, path: str, said: list[str], folder: Path) -> None:
    assert said == refusals(case, folder)
    assert sitefile.read(document_of(Path(path).read_text()))[0] == sitefile.read(document_of(case.file))[0]
    assert Path(path).read_bytes() == saved_bytes(case, folder)


@pytest.mark.parametrize("case", WRONG_FIRST, ids=lambda case: case.name)
def test_a_site_file_is_told_what_is_wrong(case, tmp_path):
    assert len(refusals(case, tmp_path)) >= 6


@cases
def test_line_by_line(case, tmp_path, monkeypatch):
    draft, said = by_lines(case, monkeypatch)
    assert_as_the_file(case, str(draft.path), said, tmp_path)


@pytest.mark.parametrize("case", fast(CASES, chosen=(WRONG_FIRST[1],)), ids=lambda case: case.name)
def test_with_menus(case, tmp_path):
    draft, said = by_keys(case)
    assert_as_the_file(case, str(draft.path), said, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_on_the_screens(case, tmp_path):
    """Three go the whole way to the saved file; the others are saved as the last page but one would."""
    deep = case in DEEP
    draft, said = await by_screens(case, deep=deep)
    path = str(draft.path) if deep else save(draft, "as-left.yaml", None, Seal.KNOWN).path
    assert_as_the_file(case, str(path), said, tmp_path)
