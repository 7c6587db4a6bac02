"""The parts that applying and uninstalling share: connect, look, refuse, install, and look again."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.applying import Ask, Change, Event, State, Step, Tell
from wgwizard.errors import CancelledError, RemoteError, UsageError
from wgwizard.host import safety
from wgwizard.host.connecting import connect
from wgwizard.host.facts import Facts
from wgwizard.host.layout import Layout, Owner
from wgwizard.host.logins import Logins
from wgwizard.host.masking import shown
from wgwizard.host.owning import owner_of
from wgwizard.host.packages import install_command, install_hint, missing_packages, no_package_helps
from wgwizard.host.probe import probe
from wgwizard.host.scripts import script
from wgwizard.host.shell import RootShell
from wgwizard.host.transaction import Transaction
from wgwizard.problems import Problem
from wgwizard.target import Target

INSTALL_TIMEOUT = 900.0
LEAST_TIMEOUT, LONGEST_TIMEOUT = 5, 3600
RECOVERY_TIMEOUT = 120.0


class Session(Struct):
    """One apply, rollback or uninstall from the front end's side: whom to ask and tell, and what was typed before.

    `layout` has the tunnel's owner once the host was looked at. `with_before`: the probes show what stood before the last apply, too.
    """

    layout: Layout
    target: Target
    ask: Ask
    tell: Tell
    logins: Logins
    with_before: bool = False

    @contextmanager
    def opened(self) -> Iterator[RootShell]:
        """The first connection."""
        if not LEAST_TIMEOUT <= self.target.confirm_timeout <= LONGEST_TIMEOUT:
            raise UsageError(
                f"The host cannot undo after {self.target.confirm_timeout:g} s: the check needs some, and nobody waits for ever.",
                f"Give --confirm-timeout from {LEAST_TIMEOUT} to {LONGEST_TIMEOUT} seconds.",
            )
        self._say(Step.CONNECT, State.RUNNING, self.target.address)
        self.logins.begin()
        with connect(self.target, self.ask, self.logins) as connection:
            self._say(Step.CONNECT, State.DONE, connection.address)
            yield RootShell(connection, self.target, self.ask, self.logins)

    def looked_at(self, shell: RootShell, *, read_only: bool) -> tuple[Facts, tuple[str, ...]]:
        """How the host stands, and notes of what was ended first; raises RemoteError where it cannot be changed at all.

        What an earlier session left half done is ended by the host, unless this is to be `read_only`.
        """
        facts = self._probed(shell)
        self.refuse(safety.unsupported(facts))
        left = facts.transaction
        if left.state == "none":
            return (self._recovered(shell) if left.left_over and not read_only else facts), ()
        if not left.left_over:
            raise RemoteError(
                f"Another session is changing this host: {left.who}; since {left.since}.",
                "Wait until it has ended; its lock ends by itself.",
            )
        if read_only:
            raise RemoteError("An earlier change of this host was not brought to its end.", "Apply: that ends it first.")
        return self._recovered(shell), (f"What an earlier session left ({left.state}) was ended first.",)

    def _probed(self, shell: RootShell) -> Facts:
        self._say(Step.PROBE, State.RUNNING, "looking at the host")
        facts = self.probed(shell)
        name, owner = facts.system.name or facts.system.kernel, self.layout.owner
        self._say(Step.PROBE, State.DONE, name if owner is Owner.WG_QUICK else f"{name}; its tunnel is made by {owner}")
        return facts

    def probed(self, shell: RootShell) -> Facts:
        """How the host stands, with the files of the tunnel's owner, whichever that is."""
        facts = probe(shell, self.layout, with_before=self.with_before)
        owner = owner_of(facts, self.layout.interface)
        if owner is self.layout.owner:
            return facts
        self.layout = replace(self.layout, owner=owner)
        return probe(shell, self.layout, with_before=self.with_before)

    def _recovered(self, shell: RootShell) -> Facts:
        self._say(Step.PROBE, State.RUNNING, "ending what an earlier session left")
        result = shell.run(script(self.layout, "recover", main="recover_now; exit"), timeout=RECOVERY_TIMEOUT)
        if b"@ failed" in result.stdout:
            raise RemoteError(
                "An earlier change was confirmed but cannot be written for the next boot: "
                + shown(result.stdout).removeprefix("@ failed "),
                "Mend the reason, such as a full disk, and apply again.",
            )
        return self._probed(shell)

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Raise RemoteError with every reason, if there is one."""
        if problems:
            self._say(Step.PREVIEW, State.FAILED, problems[0].message)
            raise RemoteError("\n".join(problem.message for problem in problems), problems[0].hint)

    def with_packages(self, shell: RootShell, facts: Facts) -> Facts:
        """The facts once everything needed is installed, with consent; they are probed anew where something was."""
        packages = missing_packages(facts)
        if not packages:
            return facts
        self.refuse(no_package_helps(facts))
        command = install_command(facts.system.package_manager, packages)
        if command is None:
            raise RemoteError(f"The host lacks {', '.join(packages)}, and has no package manager that we know.", "Install them by hand.")
        if not self.ask.install(packages, command):
            raise CancelledError(f"Without {', '.join(packages)} nothing can be applied; the host is as it was.")
        self._say(Step.PROBE, State.RUNNING, command)
        text = f"export DEBIAN_FRONTEND=noninteractive\nmain() {{ {command} </dev/null; }}\n"
        result = shell.run(script(self.layout, main=text + "main; exit"), timeout=INSTALL_TIMEOUT)
        if result.status != 0:
            raise RemoteError(
                f"`{command}` failed on the host: {shown(result.stderr or result.stdout)}", install_hint(facts.system.package_manager)
            )
        facts = self._probed(shell)
        missing = missing_packages(facts)
        if missing:
            raise RemoteError(f"The host still lacks {', '.join(missing)} after `{command}`.", "Install them by hand.")
        return facts

    def previewed(self, found: tuple[Change, ...], what: str = "") -> None:
        """Say how much would change, and `what` that means."""
        text = f"{len(found)} change{'' if len(found) == 1 else 's'}" if found else "nothing to change"
        self._say(Step.PREVIEW, State.DONE, f"{text}: {what}" if what else text)

    def confirmed(self, found: tuple[Change, ...], warnings: tuple[str, ...] = ()) -> None:
        """Raise CancelledError unless the person wants it, who is told the warnings before."""
        if not self.ask.confirm(found, warnings):
            raise CancelledError("Nothing was changed on the host.")

    def transaction(self, mode: str, facts: Facts) -> Transaction:
        """A new change of this host as these facts describe it."""
        return Transaction(self.layout, self.target, self.ask, self.tell, self.logins, mode, facts)

    def checked(self, shell: RootShell, left: Callable[[Facts], tuple[Change, ...]], notes: Iterable[str] = ()) -> Facts:
        """Success is only what a fresh probe finds: nothing `left` to change; raises RemoteError otherwise, with the host's own `notes`."""
        self._say(Step.CHECK, State.RUNNING, "looking at the host again")
        facts = probe(shell, self.layout)
        rest = left(facts)
        if rest:
            self._say(Step.CHECK, State.FAILED, rest[0].path)
            raise RemoteError(
                "\n".join(
                    ("The change was confirmed, but the host is not as planned: " + ", ".join(each.path for each in rest) + ".", *notes)
                ),
                "Apply again and look at what is left.",
            )
        self._say(Step.CHECK, State.DONE, "the host is as planned")
        return facts

    def _say(self, step: Step, state: State, text: str) -> None:
        self.tell(Event(step, state, text))
