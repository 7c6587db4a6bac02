"""`python -m tests.system.vm.selinux [PYTEST ARGUMENTS]`: an apply to a machine with SELinux enforcing, emulated by qemu.

As root, with qemu-system-x86, cpio, e2fsprogs and kmod, and with a network for the first run, which fetches Debian's kernel and packages.
"""

import os
import sys

from tests.system.lab import base
from tests.system.lab.entering import enter
from tests.system.vm import labelled

try:
    labelled.build()
except base.LabError as error:
    sys.exit(f"The machine with SELinux cannot be built: {error}")
os.environ[labelled.RUNS] = "yes"
enter("pytest", "tests/system/vm/test_selinux.py", *sys.argv[1:])
