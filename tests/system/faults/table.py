"""The one table of cases: number and words of the fault, how it is injected, at which steps, and how the host has to end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.system.faults import breaking, cutting, keeping, logging_in, telling
from tests.system.faults.cutting import STEPS
from tests.system.faults.ends import End
from tests.system.faults.world import Place, World
from wgwizard.applying import Step

OLD, NEW, EITHER, REFUSED = End.OLD, End.NEW, End.EITHER, End.REFUSED
Inject = Callable[[World, Step | None, str], None]
# Before the confirmation the host undoes, after it the host goes on.
BY_STEP = dict.fromkeys(cutting.BEFORE_CONFIRM, OLD) | {Step.PERSIST: NEW}


@dataclass(frozen=True, eq=False)
class Fault:
    """`kinds` are variants of it; `host` how the host is made; `where` the places where it can happen at all."""

    number: int
    what: str
    how: str
    inject: Inject
    ends: End | Mapping[Step, End]
    steps: tuple[Step, ...] = ()
    kinds: tuple[str, ...] = ("",)
    host: Mapping[str, object] = field(default_factory=dict)
    where: Callable[[Place], bool] = lambda _: True


@dataclass(frozen=True)
class Case:
    """One fault at one step, in one of its kinds."""

    fault: Fault
    step: Step | None
    kind: str

    @property
    def end(self) -> End:
        """How the host has to end."""
        if isinstance(self.fault.ends, End):
            return self.fault.ends
        assert self.step is not None
        return self.fault.ends[self.step]

    def __str__(self) -> str:
        words = (f"{self.fault.number} {self.fault.what}", self.kind, f"at {self.step}" if self.step else "")
        return ", ".join(word for word in words if word)


def on_systemd(place: Place) -> bool:
    return place.init == "systemd"


def is_owned(place: Place) -> bool:
    return place.state == "owned"


def not_an_applet(place: Place) -> bool:
    """busybox's shell takes its own programs, whatever lies in their place."""
    return place.shell != "busybox"


def can_be_unarmed(place: Place) -> bool:
    return on_systemd(place) or not_an_applet(place)


PASSWORD = {"sudo": "password"}
FULL = {Step.STAGE: OLD, Step.BACKUP: OLD, Step.PERSIST: NEW}
PERSISTING = tuple(
    f"{what}, after {file}"
    for what in ("scripts killed", "power cut")
    for file in ("the rules", "what starts them", "the tunnel", "forwarding")
)

FAULTS = (
    Fault(1, "unknown host key", "known_hosts is empty, the answer is no", logging_in.unknown_key, REFUSED),
    Fault(2, "changed host key", "known_hosts has another one", logging_in.another_key, REFUSED),
    Fault(3, "@revoked host key", "known_hosts revokes it", logging_in.revoked_key, REFUSED),
    Fault(4, "known by another line", "ssh-keygen -H; a second key of the type", logging_in.known_otherwise, NEW,
          kinds=("hashed", "second key")),
    Fault(5, "host key changes before verify", "ssh-keygen -A, sshd restarted", logging_in.key_changes_meanwhile, OLD),
    Fault(6, "wrong sudo password", "two, each tried once", logging_in.wrong_sudo_password, REFUSED, host=PASSWORD),
    Fault(7, "needless sudo password", "given to a host with NOPASSWD", logging_in.needless_sudo_password, NEW),
    Fault(8, "no nft, no wg", "a host without the packages", logging_in.missing_tools, REFUSED, host={"variant": "bare"}),
    Fault(9, "changed since the preview", "from the question whether to apply", keeping.changed_since_preview, REFUSED,
          kinds=("a file", "an address", "a switch")),
    Fault(10, "only counters and times changed", "touch, ping", keeping.only_counters, NEW),
    Fault(11, "a second wizard", "applies while the first verifies", keeping.second_wizard, NEW),
    Fault(12, "a lock of an earlier boot", "lies in /run", keeping.old_lock, NEW),
    Fault(13, "memory full", "/run remounted without room", breaking.disk_full, FULL, steps=(Step.STAGE, Step.BACKUP), kinds=("memory",)),
    Fault(13, "disk full", "its tmpfs filled", breaking.disk_full, FULL, steps=(Step.STAGE, Step.PERSIST), kinds=("disk",)),
    Fault(14, "read-only file system", "remounted", breaking.read_only, REFUSED),
    Fault(15, "the undo cannot be armed", "systemd-run, start-stop-daemon, setsid fail", breaking.no_timer, OLD, kinds=("refuses",),
          where=can_be_unarmed),
    Fault(16, "the undo only seems armed", "they do nothing", breaking.no_timer, OLD, kinds=("lies",), where=can_be_unarmed),
    Fault(17, "client killed", "SIGKILL", cutting.client_killed, BY_STEP, steps=STEPS),
    Fault(18, "link cut for good", "the cable pulled until after the deadline", cutting.link_cut, BY_STEP, steps=STEPS),
    Fault(18, "link cut for a while", "the cable pulled for 3 s", cutting.link_cut_for_a_while, EITHER, steps=STEPS),
    Fault(19, "upload cut", "a relay ends after so many bytes", cutting.upload_cut, OLD,
          kinds=("300 bytes", "5000 bytes", "15000 bytes", "25000 bytes")),
    Fault(20, "script killed", "SIGKILL for all of ours on the host", cutting.script_killed,
          BY_STEP | {Step.VERIFY: EITHER, Step.CONFIRM: EITHER}, steps=STEPS),
    Fault(21, "nft does not load", "it checks, and fails to load", breaking.nft_fails, OLD),
    Fault(22, "the tunnel's start hangs", "wg-quick up sleeps", breaking.tunnel_hangs, OLD),
    Fault(22, "the tunnel's start fails", "wireguard-go exits with 1", breaking.tunnel_fails, OLD),
    Fault(23, "a sysctl is refused", "read-only mount on it", breaking.sysctl_refused, OLD),
    Fault(24, "rules drop SSH", "a chain comes with ours", breaking.rules_cut_off, OLD, kinds=("all of it",)),
    Fault(25, "routes swallow the client", "they come with the tunnel", breaking.routes_swallow, OLD, kinds=("the person", "everybody")),
    Fault(26, "only old connections live", "a chain drops SYN", breaking.rules_cut_off, OLD, kinds=("what is new",)),
    Fault(27, "confirm and deadline meet", "the confirmation waits for it", cutting.at_the_same_instant, EITHER,
          kinds=("-0.4 s", "-0.2 s", "-0.1 s", "0.0 s", "0.1 s", "0.3 s")),
    Fault(28, "late confirmation", "3 s after the deadline", cutting.late_confirm, OLD),
    Fault(29, "reboot", "systemctl reboot", cutting.rebooted, BY_STEP, steps=STEPS),
    Fault(29, "power cut", "all of the host killed", cutting.power_cut, BY_STEP, steps=STEPS),
    Fault(30, "cut while persisting", "when a file is there", cutting.cut_while_persisting, NEW, kinds=PERSISTING),
    Fault(30, "cut while another firewall is told", "when its rules change for us", telling.cut_while_telling, NEW, kinds=telling.KINDS,
          where=is_owned),
    Fault(31, "the undo killed", "SIGKILL; the next contact ends it", cutting.undo_killed, OLD,
          kinds=("at its beginning", "without its tunnel")),
    Fault(32, "undo of what was absent", "the client killed at verify", cutting.undone_absent, OLD),
    Fault(33, "odd file in our place", "0640, root:adm, CRLF, no line end", keeping.odd_file, OLD),
    Fault(34, "rules of others change meanwhile", "a ban is added at verify", keeping.rules_of_others, OLD),
    Fault(35, "applied again", "with a session in the tunnel", keeping.again, NEW),
    Fault(36, "logged in through the tunnel", "a point of it applies", keeping.through_the_tunnel, NEW, kinds=("a point", "its port")),
    Fault(37, "sessions are killed", "KillUserProcesses=yes, client killed", cutting.sessions_are_killed, OLD, where=on_systemd),
    Fault(38, "the clock jumps", "date answers a day off", breaking.clock_jumps, OLD, kinds=("1 day", "-1 day"), where=not_an_applet),
    Fault(39, "sshd restarts", "systemctl restart ssh", breaking.sshd_restarts, NEW, steps=STEPS),
    Fault(39, "sshd lets nobody in", "stopped; MaxStartups full", breaking.sshd_penalises, OLD, kinds=("is gone", "is full")),
    Fault(40, "dead ProxyCommand", "it exits", logging_in.dead_proxy, REFUSED, kinds=("says why", "is not there", "is silent")),
    Fault(41, "an error with the keys in it", "wg prints its file and fails", breaking.key_in_error, OLD),
    Fault(42, "odd known_hosts", "comments, markers, no line end", logging_in.odd_known_hosts, NEW),
    Fault(43, "edited, then uninstalled", "a line added to our file", keeping.edited_then_uninstalled, OLD),
    Fault(44, "uninstalled", "after two applies", keeping.uninstalled, OLD),
    Fault(45, "route learned by advertisement", "a router's on the LAN", keeping.learned_route, NEW, kinds=("apply",)),
    Fault(45, "route learned by advertisement", "a router's on the LAN, client killed", keeping.learned_route, OLD, kinds=("undo",)),
    Fault(46, "a flood of odd output", "binary and escape sequences", breaking.output_of_a_flood, OLD, kinds=("of an error", "at login")),
)  # fmt: skip

CASES = tuple(Case(fault, step, kind) for fault in FAULTS for step in fault.steps or (None,) for kind in fault.kinds)
