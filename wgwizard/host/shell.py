"""Scripts run as root on Host β over one connection: sudo found out, its password asked for once, each tried alone."""

from collections.abc import Callable

from wgwizard.applying import Ask
from wgwizard.errors import CancelledError, RemoteError
from wgwizard.host import launch
from wgwizard.host.channel import Connection, Result
from wgwizard.host.logins import Logins, Passwords
from wgwizard.host.masking import shown
from wgwizard.secret import Secret
from wgwizard.target import Target

VALIDATION_TIMEOUT = 20.0


class RootShell:
    """Runs scripts as root; the password that sudo took is remembered in `logins` for whatever follows."""

    def __init__(self, connection: Connection, target: Target, ask: Ask, logins: Logins) -> None:
        self.connection = connection
        self._target = target
        self._ask = ask
        self._logins = logins
        self._password: Secret | None = None

    def run(self, script: str, *, timeout: float, secret: bool = False, on_line: Callable[[str], None] | None = None) -> Result:
        """Run `script` as root; `secret` ones travel over stdin. RemoteError where root cannot be had."""
        build = launch.over_stdin if secret else launch.inline
        result = self.connection.run(build(script, self._password), timeout=timeout, on_line=on_line)
        if result.status == launch.NEEDS_PASSWORD:
            self._password = self._validated_password()
            result = self.connection.run(build(script, self._password), timeout=timeout, on_line=on_line)
        if result.status == launch.NO_SENTINEL:
            raise RemoteError(
                f"{self.connection.who} is not root, and the host has no sudo that would make it so.",
                "Log in as root, or install sudo on the host and let this user use it.",
            )
        if result.status == launch.NO_TOOLS:
            raise RemoteError(
                "The host lacks base64 or gzip, as small systems such as OpenWrt do; changing those is not supported yet.",
                "Write the files with `wgwizard plan` instead.",
            )
        return result

    def _validated_password(self) -> Secret:
        """A password that sudo takes: each is tried once, alone, as behind a script sudo would take its lines for further attempts."""
        who, account = self.connection.who, self.connection.account
        passwords = Passwords(
            self._logins.sudo.get(account), self._target.sudo_password, lambda refused: self._ask.sudo_password(who, refused)
        )
        while (password := passwords.next()) is not None:
            if "\n" in password.reveal() or "\r" in password.reveal():
                raise RemoteError("The password for sudo has a line end in it.", "Give the password alone.")
            if self._taken(password):
                self._logins.sudo[account] = password
                return password
            self._logins.sudo.pop(account, None)
            passwords.refused += 1
        if not passwords.refused:
            raise CancelledError("No password for sudo was given; nothing was changed.")
        times = "once" if passwords.refused == 1 else f"{passwords.refused} times"
        raise RemoteError(f"sudo did not accept the password of {who}; it was tried {times}.", "Give the right one; nothing was changed.")

    def _taken(self, password: Secret) -> bool:
        """Whether sudo takes it; RemoteError where it would take none."""
        result = self.connection.run(launch.validation(password), timeout=VALIDATION_TIMEOUT)
        said = shown(result.stderr, [password])
        if result.status == 0:
            return True
        if "sudoers" in said or "not allowed" in said:
            raise RemoteError(
                f"sudo does not let {self.connection.who} be root: {said}",
                f"Let this user do everything by sudo (`{self.connection.user} ALL=(ALL) ALL` in /etc/sudoers.d), or log in as root.",
            )
        if "tty" in said or "terminal" in said:
            raise RemoteError(
                f"sudo on the host wants a terminal (requiretty): {said}",
                f"Add `Defaults:{self.connection.user} !requiretty`.",
            )
        return False
