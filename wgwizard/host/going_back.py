"""One step back: what stood before the last apply, as the host kept it, becomes what is wanted; pure."""

from wgwizard.errors import RemoteError
from wgwizard.host.changes import Wanted, WantedFile
from wgwizard.host.conf import parse_conf
from wgwizard.host.facts import Facts, HostFile, System
from wgwizard.host.layout import Layout
from wgwizard.host.linting import strange_settings
from wgwizard.host.masking import printable
from wgwizard.host.sysctl_files import sysctls_in
from wgwizard.secret import Secret

FIRST = "The last apply was the first one: before it there was nothing of ours, so that all of it was taken off."
SAME = "The host is as it was before the last apply already."
_LOCAL = (
    "The site file, its lock and its secrets here are not changed: they still describe what was rolled back, and `wgwizard apply` brings it"
    " back. A second rollback brings it back, too: one step is kept."
)


def is_first(facts: Facts) -> bool:
    """Whether the last apply was the first, so that one step back is the host without us."""
    return facts.about.get("before") == "baseline"


def wanted_before(facts: Facts, layout: Layout) -> Wanted:
    """What stood before the last apply; RemoteError where that was not kept, or is nothing to go back to."""
    if not facts.before:
        raise RemoteError(
            "What stood before the last apply was not kept on the host, so there is no step back.",
            "Apply a site file of before, or take everything off: wgwizard uninstall.",
        )
    gone = [path for path in needed_files(layout, facts.system) if facts.before[path].kind != "file"]
    strange = strange_settings(facts.before[layout.tunnel].text)
    if gone or strange:
        what = f"{gone[0]} was missing" if gone else f"{layout.tunnel} had {', '.join(strange)}, which our files never have"
        raise RemoteError(
            f"What stood before the last apply cannot be brought back: {what}.", "Apply a site file of before; the host is as it was."
        )
    try:
        tunnel = parse_conf("\n".join(facts.before[path].text for path in layout.tunnel_files))
        tunnel.networks()
    except ValueError as error:
        raise RemoteError(f"What stood before the last apply is no good set-up: {error}.", "Apply a site file of before.") from None
    files = tuple(_as_it_was(file) for file in facts.before.values() if file.kind == "file")
    return Wanted(files, tunnel, sysctls_in(facts.before[layout.forwarding(systemd=facts.system.systemd)].text), ())


def needed_files(layout: Layout, system: System) -> tuple[str, ...]:
    """The files without which nothing of ours runs."""
    return (layout.rules, *layout.tunnel_files, *((layout.rules_unit_file, layout.drop_in) if system.systemd else (layout.start,)))


def _as_it_was(file: HostFile) -> WantedFile:
    """A file whose bytes lie on the host; what may be seen of them stands for its content."""
    return WantedFile(file.path, file.mode, Secret(file.text), file.text, file.preshared_digest, file.owner, file.sha256)


def what_is_back(facts: Facts) -> str:
    """What a rollback means, in words."""
    site, strategy = facts.about_before.get("site", ""), facts.about_before.get("strategy", "")
    named = printable(f"the site {site}, {strategy}" if site else "what stood before the last apply")
    if facts.about.get("back_at"):
        return f"the last change was a rollback itself; this takes it back, to {named}"
    return f"one step back, to {named}"


def notes(facts: Facts, wanted: Wanted) -> tuple[str, ...]:
    """What became of the peers, and what this computer still thinks."""
    now = {peer.public_key for peer in facts.tunnel.peers} if facts.tunnel is not None else set()
    then = wanted.tunnel.peers.keys()
    gone = [f"Peer {key} cannot connect any more." for key in sorted(now - then)]
    back = [f"Peer {key} can connect again, with the file that it had." for key in sorted(then - now)]
    return (*gone, *back, _LOCAL)
