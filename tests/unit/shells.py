"""The shells that a host's /bin/sh may be, under which its scripts are run; tests/run installs all of them."""

import pytest

Shell = tuple[str, ...]

SHELLS = [pytest.param(words, id=words[0]) for words in (("dash",), ("bash",), ("busybox", "sh"))]
