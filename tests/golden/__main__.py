"""Writes expected/ of every golden case anew: `python -m tests.golden`."""

from shutil import rmtree

from tests.golden.case import case_folders, work_out

for folder in case_folders():
    rmtree(folder / "expected", ignore_errors=True)
    for name, text in work_out(folder).texts().items():
        path = folder / "expected" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
