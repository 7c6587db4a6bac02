"""A TCP connection to a host, or why there is none."""

import socket

from wgwizard.errors import RemoteError
from wgwizard.host.address import SshAddress

REACH_TIMEOUT = 15.0
DEAD_PEER_MILLISECONDS = 8000


def reach(address: SshAddress) -> socket.socket:
    """A connection to the first of the host's addresses that answers; RemoteError saying what happened and what to do."""
    where = f"{address} port {address.port}"
    try:
        connection = socket.create_connection((address.host, address.port), timeout=REACH_TIMEOUT)
    except socket.gaierror:
        raise RemoteError(
            f"No address is known for {address.host}.", "Check how it is written; a name of ~/.ssh/config needs a Host block there."
        ) from None
    except ConnectionRefusedError:
        raise RemoteError(
            f"{where} cannot be reached: it refuses the connection, so nothing listens there.",
            "Does sshd run on it (systemctl status ssh), and on this port? Another one is written behind the name: host:2222.",
        ) from None
    except TimeoutError:
        raise RemoteError(
            f"{where} cannot be reached: it did not answer within {REACH_TIMEOUT:.0f} s.",
            f"Is it switched on, and is the port let through by the firewalls on the way? Try: ping {address.host}",
        ) from None
    except OSError as error:
        raise RemoteError(
            f"{where} cannot be reached: {error.strerror or error}.", f"Is this computer in the right network? Try: ping {address.host}"
        ) from error
    _set_options(connection)
    return connection


def _set_options(connection: socket.socket) -> None:
    """No waiting for full segments (48 ms an exec), and a dead peer noticed in about 8 s."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_USER_TIMEOUT", DEAD_PEER_MILLISECONDS),
        ("TCP_KEEPIDLE", 4),
        ("TCP_KEEPINTVL", 2),
        ("TCP_KEEPCNT", 3),
    ):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
