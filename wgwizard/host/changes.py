"""Facts + Bundle -> what differs on Host β; pure. Nothing differs after an apply, so that a second one changes nothing."""

import difflib
import hashlib
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.applying import Change
from wgwizard.host.conf import WantedTunnel, parse_conf
from wgwizard.host.facts import Facts, HostFile
from wgwizard.host.foreign_rules import not_opened, openings_in, stopped, unlisted
from wgwizard.host.kept import KeptKeys, kept_keys
from wgwizard.host.layout import Layout, Owner
from wgwizard.host.masking import masked_conf
from wgwizard.host.network_manager import with_network_manager
from wgwizard.host.networkd import owner_of_keys, with_networkd
from wgwizard.host.openings import Opening, kept_lines, opening_changes, with_openings
from wgwizard.host.rules_unit import beside_firewalld, iptables_services
from wgwizard.host.start_script import without_units
from wgwizard.host.sysctl_files import sysctls_in
from wgwizard.plan.model import HOST
from wgwizard.problems import Problem
from wgwizard.render.artefact import Artefact, Bundle
from wgwizard.secret import Secret
from wgwizard.site import DEFAULT_PORT

OWNER = "0:0"


class WantedFile(Struct, frozen=True):
    """A file as it shall stand on the host: `shown` has its keys hidden as the probe hides them.

    `sha256` is of the true content where that lies on the host alone, "" where it is `content`.
    """

    path: str
    mode: str
    content: Secret
    shown: str
    preshared_digest: str = ""
    owner: str = OWNER
    sha256: str = ""

    @property
    def name(self) -> str:
        """The file's bare name, unique among ours."""
        return self.path.rpartition("/")[2]


class Wanted(Struct, frozen=True):
    """All that shall stand on the host; `missing` names what is not known yet, so that it cannot be written.

    `openings` are what other firewalls must let through and do not, `shut` what we cannot tell them.
    """

    files: tuple[WantedFile, ...]
    tunnel: WantedTunnel
    sysctls: dict[str, str]
    missing: tuple[str, ...]
    openings: tuple[Opening, ...] = ()
    shut: tuple[Problem, ...] = ()

    def file(self, path: str) -> WantedFile | None:
        """The file at `path`."""
        return next((file for file in self.files if file.path == path), None)


def wanted_of(bundle: Bundle, facts: Facts, layout: Layout) -> Wanted:
    """The host's part of a bundle, in the order in which it is put in place."""
    quick = Layout(layout.interface)  # as which files are rendered
    artefacts = {artefact.path: artefact for artefact in bundle.of(HOST)}
    strange = artefacts.keys() - set(quick.files)
    if strange:
        raise ValueError(f"{', '.join(sorted(strange))} is not among the files of {layout.interface}")
    tunnel = parse_conf(artefacts[quick.tunnel].text)
    rules = artefacts[layout.rules].text
    found = stopped(facts, tunnel, rules, layout)
    openings = openings_in(found, facts.system.tools)
    told = (*_opened(facts, tunnel, layout), *(opening.line for opening in openings))
    if not facts.system.systemd:
        artefacts = without_units(artefacts, layout, openrc=facts.system.openrc)
    elif layout.owner is Owner.NETWORKD:
        artefacts = with_networkd(artefacts, layout)
    elif layout.owner is Owner.NETWORK_MANAGER:
        artefacts = with_network_manager(artefacts, layout, told)
    firewalld = _has_firewalld(facts, told)
    if facts.system.systemd and firewalld and not facts.system.nftables_beside_firewalld:
        unit = artefacts[layout.rules_unit_file]
        artefacts[unit.path] = replace(unit, text=beside_firewalld(unit.text))
    artefacts = with_openings(artefacts, told, layout, iptables_services(facts.system.package_manager, firewalld=firewalld))
    kept = kept_keys(facts, layout)
    keys_owner = owner_of_keys(layout, facts.system.networkd_group)
    files = tuple(_wanted_file(artefacts[path], kept, layout, keys_owner) for path in layout.files if path in artefacts)
    had = kept.supplied(artefacts[layout.tunnel].text, artefacts[layout.tunnel].missing)
    missing = tuple(name for artefact in artefacts.values() for name in artefact.missing if name not in had)
    forwarding = artefacts.get(layout.sysctls) or artefacts.get(layout.switches)
    return Wanted(
        files=files,
        tunnel=tunnel,
        sysctls=sysctls_in(forwarding.text) if forwarding is not None else {},
        missing=missing,
        openings=openings,
        shut=(*not_opened(found, facts.system.tools), *unlisted(facts, tunnel, rules, layout)),
    )


def _has_firewalld(facts: Facts, told: Iterable[str]) -> bool:
    """Whether firewalld runs, or did when it was told of the tunnel: while it starts anew its table is gone."""
    return any(table.name == "firewalld" for table in facts.ways.firewall.tables) or any("in_firewalld" in line for line in told)


def _opened(facts: Facts, tunnel: WantedTunnel, layout: Layout) -> tuple[str, ...]:
    """What an earlier apply told other firewalls stays told: they let it through because of that."""
    there = facts.files.get(layout.openings)
    return kept_lines(there.text, tunnel.listen_port or DEFAULT_PORT) if there is not None and layout.openings in facts.applied else ()


def _wanted_file(artefact: Artefact, kept: KeptKeys, layout: Layout, keys_owner: str) -> WantedFile:
    content = artefact.content()
    if artefact.path != layout.tunnel:
        return WantedFile(artefact.path, artefact.mode, Secret(content), content)
    shown = kept.shown_in(masked_conf(content))
    return WantedFile(artefact.path, artefact.mode, Secret(content), shown, kept.digest_of(content), keys_owner)


def changes(facts: Facts, wanted: Wanted, layout: Layout) -> tuple[Change, ...]:
    """Everything that an apply would do, files first; empty when the host is as wanted."""
    return (*_file_changes(facts, wanted, layout), *_run_changes(facts, wanted, layout))


def removed_files(facts: Facts, wanted: Wanted, layout: Layout) -> tuple[str, ...]:
    """Files that an earlier apply wrote and this one has no use for."""
    return tuple(path for path in layout.files if path in facts.applied and wanted.file(path) is None)


def _file_changes(facts: Facts, wanted: Wanted, layout: Layout) -> tuple[Change, ...]:
    found: list[Change] = []
    for path in layout.files:
        there, file = facts.files.get(path, HostFile(path)), wanted.file(path)
        if file is not None and not _same(there, file):
            kind = "create" if there.kind == "absent" else "change"
            found.append(Change(path, kind, _diff(there, file)))
        elif file is None and path in facts.applied and there.sha256 == facts.applied[path]:
            found.append(Change(path, "remove", _unified(path, there.text, "", "")))
    return tuple(found)


def _same(there: HostFile, file: WantedFile) -> bool:
    if there.kind != "file" or there.mode != file.mode or there.owner != file.owner:
        return False
    if file.sha256:
        return there.sha256 == file.sha256
    if file.content.reveal() == file.shown:
        return there.sha256 == hashlib.sha256(file.shown.encode()).hexdigest()
    return there.text == file.shown and there.preshared_digest == file.preshared_digest


def _diff(there: HostFile, file: WantedFile) -> str:
    before, after = there.text, file.shown
    notes = []
    if there.kind == "file" and there.mode != file.mode:
        notes.append(f"# mode {there.mode} becomes {file.mode}")
    if there.kind == "file" and there.owner != file.owner:
        notes.append(f"# owner {there.owner} becomes {f'root ({OWNER})' if file.owner == OWNER else file.owner}")
    if there.preshared_digest and file.preshared_digest and there.preshared_digest != file.preshared_digest:
        notes.append("# preshared keys change (hidden)")
    return _unified(file.path, before, after, "".join(f"{note}\n" for note in notes))


def _unified(path: str, before: str, after: str, notes: str) -> str:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines = difflib.unified_diff(old, new, path if before else "/dev/null", path if after else "/dev/null")
    return notes + "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def _run_changes(facts: Facts, wanted: Wanted, layout: Layout) -> tuple[Change, ...]:
    found: list[Change] = []
    if facts.table is None or facts.table != facts.applied_table:
        found.append(Change(f"inet {layout.table}", "run", "+ load the rules into the kernel\n"))
    for unit in layout.units if facts.system.systemd else ():
        state = facts.units.get(unit)
        # A unit that only switches a tunnel on counts as running when somebody else takes that away.
        runs = state is not None and state.active == "active" and (unit != layout.tunnel_unit or _is_on(facts))
        lines = "" if runs else "+ start\n"
        lines += "" if state and state.enabled == "enabled" else "+ start at boot\n"
        if lines:
            found.append(Change(unit, "run", lines))
    if not _is_on(facts) and not facts.system.systemd:
        found.append(Change(layout.interface, "run", "+ start\n"))
    if facts.system.openrc and layout.service not in facts.units:
        found.append(Change(layout.service, "run", "+ start at boot\n"))
    if facts.tunnel is not None:
        to_do = [one.to_do for one in _differences(facts, wanted) if one.to_do]
        if to_do:
            found.append(Change(layout.interface, "run", "".join(f"+ {line}\n" for line in to_do)))
    elif wrong := _sysctl_differences(facts, wanted):
        found.append(Change("/proc/sys", "run", "".join(f"+ {one.to_do}\n" for one in wrong)))
    return (*found, *opening_changes(wanted.openings))


def _is_on(facts: Facts) -> bool:
    return facts.tunnel is not None and facts.tunnel.up


class _Difference(Struct, frozen=True):
    """`found` says what is not as wanted, `to_do` what an apply does about it ("" where another line says that)."""

    found: str
    to_do: str


def running_differences(facts: Facts, wanted: Wanted) -> tuple[str, ...]:
    """How the running rules, tunnel and forwarding differ from what is wanted, as lines for people; empty when they do not."""
    return tuple(one.found for one in _differences(facts, wanted))


def _differences(facts: Facts, wanted: Wanted) -> list[_Difference]:
    found: list[_Difference] = []
    if facts.table is None:
        found.append(_Difference("the rules are not loaded", ""))
    tunnel = facts.tunnel
    if tunnel is None:
        return [*found, _Difference("the tunnel does not run", ""), *_sysctl_differences(facts, wanted)]
    if not tunnel.up:
        found.append(_Difference("the tunnel is switched off", ""))
    port, addresses = wanted.tunnel.listen_port, wanted.tunnel.addresses
    if port not in (None, tunnel.listen_port):
        found.append(_changed("the tunnel listens on port {}, not {}", "listen on port {1} (now {0})", tunnel.listen_port, port))
    if set(tunnel.addresses) != set(addresses):
        here, then = _listed(tunnel.addresses), _listed(addresses)
        found.append(_changed("the tunnel's addresses are {}, not {}", "take the addresses {1} (now {0})", here, then))
    if wanted.tunnel.mtu not in (None, tunnel.mtu):
        found.append(_changed("the tunnel's MTU is {}, not {}", "take the MTU {1} (now {0})", tunnel.mtu, wanted.tunnel.mtu))
    found += _peer_differences({peer.public_key: peer.allowed_ips for peer in tunnel.peers}, wanted.tunnel.peers)
    return [*found, *_sysctl_differences(facts, wanted)]


def _changed(found: str, to_do: str, *values: object) -> _Difference:
    return _Difference(found.format(*values), to_do.format(*values))


def _peer_differences(running: dict[str, frozenset[str]], wanted: dict[str, frozenset[str]]) -> list[_Difference]:
    found = [_changed("peer {} is missing", "add peer {}", key) for key in wanted if key not in running]
    found += [_changed("peer {} is still there", "take away peer {}", key) for key in running if key not in wanted]
    for key in wanted.keys() & running.keys():
        if running[key] != wanted[key]:
            values = (key, _listed(running[key]), _listed(wanted[key]))
            found.append(_changed("peer {} has AllowedIPs {}, not {}", "give peer {0} AllowedIPs {2} (now {1})", *values))
    return found


def _sysctl_differences(facts: Facts, wanted: Wanted) -> list[_Difference]:
    """The forwarding settings that are not as wanted."""
    items = ((key, facts.sysctls.get(key) or "not there", value) for key, value in wanted.sysctls.items())
    return [_changed("{} is {}, not {}", "set {0} to {2} (now {1})", *item) for item in items if item[1] != item[2]]


def _listed(values: "tuple[object, ...] | frozenset[str]") -> str:
    return ", ".join(sorted(map(str, values))) or "none"
