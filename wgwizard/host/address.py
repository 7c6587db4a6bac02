"""The address by which Host β is logged in to: [user@]host[:port]."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from msgspec import Struct

from wgwizard.errors import UsageError

SSH_PORT = 22
_SHAPE = "Write it as [user@]host[:port]; an IPv6 address with a port goes in brackets: root@[2001:db8::2]:22."
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,63}\$?")
_DIGITS = re.compile(r"[0-9.]*\.[0-9.]*")
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_.])?")


class SshAddress(Struct, frozen=True):
    """Where and as whom to log in; `user` `None` is the local user's name; `host` is bare, without brackets."""

    user: str | None
    host: str
    port: int = SSH_PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}" if self.user else host

    @property
    def known_hosts_name(self) -> str:
        """The name under which known_hosts keeps the host's key: lower case, "[host]:port" where the port is not 22 (sshd(8))."""
        host = self.host.lower()
        return host if self.port == SSH_PORT else f"[{host}]:{self.port}"


def parse_address(text: str) -> SshAddress:
    """The parts of `text`; raises UsageError naming what is wrong."""
    user, at, rest = text.rpartition("@")
    if at and not _USER.fullmatch(user):
        raise UsageError(f"The SSH user {user!r} is not a user's name.", _SHAPE)
    host, port = _split_port(text, rest)
    if ":" in host:
        try:
            IPv6Address(host)
        except AddressValueError:
            raise UsageError(f"{host!r} in the SSH address {text!r} is not an IPv6 address.", _SHAPE) from None
    elif _DIGITS.fullmatch(host) and not _is_ipv4(host):
        raise UsageError(f"{host!r} in the SSH address {text!r} is not an IPv4 address.", _SHAPE)
    elif not _HOST.fullmatch(host):
        raise UsageError(f"{host!r} in the SSH address {text!r} is not a host's name.", _SHAPE)
    return SshAddress(user or None, host, port)


def _is_ipv4(host: str) -> bool:
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True


def _split_port(text: str, rest: str) -> tuple[str, int]:
    if rest.startswith("["):
        host, bracket, tail = rest[1:].partition("]")
        if not bracket or (tail and not tail.startswith(":")):
            raise UsageError(f"The brackets in the SSH address {text!r} do not fit.", _SHAPE)
        return host, _port(text, tail[1:]) if tail else SSH_PORT
    if rest.count(":") == 1:
        host, _, port = rest.partition(":")
        return host, _port(text, port)
    return rest, SSH_PORT


def _port(text: str, digits: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", digits) or not 1 <= int(digits) <= 65535:
        raise UsageError(f"The port {digits!r} in the SSH address {text!r} is not a number from 1 to 65535.", _SHAPE)
    return int(digits)
