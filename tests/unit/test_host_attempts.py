"""The connections of a proof, really opened on this machine's loopback, by each interpreter that a host may have."""

import socket
import subprocess
from collections.abc import Iterator

import pytest

from wgwizard.host.layout import Layout
from wgwizard.host.scripts import script

QUICK = Layout("wg0")
NOT_OURS = "192.0.2.1"  # RFC 5737: no address of any machine


@pytest.fixture
def ports() -> Iterator[tuple[int, int, int]]:
    """One that listens, one of IPv6 that does, one that refuses."""
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_server(("::1", 0), family=socket.AF_INET6) as six:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            refusing = closed.getsockname()[1]
        yield listening.getsockname()[1], six.getsockname()[1], refusing


def answers(have: str, attempts: str) -> list[str]:
    """What the script says of these attempts on a host that has only the one interpreter."""
    main = f'have() {{ [ "$1" = "{have}" ] && command -v "$1" >/dev/null; }}; attempt_all || echo none; exit'
    text = script(QUICK, "attempts", main=main, ATTEMPTS=attempts, POINTS="", MOST_TOLD="20")
    return sorted(subprocess.run(["sh", "-s"], input=text, capture_output=True, text=True, check=True).stdout.splitlines())


@pytest.mark.parametrize("have", ["perl", "python3"])
def test_each_interpreter_tells_what_became_of_each_connection(have: str, ports: tuple[int, int, int]) -> None:
    four, six, refusing = ports
    tried = [
        f"- 127.0.0.1 {four}",
        f"127.0.0.2 127.0.0.1 {four}",
        f"- ::1 {six}",
        f"- 127.0.0.1 {refusing}",
        f"{NOT_OURS} 127.0.0.1 {four}",
    ]
    text = "\n".join(f"{number} {words}" for number, words in enumerate(tried))
    assert answers(have, text) == ["answer 0 open", "answer 1 open", "answer 2 open", "answer 3 refused", "answer 4 unreachable"]


def test_where_there_is_none_nothing_is_tried() -> None:
    assert answers("ruby", "0 - 127.0.0.1 1") == ["none"]


@pytest.mark.parametrize("have", ["perl", "python3"])
def test_what_never_answers_is_silent(have: str) -> None:
    """A listener whose queue is full does not take part in the handshake of another."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        assert answers(have, f"7 - 127.0.0.1 {full.getsockname()[1]}") == ["answer 7 silent"]
