"""Applying to a real host: fresh, again, undone, refused, and taken off; each test compares the host's whole state."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.apply_support import Client, small_site
from tests.system.lab.host import LabHost

pytestmark = pytest.mark.live


@pytest.fixture
def make_client(client_key: str, tmp_path: Path) -> Callable[..., Client]:
    def make(host: LabHost, **options: object) -> Client:
        client = Client(host, tmp_path / "known_hosts", client_key, small_site(**options))
        client.know_host()
        return client

    return make


def test_a_fresh_host_gets_the_tunnel_and_a_second_apply_writes_nothing(beta: LabHost, make_client: Callable[..., Client]) -> None:
    client = make_client(beta)
    outcome = client.apply()
    assert outcome.changed
    again = client.apply()
    assert (again.changed, again.state, again.changes) == (False, "unchanged", ())
