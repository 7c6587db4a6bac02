"""`tests/system/run`: pytest inside private namespaces without an uplink; without the name of a test, all live ones."""

import sys
from pathlib import Path

from tests.system.lab.entering import enter

given = sys.argv[1:]
names_tests = any(Path(argument.split("::")[0]).exists() for argument in given)
enter("pytest", *(given if names_tests else ["tests/system", *given]))
