"""A change of Host β that undoes itself: staged and armed over one connection, checked and confirmed over another."""

import contextlib
import re
import secrets
import time
from collections.abc import Callable, Iterator

from msgspec import Struct, field

from wgwizard.applying import Ask, Event, State, Step, Tell
from wgwizard.errors import RemoteError, WgwizardError
from wgwizard.host.channel import ConnectionLostError
from wgwizard.host.connecting import connect
from wgwizard.host.facts import Facts
from wgwizard.host.layout import Layout
from wgwizard.host.logins import Logins
from wgwizard.host.masking import shown
from wgwizard.host.probe import probe
from wgwizard.host.scripts import script, source
from wgwizard.host.shell import RootShell
from wgwizard.host.steps import Staging, engine_digest, stage_function
from wgwizard.site import LOCAL
from wgwizard.target import Target

ACTIVATION_TIMEOUT = 150.0
CONFIRM_TIMEOUT = 90.0
UNDO_TIMEOUT = 90.0
RETRIES = (0.0, 1.0, 3.0, 8.0)  # seconds before each attempt at the second connection: sshd punishes haste (lock-out 24)
_SAID = re.compile(r"@ (\w+) ?(.*)")
_STEPS = {"stage": Step.STAGE, "backup": Step.BACKUP, "arm": Step.ARM, "activate": Step.ACTIVATE}
_NEXT = {Step.STAGE: Step.BACKUP, Step.BACKUP: Step.ARM, Step.ARM: Step.ACTIVATE}
_DOING = {
    Step.STAGE: "sending the files into the host's memory",
    Step.BACKUP: "saving what is there",
    Step.ARM: "waiting for the host's own undo to run",
    Step.ACTIVATE: "loading the rules, starting the tunnel",
    Step.CONFIRM: "telling the host to keep it",
    Step.PERSIST: "writing it for the next boot",
}
_TEXTS = {
    Step.STAGE: "the files are staged in the host's memory",
    Step.BACKUP: "what is there is saved",
    Step.ARM: "the host undoes by itself, unless it is confirmed in time",
    Step.ACTIVATE: "the new rules and the tunnel run, not yet for good",
    Step.VERIFY: "a new connection works, and the host runs as planned",
    Step.CONFIRM: "the host will not undo it any more",
    Step.PERSIST: "it stays over a reboot",
}
_TAKING_OFF = {
    State.RUNNING: "stopping the tunnel, taking the rules out",
    State.DONE: "tunnel and rules are gone, not yet for good",
}


class Transaction(Struct):
    """One change: its id, and how far it has come; `undo_at` is the monotonic time at which the host undoes it."""

    layout: Layout
    target: Target
    ask: Ask
    tell: Tell
    logins: Logins
    mode: str
    facts: Facts
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    undo_at: float | None = None
    notes: list[str] = field(default_factory=list)
    _ending: tuple[str, str] | None = None

    @contextlib.contextmanager
    def run(self, shell: RootShell, staging: Staging, differences: Callable[[Facts], tuple[str, ...]]) -> Iterator[RootShell]:
        """Do it all; gives the shell of the new connection.

        `differences` compares the facts after the activation with the plan. Raises RemoteError with the host as it was, or saying
        how it stands.
        """
        with contextlib.ExitStack() as connections:
            if not shell.connection.alive:  # a person may have read the preview for longer than the server waits
                shell = self._open(shell)
                connections.enter_context(shell.connection)
            with self._undone_when_interrupted(shell):
                try:
                    self._activate(shell, staging)
                except ConnectionLostError:
                    raise self._lost_while_activating(shell) from None
                fresh = self._verified(shell, differences)
                connections.enter_context(fresh.connection)
                self._confirm(fresh)
            yield fresh

    @contextlib.contextmanager
    def _undone_when_interrupted(self, shell: RootShell) -> Iterator[None]:
        """Somebody who presses Ctrl-C does not wait for the deadline."""
        try:
            yield
        except (KeyboardInterrupt, SystemExit):
            if self.undo_at is not None:
                with contextlib.suppress(WgwizardError):
                    self._ask_for_undo(shell)
            raise

    def said(self, step: Step, state: State, text: str = "") -> None:
        """Tell the front end, with the seconds left until the host undoes."""
        left = max(0.0, self.undo_at - time.monotonic()) if self.undo_at is not None else None
        self.tell(Event(step, state, text or self._text(step, state), left))

    def _text(self, step: Step, state: State) -> str:
        if self.mode == "uninstall" and step is Step.ACTIVATE:
            return _TAKING_OFF.get(state, "")
        if state is State.RUNNING:
            return _DOING.get(step, "")
        if step is Step.PERSIST and self.mode != "uninstall" and not self.facts.system.starts_us:
            return "the files are written; it lasts until the host's next restart, unless its own start-up calls the start script"
        return _TEXTS.get(step, "")

    # -- the first connection -----------------------------------------------------------------------------------------------

    def _activate(self, shell: RootShell, staging: Staging) -> None:
        self.said(Step.STAGE, State.RUNNING)
        text = script(
            self.layout,
            "recover",
            "transaction",
            main=stage_function(staging, f"END-{secrets.token_hex(12)}") + 'main "$@"; exit',
            ID=self.id,
            MODE=self.mode,
            SECONDS_TO_UNDO=str(round(self.target.confirm_timeout)),
            FINGERPRINT=self.facts.fingerprint,
            WHO=self._who(shell),
            ENGINE_SHA256=engine_digest(staging),
        )
        result = shell.run(text, timeout=ACTIVATION_TIMEOUT, secret=True, on_line=self._on_line)
        if self._ending is not None:
            raise self._refusal(*self._ending)
        if result.status != 0 or self.undo_at is None:
            raise RemoteError(
                f"The host could not do it (status {result.status}): {shown(result.stderr)}", "It is as it was, or will be within moments."
            )

    def _who(self, shell: RootShell) -> str:
        client = f" from {self.facts.ssh.client}" if self.facts.ssh is not None else ""
        return f"{shell.connection.who}{client}"

    def _on_line(self, line: str) -> None:
        match = _SAID.fullmatch(line)
        if match is None:
            return
        word, rest = match.groups()
        if word == "done" and rest in _STEPS:
            step = _STEPS[rest]
            if step is Step.ARM:
                self.undo_at = time.monotonic() + self.target.confirm_timeout
            self.said(step, State.DONE)
            if step in _NEXT:
                self.said(_NEXT[step], State.RUNNING)
        elif word == "note":
            self.notes.append(rest)
        elif word in ("failed", "busy", "changed", "undone"):
            self._ending = (word, rest)

    def _refusal(self, word: str, rest: str) -> RemoteError:
        if word == "busy":
            return RemoteError(f"Another session is changing this host: {rest}.", "Wait until it has ended; its lock ends by itself.")
        if word == "changed":
            return RemoteError(
                "The host changed between the preview and now; nothing was done.", "Look at the new preview, and apply again."
            )
        if word == "undone":
            self.undo_at = None
            return RemoteError(f"It did not work, and the host is as it was again: {rest.strip()}", "Mend the reason, and apply again.")
        return RemoteError(f"The host refused: {rest}.", "Mend the reason, and apply again.")

    def _lost_while_activating(self, shell: RootShell) -> RemoteError:
        if self.undo_at is None:
            return RemoteError("The connection was lost before anything was changed.", "The host is as it was. Apply again.")
        self.said(Step.ACTIVATE, State.FAILED, "the connection was lost; the host undoes it")
        return self._undone("the connection was lost during the activation", shell)

    # -- the second connection ----------------------------------------------------------------------------------------------

    def _verified(self, shell: RootShell, differences: Callable[[Facts], tuple[str, ...]]) -> RootShell:
        """A new connection that proves that the host can still be reached, and whose probe finds what was planned (lock-out 4)."""
        local = self.target.address == LOCAL
        self.said(Step.VERIFY, State.RUNNING, "looking at the host" if local else "logging in anew")
        try:
            fresh = self._reconnected(shell)
        except WgwizardError as error:
            self.said(Step.VERIFY, State.FAILED, error.message)
            raise self._undone(f"no new connection was possible ({error.message.rstrip('.')})", shell) from None
        try:
            wrong = differences(probe(fresh, self.layout))
        except WgwizardError as error:
            fresh.connection.close()
            self.said(Step.VERIFY, State.FAILED, error.message)
            raise self._undone(error.message, shell) from None
        if wrong:
            self.said(Step.VERIFY, State.FAILED, "; ".join(wrong[:5]))
            with fresh.connection:
                raise self._undone("the host does not run as planned: " + "; ".join(wrong[:5]), fresh)
        self.said(Step.VERIFY, State.DONE, self._verified_locally() if local else "")
        return fresh

    def _verified_locally(self) -> str:
        """What was not tested where the wizard runs on the host itself."""
        if self.facts.ssh is None:
            return "the host runs as planned; nobody is logged in by SSH who could be cut off"
        return f"the host runs as planned, and nothing of it concerns {self.facts.ssh.client}, from where you are logged in"

    def _reconnected(self, shell: RootShell) -> RootShell:
        """A new connection with the same host key, tried a few times and only while there is time to confirm."""
        last: WgwizardError | None = None
        for pause in RETRIES:
            if self.undo_at is not None and time.monotonic() + pause > self.undo_at - 5:
                break
            if last is not None:
                self.said(Step.VERIFY, State.RUNNING, f"trying again in {pause:.0f} s: {last.message}")
            time.sleep(pause)
            try:
                return self._open(shell)
            except RemoteError as error:
                last = error
        raise last or RemoteError("there was no time left", "Give more with --confirm-timeout.")

    def _open(self, shell: RootShell) -> RootShell:
        connection = connect(self.target, self.ask, self.logins, pinned=shell.connection.host_keys)
        return RootShell(connection, self.target, self.ask, self.logins)

    def _confirm(self, fresh: RootShell) -> None:
        self.said(Step.CONFIRM, State.RUNNING)
        self._ending = None
        done: set[str] = set()

        def on_line(line: str) -> None:
            self._on_line(line)
            match = _SAID.fullmatch(line)
            if match and match[1] == "done":
                done.add(match[2])
                if match[2] == "confirm":
                    self.undo_at = None
                    self.said(Step.CONFIRM, State.DONE)
                    self.said(Step.PERSIST, State.RUNNING)

        result = fresh.run(script(self.layout, "confirm", ID=self.id), timeout=CONFIRM_TIMEOUT, on_line=on_line)
        if self._ending is not None and self._ending[0] == "undone":
            self.said(Step.CONFIRM, State.FAILED, "too late")
            raise self._refusal("undone", f"the confirmation came too late; {self._ending[1]}")
        if "persist" not in done:
            reason = self._ending[1] if self._ending else shown(result.stderr)
            self.said(Step.PERSIST, State.FAILED, reason)
            raise RemoteError(
                f"The new set-up runs and is confirmed, but could not be written for the next boot: {reason or 'no reason given'}.",
                "Mend the reason, and apply again: the host then finishes what is left.",
            )
        self.said(Step.PERSIST, State.DONE)

    # -- when it does not work ----------------------------------------------------------------------------------------------

    def _undone(self, reason: str, shell: RootShell) -> RemoteError:
        """Ask the host to undo at once, over the connection that is left or, after the deadline, a new one; says what came of it."""
        with contextlib.suppress(WgwizardError):
            if self._ask_for_undo(shell):
                return self._undone_error(reason)
        if self.undo_at is not None:
            time.sleep(max(0.0, self.undo_at + 3 - time.monotonic()))
        with contextlib.suppress(WgwizardError):
            fresh = self._open(shell)
            with fresh.connection:
                if self._ask_for_undo(fresh):
                    return self._undone_error(reason)
        return RemoteError(
            f"It was not confirmed: {reason}.",
            "The host undoes it by itself when its time is over, but cannot be asked now. Look again in a minute.",
        )

    def _ask_for_undo(self, shell: RootShell) -> bool:
        result = shell.run(script(self.layout, "undo", ID=self.id), timeout=UNDO_TIMEOUT)
        return b"@ undone" in result.stdout

    def _undone_error(self, reason: str) -> RemoteError:
        self.undo_at = None
        return RemoteError(f"It was undone, and the host is as it was: {reason}.", "Mend the reason, and apply again.")


def engine_script(layout: Layout, identifier: str, mode: str) -> str:
    """The script that works on the host by itself; it comes after the functions that it uses."""
    parts = source("tunnel") + source("starting") + source("forwarding") + source("engine")
    return script(layout, main=parts + 'main "$@"; exit', ID=identifier, MODE=mode)
