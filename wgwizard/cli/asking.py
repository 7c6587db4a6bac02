"""The questions of an apply at a terminal; without one nothing is asked, and what is missing is said."""

import os
import shlex
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from wgwizard.cli.change_text import changes_list, changes_text
from wgwizard.cli.streams import has_terminal
from wgwizard.errors import RemoteError, UsageError
from wgwizard.secret import Secret

if TYPE_CHECKING:
    from wgwizard.applying import Change, HostKey, Prompt

_OTHERS_READ = 0o044


class TerminalAsk(Struct, frozen=True):
    """Asks on the terminal (applying.Ask); `yes` answers whether changes are wanted, never whether a host key is right."""

    yes: bool

    def accept_host_key(self, key: "HostKey") -> bool:
        """Whether the fingerprint is the host's own."""
        if not has_terminal():
            raise RemoteError(
                f"the host key of {key.host} (port {key.port}) is not known: {key.kind} {key.fingerprint}",
                "compare it with the host's own (there: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), "
                f"then add --accept-host-key {key.fingerprint}",
            )
        say(f"{key.host} (port {key.port}) shows a {key.kind} key that is not known here: {key.fingerprint}")
        return _asked("Is that the host's own key?")

    def confirm(self, changes: tuple["Change", ...], warnings: tuple[str, ...] = ()) -> bool:
        """Whether these changes are wanted."""
        if self.yes:
            return True
        _need_terminal("nobody can be asked whether the changes are wanted", "look at them with --dry-run, then add --yes")
        say(f"{changes_text(changes)}\n\nIn short:\n{changes_list(changes)}")
        for warning in warnings:
            say(f"! {warning}")
        return _asked("Make these changes?")

    def sudo_password(self, who: str, refused: int = 0) -> Secret | None:
        """The password for sudo; an empty one cancels."""
        _need_terminal(f"sudo asks for the password of {who}", "add --sudo-password-file FILE, or allow sudo without a password")
        return _hidden(f"[sudo] password of {who}", refused)

    def key_passphrase(self, path: str, refused: int = 0) -> Secret | None:
        """The passphrase of an SSH key; an empty one leaves the key out."""
        _need_terminal(
            f"the SSH key {path} is locked by a passphrase",
            f"add --key-passphrase-file FILE, or unlock it first: ssh-add {shlex.quote(path)}",
        )
        return _hidden(f"passphrase of the SSH key {path} (empty: leave it out)", refused)

    def login_password(self, who: str, refused: int = 0) -> Secret | None:
        """The password of a login; an empty one gives up."""
        _need_terminal(f"the host asks for the password of {who}", "add --ssh-password-file FILE, or log in by key")
        return _hidden(f"password of {who}", refused)

    def answers(self, who: str, said: str, prompts: tuple["Prompt", ...]) -> tuple[Secret, ...] | None:
        """What the login asks for; the end of the input gives up."""
        asked = ", ".join(prompt.text.strip().rstrip(":") for prompt in prompts)
        _need_terminal(f"the login of {who} asks for: {asked}", "log in by key, which needs no such answer")
        if said:
            say(said)
        try:
            return tuple(_answer(prompt) for prompt in prompts)
        except EOFError:
            return None

    def install(self, packages: tuple[str, ...], command: str) -> bool:
        """Whether these missing packages may be installed."""
        if self.yes:
            return True
        _need_terminal(f"the host lacks {', '.join(packages)}", f"install them there ({command}), or add --yes")
        return _asked(f"The host lacks {', '.join(packages)}. Run “{command}” there?")


def the_passphrase(*, may_skip: bool = False) -> Secret:
    """The passphrase of the sealed keys; empty where somebody who `may_skip` goes on without them."""
    skip = " (Enter: go on without them)" if may_skip else ""
    return _unseen(f"passphrase of the sealed keys{skip}: ")


def new_passphrase(known: Iterable[str] = ()) -> Secret:
    """A new passphrase, asked for twice; how strong it is is said, and a weak one is taken only after a yes. `known`: see strength."""
    from wgwizard.passphrase import Level, strength

    first = _unseen("new passphrase, to seal the keys with (Enter: six words are made): ")
    if not first:
        first = _made_passphrase()
    else:
        found = strength(first, known)
        say(found.text)
        if found.level is Level.WEAK and not _asked("Take it all the same?"):
            raise UsageError("no passphrase was chosen", "run it again and choose another one; Enter alone makes one")
    if _unseen("once more: ") != first:
        raise UsageError("the two passphrases differ", "try again")
    return first


def _made_passphrase() -> Secret:
    """Six words, shown once to be written down."""
    from wgwizard.passphrase import made_passphrase

    made = made_passphrase()
    say(f"Write it down now, on paper or in a password manager; it is not shown again:\n\n  {made.reveal()}\n")
    return made


def read_secret(source: str, what: str) -> Secret:
    """The secret in a file, or behind a file descriptor's number; one newline at its end is left out. UsageError where there is none."""
    try:
        if source.isdecimal():
            with os.fdopen(int(source), encoding="utf-8", closefd=False) as stream:
                text = stream.read()
        else:
            text = Path(source).read_text(encoding="utf-8")
            _warn_if_open(source, what)
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{what}: {source} cannot be read: {reason}", "name a file, or the number of an open file descriptor") from None
    text = text.removesuffix("\n")
    if not text:
        raise UsageError(f"{what}: {source} is empty", "write the secret into it, in one line")
    return Secret(text)


def _warn_if_open(source: str, what: str) -> None:
    """Say so where other users can read a secret's file; pipes and terminals are no such files."""
    about = Path(source).stat()
    if stat.S_ISREG(about.st_mode) and about.st_mode & _OTHERS_READ:
        say(f"! {what}: {source} can be read by other users (mode {stat.S_IMODE(about.st_mode):04o}): chmod 600 {shlex.quote(source)}")


def say(text: str) -> None:
    """A line for the person; data goes to stdout, words to stderr."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal front end


def _need_terminal(message: str, hint: str) -> None:
    if not has_terminal():
        raise UsageError(f"{message}, and there is no terminal to ask at", hint)


def _hidden(what: str, refused: int) -> Secret | None:
    """What is typed without being seen; `None` for nothing."""
    if refused:
        say(f"× That was not it ({refused} tried).")
    return _unseen(f"{what}: ") or None


def _unseen(words: str) -> Secret:
    """What is typed after these words without being seen."""
    from getpass import getpass

    return Secret(getpass(words, stream=sys.stderr))


def _answer(prompt: "Prompt") -> Secret:
    if not prompt.echo:
        return _unseen(f"{prompt.text} ")
    print(f"{prompt.text} ", end="", file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal front end
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return Secret(line.removesuffix("\n"))


def _asked(question: str) -> bool:
    """Yes or no; the end of the input is no."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)  # noqa: T201 - as above
    return sys.stdin.readline().strip().lower() in ("y", "yes")
