"""What front ends and the connector to Host β say to each other; no terminal, no SSH in here.

`__main__` makes the connector (wgwizard.host) and hands it to the wizard and to `cli`, which know only these types.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from wgwizard.secret import Secret
from wgwizard.target import Target

# Named in what follows, and not needed for the wizard's first page.
if TYPE_CHECKING:
    from wgwizard.host.facts import Facts
    from wgwizard.keys import Keyring
    from wgwizard.plan import Plan
    from wgwizard.site import Site


class Step(StrEnum):
    """The steps of an apply, in order (docs/apply.md)."""

    CONNECT = "connect"
    PROBE = "probe"
    PREVIEW = "preview"
    STAGE = "stage"
    BACKUP = "backup"
    ARM = "arm"
    ACTIVATE = "activate"
    VERIFY = "verify"
    CONFIRM = "confirm"
    PERSIST = "persist"
    CHECK = "check"


class State(StrEnum):
    """How a step stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class Event(Struct, frozen=True):
    """Something that happened; `undo_in` counts the seconds until the host undoes by itself, once that is armed. Never holds a secret."""

    step: Step
    state: State
    text: str
    undo_in: float | None = None


class HostKey(Struct, frozen=True):
    """The key that a host showed and that we did not know: fingerprint as "SHA256:…"; `on_the_way` for a jump host's."""

    host: str
    port: int
    kind: str
    fingerprint: str
    on_the_way: bool = False


class Prompt(Struct, frozen=True):
    """A line that a login asks for by itself, such as a one-time code; `echo` says whether what is typed may be seen."""

    text: str
    echo: bool = False


class Change(Struct, frozen=True):
    """One difference between the host and the plan.

    `diff` is unified, with secrets masked; `kind` is "create", "change", "remove" or "run".
    """

    path: str
    kind: str
    diff: str


class Outcome(Struct, frozen=True):
    """How an apply or uninstall ended.

    `state` is "applied", "unchanged" (the host was as planned), "preview" (a dry run that found changes), "rolled back", "uninstalled"
    or "absent" (there was nothing of ours). `changed` says whether anything was written on the host.
    `host_public_key` is β's WireGuard key as
    the host told it, `None` where it has none yet. `notes` are for people.
    """

    changed: bool
    state: str
    host_public_key: str | None = None
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)


class Difference(Struct, frozen=True):
    """Something on the host that is not as it was applied: `what` in plain words, `diff` unified with secrets masked, or empty."""

    what: str
    diff: str = ""


class Proven(Struct, frozen=True):
    """What a connection from Host β proved: whether something works (`None`: nobody can tell), what, and what was `seen` or is why."""

    works: bool | None
    what: str
    seen: str


class Standing(Struct, frozen=True):
    """How a tunnel of ours stands on the host.

    `applied` is false where there is none. `site`, `strategy` and `who` (the login, and from where) are "" where the host does not
    know them; `at` is when, in seconds since 1970. `put_back` says when and by whom a rollback brought this back. `under_way` says in
    words what change has not ended yet, with its deadline. `handshakes` are seconds by public key, `None` for never. `proven` is what
    connections from the host proved, where they were asked for.
    """

    interface: str
    applied: bool
    site: str = ""
    strategy: str = ""
    who: str = ""
    at: float | None = None
    put_back: tuple[float, str] | None = None
    differences: tuple[Difference, ...] = ()
    under_way: str = ""
    handshakes: Mapping[str, float | None] = field(default_factory=dict)
    proven: tuple[Proven, ...] = ()

    @property
    def as_applied(self) -> bool:
        """Whether there is nothing to look after."""
        failed = any(one.works is False for one in self.proven)
        return self.applied and not self.differences and not self.under_way and not failed


class Ask(Protocol):
    """The questions that come up on the way; each is asked from the worker's thread and blocks until answered."""

    def accept_host_key(self, key: HostKey) -> bool:
        """Whether the fingerprint is the host's own."""

    def confirm(self, changes: tuple[Change, ...], warnings: tuple[str, ...] = ()) -> bool:
        """Whether these changes are wanted; `warnings` are what to know before, a sentence or two each."""

    def sudo_password(self, who: str, refused: int = 0) -> Secret | None:
        """The password for sudo of `who` (user@host), of which `refused` were wrong so far; `None` cancels."""

    def key_passphrase(self, path: str, refused: int = 0) -> Secret | None:
        """The passphrase of the SSH key in this file, of which `refused` were wrong so far; `None` leaves the key out."""

    def login_password(self, who: str, refused: int = 0) -> Secret | None:
        """The password with which `who` (user@host) logs in, of which `refused` were wrong so far; `None` gives up."""

    def answers(self, who: str, said: str, prompts: tuple[Prompt, ...]) -> tuple[Secret, ...] | None:
        """One answer for each line that the login of `who` asks for; `said` is the host's own text. `None` gives up."""

    def install(self, packages: tuple[str, ...], command: str) -> bool:
        """Whether these missing packages may be installed by this command."""


Tell = Callable[[Event], None]


class Connector(Protocol):
    """What can be done with a host; raises RemoteError or CancelledError. `make_plan` is called with what the probe found."""

    def apply(
        self, site: "Site", make_plan: "MakePlan", keyring: "Keyring", target: Target, ask: Ask, tell: Tell, *, dry_run: bool
    ) -> Outcome:
        """Bring the host to the plan, or leave it as it was."""

    def look(self, target: Target, ask: Ask) -> "Facts":
        """What the host shows to whoever logs in, root or not: its place in the network; nothing is changed."""

    def rollback(self, interface: str, target: Target, ask: Ask, tell: Tell) -> Outcome:
        """One step back, to what stood before the last apply; before the first one that is without us."""

    def uninstall(self, interface: str, target: Target, ask: Ask, tell: Tell) -> Outcome:
        """Take everything of ours off the host and put back what was there."""

    def status(self, interface: str, target: Target, ask: Ask, prove: "Plan | None" = None) -> Standing:
        """What is applied, and what of the host is not as it was applied; for a plan to `prove` also what connections from there reach."""

    def handshakes(self, interface: str, target: Target, ask: Ask) -> dict[str, float | None]:
        """For each peer's public key the seconds since its last handshake, `None` for never."""


class MakePlan(Protocol):
    """Facts -> Plan; given by the front end, which owns the site and the chosen strategy."""

    def __call__(self, facts: "Facts") -> "Plan":
        """The plan for a host of which these facts are known."""
