"""How Host β may end: asserted by bytes, modes, owners, ruleset, sysctls, units, addresses, routes, no lock, no timer, and a new login.

OLD is all of it as before; NEW is what the plan says, with everything that is not ours as before, after the next contact finished what
was left; REFUSED is OLD at once, with nothing staged; EITHER is one of OLD and NEW, whole.
"""

import hashlib
import re
import subprocess
import time
from enum import StrEnum

from msgspec.structs import replace

from tests.system.faults.world import World, look
from tests.system.lab import base
from tests.system.lab.snapshot import Entry, Snapshot
from wgwizard.applying import Step
from wgwizard.host.changes import Wanted, wanted_of
from wgwizard.host.layout import Layout
from wgwizard.render import render


class End(StrEnum):
    OLD = "OLD"
    NEW = "NEW"
    EITHER = "OLD or NEW"
    REFUSED = "refused"


WG0 = Layout("wg0")
TAG = f'comment "wgwizard {WG0.interface}"'
UNITS = "/etc/systemd/system"
OUR_PATHS = (
    *WG0.files,
    "/var/lib/wgwizard",
    f"{UNITS}/wg-quick@wg0.service.d",
    f"{UNITS}/multi-user.target.wants/wg-quick@wg0",
    f"{UNITS}/multi-user.target.wants/wgwizard-wg0",
    WG0.start,
    f"{UNITS}/nftables.service.wants",
)
OUR_UNITS = (WG0.rules_unit, WG0.tunnel_unit)
OUR_SYSCTLS = re.compile(
    r"net\.ipv[46]\.(conf|neigh)\.wg0\.|net\.ipv4\.conf\.eth0\.forwarding|net\.ipv6\.conf\.\w+\.(forwarding|accept_ra)$"
)
GRACE = 8.0  # seconds after the deadline, on a busy machine


def assert_end(world: World, end: End) -> None:
    """The host ended so; waits for the deadline, and for a host that finishes alone."""
    world.heal()
    if end is End.EITHER:
        await_rest(world)
        end = End.NEW if is_new(world) or world.told == "applied" else End.OLD
    if end is End.NEW:
        assert_new(world)
    else:
        assert_old(world, within=0.0 if end is End.REFUSED else world.client.confirm_timeout + GRACE)
        if end is End.REFUSED:
            assert not [event for event in world.client.events if event.step is Step.BACKUP]


def assert_old(world: World, *, within: float = 0.0) -> None:
    """The host is as it was, at the latest after so many seconds."""
    deadline = time.monotonic() + within
    before = world.begin()
    while (world.run / "transaction").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    while (differences := before.differences(look(world.host))) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert_same(differences)
    assert_lets_in(world)


def assert_new(world: World) -> None:
    """The host is as the plan says, after the next contact, and the rest as it was."""
    await_rest(world)
    contact(world)
    after = look(world.host)
    assert_same(foreign(world.begin()).differences(foreign(after)))
    for file in expected(world).files:
        digest = hashlib.sha256(file.content.reveal().encode()).hexdigest()
        assert after.files[file.path] == Entry("-", file.mode, "0:0", f"sha256:{digest}"), file.path
    assert sorted(told_for_us(after)) == sorted(told_in(expected(world)))
    assert f"table inet {WG0.table} " in after.ruleset
    if world.host.systemd:
        assert [after.units.get(unit) for unit in OUR_UNITS] == ["active", "active"]
        assert world.host.sh(f"systemctl is-enabled {' '.join(OUR_UNITS)}").split() == ["enabled", "enabled"]
    assert [path for path in after.volatile if not path.startswith(("/run/wireguard/", "/run/systemd/units/"))] == []
    assert [after.sysctls[f"net.ipv{name}.forwarding"] for name in ("4.conf.eth0", "4.conf.wg0", "6.conf.all")] == ["1", "1", "1"]
    keyring = world.client.keyring
    assert set(world.host.sh("wg show wg0 peers").split()) == {keyring.public[point.name] for point in world.client.site.points}
    assert_lets_in(world)


def expected(world: World) -> Wanted:
    """What stands on the host, as the plan for what was found there has it."""
    assert world.facts is not None
    return wanted_of(render(world.client.plan(world.facts), world.client.keyring), world.facts, WG0)


def told_in(wanted: Wanted) -> list[str]:
    """The rules in the owner's tables that our script puts there, by what it says."""
    script = wanted.file(WG0.openings)
    calls = re.findall(r"^  in_nft '.*?' '?(.*?)'?$", script.content.reveal() if script else "", re.MULTILINE)
    return [f"{rule} {TAG}" for rule in calls]


def told_for_us(found: Snapshot) -> list[str]:
    """The rules in the owner's tables that were put there for us."""
    return [line.strip() for line in found.ruleset.splitlines() if TAG in line]


def assert_same(differences: list[str]) -> None:
    """None of them; else each is shown whole."""
    assert not differences, "\n".join(differences)


def contact(world: World) -> None:
    """Apply again: it finishes what a cut left, and then there is nothing to do."""
    world.client.on_event = lambda _: None
    world.client.confirm_timeout = 40.0
    if world.client.apply().state != "unchanged":
        assert world.client.apply().state == "unchanged"


def await_rest(world: World) -> None:
    """Wait until the host has come to rest: nothing of ours is under way."""
    deadline = time.monotonic() + world.client.confirm_timeout + GRACE
    while (world.run / "transaction").exists() and not (world.run / "transaction/trouble").exists() and time.monotonic() < deadline:
        time.sleep(0.2)


def is_new(world: World) -> bool:
    """Whether anything of a new state is there, so that all of it has to be."""
    return (world.host.root / WG0.rules[1:]).exists() or (world.run / "transaction/confirmed").exists()


def foreign(found: Snapshot) -> Snapshot:
    """What is not ours, and does not come with forwarding (routers have anycast addresses)."""
    ruleset = re.sub(rf"^table inet {WG0.table} \{{\n.*?^\}}\n?", "", found.ruleset, flags=re.MULTILINE | re.DOTALL)
    return replace(
        found,
        files={path: entry for path, entry in found.files.items() if not path.startswith(OUR_PATHS) and path != "/etc/wgwizard"},
        volatile=tuple(path for path in found.volatile if "wg0" not in path),
        ruleset="".join(line for line in ruleset.splitlines(keepends=True) if TAG not in line),
        sysctls={name: value for name, value in found.sysctls.items() if not OUR_SYSCTLS.match(name)},
        unit_files={name: state for name, state in found.unit_files.items() if name not in (*OUR_UNITS, "wg-quick@.service")},
        units={name: state for name, state in found.units.items() if name not in OUR_UNITS},
        addresses=tuple(line for line in found.addresses if not line.startswith("wg0 ")),
        routes=tuple(line for line in found.routes if "wg0" not in line.split() and not line.startswith("anycast ")),
    )


def assert_lets_in(world: World) -> None:
    """A new login by the real ssh works."""
    options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes", "ConnectTimeout=10", "IdentitiesOnly=yes")
    command = ["ssh", "-F", "none", "-i", str(base.client_key()), *(word for option in options for word in ("-o", option))]
    login = [*command, f"{base.ADMIN}@192.168.200.2", "true"]
    done = subprocess.run(login, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
