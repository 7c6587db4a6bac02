"""What each point's owner has to do, in the words of their system; and who has arrived."""

from collections.abc import Mapping

from textual.content import Content

from wgwizard.render.artefact import Bundle
from wgwizard.site import Site

_TAKE_IN = {
    "linux": "sudo cp {file} /etc/wireguard/; sudo systemctl enable --now wg-quick@{name}",
    "windows": "in the WireGuard app: Add Tunnel, choose {file}, Activate",
    "macos": "in the WireGuard app: Import tunnel(s) from file, choose {file}, Activate",
    "android": "in the WireGuard app: +, Import from file or archive, choose {file}",
    "ios": "in the WireGuard app: +, Create from file or archive, choose {file}",
}


def what_to_do(site: Site, bundle: Bundle) -> list[Content]:
    """A few lines for each point: its file, whether it can be used yet, and how it is taken in."""
    lines = [] if site.host.ssh is not None else _on_the_host(site)
    lines.append(Content.styled("What each point's owner does now", "bold"))
    for point in site.points:
        for artefact in bundle.of(point.name):
            file = artefact.path.rsplit("/", 1)[-1]
            how = _TAKE_IN[point.platform].format(file=file, name=file.removesuffix(".conf"))
            lines.append(Content.assemble(("  " + point.name, "bold"), f"   {file}, {point.platform}"))
            if artefact.missing:
                lines.append(Content(f"    ○ not complete yet, missing: {', '.join(artefact.missing)}"))
            lines.append(Content(f"    {how}"))
            if point.public_key is not None:
                lines.append(Content(f"    its private key stays on {point.name}: put it in place of (kept on {point.name})"))
    return lines


def _on_the_host(site: Site) -> list[Content]:
    """What is left to do on a Host β that the wizard cannot log in to."""
    tunnel = site.tunnel.interface
    return [
        Content.styled("What to do on Host β, as root", "bold"),
        Content("  copy everything from the folder host/ to / there, then:"),
        Content("    systemctl daemon-reload; sysctl --system"),
        Content(f"    systemctl enable --now wgwizard-{tunnel} wg-quick@{tunnel}"),
        Content(""),
    ]


def waiting_text(site: Site, keys: Mapping[str, str], seen: Mapping[str, float | None]) -> str:
    """Who has shaken hands, and when; keys are by point's name, `seen` by public key in seconds."""
    lines = []
    for point in site.points:
        since = seen.get(keys.get(point.name, ""))
        lines.append(f"  ○ {point.name}: no handshake yet" if since is None else f"  ✓ {point.name}: arrived {round(since)} s ago")
    return "\n".join(["Handshakes", *lines])
