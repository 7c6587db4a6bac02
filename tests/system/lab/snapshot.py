"""What a lab host is: files that differ from its base tree, ruleset, sysctls, units, addresses and routes; to compare before and after."""

import hashlib
import json
import os
import stat
from pathlib import Path

from msgspec import Struct

from tests.system.lab.host import LabHost

# Written by the running system itself, not by what is under test.
IGNORED = (
    "tmp", "var/tmp", "var/log", "var/lib/sudo", "var/lib/systemd/random-seed", "var/lib/systemd/timers", "var/lib/systemd/timesync",
    "var/lib/private", "var/cache", "home/admin/.sudo_as_admin_successful", "etc/.pwd.lock", "etc/.updated", "var/.updated",
)  # fmt: skip
UNSTEADY_SYSCTLS = ("nf_conntrack_count", "neigh.", "stable_secret", "nf_conntrack_max", "nf_conntrack_buckets", "tcp_fastopen_key")
PASSING_UNITS = ("user@", "user-runtime-dir@", "session-", "ssh@", "systemd-tmpfiles-clean")


class Entry(Struct, frozen=True):
    """One path: `content` is "sha256:…" of a file, the target of a link, or "" ."""

    kind: str
    mode: str
    owner: str
    content: str


ABSENT = Entry("absent", "", "", "")


class Snapshot(Struct, frozen=True):
    """A host at one moment. `files` has only the paths that differ from the base tree (those that are gone as ABSENT)."""

    files: dict[str, Entry]
    volatile: tuple[str, ...]  # paths of ours below /run
    ruleset: str
    sysctls: dict[str, str]
    unit_files: dict[str, str]
    units: dict[str, str]
    addresses: tuple[str, ...]
    routes: tuple[str, ...]

    def differences(self, after: "Snapshot") -> list[str]:
        """Every difference as one readable line, empty when the host is the same."""
        lines: list[str] = []
        for field in self.__struct_fields__:
            old, new = getattr(self, field), getattr(after, field)
            if isinstance(old, dict):
                lines += [
                    f"{field}: {key}: {old.get(key)} -> {new.get(key)}"
                    for key in sorted(old.keys() | new.keys())
                    if old.get(key) != new.get(key)
                ]
            elif old != new:
                lines.append(f"{field}:\n--- before\n{_text(old)}\n--- after\n{_text(new)}")
        return lines


def _text(value: object) -> str:
    return "\n".join(value) if isinstance(value, tuple) else str(value)


# `wg` itself removes the socket of a userspace WireGuard that was killed before it could; the kernel's has none. What goes away while
# find looks at it is no error.
_VOLATILE = """
if command -v wg >/dev/null; then wg show interfaces >/dev/null; fi
find /run -name '*wgwizard*' -o -path '/run/wireguard/*' -o -name '*wg-quick*' || true"""


def take(host: LabHost) -> Snapshot:
    """The host as it is now."""
    return Snapshot(
        files=files_that_differ(host),
        volatile=tuple(sorted(host.sh(_VOLATILE).split())),
        ruleset=host.sh("command -v nft >/dev/null && nft -s list ruleset || true"),
        sysctls=_sysctls(host),
        unit_files=_unit_files(host),
        units={name: state for name, state in _units(host).items() if not name.startswith(PASSING_UNITS)},
        addresses=tuple(sorted(_addresses(host))),
        routes=tuple(sorted(_routes(host))),
    )


def files_that_differ(host: LabHost) -> dict[str, Entry]:
    """Path -> entry for each path whose bytes, mode, owner or presence differ from the base tree."""
    found: dict[str, Entry] = {}
    for path in sorted(_touched(host.changed)):
        if path.startswith(IGNORED):
            continue
        now, before = _entry(host.root / path), _entry(host.lower / path)
        if now != before:
            found[f"/{path}"] = now
    return found


def _touched(changed: Path) -> set[str]:
    paths: set[str] = set()
    for directory, names, files in os.walk(changed):
        relative = Path(directory).relative_to(changed)
        paths.update(str(relative / name) for name in (*names, *files))
        if "trusted.overlay.opaque" in os.listxattr(directory) and directory != str(changed):
            paths.add(str(relative))
    return paths


def _entry(path: Path) -> Entry:
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    content = ""
    if stat.S_ISREG(status.st_mode):
        content = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    elif stat.S_ISLNK(status.st_mode):
        content = str(path.readlink())
    return Entry(stat.filemode(status.st_mode)[0], f"{stat.S_IMODE(status.st_mode):04o}", f"{status.st_uid}:{status.st_gid}", content)


def _sysctls(host: LabHost) -> dict[str, str]:
    lines = host.sh("cd /proc/sys && grep -rs . net", check=False).splitlines()
    pairs = ((path.replace("/", "."), value) for path, _, value in (line.partition(":") for line in lines))
    return {name: value for name, value in pairs if not any(word in name for word in UNSTEADY_SYSCTLS)}


def _table(text: str, column: int) -> dict[str, str]:
    rows = (line.split() for line in text.splitlines())
    return {row[0]: row[column] for row in rows if len(row) > column}


def _unit_files(host: LabHost) -> dict[str, str]:
    if not host.systemd:
        return {}
    states = _table(host.sh("systemctl list-unit-files --no-legend --no-pager --plain"), 1)
    return {name: state for name, state in states.items() if not name.startswith(PASSING_UNITS)}


def _units(host: LabHost) -> dict[str, str]:
    if not host.systemd:
        return {}
    text = host.sh("systemctl list-units --all --type=service,timer,socket,path --no-legend --no-pager --plain --full")
    rows = (line.split() for line in text.splitlines())
    return {row[0]: row[2] for row in rows if len(row) > 3 and row[1] == "loaded" and row[2] != "inactive"}


def _addresses(host: LabHost) -> list[str]:
    links = json.loads(host.sh("ip -j address"))
    return [f"{link['ifname']} {entry['local']}/{entry['prefixlen']}" for link in links for entry in link.get("addr_info", ())]


def _routes(host: LabHost) -> list[str]:
    routes = [route for family in ("-4", "-6") for route in json.loads(host.sh(f"ip -j {family} route show table all") or "[]")]
    rules = [line for family in ("-4", "-6") for line in host.sh(f"ip {family} rule").splitlines()]
    shown = [" ".join(str(route.get(key, "")) for key in ("type", "dst", "gateway", "dev", "table", "metric")) for route in routes]
    return shown + rules
