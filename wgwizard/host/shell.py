"""Scripts run as root on Host β over one connection: sudo found out, its password asked once and tried once."""

from collections.abc import Callable

from wgwizard.applying import Ask, Target
from wgwizard.errors import CancelledError, RemoteError
from wgwizard.host import launch
from wgwizard.host.masking import shown
from wgwizard.host.ssh import Connection, Result
from wgwizard.secret import Secret

VALIDATION_TIMEOUT = 20.0


class RootShell:
    """Runs scripts as root; `password` is remembered for the connections that follow, once sudo has taken it."""

    def __init__(self, connection: Connection, target: Target, ask: Ask, password: Secret | None = None) -> None:
        self.connection = connection
        self._target = target
        self._ask = ask
        self.password = password

    def run(self, script: str, *, timeout: float, secret: bool = False, on_line: Callable[[str], None] | None = None) -> Result:
        """Run `script` as root; `secret` ones travel over stdin. RemoteError where root cannot be had."""
        build = launch.over_stdin if secret else launch.inline
        result = self.connection.run(build(script, self.password), timeout=timeout, on_line=on_line)
        if result.status == launch.NEEDS_PASSWORD:
            self.password = self._validated_password()
            result = self.connection.run(build(script, self.password), timeout=timeout, on_line=on_line)
        if result.status == launch.NO_SENTINEL:
            raise RemoteError(
                f"{self._who()} is not root, and the host has no sudo that would make it so.",
                "Log in as root, or install sudo on the host and let this user use it.",
            )
        if result.status == launch.NO_TOOLS:
            raise RemoteError(
                "The host lacks base64 or gzip, as small systems such as OpenWrt do; changing those is not supported yet.",
                "Write the files with `wgwizard plan` instead.",
            )
        return result

    def _who(self) -> str:
        return f"{self.connection.user}@{self.connection.address.host}"

    def _validated_password(self) -> Secret:
        password = self._target.sudo_password or self._ask.sudo_password(self._who())
        if password is None:
            raise CancelledError("No password for sudo was given; nothing was changed.")
        if "\n" in password.reveal() or "\r" in password.reveal():
            raise RemoteError("The password for sudo has a line end in it.", "Give the password alone.")
        result = self.connection.run(launch.validation(password), timeout=VALIDATION_TIMEOUT)
        if result.status == 0:
            return password
        said = shown(result.stderr, [password])
        if "sudoers" in said or "not allowed" in said:
            raise RemoteError(f"sudo does not let {self._who()} do anything: {said}", "Let this user use sudo, or log in as root.")
        if "tty" in said or "terminal" in said:
            raise RemoteError(
                f"sudo on the host wants a terminal (requiretty): {said}",
                f"Add `Defaults:{self.connection.user} !requiretty`.",
            )
        raise RemoteError(
            f"sudo did not accept the password of {self._who()}; it was tried once.", "Give the right one; nothing was changed."
        )
