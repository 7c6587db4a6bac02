"""A tunnel of another owner than wg-quick that runs: other addresses, another MTU, another port, and the way back; β makes its own key."""

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.system.apply_support import Client, with_points
from tests.system.lab.host import LabHost
from tests.system.lab.snapshot import take
from tests.system.point_support import Side
from tests.system.test_apply_faults import at
from tests.system.vm.owner_support import SERVICE, Wrong, carries, connected, look
from tests.system.vm.test_owners import BESIDES, client_of, left
from wgwizard.applying import State, Step
from wgwizard.errors import RemoteError
from wgwizard.host.layout import Layout, Owner
from wgwizard.pipeline import with_host_key
from wgwizard.site import Endpoint, Site

pytestmark = [pytest.mark.live, pytest.mark.timeout(2400)]

PLACE = "198.51.100.1"
OTHER = ("10.88.0.0/24", "fd00:88::/64")
OTHER_ADDRESSES = "10.88.0.1/24;fd00:88::1/64;"
MTU, PORT = 1380, 51999


def moved(site: Site, networks: tuple[str, ...] = (), mtu: int | None = None, port: int = 51820) -> Site:
    """The site as it was described, with these of its tunnel."""
    tunnel = replace(site.tunnel, networks=tuple(map(ip_network, networks)) or site.tunnel.networks, mtu=mtu, port=port)
    return replace(site, tunnel=tunnel, host=replace(site.host, endpoint=Endpoint(PLACE, port)))


def test_a_running_tunnel_changes_and_goes_back(
    host: LabHost, owner: Owner, plugged: Callable[[LabHost], Side], make_client: Callable[..., Client], tmp_path: Path
) -> None:
    wrong, layout = Wrong(), Layout("wg0", owner)
    client = client_of(make_client, host, keys_on_host=True)
    site = client.site
    client.apply(dry_run=True)
    site = replace(site, tunnel=replace(site.tunnel, networks=client.site.tunnel.networks))
    before = take(host)

    # keys: host
    with wrong.on("the first apply"):
        outcome = client.apply()
    private, public = (host.sh(f"wg show wg0 {which}-key").strip() for which in ("private", "public"))
    wrong.unless("the key that is told", outcome.host_public_key, public)
    wrong.unless("the key stands in the owner's file", private in host.read(layout.tunnel), True)
    client.lock = with_host_key(client.lock, public)
    first = look(host)
    with wrong.on("a second apply"):
        wrong.unless("a second apply", client.apply().state, "unchanged")
    wrong.stays("a second apply", host, first)
    far = plugged(host)
    carries(wrong, "at first", connected(client, far, tmp_path / "first"))

    # other addresses, and a point more
    with wrong.on("other addresses"):
        client.change_site(with_points(moved(site, OTHER), 3))
        outcome = client.apply()
        wrong.unless("other addresses", (outcome.state, outcome.host_public_key), ("applied", public))
    now = look(host)
    wrong.stays("other addresses", host, first, but=("addresses", "routes", "peers", "keys"))
    wrong.unless("other addresses", (now["addresses"], now["peers"].count("10.88.0.")), (OTHER_ADDRESSES, 3))
    wrong.unless("what is left of the old addresses", [part for part in ("10.64.", "fdcc:") if part in now["routes"] + now["peers"]], [])
    carries(wrong, "at other addresses", connected(client, far, tmp_path / "addresses"))
    with wrong.on("its owner is told of its own files"):
        told_anew(host, owner)
        wrong.stays("after a restart of its owner", host, now)
    with wrong.on("back from other addresses"):
        wrong.unless("back from other addresses", client.rollback().state, "rolled back")
    wrong.stays("back from other addresses", host, first)
    client.change_site(site)
    carries(wrong, "back from other addresses", connected(client, far, tmp_path / "back"))

    # another MTU and another port as well, which fails
    stood = take(host)
    client.change_site(moved(site, OTHER, MTU, PORT))
    client.on_event = at(Step.VERIFY, State.RUNNING, lambda: host.sh("wg set wg0 listen-port 60001"))
    try:
        client.apply()
        wrong.note("a change that failed was applied")
    except RemoteError as error:
        wrong.unless("why it failed", f"listens on port 60001, not {PORT}" in str(error), True)
    client.on_event = lambda _: None
    wrong.stays("after a change that failed", host, first)
    changed = (line for line in stood.differences(take(host)) if not line.startswith(BESIDES))
    wrong.nothing("after a change that failed", changed)
    with wrong.on("its owner restarted after a change that failed"):
        told_anew(host, owner)
        wrong.stays("after a change that failed, its owner restarted", host, first)

    # and does not
    with wrong.on("all at once"):
        wrong.unless("all at once", client.apply().state, "applied")
    new = look(host)
    wrong.unless("all at once", (new["addresses"], new["mtu"], new["port"]), (OTHER_ADDRESSES, f"{MTU};", f"{PORT};"))
    wrong.stays("all at once", host, first, but=("addresses", "routes", "peers", "mtu", "port"))
    carries(wrong, "all at once", connected(client, far, tmp_path / "all"))
    host.sh("ip link del e1")
    host.reboot()
    wrong.stays("all at once, after a reboot", host, new, but=("ifindex",))
    with wrong.on("back after a reboot"):
        wrong.unless("back after a reboot", client.rollback().state, "rolled back")
    wrong.stays("back after a reboot", host, first, but=("ifindex",))
    wrong.unless("the private key at the end", host.sh("wg show wg0 private-key").strip() == private, True)
    wrong.unless("status at the end", client.status().differences, ())

    with wrong.on("the uninstall"):
        wrong.unless("the uninstall", client.uninstall().state, "uninstalled")
    wrong.nothing("left after the uninstall", left(host, before))
    wrong.unless("the private key on the host", host.sh(f"grep -rlF {private} /etc /var/lib /run 2>/dev/null || true"), "")
    wrong.unless("the private key on this side", private in repr((outcome, client.events, client.answers, client.keyring.private)), False)
    assert wrong == []


def told_anew(host: LabHost, owner: Owner) -> None:
    """The tunnel's owner reads its files, and is started anew."""
    told = {Owner.NETWORKD: "networkctl reload", Owner.NETWORK_MANAGER: "nmcli connection reload"}[owner]
    host.sh(f"{told}; sleep 3; systemctl restart {SERVICE[owner]}; sleep 5")
