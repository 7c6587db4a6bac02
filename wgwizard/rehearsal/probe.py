"""Real connections between the replica's nodes, all at once, and the source address that each accepting side saw."""

import errno
import os
import selectors
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.rehearsal import echo
from wgwizard.rehearsal.replica import Replica
from wgwizard.site import Address

Way = Literal["tcp", "udp", "icmp"]

WAIT_SECONDS = 2.0  # a drop shows itself only by silence; a path that works answers in some milliseconds
REPEAT_SECONDS = 0.3  # a datagram may get lost while a tunnel wakes up
TOKEN_BYTES = 4
_IP_PKTINFO = 8  # <linux/in.h>; Python's socket module has only the IPv6 one


class Question(Struct, frozen=True):
    """Can `origin` open a connection to `address`:`port`? `listener` is the node that should answer, at its `listen_port`.

    Without a listener something on the far side listens already, and being let in is all that counts. Ping has no ports.
    """

    origin: str
    address: Address
    protocol: Way
    port: int = 0
    listener: str | None = None
    listen_port: int = 0


class Answer(Struct, frozen=True):
    """What was measured: `source_seen` is the address that the listener saw, `None` where nothing arrived and came back.

    `error` is the system's own word where the connection failed at once ("No route to host"), "" for silence.
    """

    reached: bool
    source_seen: Address | None = None
    error: str = ""


def ask(replica: Replica, questions: Sequence[Question], *, seconds: float = WAIT_SECONDS) -> tuple[Answer, ...]:
    """The answers, in the order of the questions (at most 65535); everything happens within `seconds`, in this one thread.

    A connection counts when the listener got what was sent and the origin got it back.
    """
    with selectors.DefaultSelector() as selector:
        sockets: list[socket.socket] = []
        try:
            return _Round(replica, questions, selector, sockets).answers(seconds)
        finally:
            for each in sockets:
                each.close()


class _Round:
    """One round of questions: the sockets of all nodes in one selector. A socket stays in the namespace where it was made."""

    def __init__(
        self, replica: Replica, questions: Sequence[Question], selector: selectors.BaseSelector, sockets: list[socket.socket]
    ) -> None:
        self._questions = questions
        self._selector = selector
        self._sockets = sockets
        self._watchers: list[tuple[int, socket.socket]] = []
        self._seen: dict[int, Address] = {}
        self._answers: dict[int, Answer] = {}
        self._datagrams: dict[int, tuple[socket.socket, bytes]] = {}
        listeners = {(q.listener, q.protocol, q.listen_port, q.address.version) for q in questions if q.listener is not None}
        for node in dict.fromkeys(listener[0] for listener in listeners):
            with replica.entered(node):
                for _, protocol, port, version in (listener for listener in listeners if listener[0] == node):
                    self._listen(protocol, port, version)
        for node in dict.fromkeys(question.origin for question in questions):
            with replica.entered(node):
                for index, question in enumerate(questions):
                    if question.origin == node:
                        self._connect(index, question)

    def answers(self, seconds: float) -> tuple[Answer, ...]:
        """Serve until every question is answered or the time is over."""
        end = time.monotonic() + seconds
        again = time.monotonic() + REPEAT_SECONDS
        while len(self._answers) < len(self._questions) and (left := end - time.monotonic()) > 0:
            for key, _ in self._selector.select(min(left, REPEAT_SECONDS)):
                key.data(key.fileobj)
            if time.monotonic() > again:
                again += REPEAT_SECONDS
                for index in set(self._datagrams) - set(self._answers):
                    self._send(index)
        for version, raw in self._watchers:
            # The kernel may have answered the last ping before we looked at who asked.
            self._overhear(version, raw)
        return tuple(self._answer(index) for index in range(len(self._questions)))

    def _answer(self, index: int) -> Answer:
        answer = self._answers.get(index, Answer(False))
        return replace(answer, source_seen=self._seen.get(index)) if answer.reached else answer

    def _open(self, protocol: Way, version: int) -> socket.socket:
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        if protocol == "icmp":
            opened = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMP if version == 4 else socket.IPPROTO_ICMPV6)
        else:
            opened = socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM)
        opened.setblocking(False)
        self._sockets.append(opened)
        return opened

    # --- the listening side ---

    def _listen(self, protocol: Way, port: int, version: int) -> None:
        server = self._open(protocol, version)
        if protocol == "icmp":
            # The kernel answers; this only looks at who asked.
            self._watchers.append((version, server))
            self._selector.register(server, selectors.EVENT_READ, lambda raw: self._overhear(version, raw))
            return
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if version == 6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if protocol == "udp":
            _answer_from_where_asked(server, version)
        server.bind(("", port))
        if protocol == "tcp":
            server.listen(1024)
        self._selector.register(server, selectors.EVENT_READ, self._accept if protocol == "tcp" else self._receive)

    def _accept(self, server: socket.socket) -> None:
        connection, _ = server.accept()
        connection.setblocking(False)
        self._sockets.append(connection)
        self._selector.register(connection, selectors.EVENT_READ, self._echo)

    def _echo(self, connection: socket.socket) -> None:
        try:
            token = connection.recv(TOKEN_BYTES)
            if token:
                self._seen[int.from_bytes(token)] = ip_address(connection.getpeername()[0])
                connection.send(token)
        except OSError:
            token = b""  # a reset from the far side ends this connection; its question stays unanswered
        if not token:
            self._selector.unregister(connection)

    def _receive(self, server: socket.socket) -> None:
        token, control, _, peer = server.recvmsg(TOKEN_BYTES, 256)
        self._seen[int.from_bytes(token)] = ip_address(peer[0])
        server.sendmsg([token], control, 0, peer)

    def _overhear(self, version: int, raw: socket.socket) -> None:
        with suppress(BlockingIOError):
            while True:
                packet, peer = raw.recvfrom(2048)
                if (identifier := echo.requested(version, packet)) is not None:
                    self._seen[identifier] = ip_address(peer[0])

    # --- the asking side ---

    def _connect(self, index: int, question: Question) -> None:
        client = self._open(question.protocol, question.address.version)
        code = client.connect_ex((str(question.address), question.port))
        if code and code != errno.EINPROGRESS:
            self._fail(index, code)
        elif question.protocol == "tcp":
            self._selector.register(client, selectors.EVENT_WRITE, lambda made: self._connected(index, made))
        else:
            version, ping = question.address.version, question.protocol == "icmp"
            self._datagrams[index] = client, echo.request(version, index) if ping else index.to_bytes(TOKEN_BYTES)
            self._selector.register(
                client, selectors.EVENT_READ, lambda made: self._pinged(index, version, made) if ping else self._hear(index, made)
            )
            self._send(index)

    def _connected(self, index: int, client: socket.socket) -> None:
        if code := client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._fail(index, code)
            self._selector.unregister(client)
        elif self._questions[index].listener is None:
            self._answers[index] = Answer(True)
            self._selector.unregister(client)
        else:
            client.send(index.to_bytes(TOKEN_BYTES))
            self._selector.modify(client, selectors.EVENT_READ, lambda made: self._hear(index, made))

    def _send(self, index: int) -> None:
        client, message = self._datagrams[index]
        try:
            client.send(message)
        except OSError as error:
            self._fail(index, error.errno or 0)

    def _hear(self, index: int, client: socket.socket) -> None:
        try:
            heard = int.from_bytes(client.recv(TOKEN_BYTES)) == index
            self._answers[index] = Answer(heard)
        except OSError as error:
            self._fail(index, error.errno or 0)
        self._selector.unregister(client)

    def _pinged(self, index: int, version: int, raw: socket.socket) -> None:
        try:
            answered = echo.replied(version, raw.recv(2048)) == index
        except OSError as error:
            self._fail(index, error.errno or 0)
            self._selector.unregister(raw)
            return
        if answered:
            self._answers[index] = Answer(True)
            self._selector.unregister(raw)

    def _fail(self, index: int, code: int) -> None:
        self._answers.setdefault(index, Answer(False, None, os.strerror(code)))


def _answer_from_where_asked(server: socket.socket, version: int) -> None:
    """A datagram's answer must come from the address that was asked, not from the one that the route would choose."""
    if version == 4:
        server.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    else:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
