"""For the apply tests: a small site, somebody who answers every question, and a client that logs in to the lab's Host β."""

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path

from msgspec.structs import replace

from tests.system.lab import base
from tests.system.lab.host import LabHost
from wgwizard.applying import Change, Event, HostKey, Outcome, Prompt, Standing
from wgwizard.derive import complete
from wgwizard.host.connector import SshConnector
from wgwizard.host.facts import Facts
from wgwizard.keys import Keyring, complete_keyring, public_of, remember
from wgwizard.lock import Lock
from wgwizard.plan import make_plan
from wgwizard.plan.model import HOST, Plan
from wgwizard.secret import Secret
from wgwizard.site import Host, Needs, Opens, Point, Site, SiteNetwork, Strategy
from wgwizard.target import Target

ADDRESS = f"{base.ADMIN}@192.168.200.2"


def small_site(*, points: int = 2, keys_on_host: bool = False) -> Site:
    """One LAN in both families, a few points that open connections."""
    return Site(
        name="lab",
        networks=(SiteNetwork(ip_network("192.168.200.0/24"), "lan"), SiteNetwork(ip_network("fd00:200::/64"), "lan6")),
        host=Host(
            name="beta",
            addresses=(ip_interface("192.168.200.2/24"), ip_interface("fd00:200::2/64")),
            ssh=ADDRESS,
            keys_on_host=keys_on_host,
        ),
        points=tuple(Point(name=f"point{number}") for number in range(1, points + 1)),
        router=(ip_address("192.168.200.254"),),
        needs=Needs(opens=Opens.POINTS),
    )


@dataclass
class Answers:
    """An applying.Ask that says what it was told to say, and keeps what it was asked."""

    accept: bool = True
    wanted: bool = True
    password: str | tuple[str, ...] | None = None
    passphrase: str | tuple[str, ...] | None = None
    login: str | tuple[str, ...] | None = None
    typed: tuple[str, ...] | None = None
    may_install: bool = True
    before_confirm: Callable[[], None] = lambda: None
    host_keys: list[HostKey] = field(default_factory=list)
    previews: list[tuple[Change, ...]] = field(default_factory=list)
    warned: list[tuple[str, ...]] = field(default_factory=list)
    passwords_asked: list[str] = field(default_factory=list)
    passphrases_asked: list[str] = field(default_factory=list)
    logins_asked: list[str] = field(default_factory=list)
    prompted: list[tuple[str, tuple[Prompt, ...]]] = field(default_factory=list)
    installs: list[tuple[tuple[str, ...], str]] = field(default_factory=list)

    def accept_host_key(self, key: HostKey) -> bool:
        self.host_keys.append(key)
        return self.accept

    def confirm(self, changes: tuple[Change, ...], warnings: tuple[str, ...] = ()) -> bool:
        self.previews.append(changes)
        self.warned.append(warnings)
        self.before_confirm()
        return self.wanted

    def sudo_password(self, who: str, refused: int = 0) -> Secret | None:
        self.passwords_asked.append(who)
        return self._next(self.password, refused)

    def key_passphrase(self, path: str, refused: int = 0) -> Secret | None:
        self.passphrases_asked.append(path)
        return self._next(self.passphrase, refused)

    def login_password(self, who: str, refused: int = 0) -> Secret | None:
        self.logins_asked.append(who)
        return self._next(self.login, refused)

    def answers(self, who: str, said: str, prompts: tuple[Prompt, ...]) -> tuple[Secret, ...] | None:
        self.prompted.append((said, prompts))
        return tuple(map(Secret, self.typed)) if self.typed is not None else None

    @staticmethod
    def _next(given: "str | tuple[str, ...] | None", refused: int) -> Secret | None:
        """The only one again and again, or those of a tuple one after the other."""
        given = (given,) * 9 if isinstance(given, str) else given or ()
        return Secret(given[refused]) if refused < len(given) else None

    def install(self, packages: tuple[str, ...], command: str) -> bool:
        self.installs.append((packages, command))
        return self.may_install


@dataclass
class Client:
    """The person's side: `known_hosts` starts with the host's key unless a test takes it away."""

    host: LabHost
    known_hosts: Path | None
    identity: str | None
    site: Site
    strategy: Strategy = Strategy.MASQUERADE
    answers: Answers = field(default_factory=Answers)
    events: list[Event] = field(default_factory=list)
    keyring: Keyring = field(default_factory=Keyring)
    lock: Lock = field(default_factory=Lock)
    on_event: Callable[[Event], None] = lambda _: None
    confirm_timeout: float = 30.0
    accept_host_key: tuple[str, ...] = ()
    address: str = ADDRESS
    sudo_password: Secret | None = None
    connector: SshConnector = field(default_factory=SshConnector)

    def know_host(self, address: str = "192.168.200.2") -> None:
        """Write the host's key down, as after an earlier login."""
        self.known_hosts.write_text(f"{address} {self.host.host_key}\n")
        # sudo itself leaves this file at an admin's first use of it.
        self.host.sh("install -o admin -g admin -m 0644 /dev/null /home/admin/.sudo_as_admin_successful")

    def change_site(self, site: Site) -> None:
        """Describe another site; addresses and keys that were given out stay."""
        self.site, self.lock, problems = complete(site, self.lock)
        assert not [problem for problem in problems if problem.is_error]
        self.keyring = complete_keyring(self.site, self.keyring, self.lock)

    def plan(self, facts: Facts | None) -> Plan:
        own = {node: public_of(key) for node, key in self.keyring.private.items()}
        public = {**remember(self.lock, self.keyring).public_keys, **own}
        return make_plan(self.site, self.strategy, masquerade_into_tunnel=False, public_keys=public, facts=facts)

    @property
    def target(self) -> Target:
        return Target(
            self.address,
            self.identity,
            str(self.known_hosts) if self.known_hosts is not None else None,
            accept_host_key=self.accept_host_key,
            sudo_password=self.sudo_password,
            confirm_timeout=self.confirm_timeout,
        )

    def tell(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)

    def apply(self, *, dry_run: bool = False) -> Outcome:
        self.change_site(self.site)
        return self.connector.apply(self.site, self.plan, self.keyring, self.target, self.answers, self.tell, dry_run=dry_run)

    def handshakes(self) -> dict[str, float | None]:
        return self.connector.handshakes("wg0", self.target, self.answers)

    def status(self) -> Standing:
        return self.connector.status("wg0", self.target, self.answers)

    def rollback(self) -> Outcome:
        return self.connector.rollback("wg0", self.target, self.answers, self.tell)

    def uninstall(self) -> Outcome:
        return self.connector.uninstall(self.site.tunnel.interface, self.target, self.answers, self.tell)


def with_points(site: Site, count: int) -> Site:
    """The same site with so many points."""
    return replace(site, points=tuple(Point(name=f"point{number}") for number in range(1, count + 1)))


__all__ = ["ADDRESS", "HOST", "Answers", "Client", "small_site", "with_points"]
