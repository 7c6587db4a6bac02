"""The connector, imported when it is first used: paramiko alone takes as long to import as half of the wizard's first page."""

from functools import cached_property
from typing import TYPE_CHECKING

from wgwizard.target import Target

if TYPE_CHECKING:
    from wgwizard.applying import Ask, Connector, MakePlan, Outcome, Standing, Tell
    from wgwizard.host.facts import Facts
    from wgwizard.keys import Keyring
    from wgwizard.plan import Plan
    from wgwizard.site import Site


class LateConnector:
    """Does what `connector.SshConnector` does."""

    @cached_property
    def _ssh(self) -> "Connector":
        from wgwizard.host.connector import SshConnector

        return SshConnector()

    def apply(
        self, site: "Site", make_plan: "MakePlan", keyring: "Keyring", target: Target, ask: "Ask", tell: "Tell", *, dry_run: bool
    ) -> "Outcome":
        """As `applying.Connector`."""
        return self._ssh.apply(site, make_plan, keyring, target, ask, tell, dry_run=dry_run)

    def look(self, target: Target, ask: "Ask") -> "Facts":
        """As `applying.Connector`."""
        return self._ssh.look(target, ask)

    def rollback(self, interface: str, target: Target, ask: "Ask", tell: "Tell") -> "Outcome":
        """As `applying.Connector`."""
        return self._ssh.rollback(interface, target, ask, tell)

    def uninstall(self, interface: str, target: Target, ask: "Ask", tell: "Tell") -> "Outcome":
        """As `applying.Connector`."""
        return self._ssh.uninstall(interface, target, ask, tell)

    def status(self, interface: str, target: Target, ask: "Ask", prove: "Plan | None" = None) -> "Standing":
        """As `applying.Connector`."""
        return self._ssh.status(interface, target, ask, prove)

    def handshakes(self, interface: str, target: Target, ask: "Ask") -> dict[str, float | None]:
        """As `applying.Connector`."""
        return self._ssh.handshakes(interface, target, ask)
