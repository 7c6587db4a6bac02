"""The way to Host β: each host's key checked before anything is sent to it, then the login, over jump hosts where there are some.

paramiko 5.1 sets no TCP_NODELAY and notices no dead peer (docs/apply.md).
"""

import contextlib
import socket
from collections.abc import Mapping

import paramiko
from msgspec import Struct
from msgspec.structs import replace

from wgwizard.applying import Ask, HostKey
from wgwizard.errors import CancelledError, RemoteError
from wgwizard.host import host_certificates, known_hosts
from wgwizard.host.address import parse_address
from wgwizard.host.authentication import Authentication
from wgwizard.host.channel import Connection
from wgwizard.host.host_keys import HostKeyFiles
from wgwizard.host.local import LocalConnection
from wgwizard.host.logins import Logins
from wgwizard.host.masking import shown
from wgwizard.host.proxy import Proxy
from wgwizard.host.reaching import reach
from wgwizard.host.ssh import CONNECT_TIMEOUT, SshConnection
from wgwizard.host.ssh_config import Login, way
from wgwizard.host.userauth import Transport
from wgwizard.site import LOCAL
from wgwizard.target import Target

_DISCONNECTED = (paramiko.SSHException, OSError, EOFError)


def connect(target: Target, ask: Ask, logins: Logins, *, pinned: Mapping[str, bytes] | None = None) -> Connection:
    """A new authenticated connection; an unknown host key is asked about with no connection to that host open, then pinned.

    `pinned` are the keys that an earlier connection saw: any other is refused. The address "local" is this computer. Raises
    RemoteError or CancelledError.
    """
    if target.address == LOCAL:
        return LocalConnection()
    hops = way(parse_address(target.address))
    keys = dict(pinned or {})
    with contextlib.ExitStack() as undo:
        transports: list[Transport] = []
        for login in hops:
            last = login is hops[-1]
            own = target if last else replace(target, identity=None, ssh_password=None)  # as ssh -i and -J have it
            through = transports[-1] if transports else None
            hop = _Hop(login, own, ask, keys, through, str(hops[len(transports) - 1].address), on_the_way=not last)
            authentication = Authentication(hop.open, login, own, ask, logins)
            undo.callback(hop.close)
            try:
                transports.append(authentication.run())
            except RemoteError as error:
                raise error if last else _at_jump_host(target, error) from error
        undo.pop_all()
    return SshConnection(transports, hops[-1], keys)


def _at_jump_host(target: Target, error: RemoteError) -> RemoteError:
    """Nobody typed that host's name here: it is said where it comes from."""
    return RemoteError(f"On the way to {target.address}, at a jump host of ssh's configuration: {error.message}", error.hint)


class _Hop(Struct):
    """One host on the way; `keys` are the host keys seen so far, `through` the connection to `via` that leads to it."""

    login: Login
    target: Target
    ask: Ask
    keys: dict[str, bytes]
    through: Transport | None
    via: str
    on_the_way: bool
    _transport: Transport | None = None

    def open(self) -> Transport:
        """A connection with its encryption agreed, the host's key known and nothing authenticated yet."""
        name = self.login.known_hosts_name
        files = HostKeyFiles.of(self.target, self.login)
        transport = self._handshake(files.kinds())
        key = transport.get_remote_server_key()
        if name not in self.keys:
            if files.check(key) is known_hosts.Verdict.UNKNOWN:
                self.close()  # the server's login grace time does not run while a person reads
                self._accept(key, files)
                self.keys[name] = key.asbytes()
                transport = self._handshake((key.get_name(),))
                key = transport.get_remote_server_key()
            else:
                self.keys[name] = key.asbytes()
        if key.asbytes() != self.keys[name]:
            raise RemoteError(
                f"The host key of {self.login.address} changed between two connections.",
                "Do not go on: find out what answers at this address.",
            )
        return transport

    def close(self) -> None:
        """End this host's connection."""
        if self._transport is not None:
            self._transport.close()

    def _accept(self, key: paramiko.PKey, files: HostKeyFiles) -> None:
        address, print_ = self.login.address, known_hosts.fingerprint(key.asbytes())
        if self.target.accept_host_key:
            self._refuse_another_hosts(print_)
            if print_ not in self.target.accept_host_key:
                raise RemoteError(
                    f"{address} shows the host key {print_}, not the {' or '.join(self.target.accept_host_key)} that was to be accepted.",
                    "Compare with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the host's console.",
                )
        elif not self.ask.accept_host_key(HostKey(address.host, address.port, key.get_name(), print_, self.on_the_way)):
            raise CancelledError("The host key was not accepted; nothing was sent to the host.")
        files.remember(key)

    def _refuse_another_hosts(self, print_: str) -> None:
        """Each accepted fingerprint serves one host: a jump host that answers in the place of the next one shows its own key."""
        before = [known_hosts.fingerprint(key) for key in self.keys.values()].count(print_)
        if 0 < self.target.accept_host_key.count(print_) <= before:
            raise RemoteError(
                f"{self.login.address} shows the host key {print_}, which a host on the way to it showed, too.",
                "That host may be answering in its place. If the two do share one key, give --accept-host-key with it twice.",
            )

    def _handshake(self, kinds: tuple[str, ...]) -> Transport:
        """The known key types are asked for first."""
        self.close()
        with contextlib.ExitStack() as undo:
            connection, proxy = self._socket()
            undo.callback(connection.close)
            try:
                transport = Transport(connection)
                options = transport.get_security_options()
                options.key_types = _in_order(tuple(options.key_types), kinds)
                transport.start_client(timeout=CONNECT_TIMEOUT)
            except _DISCONNECTED as error:
                raise _no_ssh(self.login, error, proxy) from error
            undo.pop_all()
        self._transport = transport
        return transport

    def _socket(self) -> "tuple[socket.socket | paramiko.Channel, Proxy | None]":
        address = self.login.address
        if self.login.proxy is not None:
            proxy = Proxy(self.login.proxy)
            return proxy.socket, proxy
        if self.through is None:
            return reach(address), None
        try:
            return self.through.open_channel("direct-tcpip", (address.host, address.port), ("127.0.0.1", 0), timeout=CONNECT_TIMEOUT), None
        except _DISCONNECTED as error:
            raise RemoteError(
                f"The jump host {self.via} cannot reach {address} port {address.port}: {_reason(error)}.",
                "The name is looked up there, not here. Is it right, and may the jump host forward (AllowTcpForwarding)?",
            ) from error


def _reason(error: Exception) -> str:
    """What a host said of a way that it did not open."""
    return shown(error.text if isinstance(error, paramiko.ChannelException) else str(error)) or "it hung up"


def _no_ssh(login: Login, error: Exception, proxy: Proxy | None) -> RemoteError:
    """The other side answers, but not as an SSH server."""
    said = shown(str(error))
    address = f"{login.address} port {login.address.port}"
    hung_up = not said or isinstance(error, EOFError) or "reset" in said or "reading SSH protocol banner" in said
    if proxy is not None:
        return RemoteError(
            f"The ProxyCommand that leads to {address} failed: {proxy.said() or ('it hung up' if hung_up else said)}.",
            f"It is from ssh's configuration: {proxy.command}",
        )
    if hung_up:
        return RemoteError(
            f"{address} hung up before it said that it is an SSH server.",
            "Is it the SSH port? Many attempts in a short time cause this, too (MaxStartups, fail2ban, penalties): wait ten minutes.",
        )
    return RemoteError(
        f"{address} answers, but not as an SSH server that we can talk to: {said}.",
        "Is it the SSH port? Another one is written behind the name: host:2222.",
    )


def _in_order(usual: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """The key types to ask for: the known ones first, certificates before them, each in the usual order, as ssh does."""
    certificates = tuple(kind for kind in host_certificates.KINDS if kind in known)
    wanted = {algorithm for kind in known for algorithm in _algorithms(kind)}
    return (*certificates, *sorted(usual, key=lambda kind: kind not in wanted))


def _algorithms(kind: str) -> tuple[str, ...]:
    """The signature algorithms of a key type: an RSA key signs with SHA-2 (RFC 8332)."""
    return ("rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,)
