"""FakeConnector stands in for a real host; the live one is in tests/system."""

import threading
from dataclasses import dataclass, field

from wgwizard.applying import Ask, Change, Difference, Event, HostKey, Outcome, Proven, Standing, State, Step, Tell
from wgwizard.errors import CancelledError, RemoteError
from wgwizard.host.facts import Facts
from wgwizard.secret import Secret
from wgwizard.target import Target

HOST_PUBLIC_KEY = "aG9zdC1iZXRhLXB1YmxpYy1rZXktb2YtYS10ZXN0ISE="
FINGERPRINT = "SHA256:9rXtn0Zk3kB1uQ8yVd2mYtG5w7cNfE6aHsLpJ4oRiUq"
CHANGES = (
    Change("/etc/wgwizard/wg0.nft", "create", "--- /dev/null\n+++ /etc/wgwizard/wg0.nft\n@@ -0,0 +1 @@\n+table inet wgwizard_wg0 {}\n"),
    Change(
        "/etc/wireguard/wg0.conf",
        "create",
        "--- /dev/null\n+++ /etc/wireguard/wg0.conf\n@@ -0,0 +1,2 @@\n+[Interface]\n+PrivateKey = (hidden)\n",
    ),
)


@dataclass
class FakeConnector:
    """Asks everything that can be asked and tells what an apply tells; `fails_at` breaks there, and the host goes back.

    `shows` is what a look finds, `None` for a host that cannot be reached.
    """

    fails_at: Step | None = None
    handshake_of: str | None = None
    shows: Facts | None = None
    warns: tuple[str, ...] = ()
    applied: list[str] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    sudo: list[Secret | None] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    def apply(self, site, make_plan, keyring, target, ask: Ask, tell: Tell, *, dry_run: bool) -> Outcome:
        self.targets.append(target)
        tell(Event(Step.CONNECT, State.RUNNING, target.address))
        if not ask.accept_host_key(HostKey("192.168.1.10", 22, "ssh-ed25519", FINGERPRINT)):
            raise CancelledError("the host key was not accepted", "compare it on the host itself")
        tell(Event(Step.CONNECT, State.DONE, f"{FINGERPRINT[:11]}…"))
        self.sudo.append(ask.sudo_password("admin@192.168.1.10"))
        plan = make_plan(Facts(ipv4_forwarding=True))
        tell(Event(Step.PROBE, State.DONE, "nftables 1.0.6"))
        if not ask.confirm(CHANGES, self.warns):
            raise CancelledError("nothing was changed")
        tell(Event(Step.ARM, State.DONE, "if anything goes wrong, or this terminal dies", undo_in=90.0))
        tell(Event(Step.ACTIVATE, State.RUNNING, f"{plan.host.interface}", undo_in=72.0))
        self.go_on.wait(20)
        if self.fails_at is not None:
            raise RemoteError(
                "the tunnel did not come up, so the host went back to how it was", "see: journalctl -u wg-quick@wg0 on the host"
            )
        self.applied.append(plan.strategy.value)
        for step in (Step.ACTIVATE, Step.VERIFY, Step.CONFIRM, Step.PERSIST, Step.CHECK):
            tell(Event(step, State.DONE, ""))
        return Outcome(changed=True, state="applied", host_public_key=HOST_PUBLIC_KEY, notes=("ufw is active: 2 rules were added",))

    def look(self, target, ask: Ask) -> Facts:
        self.targets.append(target)
        if not ask.accept_host_key(HostKey("192.168.1.10", 22, "ssh-ed25519", FINGERPRINT)):
            raise CancelledError("the host key was not accepted", "compare it on the host itself")
        if self.shows is None:
            raise RemoteError("192.168.1.10 port 22 cannot be reached: Connection refused.", "Check the address.")
        return self.shows

    def rollback(self, interface, target, ask, tell) -> Outcome:
        raise AssertionError("the wizard does not roll back")

    def uninstall(self, interface, target, ask, tell) -> Outcome:
        raise AssertionError("the wizard does not uninstall")

    def status(self, interface, target, ask, prove=None) -> Standing:
        assert prove is not None
        edited = Difference(f"peer {self.handshake_of} is missing")
        return Standing(interface, applied=True, differences=(edited,), proven=(Proven(False, "nas, tcp 443", "never answers"),))

    def handshakes(self, interface, target, ask) -> dict[str, float | None]:
        return {self.handshake_of: 3.0} if self.handshake_of is not None else {}
