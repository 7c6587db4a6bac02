"""What was typed or found out while logging in, kept in memory so that nobody is asked twice while the program runs."""

from collections.abc import Callable

import paramiko
from msgspec import Struct, field

from wgwizard.host.known_hosts import fingerprint
from wgwizard.secret import Secret

MOST_TRIES = 3


class Logins(Struct):
    """What is remembered.

    `keys` holds the unlocked key of each key file, `served` the name of the key that last let us in, `passwords` and `sudo` what was
    right, each by `account`; `left_out` the key files whose passphrase nobody wants to type now.
    """

    keys: dict[str, paramiko.PKey] = field(default_factory=dict)
    served: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, Secret] = field(default_factory=dict)
    sudo: dict[str, Secret] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """A new apply or look: what was left out before may be wanted now."""
        self.left_out.clear()


def account(who: str, host_key: bytes) -> str:
    """Whose secrets these are: user@host on the machine with this key, as behind other ports and jump hosts are others of that name."""
    return f"{who} {fingerprint(host_key)}"


class Passwords:
    """The passwords to try for one thing, one after the other: the remembered one, the given one, then those that are typed.

    `given` (of an option) is tried once and nothing is asked after it; else at most three are asked for. `refused` counts the wrong.
    """

    def __init__(self, remembered: Secret | None, given: Secret | None, ask: Callable[[int], Secret | None]) -> None:
        self._ready = [secret for secret in (remembered, given) if secret is not None]
        self._may_ask = given is None
        self._ask = ask
        self._asked = 0
        self.refused = 0

    def next(self) -> Secret | None:
        """The next one to try; `None` where there is none, or nobody wants to type one."""
        if self._ready:
            return self._ready.pop(0)
        if not self._may_ask or self._asked >= MOST_TRIES:
            return None
        self._asked += 1
        typed = self._ask(self.refused)
        self._may_ask = typed is not None
        return typed
