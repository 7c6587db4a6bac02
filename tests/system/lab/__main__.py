"""`tests/system/run`: builds the lab's file trees if need be, then runs pytest inside private namespaces without an uplink."""

import os
import sys

from tests.system.lab import base


def main() -> None:
    """Re-execute as pid 1 of new namespaces, see `inside`; everything in there dies with this process."""
    if os.geteuid() != 0:
        sys.exit("tests/system/run must run as root: it makes namespaces, mounts and a host with systemd, all private to it")
    try:
        base.build()
    except base.LabError as error:
        sys.exit(f"The lab cannot be built: {error}")
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc"]
    os.execvp(command[0], [*command, sys.executable, "-m", "tests.system.lab.inside", *sys.argv[1:]])


main()
