"""Logging in: the keys in ssh's order, then what the server asks for, then a password; never more attempts than the server allows."""

from collections.abc import Callable, Iterator

import paramiko

from wgwizard.applying import Ask, Prompt
from wgwizard.errors import RemoteError, UsageError
from wgwizard.host import key_files
from wgwizard.host.identities import Identities, Identity, identities
from wgwizard.host.key_files import KeyFile, PublicHalf, UnusableKeyError
from wgwizard.host.logins import MOST_TRIES, Logins, Passwords, account
from wgwizard.host.ssh_config import Login
from wgwizard.host.userauth import Reply, Said, Transport, UserAuth
from wgwizard.secret import Secret
from wgwizard.target import Target

MOST_ROUNDS = 20  # of questions in one login; a server that goes on asking would never end
MOST_FAILURES = 5  # the sixth would end the connection (MaxAuthTries)
KEY, INTERACTIVE, PASSWORD = "publickey", "keyboard-interactive", "password"


class Authentication:
    """One login. `opened` gives a new connection with its host key checked; the last one is the one that is logged in."""

    def __init__(self, opened: Callable[[], Transport], login: Login, target: Target, ask: Ask, logins: Logins) -> None:
        self._opened = opened
        self._login = login
        self._target = target
        self._ask = ask
        self._logins = logins
        self._identities: Identities | None = None
        self._tried: list[str] = []
        self._notes: list[str] = []
        self._hints: list[str] = []
        self._failures = 0
        self._asked_in_vain = 0
        self._further = False
        self._methods: tuple[str, ...] = ()

    def run(self) -> Transport:
        """The logged-in connection; raises RemoteError saying what was tried and what to do."""
        reply = self._connect()
        who = self._login.who
        self._account = account(who, self._transport.get_remote_server_key().asbytes())
        remembered = self._logins.passwords.get(self._account)
        self._passwords = Passwords(remembered, self._target.ssh_password, self._ask_password)
        self._methods = offered = reply.methods
        keys = self._try_keys()
        while reply.said is not Said.ACCEPTED:
            attempt = self._next_attempt(reply, keys)
            if attempt is None:
                raise self._failure(offered)
            reply = self._counted(attempt)
        return self._transport

    def close(self) -> None:
        """End the last connection."""
        self._transport.close()

    def _connect(self) -> Reply:
        self._transport = self._opened()
        self._auth = UserAuth(self._transport, self._login.user)
        self._failures = 0
        reply = self._auth.begin()
        if reply.said is Said.LOST:
            raise self._hung_up(reply)
        return reply

    def _next_attempt(self, reply: Reply, keys: Iterator[Reply]) -> Reply | None:
        """The next thing to try of what the server takes, done; `None` where nothing is left."""
        self._methods = reply.methods or self._methods
        if KEY in self._methods and (tried := next(keys, None)) is not None:
            return tried
        for method, attempt in ((INTERACTIVE, self._interactive), (PASSWORD, self._with_password)):
            if method in self._methods and (tried := attempt()) is not None:
                return tried
        return None

    def _counted(self, reply: Reply) -> Reply:
        if reply.said is Said.LOST:
            raise self._hung_up(reply)
        if reply.said is Said.EXPIRED:
            raise RemoteError(
                f"The password of {self._login.who} has expired, and the host wants a new one.",
                f"Log in once to change it: ssh {self._login.who}",
            )
        self._further = self._further or reply.said is Said.FURTHER
        self._failures += reply.said is Said.REFUSED
        return reply

    # -- keys ---------------------------------------------------------------------------------------------------------------

    def _try_keys(self) -> Iterator[Reply]:
        """One reply for each key that was offered; the one that served last time comes first."""
        self._identities = identities(self._target, self._login)
        served = self._logins.served.get(self._account)
        for identity in sorted(self._identities.found, key=lambda one: one.name != served):
            if self._failures >= MOST_FAILURES:
                self._notes.append(f"{identity.name} was not tried, as the host ends the connection after a few")
                continue
            reply = self._try_key(identity)
            if reply is None:
                continue
            if reply.said in (Said.ACCEPTED, Said.FURTHER):
                self._logins.served[self._account] = identity.name
            else:
                self._tried.append(identity.name)
            yield reply

    def _try_key(self, identity: Identity) -> Reply | None:
        """The server's reply to this key; `None` where it was not offered at all."""
        if identity.file is not None:
            return self._try_file(identity, identity.file)
        if identity.public is None or identity.key is None:
            return None
        offered = self._auth.offer(identity.public.kind, identity.public.blob)
        if offered.said is not Said.WOULD_ACCEPT:
            return offered
        try:
            return self._auth.sign(identity.public.kind, identity.public.blob, identity.key)
        except (paramiko.SSHException, OSError):
            self._notes.append(f"{identity.name} would be accepted, but the agent did not sign with it")
            return None

    def _try_file(self, identity: Identity, file: KeyFile) -> Reply | None:
        """A locked key is opened only once the server would take it."""
        key = self._logins.keys.get(str(file.path))
        if key is None and file.locked:
            if str(file.path) in self._logins.left_out:
                return None
            if identity.public is not None:
                offered = self._auth.offer(identity.public.kind, identity.public.blob)
                if offered.said is not Said.WOULD_ACCEPT:
                    return offered
        if key is None:
            key = self._unlocked(file)
        if key is None:
            return None
        self._logins.keys[str(file.path)] = key
        self._stay_connected()
        public = identity.public or PublicHalf(key.get_name(), key.asbytes())
        return self._auth.sign(public.kind, public.blob, key)

    def _unlocked(self, file: KeyFile) -> paramiko.PKey | None:
        passphrases = Passwords(None, self._target.key_passphrase, lambda refused: self._ask.key_passphrase(str(file.path), refused))
        try:
            if not file.locked:
                return key_files.opened(file.path, None)
            while (passphrase := passphrases.next()) is not None:
                key = key_files.opened(file.path, passphrase)
                if key is not None:
                    return key
                passphrases.refused += 1
        except UnusableKeyError as error:
            self._notes.append(f"{file.path} {error.reason}")
            self._hints.append(error.hint)
            return None
        self._logins.left_out.add(str(file.path))
        wrong = f"{passphrases.refused} wrong" if passphrases.refused else "none given"
        self._notes.append(f"{file.path} is locked by a passphrase ({wrong})")
        self._hints.append(f"Unlock it into the agent first: ssh-add {file.path}")
        return None

    def _stay_connected(self) -> None:
        """The server may have hung up while a passphrase or password was being typed (LoginGraceTime)."""
        if not self._transport.is_active() and not self._further:
            self._connect()

    # -- passwords ----------------------------------------------------------------------------------------------------------

    def _with_password(self) -> Reply | None:
        password = self._passwords.next()
        if password is None:
            return None
        self._make_room()
        reply = self._auth.with_password(password)
        if reply.said in (Said.ACCEPTED, Said.FURTHER):
            self._logins.passwords[self._account] = password
        else:
            self._logins.passwords.pop(self._account, None)
            self._passwords.refused += 1
        return reply

    def _ask_password(self, refused: int) -> Secret | None:
        """Where nobody can be asked it is said which keys were tried before."""
        try:
            return self._ask.login_password(self._login.who, refused)
        except UsageError as error:
            raise UsageError("\n".join([error.message, *self._tried_keys()]), "; or ".join([*self._hints[:1], error.hint])) from None

    def _make_room(self) -> None:
        """A new connection where refused keys have used up the attempts of this one, or the server has hung up meanwhile."""
        if self._failures > MOST_FAILURES - MOST_TRIES and not self._further:
            self._transport.close()
        self._stay_connected()

    def _interactive(self) -> Reply | None:
        """What the server asks for: a password is remembered, other answers, such as one-time codes, serve once."""
        if self._asked_in_vain >= MOST_TRIES:
            return None
        self._make_room()
        reply, password, rounds = self._auth.interactive(), None, 0
        while reply.said is Said.PROMPTS:
            rounds += 1
            if rounds > MOST_ROUNDS:
                raise self._endless()
            if len(reply.prompts) == 1 and _is_password(reply.prompts[0]):
                password = self._passwords.next()
                answers = _alone(password)
            else:
                answers = self._ask.answers(self._login.who, reply.text, reply.prompts) if reply.prompts else ()
            if answers is None:
                self._asked_in_vain = MOST_TRIES
                return None
            reply = self._auth.answer(answers)
        if reply.said in (Said.ACCEPTED, Said.FURTHER):
            if password is not None:
                self._logins.passwords[self._account] = password
        else:
            self._asked_in_vain += 1
            self._logins.passwords.pop(self._account, None)
            self._passwords.refused += password is not None
        return reply

    # -- what to say --------------------------------------------------------------------------------------------------------

    def _tried_keys(self) -> list[str]:
        """Which keys were refused, and which were not used and why."""
        left_out = [*self._notes, *(self._identities.left_out if self._identities is not None else ())]
        lines = [f"Refused: {', '.join(self._tried)}."] if self._tried else []
        if not self._tried and not left_out:
            lines.append("No key was found: neither in an agent nor in ~/.ssh.")
        return lines + [f"Not used: {note}." for note in left_out]

    def _failure(self, offered: tuple[str, ...]) -> RemoteError:
        """What was tried, what was not and why, what the host takes, and what to do."""
        login = self._login
        by = "by key" if not self._passwords.refused else "by key or password" if self._tried else "by password"
        lines = [f"{login.address} does not let {login.user} in {by}.", *self._tried_keys()]
        if self._passwords.refused:
            lines.append(f"The password was wrong ({self._passwords.refused} tried).")
        lines.append(f"The host lets in by: {', '.join(offered) or 'nothing that it names'}.")
        if said := self._auth.banner_text():
            lines.append(f"It says: {said}")
        hints = [*self._hints, self._identities.hint if self._identities is not None else ""]
        usual = f"Put your public key there: ssh-copy-id {_for_ssh(login)}; or name the right key with --identity."
        return RemoteError("\n".join(lines), next((hint for hint in hints if hint), usual))

    def _endless(self) -> RemoteError:
        login = self._login
        return RemoteError(
            f"{login.address} goes on asking while {login.user} is being logged in: after {MOST_ROUNDS} rounds it has not decided.",
            f"See what it asks: ssh -o PreferredAuthentications={INTERACTIVE} {_for_ssh(login)}",
        )

    def _hung_up(self, reply: Reply) -> RemoteError:
        login = self._login
        tried = f" after {', '.join(self._tried)}" if self._tried else ""
        return RemoteError(
            f"{login.address} ended the connection while {login.user} was being logged in{tried}: {reply.text or 'no reason given'}.",
            "It may allow fewer attempts or not know this user: name the right key with --identity; after many attempts wait a minute.",
        )


def _alone(secret: Secret | None) -> tuple[Secret, ...] | None:
    return None if secret is None else (secret,)


def _is_password(prompt: Prompt) -> bool:
    """Whether a prompt asks for the usual password, which may be remembered; a new or one-time one may not."""
    words = prompt.text.lower()
    return not prompt.echo and "password" in words and not any(word in words for word in ("new", "current", "one-time", "retype", "otp"))


def _for_ssh(login: Login) -> str:
    port = f"-p {login.address.port} " if login.address.port != 22 else ""
    return f"{port}{login.who}"
