"""Into private namespaces without an uplink: everything in there dies with the process that entered."""

import os
import sys
from typing import NoReturn

from tests.system.lab import base


def enter(*command: str) -> NoReturn:
    """Build the lab's file trees if need be, then go on as pid 1 of new namespaces, which runs `python -m COMMAND`."""
    if os.geteuid() != 0:
        sys.exit("this must run as root: it makes namespaces, mounts and a host with systemd, all private to it")
    try:
        base.build(base.KINDS if os.environ.get(base.ALL_KINDS) else ())
    except base.LabError as error:
        sys.exit(f"The lab cannot be built: {error}")
    spaces = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc"]
    os.execvp(spaces[0], [*spaces, sys.executable, "-m", "tests.system.lab.inside", *command])
