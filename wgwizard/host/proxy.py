"""ssh's ProxyCommand: a program that is the connection.

paramiko's own ProxyCommand keeps a core busy until the timeout when its program dies at once (docs/apply.md); a socket pair ends with it.
"""

import os
import socket
import subprocess
import threading

from wgwizard.host.masking import shown

SAID_CAP = 64 * 1024
LAST_WORDS_TIMEOUT = 1.0


class Proxy:
    """A running ProxyCommand; its program ends when `socket` is closed."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.socket, other = socket.socketpair()
        shell = os.environ.get("SHELL") or "/bin/sh"
        with other:
            # A session of its own: Ctrl-C here must not cut off the host before it was told to undo.
            self._process = subprocess.Popen(
                [shell, "-c", f"exec {command}"],
                stdin=other.fileno(),
                stdout=other.fileno(),
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        self._words = b""
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        for line in self._process.stderr or ():
            self._words += line[: max(0, SAID_CAP - len(self._words))]
        self._process.wait()

    def said(self) -> str:
        """What it said on stderr, once it has ended or a second has passed."""
        self._reader.join(LAST_WORDS_TIMEOUT)
        return shown(self._words)
