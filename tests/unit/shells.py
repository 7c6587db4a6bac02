"""The shells that a host's /bin/sh may be, under which its scripts are run; tests/run installs all of them."""

import shutil

import pytest

Shell = tuple[str, ...]

SHELLS = [
    pytest.param(words, id=words[0], marks=pytest.mark.skipif(shutil.which(words[0]) is None, reason=f"{words[0]} is not installed"))
    for words in (("dash",), ("bash",), ("busybox", "sh"))
]
