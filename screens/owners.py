"""What each point's owner has to do, in the words of their system; and who has arrived."""

from collections.abc import Mapping

from textual.content import Content

from wgwizard.owners import handshake_text, host_steps, owner_steps
from wgwizard.render.artefact import Bundle
from wgwizard.site import Site


def what_to_do(site: Site, bundle: Bundle) -> list[Content]:
    """A few lines for each point: whether its file can be used yet, and what its owner does with it."""
    lines = [] if site.host.ssh is not None else _on_the_host()
    lines.append(Content.styled("What each point's owner does now", "bold"))
    for point in site.points:
        lines.append(Content.assemble(("  " + point.name, "bold"), f"   {point.platform}"))
        missing = dict.fromkeys(lack for artefact in bundle.of(point.name) for lack in artefact.missing)
        if missing:
            lines.append(Content(f"    ○ its file is not complete yet, missing: {', '.join(missing)}"))
        lines += [Content(f"    {step}") for step in owner_steps(site, point)]
    return lines


def _on_the_host() -> list[Content]:
    """What is left to do on a Host β that the wizard cannot log in to."""
    heading = Content.styled("What to do on Host β", "bold")
    return [heading, *(Content(f"  {step}") for step in host_steps()), Content("")]


def waiting_text(site: Site, keys: Mapping[str, str], seen: Mapping[str, float | None]) -> str:
    """Who has shaken hands, and when; keys are by point's name, `seen` by public key in seconds."""
    rows = [handshake_text(point.name, seen.get(keys.get(point.name, ""))) for point in site.points]
    return "\n".join(["Handshakes", *(f"  {row}" for row in rows)])
