"""`python -m tests.system.vm [PYTEST ARGUMENTS]`: the live tests of tests/system/vm in a virtual machine with WireGuard in its kernel.

As root, with qemu-system-x86, cpio and e2fsprogs, and with a network for the first run, which fetches Debian's kernel.
"""

import sys
from pathlib import Path

from tests.system.lab.base import LabError
from tests.system.vm import machine

given = sys.argv[1:]
names_tests = any(Path(argument.split("::")[0]).exists() for argument in given)
try:
    machine.build()
except LabError as error:
    sys.exit(f"The virtual machine cannot be built: {error}")
tests = given if names_tests else ["tests/system/vm", *given]
sys.exit(machine.run(sys.executable, "-m", "tests.system.lab.inside", "pytest", *tests))
