"""SSH user authentication message by message (RFC 4252, RFC 4256): what paramiko's own does not give.

paramiko neither asks whether a key would be accepted before it signs, nor says which methods the server offers, and its waiting for
an answer can miss one that comes at once.
"""

import queue
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import paramiko
from msgspec import Struct
from paramiko.auth_handler import AuthHandler
from paramiko.common import (
    MSG_SERVICE_ACCEPT,
    MSG_USERAUTH_BANNER,
    MSG_USERAUTH_FAILURE,
    MSG_USERAUTH_INFO_REQUEST,
    MSG_USERAUTH_SUCCESS,
    cMSG_SERVICE_REQUEST,
    cMSG_USERAUTH_INFO_RESPONSE,
    cMSG_USERAUTH_REQUEST,
)
from paramiko.message import Message

from wgwizard.applying import Prompt
from wgwizard.host.masking import shown
from wgwizard.secret import Secret

ANSWER_TIMEOUT = 30.0


class Said(StrEnum):
    """What the server says to a request; `FURTHER` is a success after which it wants another method, `PROMPTS` lines to answer."""

    ACCEPTED = "accepted"
    FURTHER = "further"
    REFUSED = "refused"
    WOULD_ACCEPT = "would accept"
    PROMPTS = "prompts"
    EXPIRED = "expired"
    LOST = "lost"


class Reply(Struct, frozen=True):
    """`methods` are those that can continue, of FURTHER and REFUSED; `text` is the server's own, of PROMPTS and LOST."""

    said: Said
    methods: tuple[str, ...] = ()
    text: str = ""
    prompts: tuple[Prompt, ...] = ()


class Transport(paramiko.Transport):
    """Keeps why the server hung up, and the key that it showed."""

    disconnected = ""

    def get_remote_server_key(self) -> paramiko.PKey:
        """The key of the handshake, also once the connection has ended: whatever is sent over it next says so in its own words."""
        return self.host_key or super().get_remote_server_key()

    def _parse_disconnect(self, m: Message) -> None:
        m.get_int()
        self.disconnected = shown(m.get_text())


class UserAuth(AuthHandler):
    """Authenticates `user` on a transport whose encryption is agreed; each request waits for the server's reply."""

    def __init__(self, transport: Transport, user: str) -> None:
        super().__init__(transport)
        self._transport = transport
        self._internals: Any = transport
        self._user = user
        self._replies: queue.Queue[Reply] = queue.Queue()
        self._method = ""
        transport.auth_handler = self

    # -- requests -----------------------------------------------------------------------------------------------------------

    def begin(self) -> Reply:
        """Ask which methods there are; may let us in at once."""
        service = Message()
        service.add_byte(cMSG_SERVICE_REQUEST)
        service.add_string("ssh-userauth")
        if (reply := self._exchange(service)).said is Said.LOST:
            return reply
        return self._request("none", lambda _: None)

    def offer(self, kind: str, blob: bytes) -> Reply:
        """Whether a public key or certificate would be accepted, without signing anything."""
        algorithm = _algorithm(kind)

        def finish(message: Message) -> None:
            message.add_boolean(False)
            message.add_string(algorithm)
            message.add_string(blob)

        return self._request("publickey", finish)

    def sign(self, kind: str, blob: bytes, key: paramiko.PKey) -> Reply:
        """Log in with a key, or with the certificate `blob` of it."""
        algorithm = _algorithm(kind)
        head = Message()
        head.add_boolean(True)
        head.add_string(algorithm)
        head.add_string(blob)
        signed = Message()
        signed.add_string(self._transport.session_id or b"")
        signed.add_bytes(self._head("publickey").asbytes())
        signed.add_bytes(head.asbytes())
        signature = key.sign_ssh_data(signed.asbytes(), algorithm)

        def finish(message: Message) -> None:
            message.add_bytes(head.asbytes())
            message.add_string(signature)

        return self._request("publickey", finish)

    def with_password(self, password: Secret) -> Reply:
        """Log in with a password."""

        def finish(message: Message) -> None:
            message.add_boolean(False)
            message.add_string(password.reveal())

        return self._request("password", finish)

    def interactive(self) -> Reply:
        """Let the server ask what it wants."""

        def finish(message: Message) -> None:
            message.add_string("")
            message.add_string("")

        return self._request("keyboard-interactive", finish)

    def answer(self, answers: tuple[Secret, ...]) -> Reply:
        """Answer the server's prompts."""
        message = Message()
        message.add_byte(cMSG_USERAUTH_INFO_RESPONSE)
        message.add_int(len(answers))
        for one in answers:
            message.add_string(one.reveal())
        return self._exchange(message)

    def _head(self, method: str) -> Message:
        message = Message()
        message.add_byte(cMSG_USERAUTH_REQUEST)
        message.add_string(self._user)
        message.add_string("ssh-connection")
        message.add_string(method)
        return message

    def _request(self, method: str, finish: Callable[[Message], None]) -> Reply:
        self._method = method
        message = self._head(method)
        finish(message)
        return self._exchange(message)

    def _exchange(self, message: Message) -> Reply:
        if not self._transport.is_active():
            return self._lost()
        try:
            self._internals._send_message(message)  # noqa: SLF001 - paramiko has no public way
            return self._replies.get(timeout=ANSWER_TIMEOUT)
        except queue.Empty:
            return Reply(Said.LOST, text="it did not answer in time")
        except (paramiko.SSHException, OSError, EOFError):
            return self._lost()

    def _lost(self) -> Reply:
        return Reply(Said.LOST, text=self._transport.disconnected or self.banner_text())

    def banner_text(self) -> str:
        """What the server said to the person before it decided, such as that the account has expired."""
        return shown(self.banner or "")

    # -- the server's messages, in the transport's thread -------------------------------------------------------------------

    def abort(self) -> None:
        """The connection has ended."""
        self._replies.put(self._lost())

    def _parse_service_accept(self, m: Message) -> None:
        self._replies.put(Reply(Said.ACCEPTED, text=m.get_text()))

    def _parse_userauth_success(self, _: Message) -> None:
        self.authenticated = True
        self._internals._auth_trigger()  # noqa: SLF001 - compression waits for it
        self._replies.put(Reply(Said.ACCEPTED))

    def _parse_userauth_failure(self, m: Message) -> None:
        methods = tuple(m.get_list())
        self._replies.put(Reply(Said.FURTHER if m.get_boolean() else Said.REFUSED, methods))

    def _parse_userauth_info_request(self, m: Message) -> None:
        """Number 60, which means something else to each method."""
        if self._method == "publickey":
            self._replies.put(Reply(Said.WOULD_ACCEPT))
        elif self._method == "password":
            self._replies.put(Reply(Said.EXPIRED, text=shown(m.get_text())))
        else:
            name, instruction, _ = m.get_text(), m.get_text(), m.get_text()
            prompts = tuple(Prompt(shown(m.get_text()), m.get_boolean()) for _ in range(min(m.get_int(), 16)))
            text = "\n".join(part for part in (shown(name), shown(instruction)) if part)
            self._replies.put(Reply(Said.PROMPTS, text=text, prompts=prompts))

    def _parse_userauth_banner(self, m: Message) -> None:
        self.banner = m.get_text()

    @property
    def _client_handler_table(self) -> dict[int, Callable[[Message], None]]:
        return {
            MSG_SERVICE_ACCEPT: self._parse_service_accept,
            MSG_USERAUTH_SUCCESS: self._parse_userauth_success,
            MSG_USERAUTH_FAILURE: self._parse_userauth_failure,
            MSG_USERAUTH_BANNER: self._parse_userauth_banner,
            MSG_USERAUTH_INFO_REQUEST: self._parse_userauth_info_request,
        }


def _algorithm(kind: str) -> str:
    """How a key of this type signs: an RSA key with SHA-2 (RFC 8332)."""
    return kind.replace("ssh-rsa", "rsa-sha2-512")
