"""`python -m tests.record_probe`: the command that makes a host say how it stands, as the program asks it, for tests/unit/probe_output.

It only reads, as root or with sudo where that asks for no password, and hides keys. See CONTRIBUTING.md for how it is sent.
"""

import sys

from wgwizard.host.launch import inline
from wgwizard.host.layout import Layout
from wgwizard.host.probe import probe_script
from wgwizard.site import DEFAULT_INTERFACE


def command() -> str:
    """The command line for the host's shell; what it prints has the word NONCE where the program's own has one made up for it."""
    return inline(probe_script(Layout(DEFAULT_INTERFACE), "NONCE", with_before=False), None).line


if __name__ == "__main__":
    sys.stdout.write(command() + "\n")
