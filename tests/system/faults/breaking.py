"""Faults of the host: what it has to do fails, hangs, lies, or cuts the person off."""

import socket
import time

from tests.system.faults.logging_in import assert_masked, secrets_of
from tests.system.faults.world import UNDO_AFTER, World
from wgwizard.applying import Step
from wgwizard.errors import RemoteError

FILL = "fill"


def room(world: World, kib: int) -> None:
    """So much is left on the host's /run."""
    used = int(world.host.sh("df -k /run | awk 'NR == 2 { print $3 }'"))
    world.host.sh(f"mount -o remount,size={used + kib}k /run")


def fill_disk(world: World) -> None:
    """Not a byte is left for /etc and /var."""
    with (world.host.directory / FILL).open("wb") as file:
        try:
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        except OSError:
            pass


def disk_full(world: World, step: Step | None, kind: str) -> None:
    """At staging and backup /run, at the end the disk; the same where it was full before."""
    assert step is not None
    free = lambda: (world.host.directory / FILL).unlink(missing_ok=True)  # noqa: E731
    grow = lambda: world.host.sh("mount -o remount,size=50% /run")  # noqa: E731
    if step is Step.STAGE and kind == "memory":
        world.begin()
        room(world, 24)
        world.healing.append(grow)
    elif step is Step.BACKUP:
        world.at(step, lambda: room(world, 0))
        world.healing.append(grow)
    elif step is Step.STAGE:
        world.begin()
        fill_disk(world)
        world.healing.append(free)
    else:
        world.at(Step.PERSIST, lambda: fill_disk(world))
        world.healing.append(free)
    assert isinstance(world.fails(), RemoteError)


def read_only(world: World, _: Step | None, kind: str) -> None:
    world.begin()
    world.host.sh("mount -o remount,ro /")
    world.healing.append(lambda: world.host.sh("mount -o remount,rw /"))
    assert "read-only" in str(world.fails())


def no_timer(world: World, _: Step | None, kind: str) -> None:
    """Arming fails, or seems to work and does not."""
    for program in ("systemd-run",) if world.host.systemd else ("start-stop-daemon", "setsid"):
        world.wrap(program, "exit 1" if kind == "refuses" else "exit 0")
    assert isinstance(world.fails(), RemoteError)
    assert not [event for event in world.client.events if event.step is Step.ACTIVATE]


def at_once(world: World) -> None:
    """It fails, and is undone long before the deadline."""
    began = time.monotonic()
    assert isinstance(world.fails(), RemoteError)
    assert time.monotonic() - began < world.client.confirm_timeout
    world.client.confirm_timeout = 0.0


def nft_fails(world: World, _: Step | None, kind: str) -> None:
    world.wrap("nft", 'case "$*" in "-f /run/"*) echo no memory >&2; exit 1;; esac\nexec $real "$@"')
    at_once(world)


def tunnel_fails(world: World, _: Step | None, kind: str) -> None:
    world.wrap("wireguard-go", "exit 1")
    at_once(world)


def tunnel_hangs(world: World, _: Step | None, kind: str) -> None:
    """As with a name that no resolver answers for."""
    world.client.confirm_timeout = UNDO_AFTER
    world.wrap("wg-quick", 'case $1 in up) sleep 300;; esac\nexec $real "$@"')
    assert isinstance(world.fails(), RemoteError)


def sysctl_refused(world: World, _: Step | None, kind: str) -> None:
    place = "/proc/sys/net/ipv6/conf/all"
    world.host.sh(f"mount --bind -o ro {place} {place}; mount -o remount,bind,ro {place}")
    at_once(world)


def rules_cut_off(world: World, _: Step | None, kind: str) -> None:
    """What is loaded drops all of SSH, or only what is new; our own rules cannot, so they get help."""
    world.client.confirm_timeout = UNDO_AFTER
    what = "tcp dport 22 drop" if kind == "all of it" else r"tcp flags \& \(syn \| ack\) == syn drop"
    chain = "add chain inet wgwizard_wg0 cut '{ type filter hook input priority -300; }'"
    world.wrap(
        "nft",
        f'case "$*" in "-f /run/"*new/*) $real "$@" && $real {chain} && $real add rule inet wgwizard_wg0 cut {what}; exit;; esac\n'
        'exec $real "$@"',
    )
    assert isinstance(world.fails(), RemoteError)


def routes_swallow(world: World, _: Step | None, kind: str) -> None:
    """The tunnel takes the way to the person, or to everybody."""
    world.client.confirm_timeout = UNDO_AFTER
    routes = ("192.168.200.254/32",) if kind == "the person" else ("0.0.0.0/1", "128.0.0.0/1", "192.168.200.128/25")
    adding = " && ".join(f"ip route add {route} dev wg0" for route in routes)
    world.wrap("wg-quick", f'case $1 in up) $real "$@" && {adding}; exit;; esac\nexec $real "$@"')
    assert isinstance(world.fails(), RemoteError)


def clock_jumps(world: World, _: Step | None, kind: str) -> None:
    """A fake, as a lab cannot set the machine's clock: `date` answers a day off once the undo is armed, and the client dies."""
    world.client.confirm_timeout = UNDO_AFTER
    world.wrap("date", f'if [ -e /tmp/jump ]; then exec $real -d "{kind}" "$@"; fi\nexec $real "$@"')
    world.once((world.run / "transaction/pending").exists, (world.host.root / "tmp/jump").touch)
    world.dies(Step.VERIFY)


def sshd_restarts(world: World, step: Step | None, kind: str) -> None:
    assert step is not None
    world.at(step, world.restart_sshd, frozen=False)
    world.attempt()


def sshd_penalises(world: World, _: Step | None, kind: str) -> None:
    """From the activation on sshd is gone, or takes nobody who is not let in yet; the attempts to come back are few."""
    world.client.confirm_timeout = 12.0
    if kind == "is gone":
        world.at(Step.VERIFY, world.stop_sshd, frozen=False)
        world.healing.append(world.start_sshd)
        assert isinstance(world.fails(), RemoteError)
        return
    setting = "/etc/ssh/sshd_config.d/0-test.conf"
    waiting: list[socket.socket] = []

    def penalise() -> None:
        world.host.write(setting, "MaxStartups 1:100:1\nLogLevel VERBOSE\n")
        world.restart_sshd()
        waiting.append(socket.create_connection(("192.168.200.2", 22)))
        waiting[0].recv(8)

    def relent() -> None:
        waiting[0].close()
        world.host.sh(f"rm {setting}")
        world.restart_sshd()

    world.at(Step.VERIFY, penalise, frozen=False)
    world.healing.append(relent)
    assert isinstance(world.fails(), RemoteError)
    tries = world.log().count("past MaxStartups")
    assert 1 <= tries <= 8, tries


def key_in_error(world: World, _: Step | None, kind: str) -> None:
    """wg repeats the key that it cannot read, as it does with a malformed one."""
    world.wrap("wg", 'case $1 in setconf|addconf|syncconf) cat "$3" >&2; exit 1;; esac\nexec $real "$@"')
    error = world.fails()
    assert len(secrets_of(world)) > 2
    assert_masked(world, error)


def output_of_a_flood(world: World, _: Step | None, kind: str) -> None:
    """A failing nft says a million odd bytes; or a login prints 40 MB before anything else."""
    if kind == "of an error":
        world.wrap(
            "nft",
            'case "$*" in "-f /run/"*) head -c 1000000 /dev/urandom >&2; printf "\\033[2J\\033]0;owned\\007" >&2; exit 1;; esac\n'
            'exec $real "$@"',
        )
    else:
        world.host.write("/home/admin/.bashrc", "printf '\\033[2J'; head -c 40000000 /dev/zero\n")
    error = world.fails()
    said = str(error) + repr(world.client.events)
    assert len(str(error)) < 5000
    assert not [letter for letter in said if ord(letter) < 32 and letter not in "\n\t"]
